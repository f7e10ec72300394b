-- Days that the city closed or opened by its own act, beside the rules of its profile.
CREATE TABLE calendar_days (
    day TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL
);
