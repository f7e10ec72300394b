DROP TABLE absences;
DROP TABLE assignments;
