//! The rule book as anybody may read it, and the signals that the rules wrote, for the offices. Decides nothing.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::{Caller, CaseError, Desk, conduct, misuse};
use crate::domain::misuse::{
    Finding, Grain, Mode, Offence, Rule, Signal, SignalKind, SignalState, Step, StepTaken, window_words,
};
use crate::domain::people::Role;
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Page, Query, Routes, WebError, paging};

/// Rows on one page.
const PAGE: usize = 50;
const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes.get("/rules", Access::Public, "The rule book against misuse", book).get(
        "/signals",
        OFFICES,
        "Signals of the misuse rules",
        signals,
    )
}

/// What `public/rules.html` shows.
#[derive(Debug, Serialize)]
pub(crate) struct BookView {
    pub(crate) live: Vec<RuleView>,
    pub(crate) trial: Vec<RuleView>,
    pub(crate) version: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct RuleView {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) title_es: String,
    pub(crate) text_es: String,
    pub(crate) figure: String,
    pub(crate) figure_es: String,
    pub(crate) step: &'static str,
    pub(crate) step_es: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) silent: String,
}

impl From<&Rule> for RuleView {
    fn from(rule: &Rule) -> Self {
        let (step, step_es, tone) = match rule.first_step {
            Step::Inform => ("The holder is told", "Se informa al titular", "info"),
            Step::Warn => ("The holder is warned", "Se advierte al titular", "warn"),
            Step::Throttle => ("The key is slowed down", "Se limita la clave", "warn"),
            Step::Suspend => ("The key is suspended", "Se suspende la clave", "bad"),
        };
        Self {
            id: rule.id.to_string(),
            class: format!("{}, {}", rule.class.as_str(), rule.class.title()),
            title: rule.title.text("en").to_owned(),
            text: rule.text.text("en").to_owned(),
            title_es: rule.title.text("es").to_owned(),
            text_es: rule.text.text("es").to_owned(),
            figure: figure(rule),
            figure_es: figure_in_spanish(rule),
            step,
            step_es,
            tone,
            silent: window_words(rule.cool_down_minutes),
        }
    }
}

pub(super) fn figure(rule: &Rule) -> String {
    let within = window_words(rule.window_minutes);
    let least = match rule.signal {
        SignalKind::RefusedShare => format!(", of at least {} calls", rule.calls_min),
        SignalKind::LimitHitting => format!(", at least {} calls in each", rule.calls_min.max(1)),
        SignalKind::ScopeProbing
        | SignalKind::UseWhenStopped
        | SignalKind::ManyNetworks
        | SignalKind::PathSweep
        | SignalKind::NightPull
        | SignalKind::Volume => String::new(),
        SignalKind::LeakReport | SignalKind::CanaryKey | SignalKind::CanaryRecord => {
            return format!("At the first {}", rule.signal.unit());
        }
    };
    format!("{} {} or more within {within}{least}", rule.threshold, rule.signal.unit())
}

pub(super) fn figure_in_spanish(rule: &Rule) -> String {
    if rule.grain() == Grain::Event {
        return format!("Al primer {}", rule.signal.unit_in_spanish());
    }
    let minutes = rule.window_minutes;
    let within = if minutes.is_multiple_of(60) && minutes > 60 {
        format!("{} horas", minutes / 60)
    } else {
        format!("{minutes} minutos")
    };
    format!("{} {} o más en {within}", rule.threshold, rule.signal.unit_in_spanish())
}

async fn book(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let of = |mode| desk.profile.rules.iter().filter(move |rule| rule.mode == mode).map(Into::into).collect();
    let view = BookView { live: of(Mode::Live), trial: of(Mode::Shadow), version: desk.profile.version.to_string() };
    Page::new(&request, "Rule book")?.render("public/rules.html", &view)
}

/// What `review/signals.html` shows.
#[derive(Debug, Serialize)]
pub(crate) struct SignalsView {
    pub(crate) rows: Vec<Row>,
    pub(crate) first: String,
    pub(crate) next: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) at: Instant,
    pub(crate) rule: String,
    pub(crate) title: String,
    pub(crate) class: &'static str,
    pub(crate) key_hint: String,
    pub(crate) agreement: String,
    pub(crate) agreement_href: String,
    pub(crate) facts: String,
    pub(crate) outcomes: String,
    pub(crate) taken: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) offence: &'static str,
    /// What to do with it: the case there is, or the form that opens one; empty where there is nothing to do.
    pub(crate) case: (String, String),
}

async fn signals(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let below = query.lenient().get("cursor").unwrap_or_default().to_owned();
    let caller = caller(&request);
    let view = desk.run(move |desk| view(desk, &caller, &below)).await?;
    Page::new(&request, "Signals")?.render("review/signals.html", &view)
}

fn view(desk: &Desk, caller: &Caller, below: &str) -> Result<SignalsView, CaseError> {
    let below = below.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = misuse::signals(desk, caller, below, limit)?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_more).map(|last| {
        let cursor = format!("{}~{}", last.at.to_rfc3339(), last.id);
        paging::link("/signals", [("cursor", cursor.as_str())])
    });
    Ok(SignalsView {
        rows: found.into_iter().map(|signal| row(desk, caller, signal)).collect::<Result<_, _>>()?,
        first: if below.is_some() { "/signals".to_owned() } else { String::new() },
        next: next.unwrap_or_default(),
    })
}

/// The case that a signal became, or the form that opens one, for who may.
fn case_of(desk: &Desk, caller: &Caller, signal: &Signal) -> Result<(String, String), CaseError> {
    let may_open =
        [Role::Reviewer, Role::Manager, Role::Clerk].into_iter().any(|role| caller.actor.holds_anywhere(role));
    Ok(match signal.state {
        SignalState::Taken => conduct::from_signal(desk, signal.id)?
            .map(|case| (case.number.clone(), case.path_of_office()))
            .unwrap_or_default(),
        SignalState::Open if may_open => ("Open a case".to_owned(), format!("/cases/new?from=signal:{}", signal.id)),
        SignalState::Open | SignalState::Trial => Default::default(),
    })
}

fn row(desk: &Desk, caller: &Caller, signal: Signal) -> Result<Row, CaseError> {
    let (taken, tone) = match signal.taken {
        StepTaken::Shadow => ("On trial: nothing done", "neutral"),
        StepTaken::Informed => ("Holder told", "info"),
        StepTaken::Warned => ("Holder warned", "warn"),
        StepTaken::Throttled(_) => ("Slowed down", "warn"),
        StepTaken::Suspended(_) => ("Key suspended", "bad"),
        StepTaken::StoppedBefore => ("Stopped before; holder warned", "warn"),
    };
    let title = desk.profile.rule(&signal.rule).map(|rule| rule.title.text("en").to_owned());
    let case = case_of(desk, caller, &signal)?;
    let Finding { outcomes, .. } = &signal.finding;
    let outcomes: Vec<_> = outcomes.iter().map(|(outcome, calls)| format!("{outcome}: {calls}")).collect();
    Ok(Row {
        case,
        at: signal.at,
        facts: signal.sentence(),
        outcomes: outcomes.join(", "),
        title: title.unwrap_or_else(|| signal.rule.clone()),
        rule: signal.rule,
        class: signal.class.as_str(),
        key_hint: signal.key_hint,
        agreement: signal.agreement_number,
        agreement_href: format!("/review/agreements/{}", signal.agreement),
        taken,
        tone,
        offence: match signal.offence {
            Offence::First => "The first in twelve months",
            Offence::Repeat => "Again within twelve months",
            Offence::Continuing => "It goes on",
        },
    })
}
