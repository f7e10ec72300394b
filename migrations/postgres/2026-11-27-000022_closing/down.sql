ALTER TABLE accounts DROP COLUMN closed_at;
