ALTER TABLE departments DROP COLUMN replies;
ALTER TABLE departments DROP COLUMN cover_id;
ALTER TABLE departments DROP COLUMN decision_days;
