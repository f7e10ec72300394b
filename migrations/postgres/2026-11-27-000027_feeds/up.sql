-- What looking at each feed every few minutes found, and what is known of it by now.
CREATE TABLE feed_checks (
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    at TIMESTAMP NOT NULL,
    is_ok BOOLEAN NOT NULL,
    millis BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    why TEXT NOT NULL, -- empty where it answered
    PRIMARY KEY (dataset_id, at)
);
CREATE TABLE feed_states (
    dataset_id TEXT NOT NULL PRIMARY KEY REFERENCES datasets (id),
    checked_at TIMESTAMP NOT NULL,
    is_down BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
