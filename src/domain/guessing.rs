//! How long the next guess must wait. Growing waits instead of a hard lock, so that an attacker cannot lock a person
//! out for long; after 100 failures in a row the password must be set anew (NIST SP 800-63B-4 section 3.2.2).

use chrono::Duration;

/// Failures in a row after which a password no longer works until it is reset.
pub const FAILURES_MAX: i64 = 100;

/// The wait after so many failures in a row.
#[must_use]
pub fn wait_after(failures: i64) -> Duration {
    match failures {
        ..=2 => Duration::zero(),
        3..=5 => Duration::seconds(2),
        6..=9 => Duration::seconds(5),
        10..=24 => Duration::seconds(30),
        25..=49 => Duration::minutes(2),
        _ => Duration::minutes(10),
    }
}

/// Whether the record is so old that counting starts anew.
#[must_use]
pub fn is_forgotten(since_last: Duration, failures: i64) -> bool {
    failures < FAILURES_MAX && since_last > Duration::hours(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_never_shrink_while_failures_grow() {
        let waits: Vec<_> = (0..=FAILURES_MAX).map(wait_after).collect();
        assert!(waits.is_sorted());
        assert_eq!(wait_after(2), Duration::zero(), "two slips cost nothing");
        assert_eq!(wait_after(FAILURES_MAX), Duration::minutes(10));
    }

    #[test]
    fn a_hundred_failures_are_never_forgotten() {
        assert!(is_forgotten(Duration::hours(13), 99));
        assert!(!is_forgotten(Duration::hours(13), 100));
        assert!(!is_forgotten(Duration::hours(11), 5));
    }
}
