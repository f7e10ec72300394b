//! Where an application stands, who has it and what comes next, in words for its requester. Decides nothing.

use serde::Serialize;

use crate::cases::review::submitted_at;
use crate::domain::application::{Application, Item, ItemState, State};
use crate::domain::calendar::in_words;
use crate::domain::department::Goals;
use crate::domain::profile::Profile;
use crate::domain::time::day_in;
use crate::portal::shared::{ConditionView, Names, Tag, conditions, tier_words};

/// The three questions that everybody asks of a running case.
#[derive(Debug, Serialize)]
pub(super) struct Standing {
    tag: Tag,
    /// Where it stands.
    title: String,
    /// Who has it.
    who: String,
    /// What comes next.
    next: String,
}

/// The state as a word for lists.
pub(super) fn tag(state: &State) -> Tag {
    let (text, tone) = match state {
        State::Draft => ("Draft", "neutral"),
        State::Submitted { .. } => ("With the city", "info"),
        State::InfoRequested { .. } => ("Waiting for your answer", "warn"),
        State::Offered { .. } => ("Waiting for your signature", "warn"),
        State::Executed { .. } => ("Granted", "good"),
        State::Denied { .. } => ("Denied", "bad"),
        State::Withdrawn { .. } => ("Withdrawn", "neutral"),
        State::Lapsed { .. } => ("Offer lapsed", "neutral"),
        State::Converted { .. } => ("Became a records request", "info"),
    };
    Tag { text, tone }
}

/// The standing of an application.
pub(super) fn standing(profile: &Profile, (names, goals): (&Names, &Goals), application: &Application) -> Standing {
    let (title, who, next) = match &application.state {
        State::Draft => (
            "You are still writing this application".to_owned(),
            "You. Nobody at the city can see a draft.".to_owned(),
            "Fill in the steps below in any order; everything is kept as you save it. Then check and sign.".to_owned(),
        ),
        State::Submitted { .. } => {
            let waiting = application.items.iter().filter(|item| item.state.is_pending()).map(|item| item.department);
            let goal =
                profile.calendar.after(day_in(profile.zone, submitted_at(application)), goals.furthest(waiting)).due;
            (
                "The city is reviewing it".to_owned(),
                waiting_for(names, application),
                format!(
                    "Each department decides on its own datasets; the city aims to be done by {}. \
                     You get a mail when somebody asks a question and when it is decided.",
                    in_words(goal)
                ),
            )
        }
        State::InfoRequested { department, .. } => (
            format!("{} asked you a question", names.get(*department)),
            "You. The review waits for your answer.".to_owned(),
            "Answer below, or change the application and send it again; the reviewer sees what you changed.".to_owned(),
        ),
        State::Offered { lapses_at, .. } => (
            "An agreement is offered to you".to_owned(),
            "You.".to_owned(),
            format!(
                "Read the conditions, then sign, propose other conditions, or decline. The offer lapses on {}.",
                in_words(day_in(profile.zone, *lapses_at))
            ),
        ),
        State::Executed { .. } => (
            "Granted".to_owned(),
            "Nobody: it is settled.".to_owned(),
            "Make a key under the agreement and call the data. To ask for more, reopen this application; the \
             agreement stays in force until the new one is."
                .to_owned(),
        ),
        State::Denied { .. } => (
            "Denied".to_owned(),
            "Nobody, unless you appeal.".to_owned(),
            "Read the letter: it states the reasons, what would change the answer, and both ways to appeal with \
             their dates. You can also reopen the application and ask for something else."
                .to_owned(),
        ),
        State::Withdrawn { .. } => (
            "You took it back".to_owned(),
            "Nobody.".to_owned(),
            "If you change your mind, reopen it: a new draft begins with the same answers.".to_owned(),
        ),
        State::Converted { requests, .. } => converted(requests),
        State::Lapsed { .. } => (
            "The offer was not signed in time".to_owned(),
            "Nobody.".to_owned(),
            "Reopen the application to ask again with the same answers.".to_owned(),
        ),
    };
    Standing { tag: tag(&application.state), title, who, next }
}

fn converted(requests: &[String]) -> (String, String, String) {
    (
        "You asked for the records instead".to_owned(),
        "The office that has the records.".to_owned(),
        format!(
            "Follow {} under “My records requests”. You can still reopen this application.",
            requests.join(" and ")
        ),
    )
}

fn waiting_for(names: &Names, application: &Application) -> String {
    let mut found: Vec<&str> = Vec::new();
    for item in application.items.iter().filter(|item| matches!(item.state, ItemState::Pending { .. })) {
        let name = names.get(item.department);
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found.join(" and ")
}

/// A dataset of the application, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct ItemView {
    pub(super) id: String,
    title: String,
    href: String,
    department: String,
    tier: &'static str,
    scopes: Vec<String>,
    why: Vec<(String, String)>,
    tag: Tag,
    /// What is to be known of the state; may be empty.
    note: String,
    /// The decider's words; may be empty.
    statement: String,
    pub(super) conditions: Vec<ConditionView>,
    pub(super) is_denied: bool,
}

/// An item as its requester sees it.
pub(super) fn item(names: &Names, item: &Item) -> ItemView {
    let department = names.get(item.department).to_owned();
    let (tag, note, statement) = item_words(item, &department);
    ItemView {
        id: item.id.to_string(),
        title: item.title.clone(),
        href: format!("/datasets/{}", item.slug),
        department,
        tier: tier_words(Some(item.tier)),
        scopes: item.asked.operations.iter().map(|operation| format!("{}:{operation}", item.slug)).collect(),
        why: item.asked.sensitive.iter().map(|(field, why)| (field.clone(), why.clone())).collect(),
        tag,
        note,
        statement,
        conditions: conditions(item.state.conditions()),
        is_denied: matches!(item.state, ItemState::Denied { .. }),
    }
}

fn item_words(item: &Item, department: &str) -> (Tag, String, String) {
    let none = String::new;
    match &item.state {
        ItemState::Pending { first: None } => (Tag { text: "Not decided yet", tone: "neutral" }, none(), none()),
        ItemState::Pending { first: Some(_) } => {
            let note = format!("One person at {department} approved it. Restricted data needs a second person.");
            (Tag { text: "Waiting for a second approval", tone: "info" }, note, none())
        }
        ItemState::Granted { .. } => {
            let note = "Granted under click-through terms, without a human decision.".to_owned();
            (Tag { text: "Granted", tone: "good" }, note, none())
        }
        ItemState::Approved { decision, .. } => {
            let tag = if decision.verdict.is_as_asked() {
                Tag { text: "Granted as asked", tone: "good" }
            } else {
                Tag { text: "Granted with conditions", tone: "good" }
            };
            (tag, format!("Decided by {}, {department}.", decision.by_name), decision.statement.clone())
        }
        ItemState::Denied { decision } => (
            Tag { text: "Denied", tone: "bad" },
            format!("Decided by {}, {department}. The letter states the reasons.", decision.by_name),
            decision.statement.clone(),
        ),
    }
}
