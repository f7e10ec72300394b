DROP TABLE letters;
DROP TABLE attachments;
DROP FUNCTION refuse_paper_change();
