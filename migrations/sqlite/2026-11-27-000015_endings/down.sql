DROP TABLE destructions;
DROP TABLE renewals;
