DROP TABLE destructions;
DROP TABLE renewals;
DROP INDEX agreements_by_terms;
ALTER TABLE agreements DROP COLUMN terms_id;
