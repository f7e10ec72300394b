//! The gate's time: read once per request and passed down. Never asked for in the middle of a decision.

use std::cell::Cell;
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;
use governor::clock::{Clock as _, MonotonicClock};
use governor::nanos::Nanos;

use crate::domain::limits::CityDay;
use crate::domain::time::Instant;

/// Where the gate's time comes from: the calendar's instant for expiry and quotas, and a count of nanoseconds that
/// never goes back for rates and latencies, so that setting the machine's clock neither opens nor blocks a limit.
#[derive(Clone)]
pub struct GateClock {
    utc: Arc<dyn Fn() -> Instant + Send + Sync>,
    ticks: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl GateClock {
    /// A clock that asks `utc` for the calendar's instant and the machine for its monotonic time.
    #[must_use]
    pub fn new(utc: Arc<dyn Fn() -> Instant + Send + Sync>) -> Self {
        let clock = MonotonicClock;
        let start = clock.now();
        Self { utc, ticks: Arc::new(move || Nanos::from(clock.now().duration_since(start)).as_u64().saturating_add(1)) }
    }

    /// A clock of which both sides are given; for tests.
    #[must_use]
    pub fn with_ticks(utc: Arc<dyn Fn() -> Instant + Send + Sync>, ticks: Arc<dyn Fn() -> u64 + Send + Sync>) -> Self {
        Self { utc, ticks }
    }

    /// The calendar's instant.
    #[must_use]
    pub fn utc(&self) -> Instant {
        (self.utc)()
    }

    /// Nanoseconds since the clock was made, never zero.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        (self.ticks)().max(1)
    }
}

/// The present as one request sees it.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The calendar's instant.
    pub utc: Instant,
    /// Monotonic nanoseconds.
    pub ticks: u64,
    /// The day of the city, with its ends.
    pub today: CityDay,
    /// The city's zone.
    pub zone: Tz,
}

impl Now {
    /// Reads the clock.
    #[must_use]
    pub fn read(clock: &GateClock, zone: Tz) -> Self {
        let utc = clock.utc();
        Self { utc, ticks: clock.ticks(), today: CityDay::of(zone, utc), zone }
    }
}

/// Reads the clock for one worker: one monotonic reading a request. The calendar's instant is reckoned from the last
/// sweep, and the city's day computed only when it changes.
pub(super) struct WorkerClock {
    clock: GateClock,
    zone: Tz,
    /// Both sides at the last sweep.
    base: Cell<(Instant, u64)>,
    today: Cell<CityDay>,
}

impl WorkerClock {
    pub(super) fn new(clock: GateClock, zone: Tz) -> Self {
        let base = (clock.utc(), clock.ticks());
        Self { today: Cell::new(CityDay::of(zone, base.0)), base: Cell::new(base), clock, zone }
    }

    pub(super) fn now(&self) -> Now {
        let (ticks, (base, base_ticks)) = (self.clock.ticks(), self.base.get());
        let passed = i64::try_from(ticks.saturating_sub(base_ticks)).unwrap_or(0);
        let utc = base + TimeDelta::nanoseconds(passed);
        if !self.today.get().contains(utc) {
            self.today.set(CityDay::of(self.zone, utc));
        }
        Now { utc, ticks, today: self.today.get(), zone: self.zone }
    }

    pub(super) fn ticks(&self) -> u64 {
        self.clock.ticks()
    }

    /// Takes the calendar's instant anew, so that a set clock is followed within one sweep.
    pub(super) fn sweep(&self) {
        self.base.set((self.clock.utc(), self.clock.ticks()));
    }
}
