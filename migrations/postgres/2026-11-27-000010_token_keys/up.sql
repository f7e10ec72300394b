-- Keys that sign the gate's access tokens. The private key is sealed under the secret beside the database, and
-- destroyed when the key no longer signs.
CREATE TABLE token_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    jwk TEXT NOT NULL, -- the public key as JSON (RFC 7517)
    sealed TEXT, -- the private key; none once it is destroyed
    made_at TIMESTAMP NOT NULL,
    signs_from TIMESTAMP NOT NULL,
    signs_until TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP -- when it was taken out of use before its time
);
CREATE INDEX token_keys_by_term ON token_keys (signs_until);
