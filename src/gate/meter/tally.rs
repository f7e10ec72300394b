//! What one worker did since it began, for who watches the gate: counters that only grow, and how things stand with it.
//! Kept beside the worker's sheet under the same lock, so that a call pays for no other.

use serde::Serialize;

use crate::gate::verdict::Outcome;

/// The door a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The gateway, which passes it on.
    Gateway,
    /// Forward-auth, for a proxy that asks.
    ForwardAuth,
    /// Verify, for a service that asks.
    Verify,
    /// Token exchange.
    Token,
}

impl Door {
    /// Every door.
    pub const ALL: [Self; 4] = [Self::Gateway, Self::ForwardAuth, Self::Verify, Self::Token];

    /// Its name in metrics and lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::ForwardAuth => "forward_auth",
            Self::Verify => "verify",
            Self::Token => "token",
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Gateway => 0,
            Self::ForwardAuth => 1,
            Self::Verify => 2,
            Self::Token => 3,
        }
    }
}

/// Upper bounds of the classes of times, in microseconds. What took longer falls into one class more.
pub const CLASSES_US: [u64; 15] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];

/// The calls at one door.
#[derive(Clone, Debug, Default)]
pub struct DoorTally {
    outcomes: [u64; Outcome::ALL.len()],
    /// Calls by the time they took, one count for each class.
    pub classes: [u64; CLASSES_US.len() + 1],
    /// The sum of their times, in microseconds.
    pub latency_us: u64,
    /// Bytes of the bodies answered.
    pub bytes: u64,
}

impl DoorTally {
    /// Calls by outcome, where there were any.
    pub fn outcomes(&self) -> impl Iterator<Item = (Outcome, u64)> + '_ {
        let counts = Outcome::ALL
            .into_iter()
            .map(|outcome| (outcome, self.outcomes.get(place(outcome)).copied().unwrap_or_default()));
        counts.filter(|(_, count)| *count > 0)
    }

    /// Calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.classes.iter().sum()
    }

    fn note(&mut self, outcome: Outcome, latency_us: u64, bytes: u64) {
        let class = CLASSES_US.partition_point(|bound| *bound < latency_us);
        if let (Some(outcomes), Some(classes)) = (self.outcomes.get_mut(place(outcome)), self.classes.get_mut(class)) {
            *outcomes += 1;
            *classes += 1;
        }
        self.latency_us = self.latency_us.saturating_add(latency_us);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn add(&mut self, other: &Self) {
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(sum, count)| *sum += count);
        self.classes.iter_mut().zip(other.classes).for_each(|(sum, count)| *sum += count);
        self.latency_us = self.latency_us.saturating_add(other.latency_us);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The place of an outcome's counter.
const fn place(outcome: Outcome) -> usize {
    match outcome {
        Outcome::KeyMissing => 0,
        Outcome::KeyMalformed => 1,
        Outcome::KeyUnknown => 2,
        Outcome::KeyExpired => 3,
        Outcome::KeyRevoked => 4,
        Outcome::KeySuspended => 5,
        Outcome::AgreementEnded => 6,
        Outcome::NetworkDenied => 7,
        Outcome::ScopeDenied => 8,
        Outcome::OutsideWindow => 9,
        Outcome::RateLimited => 10,
        Outcome::QuotaExhausted => 11,
        Outcome::DatasetUnavailable => 12,
        Outcome::UpstreamFailed => 13,
        Outcome::Ok => 14,
    }
}

/// How things stand with a worker, as of its last sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Connections of clients.
    pub connections: usize,
    /// Connections to upstreams.
    pub upstream_open: usize,
    /// Of these, those at rest.
    pub upstream_rested: usize,
    /// Calls that wait for a connection to an upstream.
    pub upstream_waiting: usize,
    /// Upstreams left alone for a moment, after failures in a row.
    pub upstreams_alone: usize,
}

/// What the meter had no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Calls that no counter had room for.
    pub calls: u64,
    /// Samples for the access log.
    pub samples: u64,
    /// Quota notices.
    pub notices: u64,
    /// Access lines and spans.
    pub lines: u64,
}

/// Everything since the start: of one worker, or of all of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    doors: [DoorTally; Door::ALL.len()],
    /// How things stand.
    pub levels: Levels,
    /// What was dropped.
    pub dropped: Dropped,
}

impl Tally {
    /// The calls at each door.
    pub fn doors(&self) -> impl Iterator<Item = (Door, &DoorTally)> {
        Door::ALL.into_iter().zip(&self.doors)
    }

    pub(super) fn note(&mut self, door: Door, outcome: Outcome, latency_us: u64, bytes: u64) {
        if let Some(tally) = self.doors.get_mut(door.place()) {
            tally.note(outcome, latency_us, bytes);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.doors.iter_mut().zip(&other.doors).for_each(|(sum, door)| sum.add(door));
        let (sum, one) = (&mut self.levels, other.levels);
        sum.connections += one.connections;
        sum.upstream_open += one.upstream_open;
        sum.upstream_rested += one.upstream_rested;
        sum.upstream_waiting += one.upstream_waiting;
        sum.upstreams_alone += one.upstreams_alone;
        let (sum, one) = (&mut self.dropped, other.dropped);
        sum.calls += one.calls;
        sum.samples += one.samples;
        sum.notices += one.notices;
        sum.lines += one.lines;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_in_one_class_and_one_outcome_of_its_door() {
        let (mut one, mut two) = (Tally::default(), Tally::default());
        for (outcome, latency_us) in
            [(Outcome::Ok, 0), (Outcome::Ok, 100), (Outcome::RateLimited, 101), (Outcome::UpstreamFailed, u64::MAX)]
        {
            one.note(Door::Gateway, outcome, latency_us, 10);
        }
        two.note(Door::Verify, Outcome::Ok, 1_000, 0);
        one.add(&two);
        let doors: Vec<_> = one.doors().collect();
        let (_, gateway) = doors[0];
        assert_eq!(gateway.calls(), 4);
        assert_eq!((gateway.classes[0], gateway.classes[1], gateway.classes[15]), (2, 1, 1));
        assert_eq!(gateway.bytes, 40);
        assert_eq!(
            gateway.outcomes().collect::<Vec<_>>(),
            [(Outcome::RateLimited, 1), (Outcome::UpstreamFailed, 1), (Outcome::Ok, 2)]
        );
        assert_eq!((doors[1].1.calls(), doors[2].1.classes[3]), (0, 1));
    }

    #[test]
    fn every_outcome_has_a_counter_of_its_own() {
        let mut places: Vec<_> = Outcome::ALL.into_iter().map(place).collect();
        places.sort_unstable();
        assert_eq!(places, (0..Outcome::ALL.len()).collect::<Vec<_>>());
    }
}
