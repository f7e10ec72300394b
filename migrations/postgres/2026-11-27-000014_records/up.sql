-- Requests for records with the ledger of their fees, and requests for reuse statements.
CREATE TABLE records_requests (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    link_id TEXT NOT NULL UNIQUE, -- what the private link names; its token is kept nowhere
    filing_print TEXT NOT NULL UNIQUE, -- who, what and on which day: the same is not filed twice
    requester_id TEXT REFERENCES accounts (id),
    organisation_id TEXT,
    department_id TEXT REFERENCES departments (id), -- none until the clerk says which
    application_id TEXT,
    state TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    due_on TEXT NOT NULL, -- the last day to answer, YYYY-MM-DD
    received_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX records_requests_by_requester ON records_requests (requester_id);
CREATE INDEX records_requests_by_organisation ON records_requests (organisation_id);
CREATE INDEX records_requests_by_department ON records_requests (department_id, is_open, due_on);
CREATE INDEX records_requests_by_due ON records_requests (is_open, due_on);
CREATE INDEX records_requests_by_application ON records_requests (application_id);

-- Append-only, like the audit: a mistake is corrected by another row.
CREATE TABLE records_fees (
    request_id TEXT NOT NULL REFERENCES records_requests (id),
    position BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL, -- charge, payment, waiver
    cents BIGINT NOT NULL CHECK (cents > 0),
    text TEXT NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (request_id, position)
);

CREATE TABLE reuse_requests (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    open_for TEXT UNIQUE, -- the dataset while it is not answered, so that a dataset has one open request
    department_id TEXT NOT NULL REFERENCES departments (id),
    due_on TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX reuse_requests_by_dataset ON reuse_requests (dataset_id, asked_at);
CREATE INDEX reuse_requests_by_department ON reuse_requests (department_id, due_on);

CREATE FUNCTION refuse_fee_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of fees is append-only';
END;
$$;
CREATE TRIGGER records_fees_are_append_only BEFORE UPDATE OR DELETE ON records_fees
FOR EACH ROW EXECUTE FUNCTION refuse_fee_change();
CREATE TRIGGER records_fees_are_never_emptied BEFORE TRUNCATE ON records_fees
FOR EACH STATEMENT EXECUTE FUNCTION refuse_fee_change();
