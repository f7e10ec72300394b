DROP TABLE outbox;
DROP TABLE audit_head;
DROP TABLE audit;
