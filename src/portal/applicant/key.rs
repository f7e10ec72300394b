//! One key: what it opens, what stops it and what to do about that, how it was used, and what its holder may do with it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::acts::at_field;
use super::holds::{self, HoldView, PastHold};
use super::keys::{at_fields, example, mode_words, overlaps, roll as roll_key, show_made, tag};
use super::left::{LeftRow, Seen, rows as left_rows, seen as seen_rows};
use super::usage::{UsageView, last_day, outcome_words, usage};
use crate::cases::keys::{self, KeyView, form::networks};
use crate::cases::left::{self, Left, SeenNetwork};
use crate::cases::{Caller, CaseError, Desk, enforce};
use crate::domain::hold::{HoldTarget, Office};
use crate::domain::id::{HoldId, KeyId};
use crate::domain::key::{KeyState, Revoker};
use crate::domain::profile::Profile;
use crate::domain::time::Instant;
use crate::portal::calls::{Call as Snippet, Credential, calls};
use crate::portal::shared::{Choice, Names, Tag, id_in, limit_words};
use crate::store::views::usage::{Addresses, LogLine, LogSearch, Whose, log};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Once, Page, Posted, Redirect, Site, WebError};

/// Lines of the access log shown.
const LAST_CALLS: i64 = 20;

/// What `applicant/key.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct KeyPage {
    id: String,
    name: String,
    hint: String,
    mode: &'static str,
    tag: Tag,
    sentence: String,
    version: i64,
    agreement_href: String,
    agreement_number: String,
    scopes: Vec<String>,
    limits: Vec<String>,
    agreement_limits: Vec<String>,
    networks: Vec<String>,
    created_at: Instant,
    last_day: Option<Instant>,
    last_used_at: Option<Instant>,
    predecessor_href: String,
    successor_href: String,
    holds: Vec<HoldView>,
    past_holds: Vec<PastHold>,
    /// Where to appeal a revocation by an office.
    appeal: String,
    usage: UsageView,
    left: Vec<LeftRow>,
    seen: Vec<Seen>,
    /// The hours until it stops, where its successor works already.
    overlap: Option<Overlap>,
    last_calls: Vec<Call>,
    overlaps: Vec<Choice>,
    may: May,
    /// Calls that return data; empty where no path is known or it does not work.
    calls: Vec<Snippet>,
}

/// What can be done with it now.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one button, and any may stand alone")]
struct May {
    change: bool,
    roll: bool,
    pause: bool,
    resume: bool,
}

/// The time for which a rolled key and its successor both work.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Overlap {
    ends: Instant,
    days: i64,
    hours: i64,
}

/// How long a rolled key still works.
fn overlap(state: &KeyState, now: Instant) -> Option<Overlap> {
    match state {
        KeyState::Superseded { at, .. } if *at > now => {
            let rest = *at - now;
            Some(Overlap { ends: *at, days: rest.num_days(), hours: rest.num_hours() % 24 })
        }
        KeyState::Superseded { .. } | KeyState::Active | KeyState::Revoked { .. } | KeyState::Expired { .. } => None,
    }
}

/// A line of the access log.
#[derive(Debug, Serialize)]
struct Call {
    at: Instant,
    scope: String,
    request: String,
    outcome: &'static str,
    is_ok: bool,
    status: i32,
    milliseconds: i64,
    client: String,
}

fn call(shown: &LogLine) -> Call {
    let line = &shown.access;
    Call {
        at: line.at,
        scope: shown.scope.clone(),
        request: format!("{} {}", line.method, line.path),
        outcome: outcome_words(&line.of.outcome),
        is_ok: line.of.outcome == "ok",
        status: line.status,
        milliseconds: line.latency_us / 1_000,
        client: line.client.clone(),
    }
}

/// Everything the page is made from.
pub(super) struct Facts {
    pub(super) shown: KeyView,
    pub(super) names: Names,
    pub(super) usage: UsageView,
    pub(super) left: Vec<Left>,
    pub(super) seen: Vec<SeenNetwork>,
    pub(super) log: Vec<LogLine>,
    /// An address that it opens.
    pub(super) example: Option<String>,
    pub(super) now: Instant,
}

