-- Which mails a person chose, by group of notices, and whose each message is, so that the page and the digest find it.
CREATE TABLE notice_choices (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    notice_group TEXT NOT NULL, -- queue, outcomes, signals, messages, quotas, members
    delivery TEXT NOT NULL, -- at_once, daily, never
    PRIMARY KEY (account_id, notice_group)
);
-- Beside waiting, sent and dead a message is now also gathered (for the digest) or kept (for the page alone).
ALTER TABLE outbox ADD COLUMN account_id TEXT;
UPDATE outbox SET account_id = (SELECT id FROM accounts WHERE accounts.email = outbox.address);
CREATE INDEX outbox_by_account ON outbox (account_id, id);
