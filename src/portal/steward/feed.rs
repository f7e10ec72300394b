//! How the feed of a dataset does: looks of a day and a week, what callers met, and its fields as declared and as seen.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Duration;
use serde::Serialize;

use super::dataset::{PartView, SetView, read, sensitivity_words};
use crate::cases::feeds::{self, Callers, Declared, Health, Line};
use crate::domain::catalogue::Sensitivity;
use crate::domain::drift::Drift;
use crate::domain::feed_health::{Check, Summary};
use crate::domain::time::Instant;
use crate::portal::shared::Choice;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// Hours of the chart.
const HOURS: i64 = 24;
/// Height of the highest bar.
const BAR_MAX: i64 = 90;
/// Failures listed, the newest first.
const FAILURES_SHOWN: usize = 10;

/// What `steward/feed.html` shows.
#[derive(Debug, Serialize)]
struct View {
    has_upstream: bool,
    is_checked: bool,
    checked_at: Option<Instant>,
    down_since: Option<Instant>,
    last_ok: Option<Instant>,
    last_failure: Option<Failure>,
    spans: Vec<Span>,
    bars: Vec<Bar>,
    slowest: i64,
    failures: Vec<Failure>,
    fields: Vec<FieldLine>,
    new_fields: Vec<NewField>,
    personal: Vec<String>,
    sensitivities: Vec<Choice>,
    seen_at: Option<Instant>,
    has_drift: bool,
    plain_path: String,
}

#[derive(Debug, Serialize)]
struct Failure {
    at: Instant,
    why: String,
}

/// A day or a week.
#[derive(Debug, Serialize)]
struct Span {
    is_week: bool,
    checks: usize,
    failed: String,
    median_ms: i64,
    slowest_ms: i64,
    bytes: i64,
    calls: i64,
    calls_failed: String,
    mean_ms: i64,
    sent: i64,
}

/// One hour of the chart.
#[derive(Debug, Serialize)]
struct Bar {
    x: i64,
    y: i64,
    height: i64,
    bad_y: i64,
    bad_height: i64,
    at: Instant,
    median_ms: i64,
    failures: usize,
    checks: usize,
}

#[derive(Debug, Serialize)]
struct FieldLine {
    name: String,
    declared: String,
    seen: &'static str,
    empty_percent: usize,
    drift: &'static str,
    tone: &'static str,
}

/// A field to take over.
#[derive(Debug, Serialize)]
struct NewField {
    name: String,
    kind: &'static str,
    suggested: &'static str,
    because: Vec<String>,
    is_treated: bool,
}

/// A share of a hundred with one decimal.
fn percent(part: i64, of: i64) -> String {
    let tenths = part.saturating_mul(1_000).checked_div(of).unwrap_or(0);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn span(is_week: bool, sum: Summary, callers: Callers) -> Span {
    let failed = sum.failed_per_mille();
    Span {
        is_week,
        checks: sum.checks,
        failed: format!("{}.{}%", failed / 10, failed % 10),
        median_ms: sum.median_ms,
        slowest_ms: sum.slowest_ms,
        bytes: sum.bytes,
        calls: callers.calls,
        calls_failed: percent(callers.failed, callers.calls),
        mean_ms: callers.mean_ms,
        sent: callers.bytes,
    }
}

/// The last day, an hour a bar.
fn bars(checks: &[Check], now: Instant) -> (Vec<Bar>, i64) {
    let hour = |back: i64| {
        let (from, to) = (now - Duration::hours(back), now - Duration::hours(back - 1));
        let within: Vec<&Check> = checks.iter().filter(|check| check.at >= from && check.at < to).collect();
        (from, Summary::of(within.into_iter()))
    };
    let hours: Vec<(Instant, Summary)> = (1..=HOURS).rev().map(hour).collect();
    let slowest = hours.iter().map(|(_, sum)| sum.median_ms).max().unwrap_or(0).max(1);
    let bar = |(at, (from, sum)): (i64, &(Instant, Summary))| {
        let height = (sum.median_ms * BAR_MAX / slowest).max(i64::from(sum.checks > sum.failures) * 2);
        let bad = i64::try_from(sum.failures * 20).unwrap_or(0).checked_div(i64::try_from(sum.checks).unwrap_or(1));
        let bad_height = bad.unwrap_or(0).max(i64::from(sum.failures > 0) * 4);
        Bar {
            x: at * 25,
            y: 100 - height,
            height,
            bad_y: 100,
            bad_height,
            at: *from,
            median_ms: sum.median_ms,
            failures: sum.failures,
            checks: sum.checks,
        }
    };
    ((0..).zip(&hours).map(bar).collect(), slowest)
}

fn field_line(line: &Line) -> FieldLine {
    let (drift, tone) = match line.compared.drift {
        None => ("", "neutral"),
        Some(Drift::Missing) => ("Missing in the feed", "warn"),
        Some(Drift::New) if !line.because.is_empty() => ("New, looks personal", "bad"),
        Some(Drift::New) => ("New, not declared", "info"),
        Some(Drift::OtherType) => ("Of another type", "warn"),
    };
    FieldLine {
        name: line.compared.name.clone(),
        declared: line.compared.declared.clone().unwrap_or_default(),
        seen: line.compared.seen.map_or("", crate::domain::drift::Kind::as_str),
        empty_percent: line.compared.empty_percent,
        drift,
        tone,
    }
}

fn view(health: &Health, now: Instant) -> View {
    let state = &health.state;
    let is_new = |line: &&Line| line.compared.drift == Some(Drift::New);
    let failure = |check: &Check| Failure { at: check.at, why: check.why.clone() };
    let (bars, slowest) = bars(&health.checks, now);
    let untreated = |line: &&Line| !line.because.is_empty() && !line.is_treated;
    View {
        has_upstream: health.dataset.upstream.is_some(),
        is_checked: state.checked_at.is_some(),
        checked_at: state.checked_at,
        down_since: state.down_since,
        last_ok: state.last_ok,
        last_failure: state.last_failure.as_ref().map(|(at, why)| Failure { at: *at, why: why.clone() }),
        spans: vec![span(false, health.day, health.callers_day), span(true, health.week, health.callers_week)],
        bars,
        slowest,
        failures: health.checks.iter().rev().filter(|check| !check.is_ok).take(FAILURES_SHOWN).map(failure).collect(),
        fields: health.lines.iter().map(field_line).collect(),
        new_fields: health
            .lines
            .iter()
            .filter(is_new)
            .map(|line| NewField {
                name: line.compared.name.clone(),
                kind: line.compared.seen.map_or("", crate::domain::drift::Kind::as_str),
                suggested: line.suggested.as_str(),
                because: line.because.clone(),
                is_treated: line.is_treated,
            })
            .collect(),
        personal: health.lines.iter().filter(untreated).map(|line| line.compared.name.clone()).collect(),
        sensitivities: Sensitivity::ALL
            .into_iter()
            .map(|one| Choice::new(one.as_str(), sensitivity_words(one)))
            .collect(),
        seen_at: state.seen_at,
        has_drift: health.lines.iter().any(|line| line.compared.drift.is_some()),
        plain_path: health.dataset.plain_path().unwrap_or_default(),
    }
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Option<(&Form, &FormErrors)>,
) -> Result<HttpResponse, WebError> {
    let (caller, own_slug) = (caller(request), slug.to_owned());
    let (read, health) =
        desk.run(move |desk| Ok((read(desk, &caller, &own_slug)?, feeds::health(desk, &caller, &own_slug)?))).await?;
    let stored = || FormView::with([("check_path", health.dataset.check_path.clone().unwrap_or_default())]);
    let form = typed.map_or_else(stored, |(form, errors)| form.view(errors));
    let mut set = SetView::new(&read, "feed");
    if let Some(version) = typed.and_then(|(form, _)| form.version().ok()) {
        set.version = version;
    }
    let title = read.dataset.metadata.title.as_str();
    let page = Page::new(request, "Feed")?.crumb("Stewardship", "/stewardship").crumb(title, &set.path);
    page.form(form).render("steward/feed.html", &PartView { set, own: view(&health, desk.clock.now()) })
}

/// Looks at the feed right now.
pub(super) async fn check(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&[])?;
    let told = match feeds::check_now(&desk, &caller(&request), &slug).await {
        Ok(check) if check.is_ok => Flash::good("The feed answered."),
        Ok(_) => Flash::warn("The feed did not answer as it should. The reason stands below."),
        Err(error) => {
            let errors = shown_on_form(error)?;
            return show(&request, &desk, &slug, Some((&form, &errors))).await;
        }
    };
    Redirect::with(&request, format!("/stewardship/{slug}/feed"), &told)
}

