//! Clocks that ring: sending the outbox, lapsing offers, ending agreements, reminders, retention. Each round is short
//! and may be repeated; two processes on one store do no harm.

pub mod mail;
