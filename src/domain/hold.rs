//! Holds: a set of reasons for which a key does not work, or works slower. Lifting one never lifts another.

use serde::{Deserialize, Serialize};

use super::calendar::{in_words, in_words_of};
use super::id::{AccountId, AgreementId, DepartmentId, HoldId, KeyId};
use super::people::{Actor, Capacity, Role};
use super::refusal::Refusal;
use super::time::{Day, Instant};

/// Why something is on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// A department suspects or found misuse.
    Misuse,
    /// The key's text became known to others.
    Leaked,
    /// Imminent harm; the hearing follows promptly.
    Emergency,
    /// A material new version of the terms was not accepted in time; accepting lifts it.
    TermsNotAccepted,
    /// The holder asked for a pause.
    HolderRequest,
    /// An office of the city asked for a pause for another stated reason.
    Administrative,
}

impl HoldReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Misuse,
        Self::Leaked,
        Self::Emergency,
        Self::TermsNotAccepted,
        Self::HolderRequest,
        Self::Administrative,
    ];

    /// The word used in columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Misuse => "misuse",
            Self::Leaked => "leaked",
            Self::Emergency => "emergency",
            Self::TermsNotAccepted => "terms_not_accepted",
            Self::HolderRequest => "holder_request",
            Self::Administrative => "administrative",
        }
    }

    /// Reads the word written by [`HoldReason::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// What the holder reads.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Misuse => "Suspended while a possible breach of the agreement is looked into",
            Self::Leaked => "Suspended because the key's text became known to others",
            Self::Emergency => "Suspended at once to prevent harm; you will be heard promptly",
            Self::TermsNotAccepted => "New terms have not been accepted; accepting them lifts this hold",
            Self::HolderRequest => "Paused at the holder's own request",
            Self::Administrative => "Suspended by an office of the city",
        }
    }
}

/// What a hold stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum HoldTarget {
    /// One key.
    Key(KeyId),
    /// Every key of one agreement.
    Agreement(AgreementId),
    /// Every key of every agreement of one requester.
    Requester(AccountId),
}

impl HoldTarget {
    /// `key`, `agreement` or `requester`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Agreement(_) => "agreement",
            Self::Requester(_) => "requester",
        }
    }

    /// The id as text.
    #[must_use]
    pub fn id_text(self) -> String {
        match self {
            Self::Key(id) => id.to_string(),
            Self::Agreement(id) => id.to_string(),
            Self::Requester(id) => id.to_string(),
        }
    }
}

/// The office that placed a hold and alone may lift it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "office", content = "department")]
pub enum Office {
    /// A department.
    Department(DepartmentId),
    /// The clerk.
    Clerk,
    /// The holder.
    Holder,
    /// The service itself, by rule.
    Service,
}

/// A hold that slows down instead of stopping: a share of the limits, up to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Throttle {
    /// What is left of each limit, in percent.
    pub percent: u8,
    /// The last day of it, in the city.
    pub until: Day,
}

impl Throttle {
    /// What the holder reads.
    #[must_use]
    pub fn sentence(self) -> String {
        let Self { percent, until } = self;
        format!("Slowed down to {percent} percent of the limits until {}", in_words(until))
    }

    /// The same in Spanish, for letters.
    #[must_use]
    pub fn in_spanish(self) -> String {
        let until = in_words_of(self.until, "es");
        format!("Limitado al {} por ciento de los límites hasta el {until}", self.percent)
    }

    /// Whether its last day is over.
    #[must_use]
    pub fn is_over(self, today: Day) -> bool {
        today > self.until
    }
}

/// One hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// What it stops.
    pub target: HoldTarget,
    /// Why.
    pub reason: HoldReason,
    /// The facts, as the holder reads them.
    pub explanation: String,
    /// Who placed it.
    pub by: Option<AccountId>,
    /// Their name at the time.
    pub by_name: String,
    /// Which office it belongs to.
    pub office: Office,
    /// Since when.
    pub since: Instant,
    /// The misuse case it belongs to.
    pub case: Option<String>,
    /// When and why it was lifted.
    pub lifted: Option<Lift>,
    /// Set where it slows its target down and does not stop it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

