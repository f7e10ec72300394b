-- Appeals to the clerk, and the record of each as it was compiled.
CREATE TABLE appeals (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    contested TEXT NOT NULL, -- the decision: denial:APPLICATION:ITEM, suspension:HOLD ...
    open_about TEXT UNIQUE, -- the same while the appeal is open, so that a decision has one open appeal
    requester_id TEXT NOT NULL REFERENCES accounts (id),
    organisation_id TEXT,
    state TEXT NOT NULL,
    filed_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX appeals_by_requester ON appeals (requester_id);
CREATE INDEX appeals_by_organisation ON appeals (organisation_id);
CREATE INDEX appeals_by_contested ON appeals (contested);
CREATE INDEX appeals_by_state ON appeals (state, filed_at);

CREATE TABLE appeal_parts (
    appeal_id TEXT NOT NULL REFERENCES appeals (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (appeal_id, position)
);
