//! The usage explorer: rows of whatever one likes to count, narrowed by a click, with their curve, from the rollups and
//! never from the log.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::asked::{find, kinds, texts};
use super::log::OUTCOMES;
use crate::cases::explorer::{self, By, Explored, NAMES, Order, Question, Row as Counted};
use crate::cases::{CaseError, Desk};
use crate::domain::saved_view::ViewRoom;
use crate::domain::time::{Day, Instant};
use crate::portal::saved_views::ViewBar;
use crate::portal::shared::{Choice, Names};
use crate::store::views::explorer::{Range, hour_of};
use crate::store::views::usage::{Sum, Whose};
use crate::web::case::{DeskData, caller};
use crate::web::{FormErrors, FormView, Page, Query, WebError, paging, sheet};

/// The chart is so wide and so high.
const CHART: (i64, i64) = (600, 120);

#[derive(Debug, Serialize)]
pub(super) struct UsageView {
    pub(super) bys: Vec<Choice>,
    pub(super) orders: Vec<Choice>,
    pub(super) hours: Vec<Choice>,
    pub(super) departments: Vec<Choice>,
    pub(super) outcomes: Vec<Choice>,
    pub(super) is_filtered: bool,
    pub(super) filters: Vec<Filter>,
    pub(super) answer: Option<AnswerView>,
    pub(super) bar: ViewBar,
}

/// A filter in force, and where one goes without it.
#[derive(Debug, Serialize)]
pub(super) struct Filter {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) without: String,
}

#[derive(Debug, Serialize)]
pub(super) struct AnswerView {
    pub(super) head: &'static str,
    pub(super) rows: Vec<Row>,
    pub(super) others: Option<Row>,
    pub(super) others_count: usize,
    pub(super) days: Option<(Day, Day)>,
    pub(super) hours: Option<(Instant, Instant)>,
    pub(super) calls: i64,
    pub(super) refused: i64,
    pub(super) bytes: i64,
    pub(super) bars: Vec<Bar>,
    pub(super) bar_width: i64,
    pub(super) most: i64,
    pub(super) curve: &'static str,
    pub(super) csv: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) narrow: String,
    pub(super) more: String,
    pub(super) calls: i64,
    pub(super) ok: i64,
    pub(super) refused: i64,
    pub(super) bytes: i64,
    pub(super) mean_ms: i64,
    pub(super) most: i64,
}

/// One point of the curve as a bar.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) calls: i64,
    pub(super) refused: i64,
    pub(super) x: i64,
    pub(super) ok_y: i64,
    pub(super) ok_height: i64,
    pub(super) bad_y: i64,
    pub(super) bad_height: i64,
}

const BYS: [(By, &str); 11] = [
    (By::Key, "Key"),
    (By::Agreement, "Agreement"),
    (By::Holder, "Holder"),
    (By::Organisation, "Organisation"),
    (By::Dataset, "Dataset"),
    (By::Department, "Department"),
    (By::Operation, "Operation"),
    (By::Outcome, "Outcome"),
    (By::Hour, "Hour"),
    (By::Day, "Day"),
    (By::Month, "Month"),
];

const ORDERS: [(Order, &str); 5] = [
    (Order::Calls, "Most calls"),
    (Order::Refused, "Most refused or failed"),
    (Order::Bytes, "Most sent"),
    (Order::Time, "Slowest"),
    (Order::Name, "Name or time"),
];

/// What narrows, beside time: the name of the filter, and how people call it.
const FILTERS: [(&str, &str); 8] = [
    ("key", "Key"),
    ("agreement", "Agreement"),
    ("holder", "Holder"),
    ("organisation", "Organisation"),
    ("dataset", "Dataset"),
    ("department", "Department"),
    ("operation", "Operation"),
    ("outcome", "Outcome"),
];

type Texts = [String; 14];

fn given<'a>(texts: &'a Texts, name: &str) -> &'a str {
    NAMES.iter().zip(texts).find(|(known, _)| **known == name).map_or("", |(_, text)| text.as_str())
}

/// The address of a question like this one, with some parts changed.
fn link(path: &str, texts: &Texts, changed: &[(&str, &str)]) -> String {
    let pairs = NAMES.iter().zip(texts).map(|(name, text)| {
        let new = changed.iter().find(|(known, _)| known == name).map_or(text.as_str(), |(_, text)| text);
        (*name, new)
    });
    paging::link(path, pairs)
}

