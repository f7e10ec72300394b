-- From where and what a key read, so that one key in many hands and sweeps are seen without searching the log: networks
-- as they are shown to staff (never whole addresses) and path patterns, by ten minutes.
CREATE TABLE usage_sights (
    at TIMESTAMP NOT NULL,
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    kind TEXT NOT NULL, -- network or pattern
    sight TEXT NOT NULL,
    PRIMARY KEY (at, key_id, kind, sight)
);
CREATE INDEX usage_minutes_by_key ON usage_minutes (key_id, at);
CREATE INDEX usage_hours_by_key ON usage_hours (key_id, at);
CREATE INDEX usage_sights_by_key ON usage_sights (key_id, at);

CREATE TABLE misuse_signals (
    id TEXT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    rule TEXT NOT NULL,
    class TEXT NOT NULL,
    mode TEXT NOT NULL, -- shadow or live
    state TEXT NOT NULL, -- trial or open
    key_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    subject TEXT NOT NULL, -- what the rule judged: the key, or the agreement
    body TEXT NOT NULL
);
CREATE INDEX misuse_signals_by_time ON misuse_signals (at);
CREATE INDEX misuse_signals_by_agreement ON misuse_signals (agreement_id, class, at);

-- Whose signals these are: the departments of the datasets that were touched.
CREATE TABLE misuse_signal_departments (
    signal_id TEXT NOT NULL REFERENCES misuse_signals (id),
    department_id TEXT NOT NULL,
    PRIMARY KEY (signal_id, department_id)
);
CREATE INDEX misuse_signal_departments_by_department ON misuse_signal_departments (department_id);

-- Until when a rule says nothing more about a subject. Claimed before a signal is written, so that of two processes one
-- writes it.
CREATE TABLE misuse_cool_downs (
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    PRIMARY KEY (rule, subject)
);
