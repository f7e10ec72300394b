DROP TABLE reuse_requests;
DROP TABLE records_fees;
DROP TABLE records_requests;
DROP FUNCTION refuse_fee_change();
