-- Datasets, their upstream credentials, imports, terms.
CREATE TABLE datasets (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    department_id TEXT NOT NULL REFERENCES departments (id),
    title TEXT NOT NULL,
    tier TEXT,
    is_published BOOLEAN NOT NULL,
    identifier TEXT NOT NULL UNIQUE,
    keywords TEXT NOT NULL, -- |word|word|, lower case
    search_text TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX datasets_by_department ON datasets (department_id);

CREATE TABLE upstream_secrets (
    dataset_id TEXT NOT NULL PRIMARY KEY REFERENCES datasets (id),
    sealed TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    department_id TEXT NOT NULL,
    source TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    repaired BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    report TEXT NOT NULL
);

CREATE TABLE terms (
    id TEXT NOT NULL PRIMARY KEY,
    family TEXT NOT NULL,
    number BIGINT NOT NULL,
    published_at TIMESTAMP NOT NULL,
    effective_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (family, number)
);
