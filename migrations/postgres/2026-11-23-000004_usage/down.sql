DROP TABLE quota_levels;
DROP TABLE access_log;
DROP TABLE usage_days;
DROP TABLE usage_hours;
DROP TABLE usage_minutes;
