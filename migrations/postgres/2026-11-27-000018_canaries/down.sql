DROP TABLE canary_keys;
