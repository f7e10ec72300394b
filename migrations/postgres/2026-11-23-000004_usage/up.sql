-- What the gates counted. Charts read rollups, never the log. Empty text stands for "no key shown".
CREATE TABLE usage_minutes (
    at TIMESTAMP NOT NULL,
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    PRIMARY KEY (at, key_id, dataset_id, operation, outcome)
);

CREATE TABLE usage_hours (
    at TIMESTAMP NOT NULL,
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    PRIMARY KEY (at, key_id, dataset_id, operation, outcome)
);
CREATE INDEX usage_hours_by_agreement ON usage_hours (agreement_id, at);

-- Days are days of the city.
CREATE TABLE usage_days (
    day TEXT NOT NULL,
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    PRIMARY KEY (day, key_id, dataset_id, operation, outcome)
);
CREATE INDEX usage_days_by_agreement ON usage_days (agreement_id, day);
CREATE INDEX usage_days_by_dataset ON usage_days (dataset_id, day);

CREATE TABLE access_log (
    id TEXT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    request_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL, -- the template, never the raw query
    outcome TEXT NOT NULL,
    status INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    latency_us BIGINT NOT NULL,
    client TEXT NOT NULL
);
CREATE INDEX access_log_by_time ON access_log (at);
CREATE INDEX access_log_by_key ON access_log (key_id, at);
CREATE INDEX access_log_by_request ON access_log (request_id);

CREATE TABLE quota_levels (
    owner_kind TEXT NOT NULL, -- key or agreement
    owner_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL, -- empty for the limits of a key
    limit_name TEXT NOT NULL,
    period TEXT NOT NULL, -- day or month
    window_start TEXT NOT NULL, -- the first day of the window, a day of the city
    used BIGINT NOT NULL,
    told_percent BIGINT NOT NULL, -- notices given: 0, 80 or 100
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, dataset_id, limit_name, period)
);
