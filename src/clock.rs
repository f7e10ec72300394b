//! The one place that asks the time. Everything else is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use crate::domain::time::{Instant, from_micros, to_micros};

/// Tells the time. Cheap to clone; shared by every room that needs one.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::set`] moves it; for tests and for seeding the past.
    #[must_use]
    pub fn standing_at(now: Instant) -> Self {
        Self(Source::Set(Arc::new(AtomicI64::new(to_micros(now)))))
    }

    /// The present instant in UTC, to the microsecond (what both databases keep).
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the time")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => from_micros(to_micros(DateTime::<Utc>::from(std::time::SystemTime::now()))),
            Source::Set(at) => from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a standing clock; a system clock cannot be set and stays as it is.
    pub fn set(&self, now: Instant) {
        if let Source::Set(at) = &self.0 {
            at.store(to_micros(now), Ordering::SeqCst);
        }
    }
}
