-- Files handed in with an act, kept as they came.
CREATE TABLE attachments (
    id TEXT NOT NULL PRIMARY KEY,
    owner_kind TEXT NOT NULL, -- what it belongs to: complaint, case_answer, records_answer ...
    owner_id TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    by_account TEXT,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    content BYTEA NOT NULL
);
CREATE INDEX attachments_by_owner ON attachments (owner_kind, owner_id);

-- Letters as they were sent. A letter never changes.
CREATE TABLE letters (
    id TEXT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL,
    about_kind TEXT NOT NULL,
    about_id TEXT NOT NULL,
    requester_id TEXT,
    organisation_id TEXT,
    body TEXT NOT NULL
);
CREATE INDEX letters_by_about ON letters (about_kind, about_id, at);
CREATE INDEX letters_by_requester ON letters (requester_id, at);
CREATE INDEX letters_by_organisation ON letters (organisation_id, at);

CREATE FUNCTION refuse_paper_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was sent or handed in does not change';
END;
$$;
CREATE TRIGGER letters_stay BEFORE UPDATE ON letters
FOR EACH ROW EXECUTE FUNCTION refuse_paper_change();
CREATE TRIGGER attachments_stay BEFORE UPDATE ON attachments
FOR EACH ROW EXECUTE FUNCTION refuse_paper_change();
