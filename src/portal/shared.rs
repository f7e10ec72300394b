//! What the pages of staff share: names of departments, words and tones of states, choices, dates. Decides nothing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cases::{CaseError, Desk};
use crate::domain::application::{AnswerKind, Question};
use crate::domain::id::{DepartmentId, Id};
use crate::domain::limits::Limits;
use crate::domain::people::Actor;
use crate::domain::profile::Profile;
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::text::grouped;
use crate::domain::tier::Tier;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::people;
use crate::web::WebError;

/// One choice of a select, of radios or of check boxes.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
    /// A line under the label.
    pub hint: String,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// A word with its tone, for the part `tag`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tag {
    /// What it says.
    pub text: &'static str,
    /// `neutral`, `info`, `good`, `warn` or `bad`.
    pub tone: &'static str,
}

/// The names of departments by id.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<DepartmentId, String>);

impl Names {
    /// Every department.
    ///
    /// # Errors
    /// What the store says.
    pub fn of(desk: &Desk) -> Result<Self, CaseError> {
        let all = desk.read(people::departments)?;
        Ok(Self(all.into_iter().map(|department| (department.id, department.name)).collect()))
    }

    /// The name of one.
    #[must_use]
    pub fn get(&self, id: DepartmentId) -> &str {
        self.0.get(&id).map_or("a department", String::as_str)
    }

    /// Those ids as choices, by name.
    #[must_use]
    pub fn choices(&self, ids: &[DepartmentId]) -> Vec<Choice> {
        let mut found: Vec<_> = ids.iter().map(|id| Choice::new(id.to_string(), self.get(*id))).collect();
        found.sort_by(|a, b| a.label.cmp(&b.label));
        found
    }
}

/// An id from the path or a form; a text that is none looks like a thing that is not there.
///
/// # Errors
/// 404.
pub fn id_in<K>(text: &str) -> Result<Id<K>, WebError> {
    text.parse().map_err(|_no_id| WebError::not_found())
}

/// The text of an agreement as it is hashed, so that anybody can hash it too.
#[must_use]
pub fn to_the_byte(text: &str) -> actix_web::HttpResponse {
    let text = crate::domain::terms::canonical(text);
    actix_web::HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}

