//! A complaint from anybody about the use of the city's data, or a report that personal data got out. It is looked at by
//! a person, who opens a case or sets it aside. Must never show the holder who complained.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::domain::attachment::Attachment;
use crate::domain::audit::{About, Act, hex};
use crate::domain::id::{AccountId, CaseId, ComplaintId, DatasetId, DepartmentId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::time::{Day, Instant};

/// Longest text of a complaint, in characters.
pub const COMPLAINT_MAX: usize = 8_000;

/// What came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintKind {
    /// Data is used against its terms.
    Misuse,
    /// Personal data got out.
    PersonalData,
}

impl ComplaintKind {
    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Misuse => "misuse",
            Self::PersonalData => "personal_data",
        }
    }

    /// Reads the word written by [`ComplaintKind::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Misuse, Self::PersonalData].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Where a complaint stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ComplaintState {
    /// Nobody has looked at it yet.
    Received,
    /// A case was opened from it.
    TakenUp {
        /// The case.
        case: CaseId,
        /// Its number.
        number: String,
        /// When.
        at: Instant,
        /// By whom.
        by_name: String,
    },
    /// Set aside.
    SetAside {
        /// When.
        at: Instant,
        /// By whom.
        by_name: String,
        /// Why.
        reason: String,
    },
}

impl ComplaintState {
    /// Every word of [`ComplaintState::as_str`].
    pub const WORDS: [&'static str; 3] = ["received", "taken_up", "set_aside"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::TakenUp { .. } => "taken_up",
            Self::SetAside { .. } => "set_aside",
        }
    }

    const fn in_words(&self) -> &'static str {
        match self {
            Self::Received => "waiting to be looked at",
            Self::TakenUp { .. } => "taken up in a case",
            Self::SetAside { .. } => "set aside",
        }
    }
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// Its id.
    pub id: ComplaintId,
    /// Its number, the receipt: `CMP-2026-0003`.
    pub number: String,
    /// What came in.
    pub kind: ComplaintKind,
    /// To which department; `None` is the clerk.
    pub to: Option<DepartmentId>,
    /// The dataset, if it was named.
    pub dataset: Option<DatasetId>,
    /// The agreement, the site or the place where it was seen.
    pub seen: String,
    /// What happened.
    pub text: String,
    /// Who complained, if they say so.
    pub name: String,
    /// Where they can be reached, if they say so.
    pub email: String,
    /// Their account, where they were signed in.
    pub account: Option<AccountId>,
    /// Their files.
    pub files: Vec<Attachment>,
    /// When it came in.
    pub at: Instant,
    /// Where it stands.
    pub state: ComplaintState,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What may be done with a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComplaintCommand {
    /// Open a case from it.
    TakeUp {
        /// The case.
        case: CaseId,
        /// Its number.
        number: String,
    },
    /// Set it aside.
    SetAside {
        /// Why.
        reason: String,
    },
}

/// Everything one act on a complaint changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ComplaintChange {
    /// The complaint as it is now.
    pub next: Complaint,
    /// The audit entry.
    pub act: Act,
    /// The notice to who complained, if they can be reached.
    pub notice: Option<Notice>,
}

impl Complaint {
    /// What makes two complaints one: the same kind, place and words on the same day. Letter case and spaces do not count.
    #[must_use]
    pub fn fingerprint(&self, day: Day) -> String {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let dataset = self.dataset.map(|id| id.to_string()).unwrap_or_default();
        let parts = [
            self.kind.as_str(),
            &self.to.map(|id| id.to_string()).unwrap_or_default(),
            &dataset,
            &plain(&self.seen),
            &plain(&self.text),
            &self.email.to_lowercase(),
            &day.to_string(),
        ];
        hex(&Sha256::digest(parts.join("\n").as_bytes()))
    }

    /// The capacity of who looks at it: reviewers and managers of the department it went to, and the clerk.
    ///
    /// # Errors
    /// `not_your_department`.
    pub fn office(&self, actor: &Actor) -> Result<Capacity, Refusal> {
        let of_department = self.to.and_then(|id| actor.acting_for(&[Role::Reviewer, Role::Manager], id).ok());
        of_department.map_or_else(|| actor.acting_as(Role::Clerk), Ok)
    }

    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `reason_needed`, `complainant`, `not_your_department`.
    pub fn decide(&self, command: ComplaintCommand, actor: &Actor, now: Instant) -> Result<ComplaintChange, Refusal> {
        let capacity = self.office(actor)?;
        match (&self.state, command) {
            (ComplaintState::Received, ComplaintCommand::TakeUp { case, number }) => {
                let by_name = actor.name.clone();
                let state = ComplaintState::TakenUp { case, number, at: now, by_name };
                Ok(self.change(state, ("complaint.take_up", capacity), ""))
            }
            (ComplaintState::Received, ComplaintCommand::SetAside { reason }) => {
                if self.account.is_some() && self.account == actor.account {
                    let detail = "You reported this yourself. Somebody else must say whether it is set aside.";
                    return Err(Refusal::new("complainant", detail));
                }
                if reason.trim().is_empty() {
                    return Err(Refusal::new("reason_needed", "Say why it is set aside."));
                }
                let state = ComplaintState::SetAside { at: now, by_name: actor.name.clone(), reason: reason.clone() };
                Ok(self.change(state, ("complaint.set_aside", capacity), &reason))
            }
            (
                ComplaintState::TakenUp { .. } | ComplaintState::SetAside { .. },
                ComplaintCommand::TakeUp { .. } | ComplaintCommand::SetAside { .. },
            ) => Err(wrong_state("complaint", self.state.in_words())),
        }
    }

