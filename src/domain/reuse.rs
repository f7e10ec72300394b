//! A request for a reuse statement: somebody wants to know under which terms a dataset may be used again. It is a task of
//! the department with a date; who asks the same again joins the one that is open. Must never ask who or what for.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::audit::{About, Act};
use super::calendar::{CalendarRules, Deadline, in_words};
use super::id::{AccountId, DatasetId, DepartmentId, ReuseId};
use super::notice::{Notice, NoticeKind, Recipient};
use super::people::{Actor, Capacity, Role};
use super::refusal::{Refusal, wrong_state};
use super::time::{Day, Instant};

/// Most people who are told of one answer; who asks after them is not kept by name.
pub const ASKS_MAX: usize = 200;

/// Somebody who asked, as far as they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// When.
    pub at: Instant,
    /// Their name; may be empty.
    pub name: String,
    /// Where the answer goes; may be empty.
    pub email: String,
    /// What they want to do; may be empty.
    pub what_for: String,
}

/// The answer, as published on the dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReuseAnswer {
    /// The licence's address; empty where the terms are in the text alone.
    pub license: String,
    /// The statement in words.
    pub text: String,
    /// When.
    pub at: Instant,
    /// The city's day of that.
    pub on: Day,
    /// Who answered.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// Whether it came after the day that was promised.
    pub is_late: bool,
}

/// A request for a reuse statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReuseRequest {
    /// Its id.
    pub id: ReuseId,
    /// Its short number, `RUS-2026-0001`.
    pub number: String,
    /// The dataset.
    pub dataset: DatasetId,
    /// Its short name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The department that has the task.
    pub department: DepartmentId,
    /// When it was asked first.
    pub asked_at: Instant,
    /// The city's day of that.
    pub asked_on: Day,
    /// By when the department answers.
    pub due: Deadline,
    /// Everybody who asked.
    pub asks: Vec<Ask>,
    /// How many asked, also those who are not kept by name.
    pub count: u32,
    /// The answer.
    pub answer: Option<ReuseAnswer>,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// Everything one act on it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ReuseChange {
    /// As it is now.
    pub next: ReuseRequest,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
}

impl ReuseRequest {
    /// Somebody else asks the same while it is open.
    ///
    /// # Errors
    /// `wrong_state` once it is answered.
    pub fn join(&self, ask: Ask) -> Result<ReuseChange, Refusal> {
        self.must_be_open()?;
        let mut next = self.clone();
        next.count = next.count.saturating_add(1);
        if next.asks.len() < ASKS_MAX {
            next.asks.push(ask);
        }
        let act = self.act("reuse.join", Capacity::Visitor);
        let act = act.change(json!({ "count": self.count }), json!({ "count": next.count }));
        Ok(ReuseChange { next, act, notices: Vec::new() })
    }

    /// The day counted again on another calendar, while it is open; `None` where it did not move.
    #[must_use]
    pub fn recounted(&self, calendar: &CalendarRules) -> Option<ReuseChange> {
        let due = self.due.recounted(calendar).filter(|_| self.answer.is_none())?;
        let act = self.act("reuse.recount", Capacity::Service);
        let act = act.change(json!({ "due": self.due.due }), json!({ "due": due.due }));
        let next = Self { due, ..self.clone() };
        Some(ReuseChange { next, act: act.because("the city's calendar changed"), notices: Vec::new() })
    }

    /// Answers it: the manager of the dataset's department does.
    ///
    /// # Errors
    /// `wrong_state`, `not_your_department`, `not_signed_in`, `text_needed`.
    pub fn answer(
        &self,
        (license, text): (String, String),
        actor: &Actor,
        now: Instant,
        on: Day,
    ) -> Result<ReuseChange, Refusal> {
        self.must_be_open()?;
        let capacity = actor.acting_for(&[Role::Manager], self.department)?;
        let by = actor.account.ok_or_else(|| Refusal::new("not_signed_in", "Sign in first."))?;
        if text.trim().is_empty() {
            return Err(Refusal::new("text_needed", "Say in words what may be done with the data."));
        }
        let is_late = on > self.due.due;
        let answer = ReuseAnswer { license, text, at: now, on, by, by_name: actor.name.clone(), is_late };
        let after = json!({ "license": answer.license, "text": answer.text, "is_late": is_late });
        let notices = self.told(&answer);
        let next = Self { answer: Some(answer), ..self.clone() };
        let act = self.act("reuse.answer", capacity).change(json!({ "count": self.count }), after);
        Ok(ReuseChange { next, act, notices })
    }

