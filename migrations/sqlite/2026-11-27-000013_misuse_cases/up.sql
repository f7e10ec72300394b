-- Misuse cases: who is charged with what, frozen evidence, answers, measures. The case itself is the document in body.
CREATE TABLE misuse_cases (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    class TEXT NOT NULL,
    state TEXT NOT NULL,
    source TEXT NOT NULL, -- signal, complaint, staff or personal_data
    signal_id TEXT UNIQUE, -- a signal has one case
    complaint_id TEXT UNIQUE, -- and so has a complaint
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    requester_id TEXT NOT NULL REFERENCES accounts (id),
    organisation_id TEXT,
    is_open BOOLEAN NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX misuse_cases_by_requester ON misuse_cases (requester_id);
CREATE INDEX misuse_cases_by_organisation ON misuse_cases (organisation_id);
CREATE INDEX misuse_cases_by_agreement ON misuse_cases (agreement_id);
CREATE INDEX misuse_cases_by_state ON misuse_cases (is_open, opened_at);

-- Whose data is concerned.
CREATE TABLE misuse_case_departments (
    case_id TEXT NOT NULL REFERENCES misuse_cases (id),
    department_id TEXT NOT NULL,
    PRIMARY KEY (case_id, department_id)
);
CREATE INDEX misuse_case_departments_by_department ON misuse_case_departments (department_id);

-- The evidence as it was frozen when the case was opened.
CREATE TABLE misuse_case_parts (
    case_id TEXT NOT NULL REFERENCES misuse_cases (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (case_id, position)
);

-- Complaints from anybody, and reports that personal data got out.
CREATE TABLE complaints (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    department_id TEXT, -- none is the clerk's
    state TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE, -- the same words about the same thing on the same day are one complaint
    received_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX complaints_by_state ON complaints (state, received_at);

-- Datasets that are stopped for every key because the feed itself gave out what it should not.
CREATE TABLE dataset_pauses (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    in_force_on TEXT UNIQUE, -- the dataset while the pause lasts, so that it has one at a time
    since TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX dataset_pauses_by_dataset ON dataset_pauses (dataset_id);

CREATE TRIGGER misuse_case_parts_stay BEFORE UPDATE ON misuse_case_parts
BEGIN SELECT RAISE(ABORT, 'frozen evidence does not change'); END;
CREATE TRIGGER misuse_case_parts_remain BEFORE DELETE ON misuse_case_parts
BEGIN SELECT RAISE(ABORT, 'frozen evidence is not deleted'); END;
