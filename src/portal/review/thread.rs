//! What was written about a case and what may be written: the thread with the applicant, private notes, who stepped aside.
//! Decides nothing.

use serde::Serialize;

use crate::domain::application::{Application, QUESTIONS, RemarkKind, State, question};
use crate::domain::review::Recusal;
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, Names};
use crate::store::applications::Remark;

#[derive(Debug, Serialize)]
pub(super) struct RemarkView {
    pub(super) title: &'static str,
    pub(super) tone: &'static str,
    pub(super) by: String,
    pub(super) at: Instant,
    pub(super) text: String,
    /// The label of the answer that a question is about.
    pub(super) about: &'static str,
}

/// One way to write something.
#[derive(Debug, Serialize)]
pub(super) struct Write {
    pub(super) act: &'static str,
    pub(super) field: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) button: &'static str,
    /// What a question may be about.
    pub(super) abouts: Vec<Choice>,
}

/// Who stepped aside, and why.
pub(super) fn stepped_aside(application: &Application) -> Vec<RemarkView> {
    let shown = |recusal: &Recusal| RemarkView {
        title: "Stepped aside",
        tone: "neutral",
        by: recusal.by_name.clone(),
        at: recusal.at,
        text: recusal.reason.clone(),
        about: "",
    };
    application.recusals.iter().map(shown).collect()
}

/// The thread with the applicant, and the private notes.
pub(super) fn remarks(remarks: &[Remark], names: &Names) -> (Vec<RemarkView>, Vec<RemarkView>) {
    let shown = |remark: &Remark| {
        let (title, tone) = match (remark.kind, remark.is_from_requester) {
            (RemarkKind::Question, _) => ("Question to the applicant", "warn"),
            (RemarkKind::Answer, _) => ("Answer", "good"),
            (RemarkKind::Message, true) => ("Message from the applicant", "info"),
            (RemarkKind::Message, false) => ("Message to the applicant", "neutral"),
            (RemarkKind::Note, _) => ("Private note", "neutral"),
            (RemarkKind::Counter, _) => ("Counter-proposal", "warn"),
        };
        let office = remark.department.map(|id| names.get(id)).unwrap_or_default();
        let by = match (remark.is_from_requester, office) {
            (_, "") => remark.author_name.clone(),
            (true, office) => format!("{} to {office}", remark.author_name),
            (false, office) => format!("{}, {office}", remark.author_name),
        };
        let about = remark.about.as_deref().and_then(question).map_or("", |question| question.label);
        RemarkView { title, tone, by, at: remark.at, text: remark.text.clone(), about }
    };
    let (notes, thread): (Vec<_>, Vec<_>) = remarks.iter().partition(|remark| remark.kind.is_private());
    (thread.into_iter().map(shown).collect(), notes.into_iter().map(shown).collect())
}

/// What may be written, as the application stands.
pub(super) fn writes(state: &State) -> Vec<Write> {
    let ask = Write {
        act: "ask",
        field: "question",
        label: "Ask the applicant",
        hint: "The application waits until they answer; they may also change their answers and send again.",
        button: "Send the question",
        abouts: QUESTIONS.iter().map(|question| Choice::new(question.name, question.label)).collect(),
    };
    let message = Write {
        act: "message",
        field: "message",
        label: "Write to the applicant",
        hint: "The work goes on; they are told by mail.",
        button: "Send the message",
        abouts: Vec::new(),
    };
    let note = Write {
        act: "note",
        field: "note",
        label: "Private note",
        hint: "Read by your department and auditors only. It may still be asked for as a public record.",
        button: "Keep the note",
        abouts: Vec::new(),
    };
    match state {
        State::Submitted { .. } => vec![ask, message, note],
        State::InfoRequested { .. } | State::Offered { .. } | State::Executed { .. } => vec![message, note],
        State::Draft
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => vec![note],
    }
}