    fn told(&self, answer: &ReuseAnswer) -> Vec<Notice> {
        let mut addresses: Vec<_> =
            self.asks.iter().map(|ask| ask.email.as_str()).filter(|to| !to.is_empty()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let notice = |address: &str| {
            self.notice(Recipient::Address(address.to_owned()), NoticeKind::ReuseAnswered)
                .with("license", &answer.license)
                .with("text", &answer.text)
                .with("path", self.path())
        };
        addresses.into_iter().map(notice).collect()
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        match &self.answer {
            None => Ok(()),
            Some(_) => Err(wrong_state("request", "answered: the statement stands on the dataset's page")),
        }
    }

    /// The audit entry of an act on it.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        let about = About { dataset: Some(self.dataset), ..About::default() };
        Act::new(name, capacity, "reuse request", &self.number).about(about)
    }

    /// A notice about it.
    #[must_use]
    pub fn notice(&self, to: Recipient, kind: NoticeKind) -> Notice {
        Notice::new(to, kind)
            .with("number", &self.number)
            .with("title", &self.title)
            .with("due", in_words(self.due.due))
            .with("count", self.count)
    }

    /// The dataset's page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/datasets/{}", self.slug)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::calendar::Span;
    use crate::domain::id::Id;
    use crate::domain::people::RoleGrant;
    use crate::domain::profile::Profile;
    use crate::domain::time::from_micros;

    fn id<K>(number: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(number))
    }

    fn ask(email: &str) -> Ask {
        Ask { at: from_micros(1), name: String::new(), email: email.to_owned(), what_for: String::new() }
    }

    fn manager(department: u128) -> Actor {
        let grant = RoleGrant { role: Role::Manager, department: Some(id(department)) };
        Actor { account: Some(id(7)), roles: vec![grant], ..Actor::service("Mona") }
    }

    fn open() -> ReuseRequest {
        let profile = Profile::parse(include_str!("../../config/profiles/norwalk-ct/profile.toml")).unwrap();
        let asked_on: Day = "2026-11-23".parse().unwrap();
        ReuseRequest {
            id: id(1),
            number: "RUS-2026-0001".to_owned(),
            dataset: id(2),
            slug: "parking".to_owned(),
            title: "Parking".to_owned(),
            department: id(3),
            asked_at: from_micros(1),
            asked_on,
            due: profile.calendar.after(asked_on, Span::business(10)),
            asks: vec![ask("one@people.example")],
            count: 1,
            answer: None,
            version: 1,
        }
    }

    #[test]
    fn who_asks_again_joins_and_everybody_with_an_address_is_told_once() {
        let mut asked = open();
        for email in ["", "two@people.example", "one@people.example"] {
            asked = asked.join(ask(email)).unwrap().next;
        }
        assert_eq!((asked.count, asked.asks.len()), (4, 4));
        let text = ("https://creativecommons.org/licenses/by/4.0/".to_owned(), "Name the city.".to_owned());
        let on = |day: &str| day.parse().unwrap();
        let change = asked.answer(text.clone(), &manager(3), from_micros(2), on("2026-12-08")).unwrap();
        assert_eq!(change.notices.len(), 2);
        assert!(!change.next.answer.clone().unwrap().is_late);
        assert_eq!(change.next.join(ask("")).unwrap_err().code, "wrong_state");
        assert_eq!(
            change.next.answer(text.clone(), &manager(3), from_micros(3), on("2026-12-08")).unwrap_err().code,
            "wrong_state"
        );
        let late = asked.answer(text, &manager(3), from_micros(2), on("2026-12-09")).unwrap();
        assert!(late.next.answer.unwrap().is_late);
    }

    #[test]
    fn only_a_manager_of_the_department_answers_and_in_words() {
        let on: Day = "2026-12-01".parse().unwrap();
        let code = |actor: &Actor, text: &str| {
            open().answer((String::new(), text.to_owned()), actor, from_micros(2), on).unwrap_err().code
        };
        assert_eq!(code(&manager(4), "Freely."), "not_your_department");
        assert_eq!(code(&Actor::visitor(None), "Freely."), "not_your_department");
        assert_eq!(code(&manager(3), " "), "text_needed");
    }

    #[test]
    fn only_so_many_are_kept_by_name() {
        let mut asked = open();
        for _ in 0..ASKS_MAX {
            asked = asked.join(ask("")).unwrap().next;
        }
        assert_eq!((asked.asks.len(), usize::try_from(asked.count).unwrap()), (ASKS_MAX, ASKS_MAX + 1));
    }
}
