-- Renewals of agreements, and certificates of destruction owed after their end.
CREATE TABLE renewals (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    pending_for TEXT UNIQUE, -- the agreement while something can come of it, so that it has one pending renewal
    requester_id TEXT NOT NULL REFERENCES accounts (id),
    organisation_id TEXT,
    state TEXT NOT NULL,
    lapses_at TIMESTAMP, -- when it lapses by itself, while it is pending
    made_id TEXT, -- the agreement that came of it
    opened_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX renewals_by_agreement ON renewals (agreement_id);
CREATE INDEX renewals_by_state ON renewals (state, lapses_at);
CREATE INDEX renewals_by_made ON renewals (made_id);

-- The terms version accepted last, so that who has new terms to accept is found without reading every agreement.
ALTER TABLE agreements ADD COLUMN terms_id TEXT;
UPDATE agreements SET terms_id = json_extract(body, '$.terms');
CREATE INDEX agreements_by_terms ON agreements (state, terms_id);

CREATE TABLE destructions (
    agreement_id TEXT NOT NULL PRIMARY KEY REFERENCES agreements (id),
    state TEXT NOT NULL,
    due TEXT NOT NULL, -- the day, as YYYY-MM-DD
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX destructions_by_state ON destructions (state, due);
