-- The answer of the form that a question to the applicant is about.
ALTER TABLE remarks ADD COLUMN about TEXT;
