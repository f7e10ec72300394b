DROP TABLE counters;
DROP TABLE throttles;
DROP TABLE links;
DROP TABLE sessions;
DROP TABLE role_grants;
DROP TABLE accounts;
DROP TABLE organisations;
DROP TABLE departments;