    fn change(
        &self,
        state: ComplaintState,
        (name, capacity): (&'static str, Capacity),
        reason: &str,
    ) -> ComplaintChange {
        let next = Self { state, ..self.clone() };
        let (before, after) = (json!({ "state": self.state.as_str() }), json!({ "state": next.state.as_str() }));
        let mut act = self.act(name, capacity).change(before, after);
        act.reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        let kind = match next.state {
            ComplaintState::SetAside { .. } => NoticeKind::ComplaintSetAside,
            ComplaintState::Received | ComplaintState::TakenUp { .. } => NoticeKind::ComplaintTakenUp,
        };
        let notice = self.notice_to_sender(kind).map(|notice| notice.with("reason", reason));
        ComplaintChange { next, act, notice }
    }

    /// A notice to who complained, if they can be reached.
    #[must_use]
    pub fn notice_to_sender(&self, kind: NoticeKind) -> Option<Notice> {
        let to = match (self.account, self.email.as_str()) {
            (Some(account), _) => Recipient::Account(account),
            (None, "") => return None,
            (None, email) => Recipient::Address(email.to_owned()),
        };
        Some(Notice::new(to, kind).with("number", &self.number).with("path", "/rules"))
    }

    /// The audit entry of an act on this complaint. Who complained stands in the complaint and nowhere else.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        Act::new(name, capacity, "complaint", &self.number).about(About { dataset: self.dataset, ..About::default() })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::people::RoleGrant;
    use crate::domain::time::from_micros;

    fn id<K>(number: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(number))
    }

    fn complaint() -> Complaint {
        Complaint {
            id: id(1),
            number: "CMP-2026-0001".to_owned(),
            kind: ComplaintKind::Misuse,
            to: Some(id(20)),
            dataset: None,
            seen: "a site".to_owned(),
            text: "Plates are shown.".to_owned(),
            name: String::new(),
            email: String::new(),
            account: Some(id(5)),
            files: Vec::new(),
            at: from_micros(0),
            state: ComplaintState::Received,
            version: 1,
        }
    }

    fn person(number: u128, role: Role, department: Option<u128>) -> Actor {
        let roles = vec![RoleGrant { role, department: department.map(id) }];
        Actor { account: Some(id(number)), roles, ..Actor::service("Somebody") }
    }

    fn command(word: &str) -> ComplaintCommand {
        match word {
            "take_up" => ComplaintCommand::TakeUp { case: id(9), number: "MIS-2026-0001".to_owned() },
            "set_aside" => ComplaintCommand::SetAside { reason: "Nothing of ours.".to_owned() },
            other => panic!("unknown command {other}"),
        }
    }

    #[test]
    fn every_state_with_every_command() {
        let clerk = person(2, Role::Clerk, None);
        let after = |word: &str| complaint().decide(command(word), &clerk, from_micros(1)).unwrap().next;
        for (state, complaint) in
            [("received", complaint()), ("taken_up", after("take_up")), ("set_aside", after("set_aside"))]
        {
            assert_eq!(complaint.state.as_str(), state);
            for (word, becomes) in [("take_up", "taken_up"), ("set_aside", "set_aside")] {
                let found = complaint.decide(command(word), &clerk, from_micros(2));
                let found = found.map_or_else(|refusal| refusal.code, |change| change.next.state.as_str());
                assert_eq!(found, if state == "received" { becomes } else { "wrong_state" }, "{state} {word}");
            }
        }
        assert_eq!(ComplaintState::WORDS.len(), 3);
    }

    #[test]
    fn only_the_office_it_went_to_reads_it_and_nobody_sets_aside_their_own() {
        let set_aside = |actor: &Actor| {
            complaint().decide(command("set_aside"), actor, from_micros(1)).map_or_else(|no| no.code, |_| "ok")
        };
        assert_eq!(set_aside(&person(2, Role::Clerk, None)), "ok");
        assert_eq!(set_aside(&person(3, Role::Reviewer, Some(20))), "ok");
        assert_eq!(set_aside(&person(4, Role::Manager, Some(21))), "not_your_department");
        assert_eq!(set_aside(&person(5, Role::Manager, Some(20))), "complainant");
        let empty = ComplaintCommand::SetAside { reason: " ".to_owned() };
        let clerk = person(2, Role::Clerk, None);
        assert_eq!(complaint().decide(empty, &clerk, from_micros(1)).unwrap_err().code, "reason_needed");
    }

    #[test]
    fn the_same_words_on_the_same_day_are_one_complaint() {
        let day = |text: &str| text.parse().unwrap();
        let print = |complaint: &Complaint| complaint.fingerprint(day("2026-11-27"));
        let same = Complaint { text: "plates   are SHOWN. ".to_owned(), ..complaint() };
        assert_eq!(print(&same), print(&complaint()));
        assert_ne!(complaint().fingerprint(day("2026-11-28")), print(&complaint()));
        let other = Complaint { seen: "an app".to_owned(), ..complaint() };
        assert_ne!(print(&other), print(&complaint()));
    }
}
