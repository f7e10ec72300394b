-- Questions of list pages that people of the offices keep under a name.
CREATE TABLE saved_views (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES accounts (id),
    room TEXT NOT NULL, -- of a closed list: domain/saved_view.rs
    name TEXT NOT NULL,
    query TEXT NOT NULL, -- as in an address, without the path
    shared BOOLEAN NOT NULL,
    made_at TIMESTAMP NOT NULL,
    UNIQUE (owner_id, room, name)
);
CREATE INDEX saved_views_by_room ON saved_views (room, name);
