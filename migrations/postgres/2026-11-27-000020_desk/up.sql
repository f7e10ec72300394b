-- Who of a department works on an application, and who of the staff is away and covered by whom.
CREATE TABLE assignments (
    application_id TEXT NOT NULL REFERENCES applications (id),
    department_id TEXT NOT NULL REFERENCES departments (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    by_name TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (application_id, department_id)
);
CREATE INDEX assignments_by_account ON assignments (account_id);
CREATE TABLE absences (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    cover_id TEXT REFERENCES accounts (id)
);