/// The page `/audit/usage`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked: Texts = texts(query, NAMES);
    let mut shown = asked.clone();
    let (reader, query) = (caller(&request), request.query_string().to_owned());
    let (view, errors) = desk
        .run(move |desk| {
            let (answer, errors) = match ask(desk, &asked) {
                Ok(question) => match explorer::explore(desk, &reader, &question) {
                    Ok(found) => (Some(answer(&question, &found, &asked)), FormErrors::default()),
                    Err(CaseError::Invalid(problems)) => (None, wrong(problems)),
                    Err(error) => return Err(error),
                },
                Err(CaseError::Invalid(problems)) => (None, wrong(problems)),
                Err(error) => return Err(error),
            };
            let bar = ViewBar::of(desk, &reader, ViewRoom::Usage, &query)?;
            Ok((view(desk, &asked, (answer, bar))?, errors))
        })
        .await?;
    let mut put = |name: &str, value: String, is_sure: bool| {
        if let Some((_, text)) = NAMES.iter().zip(shown.iter_mut()).find(|(known, _)| **known == name)
            && (is_sure || text.is_empty())
        {
            *text = value;
        }
    };
    put("by", By::Dataset.as_str().to_owned(), false);
    put("order", Order::Calls.as_str().to_owned(), false);
    if let Some((first, last)) = view.answer.as_ref().and_then(|answer| answer.days) {
        put("from", first.to_string(), true);
        put("to", last.to_string(), true);
    }
    let form = FormView::with(NAMES.iter().zip(shown).map(|(name, value)| (*name, value)));
    let page = Page::new(&request, "Use of the gate")?.crumb("Audit", "/audit").form(form.with_errors(&errors));
    view.bar.settle(page).render("auditor/usage.html", &view)
}

fn ask(desk: &Desk, texts: &Texts) -> Result<Question, CaseError> {
    explorer::question(desk, &|name| given(texts, name).to_owned())
}

fn wrong(problems: Vec<crate::domain::text::Invalid>) -> FormErrors {
    let mut errors = FormErrors::default();
    for problem in problems {
        errors.add(problem.field, problem.message);
    }
    errors
}

fn view(desk: &Desk, texts: &Texts, (answer, bar): (Option<AnswerView>, ViewBar)) -> Result<UsageView, CaseError> {
    let names = Names::of(desk)?;
    let mut filters = Vec::new();
    for (name, label) in FILTERS {
        let text = given(texts, name);
        if !text.is_empty() {
            let by = By::from_word(name).unwrap_or(By::Outcome);
            let value = explorer::label(desk, by, text)?;
            filters.push(Filter { name: label, value, without: link("/audit/usage", texts, &[(name, "")]) });
        }
    }
    let all = desk.read(crate::store::people::departments)?;
    let departments: Vec<_> = all.iter().map(|department| department.id).collect();
    Ok(UsageView {
        bys: BYS.iter().map(|(by, label)| Choice::new(by.as_str(), *label)).collect(),
        orders: ORDERS.iter().map(|(order, label)| Choice::new(order.as_str(), *label)).collect(),
        hours: (0..24).map(|hour| Choice::new(hour.to_string(), format!("{hour:02}"))).collect(),
        departments: names.choices(&departments),
        outcomes: OUTCOMES.map(|outcome| Choice::new(outcome, outcome)).to_vec(),
        is_filtered: !filters.is_empty(),
        filters,
        answer,
        bar,
    })
}

fn answer(question: &Question, found: &Explored, texts: &Texts) -> AnswerView {
    let most = found.rows.iter().map(|row| row.sum.calls).max().unwrap_or(0).max(1);
    let (days, hours) = match question.range {
        Range::Days(first, last) => (Some((first, last)), None),
        Range::Hours(from, to) => (None, Some((from, to))),
    };
    let (bars, bar_width, highest) = bars(&found.curve, found.curve_by);
    AnswerView {
        head: BYS.iter().find(|(by, _)| *by == question.by).map_or("", |(_, label)| label),
        rows: found.rows.iter().map(|row| shown(question.by, row, texts, most)).collect(),
        others: found.others.as_ref().map(|(_, sum)| plain(String::new(), sum, most)),
        others_count: found.others.as_ref().map_or(0, |(count, _)| *count),
        days,
        hours,
        calls: found.total.calls,
        refused: found.total.refused(),
        bytes: found.total.bytes,
        bars,
        bar_width,
        most: highest,
        curve: found.curve_by.as_str(),
        csv: link("/audit/usage.csv", texts, &[]),
    }
}

fn plain(label: String, sum: &Sum, most: i64) -> Row {
    Row {
        label,
        narrow: String::new(),
        more: String::new(),
        calls: sum.calls,
        ok: sum.ok,
        refused: sum.refused(),
        bytes: sum.bytes,
        mean_ms: sum.mean_ms(),
        most,
    }
}

