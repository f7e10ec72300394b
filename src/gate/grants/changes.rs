//! Announced changes of a dataset as requests meet them: the headers that say so, and the hours in which it is switched
//! off. Never decides what is announced.

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::live::Route;
use crate::domain::time::Instant;

/// Since when it should not be used any more (RFC 9745).
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// When it is expected to stop (RFC 8594).
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// An announced change, as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeGrant {
    /// The operations it concerns; none means all.
    pub operations: Vec<String>,
    /// Since when it should not be used.
    pub deprecated_at: Option<Instant>,
    /// When it stops.
    pub sunset_at: Option<Instant>,
    /// From when until when it is switched off.
    pub brownouts: Vec<(Instant, Instant)>,
}

/// An announced change with its headers written.
#[derive(Debug)]
pub(in crate::gate) struct ChangeRecord {
    operations: Vec<String>,
    deprecation: Option<HeaderValue>,
    sunset: Option<HeaderValue>,
    brownouts: Vec<(Instant, Instant)>,
}

impl ChangeRecord {
    pub(super) fn of(grant: ChangeGrant) -> Self {
        let date = |at: Instant| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let value = |text: String| HeaderValue::try_from(text).ok();
        Self {
            deprecation: grant.deprecated_at.and_then(|at| value(format!("@{}", at.timestamp()))),
            sunset: grant.sunset_at.and_then(|at| value(date(at))),
            operations: grant.operations,
            brownouts: grant.brownouts,
        }
    }

    fn concerns(&self, operation: &str) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|name| name == operation)
    }
}

impl Route {
    /// Until when the operation is switched off, where it is now.
    pub(in crate::gate) fn browned_out(&self, operation: Option<&str>, now: Instant) -> Option<Instant> {
        let operation = operation.unwrap_or_default();
        let concerned = self.changes.iter().filter(|change| change.concerns(operation));
        let windows = concerned.flat_map(|change| &change.brownouts);
        windows.filter(|(from, until)| *from <= now && now < *until).map(|(_, until)| *until).max()
    }

    /// Says on an answer what was announced of its operation.
    pub(in crate::gate) fn tell_changes(&self, operation: Option<&str>, headers: &mut HeaderMap) {
        for change in self.changes.iter().filter(|change| change.concerns(operation.unwrap_or_default())) {
            if let Some(deprecation) = &change.deprecation {
                headers.insert(DEPRECATION, deprecation.clone());
            }
            if let Some(sunset) = &change.sunset {
                headers.insert(SUNSET, sunset.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier::Tier;
    use crate::gate::testing::dataset;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_announced_change_is_said_on_its_operation_and_switches_it_off_for_its_hours() {
        let mut grant = dataset("parking", Tier::Open, "http://127.0.0.1:9");
        grant.changes = vec![ChangeGrant {
            operations: vec!["read".to_owned()],
            deprecated_at: Some(at("2026-11-27T05:00:00Z")),
            sunset_at: Some(at("2027-03-01T05:00:00Z")),
            brownouts: vec![(at("2026-12-01T10:00:00Z"), at("2026-12-01T11:00:00Z"))],
        }];
        let route = Route::of(grant, None);
        let mut headers = HeaderMap::new();
        route.tell_changes(Some("read"), &mut headers);
        assert_eq!(headers[DEPRECATION], "@1795755600");
        assert_eq!(headers[SUNSET], "Mon, 01 Mar 2027 05:00:00 GMT");
        let mut others = HeaderMap::new();
        route.tell_changes(Some("bulk"), &mut others);
        assert!(others.is_empty());
        let until = Some(at("2026-12-01T11:00:00Z"));
        let rows = [
            ("2026-12-01T09:59:59Z", "read", None),
            ("2026-12-01T10:00:00Z", "read", until),
            ("2026-12-01T10:59:59Z", "read", until),
            ("2026-12-01T11:00:00Z", "read", None),
            ("2026-12-01T10:30:00Z", "bulk", None),
        ];
        for (now, operation, expected) in rows {
            assert_eq!(route.browned_out(Some(operation), at(now)), expected, "{now} {operation}");
        }
    }
}
