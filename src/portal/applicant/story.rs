//! What happened to an application, oldest first: submissions, questions and answers, decisions. Only what its
//! requester may read; the case has already left out private notes.

use serde::Serialize;

use crate::domain::application::{Application, ItemState, RemarkKind, State, question};
use crate::domain::review::Decision;
use crate::domain::time::Instant;
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
