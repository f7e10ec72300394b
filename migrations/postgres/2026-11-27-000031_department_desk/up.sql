-- How a department's desk works, as its managers set it.
ALTER TABLE departments ADD COLUMN decision_days BIGINT; -- within which it wants to decide; the city's goal where none
ALTER TABLE departments ADD COLUMN cover_id TEXT; -- the account that covers where somebody away named nobody
ALTER TABLE departments ADD COLUMN replies TEXT NOT NULL DEFAULT 'everybody'; -- or assigned
