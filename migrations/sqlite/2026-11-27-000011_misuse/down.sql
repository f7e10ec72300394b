DROP TABLE misuse_cool_downs;
DROP TABLE misuse_signal_departments;
DROP TABLE misuse_signals;
DROP INDEX usage_hours_by_key;
DROP INDEX usage_minutes_by_key;
DROP TABLE usage_sights;
