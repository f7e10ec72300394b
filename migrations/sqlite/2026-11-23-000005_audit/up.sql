-- The audit chain and the outbox. Entries are append-only in the database itself.
CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    account_id TEXT,
    name TEXT NOT NULL,
    capacity TEXT NOT NULL,
    department_id TEXT,
    address TEXT,
    request_id TEXT,
    act TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    application_id TEXT,
    agreement_id TEXT,
    key_id TEXT,
    dataset_id TEXT,
    person_id TEXT,
    state_before TEXT NOT NULL,
    state_after TEXT NOT NULL,
    reason TEXT,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX audit_by_application ON audit (application_id);
CREATE INDEX audit_by_agreement ON audit (agreement_id);
CREATE INDEX audit_by_key ON audit (key_id);
CREATE INDEX audit_by_dataset ON audit (dataset_id);
CREATE INDEX audit_by_person ON audit (person_id);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_account ON audit (account_id);

CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash BLOB NOT NULL
);
INSERT INTO audit_head (id, number, hash)
VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,
    link_id TEXT,
    state TEXT NOT NULL, -- waiting, sent, dead
    attempts BIGINT NOT NULL,
    next_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    error TEXT NOT NULL
);
CREATE INDEX outbox_by_state ON outbox (state, next_at);

CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
