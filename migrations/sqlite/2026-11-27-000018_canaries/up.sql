-- Keys that nobody uses: a call with one shows that its text was found where it was planted.
CREATE TABLE canary_keys (
    key_id TEXT NOT NULL PRIMARY KEY REFERENCES keys (id),
    planted TEXT NOT NULL, -- where
    at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL
);