/// The end of a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lift {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: Option<AccountId>,
    /// Their name at the time.
    pub by_name: String,
    /// Why.
    pub reason: String,
}

impl Hold {
    /// Whether the hold was not lifted yet.
    #[must_use]
    pub const fn is_in_force(&self) -> bool {
        self.lifted.is_none()
    }

    /// Whether its target does not work because of it.
    #[must_use]
    pub const fn stops(&self) -> bool {
        self.is_in_force() && self.throttle.is_none()
    }

    /// What the holder reads.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.throttle.map_or_else(|| self.reason.sentence().to_owned(), Throttle::sentence)
    }

    /// Whether this is the other hold under an agreement that superseded its own: the same act of the same person.
    #[must_use]
    pub fn is_carried_from(&self, other: &Self) -> bool {
        let of = |hold: &Self| (hold.since, hold.reason, hold.by, hold.office, hold.case.clone());
        self.id != other.id && of(self) == of(other) && self.explanation == other.explanation
    }

    /// What it is called before “of”.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        if self.throttle.is_some() { "Throttling" } else { "Suspension" }
    }

    /// Whether the city's offices may lift it whoever placed it: a rule suspends for misuse, people hear the holder.
    #[must_use]
    pub fn is_by_misuse_rule(&self) -> bool {
        self.office == Office::Service && self.reason == HoldReason::Misuse
    }

    fn may_be_lifted_by(&self, capacity: Capacity) -> bool {
        let is_office = match capacity {
            Capacity::Staff { role: Role::Manager | Role::Clerk, .. } => true,
            Capacity::Staff { role: Role::Reviewer | Role::Auditor | Role::Administrator, .. }
            | Capacity::Visitor
            | Capacity::Requester
            | Capacity::Service => false,
        };
        may_lift(self.office, capacity) || self.is_by_misuse_rule() && is_office
    }

    /// Lifts this hold and no other.
    ///
    /// # Errors
    /// `already_lifted`; `other_offices_hold` when another office placed it.
    pub fn lift(&self, actor: &Actor, capacity: Capacity, reason: &str, now: Instant) -> Result<Self, Refusal> {
        if self.lifted.is_some() {
            return Err(Refusal::new("already_lifted", "This hold was lifted already."));
        }
        if !self.may_be_lifted_by(capacity) {
            return Err(Refusal::new(
                "other_offices_hold",
                "Another office placed this hold; only that office lifts it.",
            ));
        }
        let lift = Lift { at: now, by: actor.account, by_name: actor.name.clone(), reason: reason.to_owned() };
        Ok(Self { lifted: Some(lift), ..self.clone() })
    }
}

impl Hold {
    /// Lifts this hold and no other because an appeal from it was decided so, whichever office placed it. The rules of
    /// the appeal say who may.
    ///
    /// # Errors
    /// `already_lifted`.
    pub fn lift_on_appeal(&self, actor: &Actor, reason: &str, now: Instant) -> Result<Self, Refusal> {
        self.lift(actor, Capacity::Service, reason, now)
    }
}

