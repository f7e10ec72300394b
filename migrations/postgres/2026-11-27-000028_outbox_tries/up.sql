-- Every try to send a message, so that who looks after the mail sees when it failed and why.
CREATE TABLE outbox_tries (
    message_id TEXT NOT NULL REFERENCES outbox (id),
    number BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    error TEXT NOT NULL, -- empty: it left
    PRIMARY KEY (message_id, number)
);
-- Beside waiting, sent, dead, gathered and kept a message is now also given_up, by an administrator and with a reason.
CREATE INDEX outbox_by_address ON outbox (address, id);
