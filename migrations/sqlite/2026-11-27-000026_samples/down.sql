ALTER TABLE datasets DROP COLUMN has_positions;
ALTER TABLE datasets DROP COLUMN formats;
ALTER TABLE datasets DROP COLUMN frequency;
DROP TABLE dataset_samples;
