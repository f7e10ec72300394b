-- How far the service itself checked the audit chain, and when: one row.
CREATE TABLE chain_checks (
    id BIGINT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
