//! Unusual use: signals that wait, days out of the ordinary, keys and agreements that rest. Each line leads to where one
//! looks further.

use actix_web::{HttpRequest, HttpResponse};
use chrono::Days;
use serde::Serialize;

use super::asked::texts;
use crate::cases::anomalies::{self, Anomalies, SPANS, Span, Unusual};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::anomaly::{Anomaly, IDLE_DAYS};
use crate::domain::misuse::Signal;
use crate::domain::people::Role;
use crate::domain::time::{Day, Instant};
use crate::portal::shared::{Choice, Names, Tag};
use crate::web::case::{DeskData, caller, form_errors};
use crate::web::{FormView, Page, Query, WebError, paging};

const NAMES: [&str; 2] = ["days", "department"];

#[derive(Debug, Serialize)]
pub(super) struct AnomaliesView {
    spans: Vec<Choice>,
    departments: Vec<Choice>,
    found: Option<FoundView>,
}

#[derive(Debug, Serialize)]
struct FoundView {
    first: Day,
    last: Day,
    signals: Vec<SignalRow>,
    days: Vec<Row>,
    days_left: usize,
    resting: Vec<Row>,
    resting_left: usize,
}

/// A signal that waits for somebody.
#[derive(Debug, Serialize)]
struct SignalRow {
    at: Instant,
    title: String,
    facts: String,
    key_hint: String,
    agreement: String,
    agreement_href: String,
    case: String,
}

/// Something unusual.
#[derive(Debug, Serialize)]
struct Row {
    kind: Tag,
    said: String,
    key: String,
    key_href: String,
    agreement: String,
    title: String,
    agreement_href: String,
    explorer: String,
    /// Where a case is opened; empty for who may not.
    case: String,
}

const fn kind(what: &Anomaly) -> Tag {
    let (text, tone) = match what {
        Anomaly::Surge { .. } => ("Far more calls", "warn"),
        Anomaly::Refusals { .. } => ("Mostly refused", "bad"),
        Anomaly::NewHours { .. } => ("New hours", "info"),
        Anomaly::NeverUsed { .. } => ("Never used", "neutral"),
        Anomaly::Idle { .. } => ("No calls", "neutral"),
    };
    Tag { text, tone }
}

/// Whether this person may open a case.
fn may_open_case(caller: &Caller) -> bool {
    [Role::Reviewer, Role::Manager, Role::Clerk].into_iter().any(|role| caller.actor.holds_anywhere(role))
}

/// The explorer, narrowed to what is unusual.
fn explorer(one: &Unusual, today: Day) -> String {
    let text = |day: Day| day.to_string();
    let (by, from, to) = match &one.what {
        Anomaly::Surge { day, .. } | Anomaly::NewHours { day, .. } => ("hour", text(*day), text(*day)),
        Anomaly::Refusals { day, .. } => ("outcome", text(*day), text(*day)),
        Anomaly::NeverUsed { made } => ("day", text(*made), text(today)),
        Anomaly::Idle { since, last } => {
            let before = u64::try_from(IDLE_DAYS).unwrap_or(0);
            let from = last.unwrap_or_else(|| today.checked_sub_days(Days::new(before)).unwrap_or(*since));
            ("day", text(from), text(today))
        }
    };
    let key = one.key.as_ref().map(|key| key.id.clone()).unwrap_or_default();
    let agreement = match (&one.key, &one.agreement) {
        (None, Some(agreement)) => agreement.id.to_string(),
        (Some(_), _) | (None, None) => String::new(),
    };
    let pairs = [("by", by), ("from", &from), ("to", &to), ("key", &key), ("agreement", &agreement)];
    paging::link("/audit/usage", pairs)
}

fn row(one: &Unusual, today: Day, may_open: bool) -> Row {
    let agreement = one.agreement.as_ref();
    let number = agreement.map(|agreement| agreement.number.clone()).unwrap_or_default();
    Row {
        kind: kind(&one.what),
        said: one.what.sentence(),
        key: one.key.as_ref().map(|key| key.label.clone()).unwrap_or_default(),
        key_href: match (&one.key, agreement) {
            (Some(key), Some(_)) => format!("/audit/stories/key/{}", key.id),
            (Some(_), None) | (None, _) => String::new(),
        },
        title: agreement.map(|agreement| agreement.title.clone()).unwrap_or_default(),
        agreement_href: agreement.map(|one| format!("/review/agreements/{}", one.id)).unwrap_or_default(),
        explorer: explorer(one, today),
        case: if may_open && !number.is_empty() && one.what.day().is_some() {
            paging::link("/cases/new", [("agreement", number.as_str())])
        } else {
            String::new()
        },
        agreement: number,
    }
}

fn signal_row(desk: &Desk, signal: &Signal, may_open: bool) -> SignalRow {
    let title = desk.profile.rule(&signal.rule).map(|rule| rule.title.text("en").to_owned());
    SignalRow {
        at: signal.at,
        title: title.unwrap_or_else(|| signal.rule.clone()),
        facts: signal.sentence(),
        key_hint: signal.key_hint.clone(),
        agreement: signal.agreement_number.clone(),
        agreement_href: format!("/review/agreements/{}", signal.agreement),
        case: if may_open { format!("/cases/new?from=signal:{}", signal.id) } else { String::new() },
    }
}

fn shown(desk: &Desk, found: &Anomalies, may_open: bool) -> FoundView {
    let (first, last) = found.span;
    FoundView {
        first,
        last,
        signals: found.signals.iter().map(|signal| signal_row(desk, signal, may_open)).collect(),
        days: found.days.iter().map(|one| row(one, last, may_open)).collect(),
        days_left: found.days_left,
        resting: found.resting.iter().map(|one| row(one, last, may_open)).collect(),
        resting_left: found.resting_left,
    }
}

fn view(desk: &Desk, reader: &Caller, span: Option<Span>) -> Result<AnomaliesView, CaseError> {
    let found = span.map(|span| anomalies::find(desk, reader, span)).transpose()?;
    let all = desk.read(crate::store::people::departments)?;
    let departments: Vec<_> = all.iter().map(|department| department.id).collect();
    Ok(AnomaliesView {
        spans: SPANS.map(|days| Choice::new(days.to_string(), format!("The last {days} days"))).to_vec(),
        departments: Names::of(desk)?.choices(&departments),
        found: found.map(|found| shown(desk, &found, may_open_case(reader))),
    })
}

/// The page `/audit/anomalies`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let [days, department] = texts(query, NAMES);
    let form = FormView::with(
        [("days", days.as_str()), ("department", department.as_str())].into_iter().filter(|(_, text)| !text.is_empty()),
    );
    let (span, form) = match Span::read(&days, &department) {
        Ok(span) => (Some(span), form),
        Err(problems) => (None, form.with_errors(&form_errors(problems))),
    };
    let reader = caller(&request);
    let view = desk.run(move |desk| view(desk, &reader, span)).await?;
    Page::new(&request, "Unusual use")?.crumb("Audit", "/audit").form(form).render("auditor/anomalies.html", &view)
}
