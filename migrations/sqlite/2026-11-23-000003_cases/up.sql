-- Applications with their items and remarks; agreements with their texts; keys; holds.
CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    requester_id TEXT NOT NULL REFERENCES accounts (id),
    organisation_id TEXT,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    submitted_at TIMESTAMP,
    lapses_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX applications_by_requester ON applications (requester_id);
CREATE INDEX applications_by_state ON applications (state, submitted_at);

CREATE TABLE application_items (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    department_id TEXT NOT NULL,
    tier TEXT NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX application_items_by_application ON application_items (application_id);
CREATE INDEX application_items_by_department ON application_items (department_id, state);

CREATE TABLE remarks (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    department_id TEXT,
    author_id TEXT,
    author_name TEXT NOT NULL,
    from_requester BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX remarks_by_application ON remarks (application_id, at);

CREATE TABLE agreement_texts (
    hash TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE agreements (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    application_id TEXT NOT NULL REFERENCES applications (id),
    requester_id TEXT NOT NULL REFERENCES accounts (id),
    organisation_id TEXT,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    text_hash TEXT NOT NULL REFERENCES agreement_texts (hash),
    executed_at TIMESTAMP,
    ends_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX agreements_by_requester ON agreements (requester_id);
CREATE INDEX agreements_by_application ON agreements (application_id);
CREATE INDEX agreements_by_state ON agreements (state, ends_at);

CREATE TABLE agreement_datasets (
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    dataset_id TEXT NOT NULL,
    department_id TEXT NOT NULL,
    PRIMARY KEY (agreement_id, dataset_id)
);
CREATE INDEX agreement_datasets_by_dataset ON agreement_datasets (dataset_id);

CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    holder_id TEXT NOT NULL REFERENCES accounts (id),
    digest TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at TIMESTAMP,
    last_used_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX keys_by_agreement ON keys (agreement_id);
CREATE INDEX keys_by_holder ON keys (holder_id);
CREATE INDEX keys_by_expiry ON keys (state, expires_at);

CREATE TABLE holds (
    id TEXT NOT NULL PRIMARY KEY,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    lifted_at TIMESTAMP,
    body TEXT NOT NULL
);
CREATE INDEX holds_by_target ON holds (target_kind, target_id);

CREATE TABLE services (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);

-- What the gates must learn, in order of commit.
CREATE TABLE grant_changes (
    number BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL, -- key, agreement, requester, dataset, service
    id TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);

-- What is said once only: "expires in 7 days", "80 % of the quota of this day".
CREATE TABLE reminders (
    subject TEXT NOT NULL,
    mark TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (subject, mark)
);
CREATE INDEX reminders_by_time ON reminders (at);

CREATE TABLE idempotency (
    account_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    act TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    result TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
);