fn may_lift(office: Office, capacity: Capacity) -> bool {
    match (office, capacity) {
        (_, Capacity::Service) | (Office::Holder, Capacity::Requester) => true,
        (Office::Department(placed), Capacity::Staff { role: Role::Manager, department }) => department == Some(placed),
        (Office::Clerk, Capacity::Staff { role: Role::Clerk, .. }) => true,
        (
            Office::Department(_) | Office::Clerk | Office::Holder | Office::Service,
            Capacity::Visitor | Capacity::Requester | Capacity::Staff { .. },
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::time::from_micros;

    fn hold(office: Office) -> Hold {
        Hold {
            id: HoldId::from_uuid(Uuid::from_u128(1)),
            target: HoldTarget::Key(KeyId::from_uuid(Uuid::from_u128(2))),
            reason: HoldReason::Misuse,
            explanation: "500 refused calls in a minute".to_owned(),
            by: None,
            by_name: "Manager".to_owned(),
            office,
            since: from_micros(0),
            case: None,
            lifted: None,
            throttle: None,
        }
    }

    #[test]
    fn only_the_office_that_placed_a_hold_lifts_it() {
        let ours = DepartmentId::from_uuid(Uuid::from_u128(3));
        let theirs = DepartmentId::from_uuid(Uuid::from_u128(4));
        let manager = |department| Capacity::Staff { role: Role::Manager, department: Some(department) };
        let reviewer = Capacity::Staff { role: Role::Reviewer, department: Some(ours) };
        let clerk = Capacity::Staff { role: Role::Clerk, department: None };
        let auditor = Capacity::Staff { role: Role::Auditor, department: None };
        let rows = [
            (Office::Department(ours), manager(ours), true),
            (Office::Department(ours), manager(theirs), false),
            (Office::Department(ours), reviewer, false),
            (Office::Department(ours), clerk, false),
            (Office::Department(ours), Capacity::Requester, false),
            (Office::Clerk, clerk, true),
            (Office::Clerk, manager(ours), false),
            (Office::Clerk, auditor, false),
            (Office::Holder, Capacity::Requester, true),
            (Office::Holder, manager(ours), false),
            (Office::Service, manager(ours), true),
            (Office::Service, clerk, true),
            (Office::Service, reviewer, false),
            (Office::Service, Capacity::Requester, false),
            (Office::Service, Capacity::Service, true),
            (Office::Service, Capacity::Visitor, false),
        ];
        for (office, capacity, allowed) in rows {
            let lifted = hold(office).lift(&Actor::service("test"), capacity, "cured", from_micros(5));
            assert_eq!(lifted.is_ok(), allowed, "{office:?} lifted by {capacity:?}");
        }
    }

    #[test]
    fn what_the_service_holds_for_other_reasons_than_misuse_no_office_lifts() {
        let terms = Hold { reason: HoldReason::TermsNotAccepted, ..hold(Office::Service) };
        let clerk = Capacity::Staff { role: Role::Clerk, department: None };
        let refused = terms.lift(&Actor::service("test"), clerk, "please", from_micros(5));
        assert_eq!(refused.unwrap_err().code, "other_offices_hold");
    }

    #[test]
    fn a_throttle_stops_nothing_and_is_over_after_its_last_day() {
        let until: Day = "2026-12-11".parse().unwrap();
        let slow = Hold { throttle: Some(Throttle { percent: 25, until }), ..hold(Office::Service) };
        assert!(slow.is_in_force() && !slow.stops() && hold(Office::Service).stops());
        assert!(!Throttle { percent: 25, until }.is_over(until));
        assert!(Throttle { percent: 25, until }.is_over("2026-12-12".parse().unwrap()));
        assert!(slow.sentence().starts_with("Slowed down to 25 percent of the limits until"), "{}", slow.sentence());
        let clerk = Capacity::Staff { role: Role::Clerk, department: None };
        assert!(slow.lift(&Actor::service("test"), clerk, "mended", from_micros(5)).is_ok(), "as a rule's suspension");
        let old: Hold = serde_json::from_value(serde_json::to_value(hold(Office::Clerk)).unwrap()).unwrap();
        assert_eq!(old.throttle, None, "holds kept before there were throttles read as before");
    }

    #[test]
    fn a_lifted_hold_cannot_be_lifted_again() {
        let once =
            hold(Office::Service).lift(&Actor::service("test"), Capacity::Service, "cured", from_micros(5)).unwrap();
        assert!(!once.is_in_force());
        let twice = once.lift(&Actor::service("test"), Capacity::Service, "again", from_micros(6));
        assert_eq!(twice.unwrap_err().code, "already_lifted");
    }
}
