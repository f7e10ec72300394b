-- Whole tables that are made in the background, with how far each is. Their files lie beside the database.
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES accounts (id),
    asked_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL,
    runs BIGINT NOT NULL, -- how often it was begun
    rows_done BIGINT NOT NULL,
    rows_of BIGINT NOT NULL,
    moved_at TIMESTAMP NOT NULL, -- when its state or its rows were last written
    keep_until TIMESTAMP,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX exports_by_owner ON exports (owner_id, asked_at);
CREATE INDEX exports_by_state ON exports (state, asked_at);
