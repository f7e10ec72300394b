//! How rows of the desk become records of the gate. What the gate cannot enforce it is not given: it then refuses.

use chrono::NaiveTime;
use chrono_tz::Tz;
use secrecy::SecretString;

use crate::domain::agreement::{AgreementState, Schedule};
use crate::domain::catalogue::{Dataset, UpstreamBounds};
use crate::domain::change::Announcement;
use crate::domain::hold::Hold;
use crate::domain::id::DatasetId;
use crate::domain::key::Digest;
use crate::domain::limits::{CityDay, Hours, Limits};
use crate::domain::tier::Tier;
use crate::domain::time::{Day, Instant, day_in};
use crate::gate::grants::{
    AgreementGrant, ChangeGrant, DatasetGrant, HeldBy, KeyGrant, ScheduleGrant, ServiceGrant, UpstreamGrant,
};
use crate::gate::token::TokenKeyGrant;
use crate::store::services::Service;
use crate::store::token_keys::TokenKey;
use crate::store::views::gate::{AgreementPicture, DatasetPicture, KeyPicture};

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// Opens what is sealed; `None` when it cannot be opened.
pub trait Opener: Send + Sync {
    /// The credential of a dataset's upstream.
    fn credential(&self, dataset: DatasetId, sealed: &str) -> Option<SecretString>;

    /// The private half of the key for access tokens that goes by this name.
    fn token_key(&self, kid: &str, sealed: &str) -> Option<SecretString>;
}

/// A dataset with a tier; without one it is not served.
pub(super) fn dataset(picture: DatasetPicture, opener: &dyn Opener, zone: Tz) -> Option<DatasetGrant> {
    let Dataset { id, slug, tier, operations, allows_query_key, limits, upstream, changes, .. } = picture.dataset;
    let tier = tier?;
    let changes =
        changes.iter().filter(|change| change.withdrawn_at.is_none()).map(|each| change(each, zone)).collect();
    let upstream = upstream.and_then(|upstream| {
        let credential = match (upstream.credential_header, picture.sealed) {
            (Some(header), Some(sealed)) => {
                let Some(opened) = opener.credential(id, &sealed) else {
                    tracing::error!(dataset = %slug, "the upstream's credential cannot be opened; it is not served");
                    return None;
                };
                Some((header, opened))
            }
            (Some(_), None) | (None, _) => None,
        };
        let timeout_ms = u64::from(upstream.timeout_ms);
        let bytes = |kib: u32| u64::from(kib) * 1024;
        let UpstreamBounds { answer_max_kib, request_max_kib, headers_max_kib, keep_seconds } = upstream.bounds;
        Some(UpstreamGrant {
            base_url: upstream.url,
            credential,
            timeout_ms,
            body_max_bytes: bytes(answer_max_kib.unwrap_or(UpstreamBounds::ANSWER_MAX_KIB)),
            request_max_bytes: request_max_kib.map(bytes),
            headers_max_bytes: headers_max_kib.map(bytes),
            keep_seconds,
        })
    });
    let open_limits = if tier == Tier::Open { limits } else { Limits::default() };
    Some(DatasetGrant { id, slug, tier, operations, upstream, allows_query_key, open_limits, changes })
}

/// An announced change: days become the instants at which they begin, or end.
fn change(change: &Announcement, zone: Tz) -> ChangeGrant {
    let begins = |day: Day| day.pred_opt().map_or(Instant::MIN_UTC, |before| day_after(before, zone));
    ChangeGrant {
        operations: change.operations.clone(),
        deprecated_at: change.deprecated_on(day_in(zone, change.at)).map(begins),
        sunset_at: change.last_day().map(|day| day_after(day, zone)),
        brownouts: change.windows.iter().map(|window| (window.from, window.until)).collect(),
    }
}

/// An agreement. Holds on its requester, and on colleagues for whose organisation it was made, stop it like its own.
pub(super) fn agreement(picture: AgreementPicture, zone: Tz) -> AgreementGrant {
    let AgreementPicture { agreement, holds, party_holds, redacting } = picture;
    let percent = slowest(&holds);
    AgreementGrant {
        id: agreement.id,
        number: agreement.number.clone(),
        holder: agreement.requester,
        is_live: is_executed(&agreement.state),
        ends_at: agreement.execution().map(|execution| execution.ends_at),
        holds: held(&holds).into_iter().chain(held(&party_holds)).collect(),
        schedules: agreement.schedules.iter().map(|each| schedule(each, &redacting, percent, zone)).collect(),
        previous: agreement.previous,
    }
}

const fn is_executed(state: &AgreementState) -> bool {
    match state {
        AgreementState::Executed { .. } => true,
        AgreementState::Offered { .. }
        | AgreementState::Expired { .. }
        | AgreementState::Terminated { .. }
        | AgreementState::Superseded { .. }
        | AgreementState::Closed { .. } => false,
    }
}

/// A schedule. One that promises a redaction which is not known is not given: the gate then refuses.
pub(super) fn schedule(schedule: &Schedule, datasets: &[Dataset], percent: Option<u8>, zone: Tz) -> ScheduleGrant {
    let dataset = datasets.iter().find(|dataset| dataset.id == schedule.dataset);
    let redactions = schedule.redactions_in_force(dataset);
    if redactions.is_none() {
        tracing::error!(dataset = %schedule.slug, "a schedule promises a redaction that is not known; it opens nothing");
    }
    ScheduleGrant {
        dataset: schedule.dataset,
        operations: if redactions.is_some() { schedule.operations.clone() } else { Vec::new() },
        limits: slowed(&schedule.limits, percent),
        networks: schedule.networks.clone().unwrap_or_default(),
        hours: schedule.hours.map(hours).into_iter().collect(),
        ends_at: schedule.ends_on().map(|day| day_after(day, zone)),
        redactions: redactions.unwrap_or_default(),
    }
}

