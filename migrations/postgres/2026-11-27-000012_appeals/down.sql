DROP TABLE appeal_parts;
DROP TABLE appeals;
