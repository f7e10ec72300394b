DROP INDEX usage_days_by_key;
DROP TABLE usage_city_hours;
DROP TABLE usage_city_days;
DROP TABLE usage_months;
