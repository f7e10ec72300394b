//! What happened to an application, oldest first: submissions, questions and answers, decisions; and the steps that are
//! still ahead of it. Only what its
//! requester may read; the case has already left out private notes.

use serde::Serialize;

use crate::cases::review::goal;
use crate::domain::application::{Application, Item, ItemState, RemarkKind, State, question};
use crate::domain::calendar::in_words;
use crate::domain::department::Goals;
use crate::domain::profile::Profile;
use crate::domain::review::Decision;
use crate::domain::time::{Instant, day_in};
use crate::portal::shared::Names;
use crate::store::applications::Remark;

/// One thing that happened.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    title: String,
    at: Instant,
    by: String,
    tone: &'static str,
    text: String,
}

/// A step that is still to come.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Ahead {
    title: String,
    /// Whose turn it is then, and until when, where that can be said.
    by: String,
}

/// The story of an application.
pub(super) fn story(names: &Names, application: &Application, remarks: &[Remark]) -> Vec<Entry> {
    let mut entries = vec![entry("Draft begun", application.created_at, &application.requester_name, "neutral", "")];
    for (at, submission) in application.submissions.iter().enumerate() {
        let title = if at == 0 { "Signed and sent" } else { "Changed, signed and sent again" };
        entries.push(entry(title, submission.at, &submission.evidence.name, "info", ""));
    }
    entries.extend(remarks.iter().map(|remark| said(names, remark)));
    for item in &application.items {
        match &item.state {
            ItemState::Pending { first } => {
                entries.extend(first.iter().map(|first| decided(names, &item.title, "First approval", first)));
            }
            ItemState::Granted { at } => {
                entries.push(entry(&format!("{}: granted under click-through terms", item.title), *at, "", "good", ""));
            }
            ItemState::Approved { decision, first } => {
                entries.extend(first.iter().map(|first| decided(names, &item.title, "First approval", first)));
                entries.push(decided(names, &item.title, "Granted", decision));
            }
            ItemState::Denied { decision } => entries.push(decided(names, &item.title, "Denied", decision)),
        }
    }
    entries.extend(ending(application));
    entries.sort_by_key(|entry| entry.at);
    entries
}

fn entry(title: &str, at: Instant, by: &str, tone: &'static str, text: &str) -> Entry {
    Entry { title: title.to_owned(), at, by: by.to_owned(), tone, text: text.to_owned() }
}

fn said(names: &Names, remark: &Remark) -> Entry {
    let department = remark.department.map(|id| names.get(id)).unwrap_or_default();
    let (title, tone) = match remark.kind {
        RemarkKind::Question => match remark.about.as_deref().and_then(question) {
            Some(about) => (format!("Question from {department} about “{}”", about.label), "warn"),
            None => (format!("Question from {department}"), "warn"),
        },
        RemarkKind::Answer => ("Your answer".to_owned(), "info"),
        RemarkKind::Message if remark.is_from_requester => (format!("Your message to {department}"), "neutral"),
        RemarkKind::Message => (format!("Message from {department}"), "neutral"),
        RemarkKind::Note => ("Note".to_owned(), "neutral"),
        RemarkKind::Counter => (format!("You proposed other conditions to {department}"), "info"),
    };
    entry(&title, remark.at, &remark.author_name, tone, &remark.text)
}

fn decided(names: &Names, dataset: &str, what: &str, decision: &Decision) -> Entry {
    let by = format!("{}, {}", decision.by_name, names.get(decision.department));
    let tone = if what == "Denied" { "bad" } else { "good" };
    entry(&format!("{dataset}: {}", what.to_lowercase()), decision.at, &by, tone, &decision.statement)
}

/// What the state itself tells beyond submissions and decisions.
fn ending(application: &Application) -> Option<Entry> {
    match &application.state {
        State::Offered { at, .. } => Some(entry("Agreement offered", *at, "", "warn", "")),
        State::Executed { at, .. } => Some(entry("Agreement in force", *at, "", "good", "")),
        State::Withdrawn { at, reason } => {
            Some(entry("Taken back", *at, &application.requester_name, "neutral", reason))
        }
        State::Converted { at, requests } => {
            let title = format!("Asked for as records: {}", requests.join(", "));
            Some(entry(&title, *at, &application.requester_name, "info", ""))
        }
        State::Lapsed { at } => Some(entry("The offer lapsed", *at, "", "neutral", "")),
        State::Draft | State::Submitted { .. } | State::InfoRequested { .. } | State::Denied { .. } => None,
    }
}

/// The steps from here to an agreement, as far as they can be known; none where nothing goes on.
pub(super) fn ahead(profile: &Profile, (names, goals): (&Names, &Goals), application: &Application) -> Vec<Ahead> {
    let step = |title: &str, by: &str| Ahead { title: title.to_owned(), by: by.to_owned() };
    let mut steps = match &application.state {
        State::Draft => vec![step("You check everything and sign", "Your turn")],
        State::InfoRequested { department, .. } => {
            vec![step(&format!("You answer the question of {}", names.get(*department)), "Your turn")]
        }
        State::Offered { lapses_at, .. } => {
            let until = in_words(day_in(profile.zone, *lapses_at));
            vec![step("You sign, propose other conditions, or decline", &format!("Your turn, until {until}"))]
        }
        State::Submitted { .. } => Vec::new(),
        State::Executed { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => return Vec::new(),
    };
    let is_ahead =
        |item: &&Item| item.state.is_pending() && item.tier.approvals_needed().is_some_and(|needed| needed > 0);
    for item in application.items.iter().filter(is_ahead) {
        let until = goal(profile, goals, application, &[item.department]);
        let until = until.map(|day| format!("The city aims at {}", in_words(day))).unwrap_or_default();
        let decides = step(&format!("Decision by {}", names.get(item.department)), &until);
        if !steps.contains(&decides) {
            steps.push(decides);
        }
    }
    steps.push(step("The agreement is in force, and you make keys", ""));
    steps
}
