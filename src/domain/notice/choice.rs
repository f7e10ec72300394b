//! Which mails a person may choose about, and what they may choose. What has legal effect is always sent at once: a mail
//! that starts a time to answer, to appeal or to stop must never wait for somebody's taste.

use chrono::{Days, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::time::Instant;

/// The hour of the city's day at which digests leave.
pub const DIGEST_HOUR: u32 = 7;

/// When a mail about a notice leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// A mail of its own, at once.
    AtOnce,
    /// A line in one mail a day.
    Daily,
    /// No mail; the message stands on the page.
    Never,
}

impl Delivery {
    /// Every delivery, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Daily, Self::Never];

    /// The word in the row and in the form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Never => "never",
        }
    }

    /// Reads the word written by [`Delivery::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.as_str() == word)
    }
}

/// A group of notices that one may choose about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// To staff: something new lies in their queue.
    Queue,
    /// To staff: what became of a matter that needs nothing more from them.
    Outcomes,
    /// To staff: a misuse rule wrote a signal.
    Signals,
    /// To stewards: a feed is down or back, or sends other fields.
    Feeds,
    /// To applicants: a message that asks for nothing.
    Messages,
    /// To holders: so much of a quota is used.
    Quotas,
    /// To members: somebody joined or left their organisation.
    Members,
}

impl Group {
    /// Every group, in the order of the page.
    pub const ALL: [Self; 7] =
        [Self::Queue, Self::Outcomes, Self::Signals, Self::Feeds, Self::Messages, Self::Quotas, Self::Members];

    /// The word in the row and in the form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Outcomes => "outcomes",
            Self::Signals => "signals",
            Self::Feeds => "feeds",
            Self::Messages => "messages",
            Self::Quotas => "quotas",
            Self::Members => "members",
        }
    }

    /// Reads the word written by [`Group::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == word)
    }

    /// What may be chosen. Where somebody waits for an answer, the mail may be gathered and never left out.
    #[must_use]
    pub const fn choices(self) -> &'static [Delivery] {
        match self {
            Self::Queue | Self::Signals | Self::Messages => &[Delivery::AtOnce, Delivery::Daily],
            Self::Outcomes | Self::Feeds | Self::Quotas | Self::Members => {
                &[Delivery::AtOnce, Delivery::Daily, Delivery::Never]
            }
        }
    }

    /// Whether it may be chosen.
    #[must_use]
    pub fn allows(self, delivery: Delivery) -> bool {
        self.choices().contains(&delivery)
    }

    /// Whether somebody with these roles ever gets such a notice.
    #[must_use]
    pub fn is_for(self, roles: &[RoleGrant]) -> bool {
        match self {
            Self::Feeds => roles.iter().any(|grant| grant.role == Role::Manager),
            Self::Queue | Self::Outcomes | Self::Signals => roles.iter().any(|grant| has_a_queue(grant.role)),
            Self::Messages | Self::Quotas | Self::Members => true,
        }
    }
}

const fn has_a_queue(role: Role) -> bool {
    match role {
        Role::Reviewer | Role::Manager | Role::Clerk => true,
        Role::Administrator | Role::Auditor => false,
    }
}

impl NoticeKind {
    /// The group in which one may choose about it; `None` for what is always sent at once.
    #[expect(clippy::too_many_lines, reason = "one line for each kind of notice")]
    #[must_use]
    pub const fn group(self) -> Option<Group> {
        match self {
            Self::ApplicationToReview
            | Self::ApplicationResubmitted
            | Self::AnswerGiven
            | Self::SecondApprovalNeeded
            | Self::OfferCountered
            | Self::AppealFiled
            | Self::RecordsFiled
            | Self::ReuseAsked
            | Self::RenewalToConfirm
            | Self::CertificateGiven
            | Self::Assigned
            | Self::AssignedToCovered
            | Self::CoverNamed
            | Self::ComplaintToRead => Some(Group::Queue),
            Self::AgreementBegun | Self::AgreementOver | Self::Withdrawn | Self::OfferUnsigned => Some(Group::Outcomes),
            Self::MisuseSignal => Some(Group::Signals),
            Self::FeedDown | Self::FeedBack | Self::FieldsDrifted => Some(Group::Feeds),
            Self::MessageToRequester => Some(Group::Messages),
            Self::QuotaReached => Some(Group::Quotas),
            Self::OrganisationChanged => Some(Group::Members),
            // The security of the account and of its keys.
            Self::VerifyEmail
            | Self::AlreadyRegistered
            | Self::ResetPassword
            | Self::PasswordChanged
            | Self::AccountClosed
            | Self::StaffInvitation
            | Self::RolesChanged
            | Self::KeyCreated
            | Self::KeyRolled
            | Self::KeyRevoked
            | Self::OrganisationJoined
            | Self::OrganisationLeft
            // Receipts with dates, decisions, offers and what comes into force or ends by them.
            | Self::ApplicationReceived
            | Self::QuestionAsked
            | Self::ItemDecided
            | Self::Denied
            | Self::Offered
            | Self::Executed
            | Self::OfferLapsed
            | Self::AgreementEnding
            | Self::AgreementEnded
            | Self::KeyExpiring
            | Self::TermsPublished
            | Self::TermsDue
            | Self::RedactionChanged
            | Self::ChangeAnnounced
            | Self::ChangeWithdrawn
            | Self::RenewalMoved
            | Self::ReuseAnswered
            | Self::CertificateDue
            | Self::CertificateAnswered
            | Self::LetterSent
            // Suspensions, cases, appeals and requests for records, on either side.
            | Self::Suspended
            | Self::Throttled
            | Self::Lifted
            | Self::MisuseNoticed
            | Self::CaseMoved
            | Self::CaseAnswered
            | Self::CaseDue
            | Self::CaseOpened
            | Self::ComplaintReceived
            | Self::ComplaintTakenUp
            | Self::ComplaintSetAside
            | Self::AppealReceived
            | Self::AppealMoved
            | Self::AppealDecided
            | Self::AppealReturned
            | Self::AppealDue
            | Self::RecordsReceived
            | Self::RecordsMoved
            | Self::RecordsReferred
            | Self::RecordsDue
            | Self::RecordsOverdue
            | Self::CertificateMissing
            // What the record itself is worth.
            | Self::ChainBroken
            // The digest is what was chosen.
            | Self::Digest => None,
        }
    }