/// Passes on what can be mended in the form that was sent. Where the thing has moved on, or is not this person's to
/// act on, the page has no such form any more: then the error's own page keeps what was typed and leads back.
///
/// # Errors
/// The refusal or the stale version, with the way back.
pub fn still_on_the_form(error: CaseError, (label, href): (&'static str, &str)) -> Result<CaseError, WebError> {
    const MOVED_ON: &[&str] = &[
        "wrong_state",
        "already_decided",
        "nothing_to_confirm",
        "recused",
        "own_application",
        "second_person_needed",
        "agreement_not_live",
        "key_ended",
        "already_lifted",
        "other_offices_hold",
        "suspender_may_not_lift",
    ];
    let is_gone = match &error {
        CaseError::Refused(refusal) => MOVED_ON.contains(&refusal.code),
        CaseError::Stale => true,
        CaseError::Invalid(_)
        | CaseError::Missing
        | CaseError::Wait(_)
        | CaseError::Undone(_)
        | CaseError::Store(_) => false,
    };
    if is_gone { Err(WebError::from(error).with_next(label, href.to_owned())) } else { Ok(error) }
}

/// A refusal with the way back; everything else as it is, for a 404 must say nothing else than any other.
#[must_use]
pub fn with_way_back(error: CaseError, (label, href): (&'static str, String)) -> WebError {
    let is_refused = matches!(error, CaseError::Refused(_));
    let error = WebError::from(error);
    if is_refused { error.with_next(label, href) } else { error }
}

/// Where an application stands.
#[must_use]
pub fn application_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "draft" => ("Draft", "neutral"),
        "submitted" => ("In review", "info"),
        "info_requested" => ("Waiting for the applicant", "warn"),
        "offered" => ("Offered, not signed yet", "info"),
        "executed" => ("Agreement in force", "good"),
        "denied" => ("Denied", "bad"),
        "withdrawn" => ("Withdrawn", "neutral"),
        "lapsed" => ("Offer lapsed", "neutral"),
        "converted" => ("Became a records request", "info"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}

/// Where an item stands.
#[must_use]
pub fn item_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "pending" => ("To be decided", "warn"),
        "approved" => ("Approved", "good"),
        "approved_with_conditions" => ("Approved with conditions", "good"),
        "denied" => ("Denied", "bad"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}

/// Where an agreement stands.
#[must_use]
pub fn agreement_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "offered" => ("Offered, not signed yet", "info"),
        "executed" => ("In force", "good"),
        "expired" => ("Expired", "neutral"),
        "terminated" => ("Terminated", "bad"),
        "superseded" => ("Superseded", "neutral"),
        "closed" => ("Never signed", "neutral"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}

/// Where a key stands, holds apart.
#[must_use]
pub fn key_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "active" => ("Active", "good"),
        "expired" => ("Expired", "neutral"),
        "revoked" => ("Revoked", "bad"),
        "superseded" => ("Replaced", "neutral"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}

/// A tier in words.
#[must_use]
pub const fn tier_words(tier: Option<Tier>) -> &'static str {
    match tier {
        None => "No tier yet",
        Some(Tier::Open) => "Tier 0, open",
        Some(Tier::Registered) => "Tier 1, registered key",
        Some(Tier::Conditioned) => "Tier 2, conditioned",
        Some(Tier::Restricted) => "Tier 3, restricted",
        Some(Tier::Prohibited) => "Tier X, prohibited by law",
    }
}

/// An answer as people read it: the label of a choice instead of its word.
#[must_use]
pub fn answer_words(profile: &Profile, question: &Question, answer: &str) -> String {
    match question.kind {
        AnswerKind::Choice(options) => {
            options.iter().find(|(word, _)| *word == answer).map_or(answer, |(_, label)| label).to_owned()
        }
        AnswerKind::Purpose => profile.purpose(answer).map_or(answer, |purpose| purpose.title.text("en")).to_owned(),
        AnswerKind::Line | AnswerKind::Prose | AnswerKind::Number { .. } | AnswerKind::Email => answer.to_owned(),
    }
}

/// A condition, ready to print.
#[derive(Clone, Debug, Serialize)]
pub struct ConditionView {
    /// The sentence of the agreement.
    pub text: String,
    /// What the service enforces, in words.
    pub effect: String,
    /// On what it rests.
    pub basis: String,
    /// When it must be met.
    pub when: &'static str,
}

/// The conditions, ready to print.
#[must_use]
pub fn conditions(all: &[Condition]) -> Vec<ConditionView> {
    all.iter()
        .map(|condition| ConditionView {
            text: condition.text.clone(),
            effect: effect(&condition.kind),
            basis: condition.basis.clone(),
            when: if condition.is_precedent { "Before the first key" } else { "While the agreement lives" },
        })
        .collect()
}

fn effect(kind: &ConditionKind) -> String {
    match kind {
        ConditionKind::Limits { limits } => format!("At most {}", limit_words(limits).join(", ")),
        ConditionKind::EndsOn { day } => format!("Ends on {}", day_words(*day)),
        ConditionKind::Networks { networks } => {
            let all: Vec<_> = networks.networks().iter().map(ToString::to_string).collect();
            format!("Only from {}", all.join(", "))
        }
        ConditionKind::Operations { operations } => format!("Only {}", operations.join(", ")),
        ConditionKind::Hours { from_minute, to_minute } => {
            format!("Only from {} to {}", clock_words(*from_minute), clock_words(*to_minute))
        }
        ConditionKind::Redaction { profile } => format!("Redaction profile {profile}"),
        ConditionKind::Delay { minutes } => format!("Delivered {minutes} minutes late"),
        ConditionKind::Promise => "A promise, checked by people".to_owned(),
    }
}

/// Limits as people say them.
#[must_use]
pub fn limit_words(limits: &Limits) -> Vec<String> {
    limits.as_slice().iter().map(|limit| limit_line(limit.max, limit.window.as_str(), limit.burst)).collect()
}

/// One limit as people say it.
#[must_use]
pub fn limit_line(max: u64, window: &str, burst: Option<u64>) -> String {
    let calls = if max == 1 { "call" } else { "calls" };
    let burst = burst.map(|burst| format!(", at most {burst} at once")).unwrap_or_default();
    format!("{} {calls} a {window}{burst}", grouped(max)).replace(" a hour", " an hour")
}

/// A minute of the day as `17:30`.
#[must_use]
pub fn clock_words(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A day as `March 1, 2026`.
#[must_use]
pub fn day_words(day: Day) -> String {
    day.format("%B %-d, %Y").to_string()
}

/// How long ago, in whole days of the city.
#[must_use]
pub fn age_words(profile: &Profile, since: Instant, now: Instant) -> String {
    match (day_in(profile.zone, now) - day_in(profile.zone, since)).num_days() {
        ..=0 => "Today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// Whether this person is on the requester's side, and so keeps out of it as staff.
#[must_use]
pub fn is_party(actor: &Actor, application: &crate::domain::application::Application) -> bool {
    actor.has_stake(application.requester, application.organisation)
}
