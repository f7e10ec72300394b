DROP TABLE usage_key_days;
