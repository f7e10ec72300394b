DROP TABLE feed_states;
DROP TABLE feed_checks;