/// Says which path is looked at.
pub(super) async fn save_path(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["check_path", "version"])?;
    let version = form.version()?;
    let (caller, own_slug, path) = (caller(&request), slug.clone(), form.text("check_path").to_owned());
    match desk.run(move |desk| feeds::set_check_path(desk, &caller, &own_slug, &path, version)).await {
        Ok(_) => {
            let told = Flash::good("The path is saved. It is asked at the next look.");
            Redirect::with(&request, format!("/stewardship/{slug}/feed"), &told)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, &slug, Some((&form, &errors))).await
        }
    }
}

/// Declares the fields that were ticked.
pub(super) async fn declare(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["fields[]", "sensitivity.*", "version"])?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    let mut chosen = Vec::new();
    for name in form.all("fields") {
        let asked = format!("sensitivity.{name}");
        match form.text(&asked) {
            // The page asks it of each field that it shows.
            "" => errors.add("fields", format!("{name} was not seen in the feed.")),
            word => match Sensitivity::from_word(word) {
                Some(sensitivity) => chosen.push(Declared { name: name.to_owned(), sensitivity }),
                None => errors.add(asked, "Choose how sensitive this field is."),
            },
        }
    }
    if errors.is_empty() {
        let (caller, own_slug) = (caller(&request), slug.clone());
        match desk.run(move |desk| feeds::declare(desk, &caller, &own_slug, &chosen, version)).await {
            Ok(_) => {
                let told = Flash::good("The fields are declared. Say what they mean, under Fields.");
                return Redirect::with(&request, format!("/stewardship/{slug}/feed#fields"), &told);
            }
            Err(error) => errors = shown_on_form(error)?,
        }
    }
    show(&request, &desk, &slug, Some((&form, &errors))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_holds_a_day_and_shows_failures_below_the_line() {
        let now: Instant = "2026-11-27T12:00:00Z".parse().unwrap();
        let check = |minutes: i64, is_ok: bool| Check {
            at: now - Duration::minutes(minutes),
            is_ok,
            millis: minutes,
            bytes: 1,
            why: String::new(),
        };
        let (bars, slowest) = bars(&[check(30 * 60, true), check(90, true), check(30, false)], now);
        assert_eq!((bars.len(), slowest), (24, 90));
        assert_eq!((bars[22].height, bars[22].bad_height), (90, 0));
        assert_eq!((bars[23].height, bars[23].bad_height), (0, 20));
        assert_eq!(bars[0].checks, 0, "what is older than a day is not drawn");
    }

    #[test]
    fn shares_have_one_decimal() {
        assert_eq!([(0, 0), (1, 3), (3, 3)].map(|(part, of)| percent(part, of)), ["0.0%", "33.3%", "100.0%"]);
    }
}
