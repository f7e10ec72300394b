UPDATE outbox SET state = 'waiting' WHERE state = 'gathered';
UPDATE outbox SET state = 'sent' WHERE state = 'kept';
DROP INDEX outbox_by_account;
ALTER TABLE outbox DROP COLUMN account_id;
DROP TABLE notice_choices;