/// Minute 1440 is midnight: hours that end there run to the end of the day.
fn hours((from, until): (u16, u16)) -> Hours {
    let clock = |minute: u16| {
        let minute = u32::from(minute % DAY_MINUTES);
        NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or(NaiveTime::MIN)
    };
    Hours { weekdays: Vec::new(), from: clock(from), until: clock(until) }
}

/// The first instant after a day of the city.
fn day_after(day: Day, zone: Tz) -> Instant {
    let noon = day.and_time(NaiveTime::MIN) + chrono::TimeDelta::hours(12);
    let noon = noon.and_local_timezone(zone).earliest().map_or_else(|| noon.and_utc(), |noon| noon.to_utc());
    CityDay::of(zone, noon).ends
}

pub(super) fn key(picture: &KeyPicture) -> KeyGrant {
    let grant = KeyGrant::of(&picture.key, held(&picture.holds));
    let Some(percent) = slowest(&picture.holds) else { return grant };
    // What holds for a key is the narrowest of its own limits and of those it shares: a part of that is left to it.
    let limits = Limits::narrowest(std::iter::once(&grant.limits).chain(&picture.shared)).share(percent);
    KeyGrant { limits, ..grant }
}

/// What the strongest throttle among these leaves, in percent.
fn slowest(holds: &[Hold]) -> Option<u8> {
    holds.iter().filter_map(|hold| hold.throttle).map(|throttle| throttle.percent).min()
}

fn slowed(limits: &Limits, percent: Option<u8>) -> Limits {
    percent.map_or_else(|| limits.clone(), |percent| limits.share(percent))
}

/// A gate client; one whose digest cannot be read does not work.
pub(super) fn service(service: Service) -> Option<ServiceGrant> {
    let digest: Digest = service.digest.parse().ok()?;
    Some(ServiceGrant { id: service.id, name: service.name, digest, is_live: !service.is_revoked })
}

/// A key for access tokens; one that cannot be opened still verifies what it signed elsewhere.
pub(super) fn token_key(key: TokenKey, opener: &dyn Opener) -> TokenKeyGrant {
    let TokenKey { jwk, sealed, term, .. } = key;
    let private = sealed.and_then(|sealed| {
        let opened = opener.token_key(&jwk.kid, &sealed);
        if opened.is_none() {
            tracing::error!(kid = jwk.kid, "a key for access tokens cannot be opened; this gate issues none with it");
        }
        opened
    });
    TokenKeyGrant { jwk, private, term }
}

/// What the holder of a key is told of holds at the gate: the coded reason and where to read on, never the facts.
fn held(holds: &[Hold]) -> Vec<HeldBy> {
    let told = |hold: &Hold| HeldBy {
        code: hold.reason.as_str().to_owned(),
        sentence: format!("{}. The key's page tells the facts and what to do next.", hold.reason.sentence()),
        since: hold.since,
    };
    holds.iter().filter(|hold| hold.stops()).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hold::{HoldReason, HoldTarget, Office, Throttle};
    use crate::domain::id::Id;

    const NEW_YORK: Tz = chrono_tz::America::New_York;

    #[test]
    fn hours_of_a_condition_open_and_close_to_the_minute() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let office = hours((8 * 60, 17 * 60 + 30));
        assert!(office.contains(NEW_YORK, at("2026-11-23T13:00:00Z")));
        assert!(!office.contains(NEW_YORK, at("2026-11-23T22:30:00Z")));
        let all_day = hours((0, 1440));
        assert!(
            all_day.contains(NEW_YORK, at("2026-11-23T04:59:59Z"))
                && all_day.contains(NEW_YORK, at("2026-11-23T05:00:00Z"))
        );
        let evening = hours((18 * 60, 1440));
        assert!(evening.contains(NEW_YORK, at("2026-11-24T04:59:00Z")));
        assert!(!evening.contains(NEW_YORK, at("2026-11-24T05:00:00Z")));
    }

    fn hold(throttle: Option<u8>) -> Hold {
        let until = "2026-12-07".parse().unwrap();
        Hold {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            target: HoldTarget::Agreement(Id::from_uuid(uuid::Uuid::from_u128(2))),
            reason: HoldReason::Misuse,
            explanation: String::new(),
            by: None,
            by_name: String::new(),
            office: Office::Service,
            since: "2026-11-23T13:00:00Z".parse().unwrap(),
            case: None,
            lifted: None,
            throttle: throttle.map(|percent| Throttle { percent, until }),
        }
    }

    #[test]
    fn the_strongest_throttle_holds_and_none_of_them_stops() {
        let limits = Limits::parse("60/minute burst 20, 1000/day").unwrap();
        assert_eq!(slowed(&limits, slowest(&[hold(None)])), limits, "a suspension slows nothing down");
        let all = [hold(Some(50)), hold(None), hold(Some(25))];
        assert_eq!(slowed(&limits, slowest(&all)).to_string(), "15/minute burst 5\n250/day");
        assert_eq!((held(&all).len(), held(&all)[0].code.as_str()), (1, "misuse"), "only the suspension stops");
    }

    #[test]
    fn the_last_day_of_a_condition_counts_whole() {
        assert_eq!(day_after("2026-11-01".parse().unwrap(), NEW_YORK).to_rfc3339(), "2026-11-02T05:00:00+00:00");
    }
}
