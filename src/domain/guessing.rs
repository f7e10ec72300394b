//! How long the next guess must wait. Growing waits instead of a hard lock, so that an attacker cannot lock a person
//! out for long; after so many failures in a row the password must be set anew (NIST SP 800-63B-4 section 3.2.2).

use chrono::Duration;

/// The most failures in a row that may be allowed before a password must be reset.
pub const FAILURES_MAX: i64 = 100;
/// The longest wait in seconds; a longer one would lock people out.
pub const WAIT_SECONDS_MAX: i64 = 3_600;
/// Steps of one list of waits.
pub const STEPS_MAX: usize = 20;

/// The waits of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delays {
    /// From so many failures on, wait so many seconds; both grow.
    steps: Vec<(i64, i64)>,
    failures_max: i64,
    forget_after: Duration,
}

/// Why waits cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelaysError {
    /// An entry that is not `FAILURES:SECONDS`.
    #[error("“{0}” is not FAILURES:SECONDS, such as 3:2")]
    NotAStep(String),
    /// None, or too many.
    #[error("give 1 to {STEPS_MAX} steps")]
    Count,
    /// The steps do not grow.
    #[error("“{0}” must have more failures than the step before and no shorter wait")]
    Order(String),
    /// Out of range.
    #[error("“{0}” must have 1 to {FAILURES_MAX} failures and 1 to {WAIT_SECONDS_MAX} seconds")]
    Range(String),
}

impl Delays {
    /// Reads steps such as `3:2`; `failures_max` of them in a row disable the password, and a rest of `forget_after`
    /// begins the count anew.
    ///
    /// # Errors
    /// The first step that cannot be used.
    pub fn read(steps: &[String], failures_max: i64, forget_after: Duration) -> Result<Self, DelaysError> {
        if steps.is_empty() || steps.len() > STEPS_MAX {
            return Err(DelaysError::Count);
        }
        let mut read: Vec<(i64, i64)> = Vec::new();
        for text in steps {
            let step = text.split_once(':').and_then(|(failures, seconds)| {
                Some((failures.trim().parse::<i64>().ok()?, seconds.trim().parse::<i64>().ok()?))
            });
            let (failures, seconds) = step.ok_or_else(|| DelaysError::NotAStep(text.clone()))?;
            if !(1..=FAILURES_MAX).contains(&failures) || !(1..=WAIT_SECONDS_MAX).contains(&seconds) {
                return Err(DelaysError::Range(text.clone()));
            }
            if read.last().is_some_and(|(before, wait)| failures <= *before || seconds < *wait) {
                return Err(DelaysError::Order(text.clone()));
            }
            read.push((failures, seconds));
        }
        Ok(Self { steps: read, failures_max: failures_max.clamp(1, FAILURES_MAX), forget_after })
    }

    /// So many failures, or as many as wait longest without disabling anything.
    #[must_use]
    pub fn short_of_disabling(&self, failures: i64) -> i64 {
        failures.min(self.failures_max - 1)
    }

    /// The wait after so many failures in a row.
    #[must_use]
    pub fn wait_after(&self, failures: i64) -> Duration {
        let step = self.steps.iter().rev().find(|(from, _)| failures >= *from);
        step.map_or_else(Duration::zero, |(_, seconds)| Duration::seconds(*seconds))
    }

    /// Whether the password no longer works until it is reset.
    #[must_use]
    pub const fn is_disabled(&self, failures: i64) -> bool {
        failures >= self.failures_max
    }

    /// Whether the record is so old that counting starts anew.
    #[must_use]
    pub fn is_forgotten(&self, since_last: Duration, failures: i64) -> bool {
        !self.is_disabled(failures) && since_last > self.forget_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(steps: &[&str]) -> Result<Delays, DelaysError> {
        let steps: Vec<_> = steps.iter().map(|step| (*step).to_owned()).collect();
        Delays::read(&steps, 100, Duration::hours(12))
    }

    #[test]
    fn waits_never_shrink_while_failures_grow() {
        let delays = read(&["3:2", "6:5", "10:30", "25:120", "50:600"]).unwrap();
        let waits: Vec<_> = (0..=FAILURES_MAX).map(|failures| delays.wait_after(failures)).collect();
        assert!(waits.is_sorted());
        let at = |failures| delays.wait_after(failures).num_seconds();
        assert_eq!([2, 3, 5, 6, 24, 25, 49, 50, 100].map(at), [0, 2, 2, 5, 30, 120, 120, 600, 600]);
    }

    #[test]
    fn a_hundred_failures_are_never_forgotten() {
        let delays = read(&["3:2"]).unwrap();
        assert!(delays.is_forgotten(Duration::hours(13), 99));
        assert!(!delays.is_forgotten(Duration::hours(13), 100) && delays.is_disabled(100));
        assert!(!delays.is_forgotten(Duration::hours(11), 5));
    }

    #[test]
    fn steps_that_make_no_sense_are_refused_by_name() {
        let rows: [(&[&str], &str); 9] = [
            (&[], "1 to 20"),
            (&["3"], "“3” is not"),
            (&["3:x"], "“3:x” is not"),
            (&["0:2"], "“0:2” must have 1"),
            (&["3:0"], "“3:0” must have 1"),
            (&["101:2"], "“101:2” must have 1"),
            (&["3:3601"], "“3:3601” must have 1"),
            (&["3:2", "3:5"], "“3:5” must have more"),
            (&["3:5", "6:2"], "“6:2” must have more"),
        ];
        for (steps, part) in rows {
            let error = read(steps).unwrap_err().to_string();
            assert!(error.contains(part), "{steps:?}: {error}");
        }
        assert_eq!(read(&["1:1"; 21]).unwrap_err(), DelaysError::Count);
    }
}
