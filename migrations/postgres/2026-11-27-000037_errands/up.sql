-- What was kept of exports is kept of all long work that people ask for: exports, imports, replays of rules.
ALTER TABLE exports RENAME TO errands;
ALTER TABLE errands RENAME COLUMN rows_done TO done;
ALTER TABLE errands RENAME COLUMN rows_of TO total;
ALTER TABLE errands ADD COLUMN kind TEXT NOT NULL DEFAULT 'export';
ALTER TABLE errands ADD COLUMN step TEXT NOT NULL DEFAULT 'writing'; -- what `done` and `total` count
ALTER TABLE errands ADD COLUMN payload TEXT; -- what was handed in with it, until it ends
DROP INDEX exports_by_owner;
DROP INDEX exports_by_state;
CREATE INDEX errands_by_owner ON errands (kind, owner_id, asked_at);
CREATE INDEX errands_by_state ON errands (kind, state, asked_at);
