//! Clocks that ring: lapses, expiries, outbox sending, retention.