    /// How it is delivered to somebody who chose this for its group. A choice that is not allowed counts as none.
    #[must_use]
    pub fn delivery(self, chosen: Option<Delivery>) -> Delivery {
        let allowed = self.group().zip(chosen).filter(|(group, chosen)| group.allows(*chosen));
        allowed.map_or(Delivery::AtOnce, |(_, chosen)| chosen)
    }

    /// Whether a mail about it says where one chooses.
    #[must_use]
    pub fn is_choosable(self) -> bool {
        self == Self::Digest || self.group().is_some()
    }
}

/// When the next digest leaves: the next seven o'clock of the city's day after `now`. On a day that has no such hour,
/// the day after.
#[must_use]
pub fn digest_after(zone: Tz, now: Instant) -> Instant {
    let today = now.with_timezone(&zone).date_naive();
    let hour = NaiveTime::from_hms_opt(DIGEST_HOUR, 0, 0).unwrap_or_default();
    (0..3)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .filter_map(|day| day.and_time(hour).and_local_timezone(zone).earliest())
        .map(|at| at.to_utc())
        .find(|at| *at > now)
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_legal_effect_is_sent_at_once_whatever_was_chosen() {
        use NoticeKind as Kind;
        let always = [
            Kind::PasswordChanged,
            Kind::AccountClosed,
            Kind::KeyCreated,
            Kind::KeyRevoked,
            Kind::QuestionAsked,
            Kind::ItemDecided,
            Kind::Denied,
            Kind::Offered,
            Kind::Executed,
            Kind::AgreementEnding,
            Kind::Suspended,
            Kind::Throttled,
            Kind::Lifted,
            Kind::MisuseNoticed,
            Kind::CaseMoved,
            Kind::CaseDue,
            Kind::AppealDecided,
            Kind::AppealDue,
            Kind::RecordsReceived,
            Kind::RecordsDue,
            Kind::RecordsOverdue,
            Kind::LetterSent,
            Kind::TermsDue,
            Kind::CertificateDue,
            Kind::ChainBroken,
        ];
        for kind in always {
            for chosen in Delivery::ALL {
                assert_eq!(kind.delivery(Some(chosen)), Delivery::AtOnce, "{kind:?}");
            }
        }
    }

    #[test]
    fn a_group_is_delivered_as_chosen_where_that_is_allowed() {
        use Delivery::{AtOnce, Daily, Never};
        let table = [
            (NoticeKind::ApplicationToReview, [AtOnce, Daily, AtOnce]),
            (NoticeKind::MisuseSignal, [AtOnce, Daily, AtOnce]),
            (NoticeKind::MessageToRequester, [AtOnce, Daily, AtOnce]),
            (NoticeKind::AgreementBegun, [AtOnce, Daily, Never]),
            (NoticeKind::QuotaReached, [AtOnce, Daily, Never]),
            (NoticeKind::OrganisationChanged, [AtOnce, Daily, Never]),
        ];
        for (kind, wanted) in table {
            assert_eq!(Delivery::ALL.map(|chosen| kind.delivery(Some(chosen))), wanted, "{kind:?}");
            assert_eq!(kind.delivery(None), AtOnce, "{kind:?}: who chose nothing is told at once");
        }
    }

    #[test]
    fn every_group_has_a_kind_and_its_word_reads_back() {
        for group in Group::ALL {
            assert!(NoticeKind::ALL.iter().any(|kind| kind.group() == Some(group)), "{group:?}");
            assert_eq!(Group::from_word(group.as_str()), Some(group));
            assert!(group.allows(Delivery::AtOnce), "{group:?}");
        }
        for delivery in Delivery::ALL {
            assert_eq!(Delivery::from_word(delivery.as_str()), Some(delivery));
        }
        assert_eq!((Group::from_word("decisions"), Delivery::from_word("weekly")), (None, None));
    }

    #[test]
    fn groups_of_staff_are_offered_to_who_has_a_queue() {
        let offered = |roles: &[RoleGrant]| Group::ALL.into_iter().filter(|group| group.is_for(roles)).count();
        let clerk = RoleGrant::new(Role::Clerk, None).unwrap();
        let auditor = RoleGrant::new(Role::Auditor, None).unwrap();
        let manager = RoleGrant::new(Role::Manager, Some(crate::domain::id::Id::from_uuid(uuid::Uuid::nil()))).unwrap();
        assert_eq!((offered(&[]), offered(&[auditor]), offered(&[clerk]), offered(&[manager])), (3, 3, 6, 7));
    }

    #[test]
    fn a_digest_leaves_at_the_next_seven_in_the_city() {
        let zone = chrono_tz::America::New_York;
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let table = [
            ("2026-11-23T11:59:59Z", "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z"),
            ("2026-11-24T04:30:00Z", "2026-11-24T12:00:00Z"),
            // The clocks go forward and back in the night before.
            ("2026-03-07T18:00:00Z", "2026-03-08T11:00:00Z"),
            ("2026-10-31T18:00:00Z", "2026-11-01T12:00:00Z"),
        ];
        for (now, next) in table {
            assert_eq!(digest_after(zone, at(now)), at(next), "{now}");
        }
    }
}
