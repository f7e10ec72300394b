-- What each gate at work on this store said of itself last; a day after its last word its row is forgotten.
CREATE TABLE gates (
    run TEXT NOT NULL PRIMARY KEY,
    heard_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
