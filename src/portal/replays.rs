//! Rules of the rule book tried over past usage: whom one would have caught, with which threshold, and at what cost. For
//! administrators, who keep the rule book, and auditors.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::errands::ErrandView;
use super::rules::{figure, figure_in_spanish};
use super::shared::{Choice, id_in, with_way_back};
use crate::cases::rehearsal::DAYS_MAX;
use crate::cases::{Desk, replays};
use crate::domain::id::ReplayId;
use crate::domain::misuse::{Grain, Rule};
use crate::domain::people::Role;
use crate::domain::replay::{Caught, Rehearsal, Replay};
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Access, Flash, FormErrors, FormView, Once, Page, Posted, Query, Redirect, Routes, WebError};

const TRIERS: Access = Access::Staff(&[Role::Administrator, Role::Auditor]);
const LIST: &str = "/rules/replays";
/// Caught keys shown on one page; the command line shows all of them.
const CAUGHT_MAX: usize = 200;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/rules/replays", TRIERS, "Rules tried over past usage", page)
        .post("/rules/replays", TRIERS, "Try a rule over past usage", ask)
        .get("/rules/replays/{replay}", TRIERS, "What came of a try, or how far it is", one)
        .post("/rules/replays/{replay}/cancel", TRIERS, "Call a try off", cancel)
}

/// What `review/replays.html` shows.
#[derive(Debug, Serialize)]
pub(crate) struct ReplaysView {
    pub(crate) rules: Vec<Choice>,
    pub(crate) days_max: i64,
    pub(crate) rows: Vec<ReplayRow>,
}

/// A replay in the list.
#[derive(Debug, Serialize)]
pub(crate) struct ReplayRow {
    pub(crate) href: String,
    pub(crate) rule: String,
    pub(crate) figure: String,
    pub(crate) figure_es: String,
    pub(crate) days: i64,
    pub(crate) asked_at: Instant,
    pub(crate) errand: ErrandView,
    /// How many it would have caught; none where nothing came of it yet.
    pub(crate) caught: Option<usize>,
}

fn row(desk: &Desk, replay: &Replay) -> ReplayRow {
    let (wish, href) = (&replay.wish, format!("{LIST}/{}", replay.id));
    let tried = desk.profile.rule(&wish.rule).map(|rule| Rule { threshold: wish.threshold, ..rule.clone() });
    // A rule that the rule book no longer has leaves its threshold.
    let said = |figure: fn(&Rule) -> String| tried.as_ref().map_or_else(|| wish.threshold.to_string(), figure);
    ReplayRow {
        rule: wish.rule.clone(),
        figure: said(figure),
        figure_es: said(figure_in_spanish),
        days: wish.days,
        asked_at: replay.asked_at,
        errand: ErrandView::of(replay, &href),
        caught: replay.state.outcome().map(|rehearsal| rehearsal.caught.len()),
        href,
    }
}

/// The page `/rules/replays`.
async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let typed = ["rule", "threshold", "days"].map(|name| query.get(name).map(|value| (name, value.to_owned())));
    show(&request, &desk, FormView::with(typed.into_iter().flatten())).await
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let found = desk.run(move |desk| replays::list(desk, &who)).await?;
    let counted = desk.profile.rules.iter().filter(|rule| rule.grain() != Grain::Event);
    let view = ReplaysView {
        rules: counted.map(|rule| Choice::new(rule.id.as_str(), rule.title.text("en"))).collect(),
        days_max: DAYS_MAX,
        rows: found.iter().map(|replay| row(desk, replay)).collect(),
    };
    Page::new(request, "Try a rule")?.crumb("Rule book", "/rules").form(form).render("review/replays.html", &view)
}

