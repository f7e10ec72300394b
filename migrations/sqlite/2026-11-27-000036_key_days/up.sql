-- What each key did on each day, one row for both, so that months of thousands of keys are looked through at once.
CREATE TABLE usage_key_days (
    day TEXT NOT NULL,
    key_id TEXT NOT NULL,
    calls BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    hours BIGINT NOT NULL, -- a bit for each hour of the city's day with a call; 0 for days before this was counted
    PRIMARY KEY (day, key_id)
) WITHOUT ROWID;
INSERT INTO usage_key_days (day, key_id, calls, refused, hours)
SELECT day, key_id, CAST(SUM(calls) AS BIGINT),
       CAST(SUM(CASE WHEN outcome <> 'ok' THEN calls ELSE 0 END) AS BIGINT), 0
FROM usage_days WHERE key_id <> '' GROUP BY day, key_id;
