DROP TABLE terms_drafts;
