//! Usage for a holder: a chart by day, a table by outcome, a table by day; from rollups. Never reads the log for sums.

use chrono::{Days, TimeDelta};
use serde::Serialize;

use crate::cases::{CaseError, Desk};
use crate::domain::time::{Day, day_in};
use crate::store::views::usage::{By, Sum, Whose, sums};

/// Days shown, today included.
const DAYS: u64 = 30;
/// The chart's size in its own units.
const CHART_HEIGHT: i64 = 120;
const BAR_STEP: i64 = 20;

/// The parts of a page about usage.
#[derive(Debug, Serialize)]
pub(super) struct UsageView {
    first: Day,
    last: Day,
    calls: i64,
    ok: i64,
    refused: i64,
    bytes: i64,
    outcomes: Vec<OutcomeRow>,
    days: Vec<DayRow>,
    bars: Vec<Bar>,
    /// The calls of the busiest day, the height of the chart.
    most: i64,
    /// The chart in one sentence, for who does not see it.
    sentence: String,
}

#[derive(Debug, Serialize)]
struct OutcomeRow {
    code: String,
    words: &'static str,
    /// What to do about it; empty where there is nothing.
    todo: &'static str,
    calls: i64,
}

#[derive(Debug, Serialize)]
struct DayRow {
    day: String,
    calls: i64,
    ok: i64,
    refused: i64,
    bytes: i64,
    mean_ms: i64,
}

/// A day of the chart: let through below, refused on top.
#[derive(Debug, Serialize)]
struct Bar {
    x: i64,
    ok_y: i64,
    ok_height: i64,
    bad_y: i64,
    bad_height: i64,
    day: Day,
    calls: i64,
    refused: i64,
}

/// Every outcome of the gate: its code, what it means to the holder, and what to do about it. A test holds it against the
/// gate's own list.
pub(super) const OUTCOMES: [(&str, &str, &str); 15] = [
    ("ok", "Answered", ""),
    ("key_missing", "No key was sent", "Send the key in the Authorization header as a bearer token."),
    ("key_malformed", "The text sent is not a key", "Check that the whole key was copied, without spaces or quotes."),
    ("key_unknown", "No such key", "Check which key the program uses; make a new one if it is lost."),
    ("key_expired", "The key has expired", "Make another key under the agreement, or roll it before it ends."),
    ("key_revoked", "The key was revoked", "Make another key. If an office revoked it, read the letter and appeal."),
    (
        "key_suspended",
        "The key or its agreement is on hold",
        "Read the hold's reason on the key's page, put it right and answer; you can appeal.",
    ),
    ("agreement_ended", "The agreement is over", "Reopen the application, or ask for a renewal in time."),
    (
        "network_denied",
        "Called from a network that is not on the list",
        "Call from a listed network, or change the key's list of networks.",
    ),
    ("scope_denied", "Asked for something outside the scopes", "Compare method and path with the key's scopes."),
    ("outside_window", "Called outside the hours agreed", "Call within the hours that stand in the agreement."),
    ("rate_limited", "Too fast", "Wait as Retry-After says, and spread the calls."),
    (
        "quota_exhausted",
        "The quota was used up",
        "Wait until it counts anew, keep answers, or reopen the application for more.",
    ),
    ("dataset_unavailable", "The dataset was not available", "Try later; write to the department if it lasts."),
    ("upstream_failed", "The city's feed did not answer", "Try again with growing pauses; the city sees it too."),
];

fn known(code: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    OUTCOMES.iter().find(|(known, _, _)| *known == code)
}

/// What an outcome means to the holder.
pub(in crate::portal) fn outcome_words(code: &str) -> &'static str {
    known(code).map_or("", |(_, words, _)| words)
}

/// The usage of a key or an agreement over the last thirty days of the city.
///
/// # Errors
/// What the store says.
pub(super) fn usage(desk: &Desk, whose: Whose) -> Result<UsageView, CaseError> {
    let last = day_in(desk.profile.zone, desk.clock.now());
    let first = last.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(last);
    let span = (first, last);
    let (days, outcomes) =
        desk.read(|conn| Ok((sums(conn, span, &whose, By::Day)?, sums(conn, span, &whose, By::Outcome)?)))?;
    Ok(view(span, &days, &outcomes))
}

pub(super) fn view((first, last): (Day, Day), days: &[Sum], outcomes: &[Sum]) -> UsageView {
    let (calls, ok) = (total(days, |sum| sum.calls), total(days, |sum| sum.ok));
    let most = days.iter().map(|sum| sum.calls).max().unwrap_or(0);
    UsageView {
        first,
        last,
        calls,
        ok,
        refused: calls - ok,
        bytes: total(days, |sum| sum.bytes),
        outcomes: outcomes
            .iter()
            .map(|sum| OutcomeRow {
                code: sum.of.clone(),
                words: outcome_words(&sum.of),
                todo: known(&sum.of).map_or("", |(_, _, todo)| todo),
                calls: sum.calls,
            })
            .collect(),
        days: days.iter().rev().map(day_row).collect(),
        bars: bars((first, last), days, most),
        most,
        sentence: format!("Calls by day: {calls} in all, {ok} answered, at most {most} on one day."),
    }
}

fn total(days: &[Sum], part: impl Fn(&Sum) -> i64) -> i64 {
    days.iter().map(part).sum()
}

fn day_row(sum: &Sum) -> DayRow {
    DayRow {
        day: sum.of.clone(),
        calls: sum.calls,
        ok: sum.ok,
        refused: sum.refused(),
        bytes: sum.bytes,
        mean_ms: sum.mean_ms(),
    }
}

fn bars((first, last): (Day, Day), days: &[Sum], most: i64) -> Vec<Bar> {
    let height = |calls: i64| (calls.saturating_mul(CHART_HEIGHT)).checked_div(most).unwrap_or(0);
    let all = first.iter_days().take_while(|day| *day <= last);
    all.enumerate()
        .map(|(at, day)| {
            let name = day.to_string();
            let sum = days.iter().find(|sum| sum.of == name);
            let (calls, ok) = sum.map_or((0, 0), |sum| (sum.calls, sum.ok));
            let (whole, good) = (height(calls), height(ok));
            Bar {
                x: i64::try_from(at).unwrap_or(0) * BAR_STEP,
                ok_y: CHART_HEIGHT - good,
                ok_height: good,
                bad_y: CHART_HEIGHT - whole,
                bad_height: whole - good,
                day,
                calls,
                refused: calls - ok,
            }
        })
        .collect()
}

/// The last day on which something works that ends at an instant.
pub(super) fn last_day(ends_at: crate::domain::time::Instant) -> crate::domain::time::Instant {
    ends_at - TimeDelta::seconds(1)
}