/// A key of the caller or their organisation; staff read keys on their own pages.
pub(super) fn load(desk: &Desk, who: &Caller, id: KeyId) -> Result<Facts, CaseError> {
    let shown = keys::view(desk, who, id)?;
    if !who.actor.is_party(shown.agreement.requester, shown.agreement.organisation) {
        return Err(CaseError::Missing);
    }
    let whose = Whose { key: Some(id), ..Whose::default() };
    let wanted = LogSearch { whose, ..LogSearch::default() };
    Ok(Facts {
        names: Names::of(desk)?,
        usage: usage(desk, whose)?,
        left: left::of_key(desk, who, id)?,
        seen: left::networks(desk, who, id)?,
        log: desk.read(|conn| log(conn, &wanted, Addresses::Truncated, LAST_CALLS))?,
        now: desk.clock.now(),
        example: example(desk, &shown.stored.key.scopes)?,
        shown,
    })
}

pub(super) fn view(profile: &Profile, gate: &str, facts: Facts) -> KeyPage {
    let Facts { shown, names, usage, left, seen, log, example, now } = facts;
    let is_held = shown.is_held();
    let KeyView { stored, agreement, holds: on_key, holds_above } = shown;
    let key = &stored.key;
    let works = key.works_at(now);
    let is_active = matches!(key.state, KeyState::Active);
    // Its successor would be a way out.
    let is_slowed = on_key.iter().any(|hold| hold.is_in_force() && hold.throttle.is_some());
    let is_paused = on_key.iter().any(|hold| hold.is_in_force() && hold.office == Office::Holder);
    let mut in_force = holds::in_force(profile, &names, &on_key, agreement.application);
    in_force.extend(holds::in_force(profile, &names, &holds_above, agreement.application));
    let slugs: Vec<&str> = key.scopes.iter().map(crate::domain::scope::Scope::dataset).collect();
    let schedules = agreement.schedules.iter().filter(|schedule| slugs.contains(&schedule.slug.as_str()));
    let to_key = |id: Option<KeyId>| id.map(|id| format!("/keys/{id}")).unwrap_or_default();
    KeyPage {
        id: key.id.to_string(),
        name: key.name.clone(),
        hint: key.hint.clone(),
        mode: mode_words(key.mode),
        tag: tag(key, is_held, now),
        sentence: sentence(&key.state, (works, is_held)),
        version: key.version,
        agreement_href: format!("/agreements/{}", agreement.id),
        agreement_number: agreement.number.clone(),
        scopes: key.scopes.iter().map(ToString::to_string).collect(),
        limits: limit_words(&key.limits),
        agreement_limits: schedules
            .map(|schedule| format!("{}: {}", schedule.title, limit_words(&schedule.limits).join(", ")))
            .collect(),
        networks: key.networks.networks().iter().map(ToString::to_string).collect(),
        created_at: key.created_at,
        last_day: key.ends_at().map(last_day),
        last_used_at: stored.last_used_at,
        predecessor_href: to_key(key.predecessor),
        successor_href: to_key(successor(&key.state)),
        holds: in_force,
        past_holds: holds::past(&on_key),
        appeal: appeal_of(key.id, &key.state),
        usage,
        left: left_rows(&left),
        seen: seen_rows(seen),
        overlap: overlap(&key.state, now),
        last_calls: log.iter().map(call).collect(),
        overlaps: overlaps(),
        calls: example
            .filter(|_| works)
            .map(|path| calls(&format!("{gate}{path}"), Credential::Environment))
            .unwrap_or_default(),
        may: May {
            change: works,
            roll: works && is_active && !is_held && !is_slowed,
            pause: works && !is_paused,
            resume: is_paused,
        },
    }
}

fn appeal_of(id: KeyId, state: &KeyState) -> String {
    match state {
        KeyState::Revoked { by: Revoker::Office(_), .. } => format!("/appeals/new?of=revocation:{id}"),
        KeyState::Revoked { .. } | KeyState::Active | KeyState::Superseded { .. } | KeyState::Expired { .. } => {
            String::new()
        }
    }
}

const fn successor(state: &KeyState) -> Option<KeyId> {
    match state {
        KeyState::Superseded { successor, .. } => Some(*successor),
        KeyState::Active | KeyState::Revoked { .. } | KeyState::Expired { .. } => None,
    }
}

