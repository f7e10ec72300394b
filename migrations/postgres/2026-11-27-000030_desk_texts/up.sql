-- Texts that a department keeps for its desk, to begin from.
CREATE TABLE desk_texts (
    id TEXT NOT NULL PRIMARY KEY,
    department_id TEXT NOT NULL REFERENCES departments (id),
    kind TEXT NOT NULL, -- message, reason, note
    ground TEXT, -- of a reason: the coded ground whose facts it states
    title TEXT NOT NULL,
    english TEXT NOT NULL,
    spanish TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX desk_texts_by_department ON desk_texts (department_id, title);
