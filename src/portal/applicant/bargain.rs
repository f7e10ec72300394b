//! An offer side by side: what was asked beside what is offered, each condition as a card, and the form that answers
//! each of them. Decides nothing: what a counter is, the domain says.

use serde::Serialize;

use super::standing::{ItemView, item};
use crate::domain::agreement::{Agreement, Schedule};
use crate::domain::application::{Application, Item, Proposal};
use crate::domain::profile::Profile;
use crate::domain::review::{Condition, ConditionKind};
use crate::portal::shared::{ConditionView, Names, clock_words, conditions, day_words, limit_words};
use crate::web::{Form, FormErrors};

/// A dataset in the offer.
#[derive(Debug, Serialize)]
pub(super) struct OfferItem {
    #[serde(flatten)]
    pub(super) item: ItemView,
    /// What was asked beside what is offered; empty where nothing is.
    rows: Vec<Beside>,
    /// Each condition with its answer.
    cards: Vec<Card>,
}

/// One line of the comparison.
#[derive(Debug, Serialize)]
struct Beside {
    label: &'static str,
    asked: String,
    offered: String,
    differs: bool,
}

/// A condition to be answered.
#[derive(Debug, Serialize)]
struct Card {
    #[serde(flatten)]
    condition: ConditionView,
    number: usize,
    /// What it means for whoever calls the data.
    meaning: &'static str,
    /// The radios' name.
    choice: String,
    /// The text's name.
    counter: String,
}

/// The datasets of an offer. `asked_limits` are those that stood in the form, by slug.
pub(super) fn items(
    profile: &Profile,
    (names, application): (&Names, &Application),
    agreement: &Agreement,
    asked_limits: &[(String, Vec<String>)],
) -> Vec<OfferItem> {
    let one = |known: &Item| {
        let view = item(names, known);
        let limits = asked_limits.iter().find(|(slug, _)| *slug == known.slug).map(|(_, limits)| limits.as_slice());
        let schedule = agreement.schedule(&known.slug);
        let rows = schedule.map(|offered| beside(profile, (application, known), offered, limits.unwrap_or_default()));
        let cards = known.state.conditions().iter().zip(conditions(known.state.conditions()));
        let card = |(at, (condition, view)): (usize, (&Condition, ConditionView))| Card {
            condition: view,
            number: at.saturating_add(1),
            meaning: meaning(&condition.kind),
            choice: format!("answer.{}.{at}", known.id),
            counter: format!("counter.{}.{at}", known.id),
        };
        OfferItem { item: view, rows: rows.unwrap_or_default(), cards: cards.enumerate().map(card).collect() }
    };
    application.items.iter().map(one).collect()
}

fn beside(
    profile: &Profile,
    (application, item): (&Application, &Item),
    offered: &Schedule,
    asked_limits: &[String],
) -> Vec<Beside> {
    let answers = &application.answers;
    let scopes = |all: &[String]| {
        all.iter().map(|operation| format!("{}:{operation}", item.slug)).collect::<Vec<_>>().join(", ")
    };
    let mut rows = vec![
        row("Scopes", scopes(&item.asked.operations), scopes(&offered.operations)),
        row("Limits", asked_limits.join(", "), limit_words(&offered.limits).join(", ")),
    ];
    let volume = format!(
        "{} calls a day, {} a minute at the peak",
        answers.number("calls_per_day"),
        answers.number("peak_per_minute")
    );
    rows.push(Beside {
        label: "Your expected volume",
        asked: volume,
        offered: "Within the limits above".to_owned(),
        differs: false,
    });
    let (kept, allowed) = (answers.number("retention_days"), u64::from(profile.agreement.raw_retention_days));
    rows.push(Beside {
        label: "Days that raw data is kept",
        asked: kept.to_string(),
        offered: format!("At most {allowed}"),
        differs: kept > allowed,
    });
    let ends = match offered.ends_on() {
        Some(day) => day_words(day),
        None => format!("{} months after signing", profile.agreement.term_months),
    };
    rows.push(Beside {
        label: "End of the agreement",
        asked: format!("{} months after signing", profile.agreement.term_months),
        differs: offered.ends_on().is_some(),
        offered: ends,
    });
    rows.push(row(
        "Networks",
        "Any".to_owned(),
        offered.networks.as_ref().map_or("Any".to_owned(), |networks| {
            networks.networks().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }),
    ));
    rows.push(row(
        "Hours of the day",
        "Any".to_owned(),
        offered
            .hours
            .map_or("Any".to_owned(), |(from, to)| format!("From {} to {}", clock_words(from), clock_words(to))),
    ));
    rows.push(row("Taken out of the data", "Nothing".to_owned(), taken_out(offered)));
    rows
}

fn taken_out(offered: &Schedule) -> String {
    let mut found: Vec<String> = offered.redaction.iter().map(|name| format!("Redaction profile {name}")).collect();
    found.extend(offered.delay_minutes().map(|minutes| format!("Delivered {minutes} minutes late")));
    if found.is_empty() { "Nothing".to_owned() } else { found.join(", ") }
}

fn row(label: &'static str, asked: String, offered: String) -> Beside {
    Beside { differs: asked != offered, label, asked, offered }
}

/// What a condition means in practice.
const fn meaning(kind: &ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Limits { .. } => {
            "The gate counts the calls of all your keys together. What is beyond the limit is refused with 429 until the window is over."
        }
        ConditionKind::EndsOn { .. } => "After that day every key stops by itself. A renewal can be asked for before.",
        ConditionKind::Networks { .. } => {
            "Calls from any other address are refused with 403. Run your program from a machine in these networks."
        }
        ConditionKind::Operations { .. } => "Calls to any other operation are refused with 403.",
        ConditionKind::Hours { .. } => "Outside these hours of the city's day calls are refused with 403.",
        ConditionKind::Redaction { .. } => {
            "Fields are taken out or made coarser before an answer leaves the city. Your program must not count on them."
        }
        ConditionKind::Delay { .. } => "You see each record only after this time. It suits statistics, not live use.",
        ConditionKind::Promise => {
            "Nothing enforces it by machine. You promise it, the city may check it, and breaking it is a violation."
        }
    }
}

/// What the form says: the conditions that are countered, or what is wrong with it.
pub(super) fn answered(application: &Application, form: &Form) -> Result<Vec<Proposal>, FormErrors> {
    let (mut proposals, mut errors) = (Vec::new(), FormErrors::default());
    for item in &application.items {
        for at in 0..item.state.conditions().len() {
            let (choice, counter) = (format!("answer.{}.{at}", item.id), format!("counter.{}.{at}", item.id));
            let text = form.text(&counter);
            match form.text(&choice) {
                "propose" if text.is_empty() => errors.add(counter, "Say what you would accept instead."),
                "propose" => proposals.push(Proposal { item: item.id, condition: at, text: text.to_owned() }),
                "accept" if text.is_empty() => {}
                "accept" => errors.add(
                    choice,
                    "You wrote a proposal but accept the condition. Choose to propose it, or empty the text.",
                ),
                _ => errors.add(choice, "Say whether you accept this condition."),
            }
        }
    }
    if errors.is_empty() { Ok(proposals) } else { Err(errors) }
}