fn sentence(state: &KeyState, (works, is_held): (bool, bool)) -> String {
    match state {
        KeyState::Revoked { by, reason, .. } => {
            let by = match by {
                Revoker::Holder(_) => "your side",
                Revoker::Office(_) => "the department",
                Revoker::Possession => "whoever held its text",
            };
            format!("Revoked for good by {by}: {reason}")
        }
        KeyState::Expired { .. } => "Its time is over. Make another under the agreement.".to_owned(),
        KeyState::Active | KeyState::Superseded { .. } if !works => {
            "Its time is over. Make another under the agreement.".to_owned()
        }
        KeyState::Active | KeyState::Superseded { .. } if is_held => {
            "It does not work while any of the holds below lies on it.".to_owned()
        }
        KeyState::Superseded { .. } => "Its successor works already; move to it before this one stops.".to_owned(),
        KeyState::Active => "It opens what is listed below.".to_owned(),
    }
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, id: KeyId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let facts = desk.run(move |desk| load(desk, &who, id)).await?;
    let site = Site::of(request)?;
    let view = view(&desk.profile, site.options().gate_url.as_str().trim_end_matches('/'), facts);
    let page = Page::new(request, format!("Key “{}”", view.name))?.crumb("My agreements", "/agreements");
    let page = page.crumb(view.agreement_number.clone(), view.agreement_href.clone()).form(form);
    page.render("applicant/key.html", &view)
}

/// After an act: back to the key with `done`, or the page again with the errors put where `place` says.
async fn finish<T>(
    request: &HttpRequest,
    desk: &DeskData,
    id: KeyId,
    (form, done): (&Form, &'static str),
    (result, place): (Result<T, CaseError>, impl FnOnce(&FormErrors) -> FormErrors),
) -> Result<HttpResponse, WebError> {
    match result {
        Ok(_) => Redirect::with(request, format!("/keys/{id}"), &Flash::good(done)),
        Err(CaseError::Stale) => Err(WebError::stale(Vec::new()).with_next("Back to the key", format!("/keys/{id}"))),
        Err(error) => {
            let errors = place(&shown_on_form(error)?);
            show(request, desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn roll(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["overlap_days"])?;
    let mut errors = FormErrors::default();
    let Some(days) = form.parse::<u8>("overlap_days", &mut errors, "Choose for how long both keys work.") else {
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let who = caller_once(&request, once);
    match desk.run(move |desk| roll_key(desk, &who, id, days)).await {
        Ok((made, until)) => show_made(&request, &made, until),
        Err(error) => {
            let errors = at_fields(&shown_on_form(error)?);
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn revoke(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["revoke_reason"])?;
    let reason = form.text("revoke_reason").to_owned();
    let who = caller(&request);
    let result = desk.run(move |desk| keys::revoke(desk, &who, id, &reason)).await;
    let done = "The key is revoked. It stopped working at this moment.";
    finish(&request, &desk, id, (&form, done), (result, |errors| at_field(errors, "revoke_reason"))).await
}

pub(super) async fn restrict(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["networks", "version"])?;
    let (typed, version) = (form.text("networks").to_owned(), form.version()?);
    let who = caller(&request);
    let result = desk.run(move |desk| keys::restrict(desk, &who, id, networks(&typed)?, version)).await;
    finish(&request, &desk, id, (&form, "The networks are saved."), (result, |errors| at_field(errors, "networks")))
        .await
}

pub(super) async fn rename(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["name", "version"])?;
    let (name, version) = (form.text("name").to_owned(), form.version()?);
    let who = caller(&request);
    let result = desk.run(move |desk| keys::rename(desk, &who, id, &name, version)).await;
    finish(&request, &desk, id, (&form, "The name is saved."), (result, at_fields)).await
}

pub(super) async fn pause(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["pause_reason"])?;
    let reason = form.text("pause_reason").to_owned();
    let who = caller_once(&request, once);
    let result = desk.run(move |desk| enforce::pause(desk, &who, HoldTarget::Key(id), &reason)).await;
    let done = "The key is paused. It stopped working at this moment; resume it when you are ready.";
    finish(&request, &desk, id, (&form, done), (result, |errors| at_field(errors, "pause_reason"))).await
}

pub(super) async fn resume(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: KeyId = id_in(&path)?;
    let form = posted.only(&["hold"])?;
    let hold: HoldId = id_in(form.text("hold"))?;
    let who = caller(&request);
    let result = desk.run(move |desk| enforce::lift(desk, &who, hold, "Resumed by its holder.")).await;
    finish(&request, &desk, id, (&form, "Your pause is lifted."), (result, FormErrors::clone)).await
}
