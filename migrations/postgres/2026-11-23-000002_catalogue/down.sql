DROP TABLE terms;
DROP TABLE imports;
DROP TABLE upstream_secrets;
DROP TABLE datasets;
