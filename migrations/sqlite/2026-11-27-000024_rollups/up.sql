-- Coarser rollups, so that a year of a hundred million calls is answered at once: a month of each key, and the days and
-- hours of the whole city without keys. The agreement is part of the key here: one that is carried over within a month
-- is counted under both.
CREATE TABLE usage_months (
    month TEXT NOT NULL, -- 2026-11
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    PRIMARY KEY (month, key_id, agreement_id, dataset_id, operation, outcome)
);
CREATE INDEX usage_months_by_agreement ON usage_months (agreement_id, month);
CREATE INDEX usage_months_by_key ON usage_months (key_id, month);
CREATE TABLE usage_city_days (
    day TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    PRIMARY KEY (day, dataset_id, operation, outcome)
);
CREATE TABLE usage_city_hours (
    at TIMESTAMP NOT NULL,
    dataset_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    PRIMARY KEY (at, dataset_id, operation, outcome)
);
INSERT INTO usage_months (month, key_id, agreement_id, dataset_id, operation, outcome, calls, bytes, latency_us)
SELECT substr(day, 1, 7), key_id, agreement_id, dataset_id, operation, outcome,
       CAST(SUM(calls) AS BIGINT), CAST(SUM(bytes) AS BIGINT), CAST(SUM(latency_us) AS BIGINT)
FROM usage_days GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO usage_city_days (day, dataset_id, operation, outcome, calls, bytes, latency_us)
SELECT day, dataset_id, operation, outcome,
       CAST(SUM(calls) AS BIGINT), CAST(SUM(bytes) AS BIGINT), CAST(SUM(latency_us) AS BIGINT)
FROM usage_days GROUP BY 1, 2, 3, 4;
INSERT INTO usage_city_hours (at, dataset_id, operation, outcome, calls, bytes, latency_us)
SELECT at, dataset_id, operation, outcome,
       CAST(SUM(calls) AS BIGINT), CAST(SUM(bytes) AS BIGINT), CAST(SUM(latency_us) AS BIGINT)
FROM usage_hours GROUP BY 1, 2, 3, 4;
CREATE INDEX usage_days_by_key ON usage_days (key_id, day);