/// A row narrows to what it is of, and goes on to the next thing one would like to know of it.
fn shown(by: By, row: &Counted, texts: &Texts, most: i64) -> Row {
    let of = row.sum.of.as_str();
    let next = match by {
        By::Key | By::Operation | By::Outcome => "day",
        By::Agreement => "key",
        By::Holder | By::Organisation => "agreement",
        By::Dataset => "key",
        By::Department => "dataset",
        By::Hour | By::Day => "key",
        By::Month => "day",
    };
    let narrow = match by {
        _ if of.is_empty() => String::new(),
        By::Hour => String::new(),
        By::Day => {
            link("/audit/usage", texts, &[("by", next), ("from", of), ("to", of), ("from_hour", ""), ("to_hour", "")])
        }
        By::Month => match month(of) {
            Some((first, last)) => link("/audit/usage", texts, &[("by", next), ("from", &first), ("to", &last)]),
            None => String::new(),
        },
        By::Key
        | By::Agreement
        | By::Holder
        | By::Organisation
        | By::Dataset
        | By::Department
        | By::Operation
        | By::Outcome => link("/audit/usage", texts, &[("by", next), (by.as_str(), of)]),
    };
    let more = match by {
        _ if of.is_empty() => String::new(),
        By::Key | By::Agreement | By::Dataset => format!("/audit/stories/{}/{of}", by.as_str()),
        By::Holder => format!("/audit/stories/person/{of}"),
        By::Outcome => format!("/audit/access-log?outcome={of}"),
        By::Organisation | By::Department | By::Operation | By::Hour | By::Day | By::Month => String::new(),
    };
    Row { narrow, more, ..plain(row.label.clone(), &row.sum, most) }
}

fn month(text: &str) -> Option<(String, String)> {
    let first: Day = format!("{text}-01").parse().ok()?;
    let last = first.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
    Some((first.to_string(), last.to_string()))
}

/// The curve as bars; points at which nothing was called stay empty.
fn bars(curve: &[Sum], by: By) -> (Vec<Bar>, i64, i64) {
    let (width, height) = CHART;
    let most = curve.iter().map(|sum| sum.calls).max().unwrap_or(0);
    let places = places(curve, by);
    let count = places.last().map_or(1, |last| last + 1).max(1);
    // Sixteenths, so that the bars of ninety days still fill the chart.
    let step = (width * 16).checked_div(count).unwrap_or(16).max(16);
    let tall = |calls: i64| calls.saturating_mul(height).checked_div(most).unwrap_or(0);
    let bars = curve.iter().zip(&places).map(|(sum, place)| {
        let (whole, good) = (tall(sum.calls), tall(sum.ok));
        Bar {
            label: hour_of(&sum.of).map_or_else(|| sum.of.clone(), |at| at.to_rfc3339()),
            calls: sum.calls,
            refused: sum.refused(),
            x: place.saturating_mul(step) / 16,
            ok_y: height - good,
            ok_height: good,
            bad_y: height - whole,
            bad_height: whole - good,
        }
    });
    (bars.collect(), (step / 16 - 1).clamp(1, 40), most)
}

/// At which place of the curve each point stands, counted from its first.
fn places(curve: &[Sum], by: By) -> Vec<i64> {
    let place = |of: &str| -> i64 {
        match by {
            By::Hour => hour_of(of).map_or(0, |at| at.timestamp() / 3_600),
            By::Month => {
                let mut parts = of.split('-').filter_map(|part| part.parse::<i64>().ok());
                parts.next().unwrap_or(0) * 12 + parts.next().unwrap_or(0)
            }
            By::Day
            | By::Key
            | By::Agreement
            | By::Holder
            | By::Organisation
            | By::Dataset
            | By::Department
            | By::Operation
            | By::Outcome => of.parse::<Day>().map_or(0, |day| i64::from(chrono::Datelike::num_days_from_ce(&day))),
        }
    };
    let first = curve.first().map_or(0, |sum| place(&sum.of));
    curve.iter().map(|sum| (place(&sum.of) - first).clamp(0, 10_000)).collect()
}

/// The same as a file.
pub(super) async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let texts: Texts = texts(query, NAMES);
    let reader = caller(&request);
    let found = desk.run(move |desk| explorer::sheet(desk, &reader, &ask(desk, &texts)?)).await?;
    sheet::csv("usage.csv", found, None)
}

/// The key, agreement or dataset that was typed.
pub(super) fn whose(desk: &Desk, (kind, of): (&str, &str), errors: &mut FormErrors) -> Result<Whose, CaseError> {
    let mut whose = Whose::default();
    if of.is_empty() {
        return Ok(whose);
    }
    match find(desk, kind, of) {
        Ok(id) => match kind {
            "key" => whose.key = id.parse().ok(),
            "agreement" => whose.agreement = id.parse().ok(),
            "dataset" => whose.dataset = id.parse().ok(),
            _ => errors.add("kind", "Calls are counted by key, agreement and dataset; choose one of these."),
        },
        Err(CaseError::Missing | CaseError::Invalid(_)) => {
            errors.add("of", "Nothing of this kind is called so. Give its number, short name or id.");
        }
        Err(error) => return Err(error),
    }
    Ok(whose)
}

/// Kinds that calls are counted by.
pub(super) fn counted_kinds() -> Vec<Choice> {
    kinds().into_iter().filter(|kind| matches!(kind.value.as_str(), "key" | "agreement" | "dataset")).collect()
}
