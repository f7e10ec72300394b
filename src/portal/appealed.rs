//! An appeal, ready to print for both sides: both dates with their working, the timeline, the record. Decides nothing.

use serde::Serialize;

use crate::domain::appeal::{Appeal, AppealState, Part, Step, Timeliness};
use crate::domain::calendar::{Deadline, in_words};
use crate::domain::time::{Day, Instant};
use crate::portal::shared::Tag;

/// A date with its working.
#[derive(Debug, Serialize)]
pub struct DateView {
    by: Day,
    working: String,
    is_over: bool,
}

impl DateView {
    /// The last day of a clock, as seen on `today`.
    #[must_use]
    pub fn new(deadline: &Deadline, today: Day) -> Self {
        Self { by: deadline.due, working: deadline.explain(), is_over: deadline.due < today }
    }
}

/// An appeal, ready to print.
#[derive(Debug, Serialize)]
pub struct AppealView {
    id: String,
    number: String,
    what: String,
    /// Where the decision stands for the side that appeals.
    path: String,
    tag: Tag,
    /// What comes next, for the side that appeals.
    next: String,
    is_open: bool,
    appellant: String,
    filed_at: Instant,
    decided_by: String,
    decided_at: Instant,
    grounds: String,
    wanted: String,
    /// Why it is late or was admitted; empty where it came in time.
    late: String,
    ask_by: DateView,
    state_by: DateView,
    decide_by: DateView,
    hearing: String,
    ruling: Option<RulingView>,
    steps: Vec<Step>,
    record: Vec<Part>,
}

/// A decision on an appeal.
#[derive(Debug, Serialize)]
struct RulingView {
    sentence: &'static str,
    reasons: String,
    instructions: String,
    effect: String,
    by: String,
    at: Instant,
}

impl AppealView {
    /// The appeal as seen on `today`.
    #[must_use]
    pub fn new(appeal: &Appeal, today: Day) -> Self {
        let Appeal { contested, clocks, .. } = appeal;
        let hearing = match &appeal.state {
            AppealState::HearingSet { hearing } => format!("{}: {}", in_words(hearing.on), hearing.place),
            AppealState::Filed
            | AppealState::Acknowledged
            | AppealState::RecordCompiled
            | AppealState::Decided { .. }
            | AppealState::NotHeard { .. }
            | AppealState::Withdrawn { .. } => String::new(),
        };
        Self {
            id: appeal.id.to_string(),
            number: appeal.number.clone(),
            what: contested.what.clone(),
            path: contested.path.clone(),
            tag: appeal_tag(appeal.state.as_str()),
            next: next(appeal),
            is_open: appeal.state.is_open(),
            appellant: appeal.appellant_name.clone(),
            filed_at: appeal.filed_at,
            decided_by: contested.by_names.join(", "),
            decided_at: contested.at,
            grounds: appeal.grounds.clone(),
            wanted: appeal.wanted.clone(),
            late: late(appeal),
            ask_by: DateView::new(&clocks.ask_by, today),
            state_by: DateView::new(&clocks.state_by, today),
            decide_by: DateView::new(&clocks.decide_by, today),
            hearing,
            ruling: ruling(appeal),
            steps: appeal.steps.clone(),
            record: appeal.record.clone(),
        }
    }
}

fn ruling(appeal: &Appeal) -> Option<RulingView> {
    match &appeal.state {
        AppealState::Decided { ruling } => Some(RulingView {
            sentence: ruling.outcome.sentence(),
            reasons: ruling.reasons.clone(),
            instructions: ruling.instructions.clone(),
            effect: ruling.effect.clone(),
            by: ruling.by_name.clone(),
            at: ruling.at,
        }),
        AppealState::Filed
        | AppealState::Acknowledged
        | AppealState::RecordCompiled
        | AppealState::HearingSet { .. }
        | AppealState::NotHeard { .. }
        | AppealState::Withdrawn { .. } => None,
    }
}

fn late(appeal: &Appeal) -> String {
    match &appeal.timeliness {
        Timeliness::InTime => String::new(),
        Timeliness::Late => "It came after the last day. The clerk says whether it is heard all the same.".to_owned(),
        Timeliness::Admitted { by_name, reason, .. } => format!("It came late and is heard. {by_name}: {reason}"),
    }
}

fn next(appeal: &Appeal) -> String {
    let text = match &appeal.state {
        AppealState::Filed if matches!(appeal.timeliness, Timeliness::Late) => {
            "The clerk says whether it is heard although it came late, and why."
        }
        AppealState::Filed => "The clerk acknowledges it. Who decided before does not decide the appeal.",
        AppealState::Acknowledged => "The clerk puts the record together: decision, application, messages, notices.",
        AppealState::RecordCompiled => "The clerk decides on the record, or sets a hearing first.",
        AppealState::HearingSet { .. } => "Come to the hearing, or send somebody. The clerk decides after it.",
        AppealState::Decided { .. } => "This review is over. The State commission's time runs on its own.",
        AppealState::NotHeard { .. } => "This review is closed. The State commission's time runs on its own.",
        AppealState::Withdrawn { .. } => "You took it back. You may appeal again while the time lasts.",
    };
    text.to_owned()
}

/// Where an appeal stands.
#[must_use]
pub fn appeal_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "filed" => ("Filed", "warn"),
        "acknowledged" => ("Acknowledged", "info"),
        "record_compiled" => ("Record compiled", "info"),
        "hearing_set" => ("Hearing set", "info"),
        "affirmed" => ("Decision stands", "neutral"),
        "modified" => ("Changed in part", "good"),
        "reversed" => ("Reversed", "good"),
        "remanded" => ("Sent back", "info"),
        "not_heard" => ("Not heard", "neutral"),
        "withdrawn" => ("Withdrawn", "neutral"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}
