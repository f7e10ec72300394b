UPDATE outbox SET state = 'dead' WHERE state = 'given_up';
DROP INDEX outbox_by_address;
DROP TABLE outbox_tries;
