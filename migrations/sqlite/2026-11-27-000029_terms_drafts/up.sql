-- The next version of each family of terms while it is written: one draft a family, shared by the administrators.
CREATE TABLE terms_drafts (
    family TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    markdown TEXT NOT NULL,
    is_material BOOLEAN NOT NULL,
    effective_on TEXT, -- a day of the city
    by_account TEXT REFERENCES accounts (id),
    by_name TEXT NOT NULL,
    saved_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
