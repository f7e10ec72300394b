DROP TABLE dataset_pauses;
DROP TABLE complaints;
DROP TABLE misuse_case_parts;
DROP TABLE misuse_case_departments;
DROP TABLE misuse_cases;
