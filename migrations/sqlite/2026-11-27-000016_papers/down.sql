DROP TABLE letters;
DROP TABLE attachments;
