-- The sample of a dataset that stewards look at, and the one that anybody may.
CREATE TABLE dataset_samples (
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    is_released BOOLEAN NOT NULL,
    has_positions BOOLEAN NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    hash TEXT NOT NULL, -- SHA-256 of what is handed out
    body TEXT NOT NULL,
    PRIMARY KEY (dataset_id, is_released)
);
-- What the search of the catalogue narrows by.
ALTER TABLE datasets ADD COLUMN frequency TEXT;
ALTER TABLE datasets ADD COLUMN formats TEXT NOT NULL DEFAULT '||';
ALTER TABLE datasets ADD COLUMN has_positions BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE datasets SET
    frequency = body::jsonb #>> '{metadata,frequency}',
    formats = CASE WHEN body::jsonb ->> 'upstream' IS NULL THEN '||' ELSE '|API|' END,
    has_positions = EXISTS (
        SELECT 1 FROM jsonb_array_elements(body::jsonb -> 'fields') AS field
        WHERE lower(field ->> 'kind') IN ('geometry', 'point', 'geo:json', 'geoproperty', 'position')
           OR lower(field ->> 'name') IN ('latitude', 'lat')
    );