/// Has a rule tried.
async fn ask(request: HttpRequest, desk: DeskData, once: Once, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["rule", "threshold", "days"])?;
    let mut errors = FormErrors::default();
    let threshold: Option<u32> = match form.text("threshold") {
        "" => None,
        _ => form.parse("threshold", &mut errors, "Give a whole number, or nothing for the rule's own."),
    };
    let days: Option<i64> = form.parse("days", &mut errors, "Give the days as a whole number, such as 14.");
    let (Some(days), true) = (days, errors.is_empty()) else { return show(&request, &desk, form.view(&errors)).await };
    let (who, rule) = (caller_once(&request, once), form.text("rule").to_owned());
    match desk.run(move |desk| replays::ask(desk, &who, (&rule, threshold, days))).await {
        Ok(asked) => Ok(Redirect::to(format!("{LIST}/{}", asked.id))),
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, form.view(&errors)).await
        }
    }
}

/// What `review/replay.html` shows.
#[derive(Debug, Serialize)]
pub(crate) struct ReplayView {
    pub(crate) row: ReplayRow,
    pub(crate) is_open: bool,
    /// Whether the page looks again by itself.
    pub(crate) refreshes: bool,
    pub(crate) made: Option<MadeView>,
    /// The form with the same wish.
    pub(crate) again: String,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct MadeView {
    pub(crate) keys: usize,
    pub(crate) caught: usize,
    pub(crate) agreements: usize,
    pub(crate) agreements_caught: usize,
    pub(crate) calls: i64,
    pub(crate) calls_stopped: i64,
    pub(crate) cut: usize,
    pub(crate) rows: Vec<CaughtRow>,
    pub(crate) is_short: bool,
}

/// Whom it would have caught.
#[derive(Debug, Serialize)]
pub(crate) struct CaughtRow {
    pub(crate) at: Instant,
    pub(crate) agreement: String,
    pub(crate) key: String,
    pub(crate) measured: i64,
    pub(crate) calls: i64,
    pub(crate) refused: i64,
    pub(crate) times: usize,
    pub(crate) calls_after: i64,
}

impl From<&Caught> for CaughtRow {
    fn from(caught: &Caught) -> Self {
        let finding = &caught.catch.finding;
        Self {
            at: caught.catch.at,
            agreement: caught.agreement_number.clone(),
            key: caught.key_hint.clone(),
            measured: finding.measured,
            calls: finding.calls,
            refused: finding.refused,
            times: caught.times,
            calls_after: caught.calls_after,
        }
    }
}

impl From<&Rehearsal> for MadeView {
    fn from(rehearsal: &Rehearsal) -> Self {
        Self {
            keys: rehearsal.keys,
            caught: rehearsal.caught.len(),
            agreements: rehearsal.agreements,
            agreements_caught: rehearsal.agreements_caught(),
            calls: rehearsal.calls,
            calls_stopped: rehearsal.calls_stopped(),
            cut: rehearsal.cut,
            rows: rehearsal.caught.iter().take(CAUGHT_MAX).map(Into::into).collect(),
            is_short: rehearsal.caught.len() > CAUGHT_MAX,
        }
    }
}

/// What came of a replay, or how far it is.
async fn one(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let is_still = query.lenient().get("still").is_some();
    let (who, id): (_, ReplayId) = (caller(&request), id_in(&id)?);
    let replay = desk.run(move |desk| replays::find(desk, &who, id)).await?;
    let wish = &replay.wish;
    let (threshold, days) = (wish.threshold.to_string(), wish.days.to_string());
    let pairs = [("rule", wish.rule.as_str()), ("threshold", &threshold), ("days", &days)];
    let view = ReplayView {
        row: row(&desk, &replay),
        is_open: replay.is_open(),
        refreshes: replay.is_open() && !is_still,
        made: replay.state.outcome().map(Into::into),
        again: crate::web::paging::link(LIST, pairs),
    };
    Page::new(&request, "A rule tried")?.crumb("Try a rule", LIST).render("review/replay.html", &view)
}

/// Calls a replay off.
async fn cancel(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let (who, id): (_, ReplayId) = (caller(&request), id_in(&id)?);
    let path = format!("{LIST}/{id}");
    let done = desk.run(move |desk| replays::cancel(desk, &who, id)).await;
    done.map_err(|error| with_way_back(error, ("Look at the try", path.clone())))?;
    Redirect::with(&request, path, &Flash::good("It is called off."))
}
