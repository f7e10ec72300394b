//! The agreements of a department: what each allows, who holds it, its keys and holds; suspend, lift, revoke, end.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::keys::access;
use crate::cases::{Caller, CaseError, Desk, agree, destruction, enforce, keys, redaction, renewal};
use crate::domain::agreement::{Agreement, AgreementState, Schedule};
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AgreementId, DepartmentId, HoldId, KeyId};
use crate::domain::people::Role;
use crate::domain::time::{Instant, day_in};
use crate::portal::holding::{HoldView, reasons, suspension};
use crate::portal::shared::{
    Choice, ConditionView, Names, Tag, agreement_tag, clock_words, conditions, day_words, id_in, key_tag, limit_words,
    still_on_the_form, tier_words,
};
use crate::store::holds;
use crate::store::keys::StoredKey;
use crate::store::views::usage::{self, By, Sum, Whose};
use crate::web::case::{DeskData, caller, caller_once, form_errors, shown_on_form};
use crate::web::{Access, Flash, Form, FormErrors, FormView, Once, Page, Posted, Query, Redirect, Routes, WebError};

/// Who reads agreements here.
const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
/// Who suspends and lifts.
const OFFICES: Access = Access::Staff(&[Role::Manager, Role::Clerk]);
/// Who ends what a department gave.
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Agreements shown in one list.
const ROWS_MAX: usize = 200;
/// Days of use shown beside an agreement.
const USAGE_DAYS: i64 = 30;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/review/agreements", READERS, "Agreements of the department", list)
        .get("/review/agreements/{agreement}", READERS, "One agreement as staff see it", page)
        .post("/review/agreements/{agreement}/suspend", OFFICES, "Suspend keys", suspend)
        .with_preview()
        .post("/review/agreements/{agreement}/lift", OFFICES, "Lift one hold", lift)
        .post("/review/agreements/{agreement}/revoke", MANAGER, "Revoke a key for good", revoke)
        .with_preview()
        .post("/review/agreements/{agreement}/terminate", MANAGER, "End the agreement", terminate)
        .with_preview()
}

#[derive(Debug, Serialize)]
pub(super) struct ListView {
    pub(super) rows: Vec<Row>,
    pub(super) states: Vec<Choice>,
    pub(super) is_filtered: bool,
    pub(super) is_cut: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) href: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) holder: String,
    pub(super) datasets: String,
    pub(super) state: Tag,
    pub(super) is_held: bool,
    pub(super) ends_at: Option<Instant>,
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let state = query.get("state").unwrap_or("executed").to_owned();
    let words = query.get("q").unwrap_or_default().trim().to_owned();
    let form = FormView::with([("state", state.clone()), ("q", words.clone())]);
    let caller = caller(&request);
    let view = desk.run(move |desk| list_view(desk, &caller, &state, &words)).await?;
    Page::new(&request, "Agreements")?.form(form).render("review/agreements.html", &view)
}

fn list_view(desk: &Desk, caller: &Caller, state: &str, words: &str) -> Result<ListView, CaseError> {
    let wanted = AgreementState::WORDS.contains(&state).then_some(state);
    let held = enforce::in_force(desk, caller)?;
    let words_low = words.to_lowercase();
    let mut all = agree::list_for_staff(desk, caller, wanted)?;
    all.retain(|agreement| {
        let text = format!("{} {} {}", agreement.number, agreement.title, agreement.requester_name).to_lowercase();
        words_low.split_whitespace().all(|word| text.contains(word))
    });
    let is_cut = all.len() > ROWS_MAX;
    all.truncate(ROWS_MAX);
    let row = |agreement: &Agreement| {
        let titles: Vec<_> = agreement.schedules.iter().map(|schedule| schedule.title.as_str()).collect();
        let stops = |hold: &Hold| {
            let target = hold.target;
            hold.stops()
                && (target == HoldTarget::Agreement(agreement.id)
                    || target == HoldTarget::Requester(agreement.requester))
        };
        Row {
            href: format!("/review/agreements/{}", agreement.id),
            number: agreement.number.clone(),
            title: agreement.title.clone(),
            holder: agreement.requester_name.clone(),
            datasets: titles.join(", "),
            state: agreement_tag(agreement.state.as_str()),
            is_held: held.iter().any(stops),
            ends_at: agreement.execution().map(|execution| execution.ends_at),
        }
    };
    let mut states = vec![Choice::new("all", "Every state")];
    states.extend(AgreementState::WORDS.map(|word| Choice::new(word, agreement_tag(word).text)));
    Ok(ListView {
        rows: all.iter().map(row).collect(),
        states,
        is_filtered: wanted != Some("executed") || !words.is_empty(),
        is_cut,
    })
}

#[derive(Debug, Serialize)]
pub(super) struct AgreementPage {
    pub(super) path: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) holder: String,
    pub(super) state: Tag,
    pub(super) is_held: bool,
    pub(super) executed_at: Option<Instant>,
    pub(super) ends_at: Option<Instant>,
    pub(super) signed_by: String,
    pub(super) application: String,
    pub(super) application_number: String,
    pub(super) text_hash: String,
    /// The agreement to keep, where it is signed.
    pub(super) pdf: String,
    pub(super) text: String,
    pub(super) audit: String,
    /// Its certificate of destruction, if one is or was owed.
    pub(super) certificate: String,
    pub(super) renewal: String,
    pub(super) schedules: Vec<ScheduleView>,
    pub(super) keys: Vec<KeyRow>,
    pub(super) holds: Vec<HoldView>,
    pub(super) past_holds: Vec<HoldView>,
    pub(super) targets: Vec<Choice>,
    pub(super) reasons: Vec<Choice>,
    pub(super) may_suspend: bool,
    pub(super) offices: Vec<Choice>,
    pub(super) calls: i64,
    pub(super) refused: i64,
    pub(super) usage_days: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct ScheduleView {
    pub(super) title: String,
    pub(super) department: String,
    pub(super) tier: &'static str,
    pub(super) scopes: Vec<String>,
    pub(super) limits: Vec<String>,
    pub(super) extras: Vec<(&'static str, String)>,
    pub(super) conditions: Vec<ConditionView>,
}

#[derive(Debug, Serialize)]
pub(super) struct KeyRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) hint: String,
    pub(super) mode: &'static str,
    pub(super) state: Tag,
    pub(super) is_held: bool,
    pub(super) scopes: Vec<String>,
    pub(super) last_used_at: Option<Instant>,
    pub(super) expires_at: Option<Instant>,
    pub(super) calls: i64,
    pub(super) may_revoke: bool,
}

async fn page(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&id)?, FormView::default()).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: AgreementId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let view = desk.run(move |desk| view(desk, &caller, id)).await?;
    let page = Page::new(request, format!("{} {}", view.number, view.title))?.crumb("Agreements", "/review/agreements");
    page.form(form).render("review/agreement.html", &view)
}

fn view(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<AgreementPage, CaseError> {
    let found = agree::for_staff(desk, caller, id)?;
    let agreement = &found.agreement;
    let names = Names::of(desk)?;
    let stored = access::list(desk, caller, id)?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let span = (today - chrono::Duration::days(USAGE_DAYS - 1), today);
    let whose = Whose { agreement: Some(id), ..Whose::default() };
    let sums = desk.read(|conn| usage::sums(conn, span, &whose, By::Key))?;
    let held = holds_of(desk, agreement, &stored)?;
    let shown =
        |hold: &Hold| HoldView::new(hold, target_words(hold.target, &stored), String::new(), &names, &caller.actor);
    let managed = managed_in(agreement, caller);
    let is_live = agreement.is_live(desk.clock.now());
    let is_party = caller.actor.has_stake(agreement.requester, agreement.organisation);
    let may_suspend = is_live && !is_party && (!managed.is_empty() || caller.actor.holds_anywhere(Role::Clerk));
    let execution = agreement.execution();
    let is_auditor = caller.actor.holds_anywhere(Role::Auditor);
    let shown_schedule = |schedule: &Schedule| {
        let redactions = desk.read(|conn| redaction::in_words(conn, schedule))?;
        Ok(schedule_view(schedule, &names, &redactions))
    };
    let (renewal, certificate) = endings_of(desk, agreement)?;
    let schedules = agreement.schedules.iter().map(shown_schedule).collect::<Result<Vec<_>, CaseError>>()?;
    Ok(AgreementPage {
        path: format!("/review/agreements/{id}"),
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        holder: agreement.requester_name.clone(),
        state: agreement_tag(agreement.state.as_str()),
        is_held: held.iter().any(|hold| hold.stops() && !matches!(hold.target, HoldTarget::Key(_))),
        executed_at: execution.map(|execution| execution.at),
        ends_at: execution.map(|execution| execution.ends_at),
        signed_by: execution.map(|one| format!("{}, {}", one.signature.name, one.signature.title)).unwrap_or_default(),
        application: if has_part(caller, agreement) {
            format!("/review/{}", agreement.application)
        } else {
            String::new()
        },
        application_number: agreement.application_number.clone(),
        text_hash: agreement.text_hash.clone(),
        pdf: execution.map(|_| format!("/agreements/{id}/agreement.pdf")).unwrap_or_default(),
        text: found.text.clone(),
        audit: if is_auditor { format!("/audit/stories/agreement/{id}") } else { String::new() },
        certificate,
        renewal,
        schedules,
        keys: stored.iter().map(|key| key_row(key, &sums, !managed.is_empty() && !is_party)).collect(),
        holds: held.iter().filter(|hold| hold.is_in_force()).map(shown).collect(),
        past_holds: held.iter().filter(|hold| !hold.is_in_force()).map(shown).collect(),
        targets: targets(agreement, &stored),
        reasons: reasons(),
        may_suspend,
        offices: if is_live && !is_party { names.choices(&managed) } else { Vec::new() },
        calls: sums.iter().map(|sum| sum.calls).sum(),
        refused: sums.iter().map(|sum| sum.calls - sum.ok).sum(),
        usage_days: USAGE_DAYS,
    })
}

/// The departments of an agreement that the caller manages, each once.
fn managed_in(agreement: &Agreement, caller: &Caller) -> Vec<DepartmentId> {
    let departments = agreement.schedules.iter().map(|schedule| schedule.department);
    let managed = departments.filter(|department| caller.actor.holds(Role::Manager, *department));
    managed.collect::<BTreeSet<_>>().into_iter().collect()
}

fn has_part(caller: &Caller, agreement: &Agreement) -> bool {
    agree::may_see(caller, agreement) && !caller.actor.departments(crate::cases::review::DESK).is_empty()
}

/// The pages of its last renewal and of its certificate of destruction, where there are any.
fn endings_of(desk: &Desk, agreement: &Agreement) -> Result<(String, String), CaseError> {
    let renewal = renewal::prospect(desk, agreement)?.renewal;
    let certificate = destruction::known(desk, agreement.id)?;
    Ok((
        renewal.map(|renewal| format!("/review/renewals/{}", renewal.id)).unwrap_or_default(),
        certificate.map(|known| known.path_of_office()).unwrap_or_default(),
    ))
}

/// Every hold on the agreement, its party and its keys, in force or past.
fn holds_of(desk: &Desk, agreement: &Agreement, stored: &[(StoredKey, bool)]) -> Result<Vec<Hold>, CaseError> {
    desk.read(|conn| {
        let mut found = holds::on(conn, HoldTarget::Agreement(agreement.id))?;
        found.extend(holds::on_party(conn, agreement)?);
        for (key, _) in stored {
            found.extend(holds::on(conn, HoldTarget::Key(key.key.id))?);
        }
        Ok(found)
    })
}

fn target_words(target: HoldTarget, stored: &[(StoredKey, bool)]) -> String {
    match target {
        HoldTarget::Agreement(_) => "Every key of this agreement".to_owned(),
        HoldTarget::Requester(_) => "Every key of this requester".to_owned(),
        HoldTarget::Key(id) => {
            let key = stored.iter().find(|(stored, _)| stored.key.id == id);
            key.map_or_else(|| "A key".to_owned(), |(stored, _)| format!("The key “{}”", stored.key.name))
        }
    }
}

fn targets(agreement: &Agreement, stored: &[(StoredKey, bool)]) -> Vec<Choice> {
    let mut found = vec![
        Choice::new("agreement", "Every key of this agreement"),
        Choice::new("requester", format!("Every key of {}, under any agreement", agreement.requester_name)),
    ];
    found.extend(stored.iter().filter(|(stored, _)| stored.key.state.as_str() == "active").map(|(stored, _)| {
        Choice::new(
            format!("key:{}", stored.key.id),
            format!("Only the key “{}” ({})", stored.key.name, stored.key.hint),
        )
    }));
    found
}

fn key_row((stored, is_held): &(StoredKey, bool), sums: &[Sum], is_manager: bool) -> KeyRow {
    let key = &stored.key;
    let id = key.id.to_string();
    KeyRow {
        calls: sums.iter().find(|sum| sum.of == id).map_or(0, |sum| sum.calls),
        name: key.name.clone(),
        hint: key.hint.clone(),
        mode: key.mode.as_str(),
        state: key_tag(key.state.as_str()),
        is_held: *is_held && key.state.as_str() == "active",
        scopes: key.scopes.iter().map(ToString::to_string).collect(),
        last_used_at: stored.last_used_at,
        expires_at: key.expires_at,
        may_revoke: is_manager && key.state.as_str() == "active",
        id,
    }
}

fn schedule_view(schedule: &Schedule, names: &Names, redactions: &[String]) -> ScheduleView {
    let mut extras = Vec::new();
    if let Some(networks) = &schedule.networks {
        let all: Vec<_> = networks.networks().iter().map(ToString::to_string).collect();
        extras.push(("Networks", all.join(", ")));
    }
    if let Some((from, to)) = schedule.hours {
        extras.push(("Hours", format!("{} to {}", clock_words(from), clock_words(to))));
    }
    if let Some(redaction) = &schedule.redaction {
        let revision = schedule.redaction_revision.map(|revision| format!(", revision {revision} signed"));
        extras.push(("Redaction profile", format!("{redaction}{}", revision.unwrap_or_default())));
    }
    if !redactions.is_empty() {
        extras.push(("Taken out now", redactions.join("; ")));
    }
    if let Some(day) = schedule.ends_on() {
        extras.push(("Ends on", day_words(day)));
    }
    ScheduleView {
        title: schedule.title.clone(),
        department: names.get(schedule.department).to_owned(),
        tier: tier_words(Some(schedule.tier)),
        scopes: schedule.operations.iter().map(|operation| format!("{}:{operation}", schedule.slug)).collect(),
        limits: limit_words(&schedule.limits),
        extras,
        conditions: conditions(&schedule.conditions),
    }
}

async fn suspend(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
    once: Once,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&id)?;
    let form = posted.only(&["target", "reason", "explanation"])?;
    let viewer = caller(&request);
    let agreement = desk.run(move |desk| agree::for_staff(desk, &viewer, id)).await?.agreement;
    let mut errors = FormErrors::default();
    let target = match form.text("target") {
        "agreement" => Some(HoldTarget::Agreement(id)),
        "requester" => Some(HoldTarget::Requester(agreement.requester)),
        word => word.strip_prefix("key:").and_then(|key| key.parse::<KeyId>().ok()).map(HoldTarget::Key),
    };
    if target.is_none() {
        errors.add("target", "Choose what is suspended.");
    }
    let Some(wish) = suspension(&form, target, &mut errors) else {
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let caller = caller_once(&request, once);
    let done = desk.run(move |desk| enforce::suspend(desk, &caller, &wish)).await;
    let told = "Suspended. The gate refuses the next call; the holder is told by mail.";
    finish(&request, &desk, id, &form, done, told).await
}

async fn finish<T>(
    request: &HttpRequest,
    desk: &DeskData,
    id: AgreementId,
    form: &Form,
    done: Result<T, CaseError>,
    told: &str,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(_) => Redirect::with(request, format!("/review/agreements/{id}"), &Flash::good(told)),
        Err(error) => {
            let back = ("Look at the agreement again", &*format!("/review/agreements/{id}"));
            let errors = shown_on_form(still_on_the_form(error, back)?)?;
            show(request, desk, id, form.view(&errors)).await
        }
    }
}

/// The complaints of a case about `reason` at the field that the form has for it.
fn renamed(error: CaseError, from: &str, to: &str) -> CaseError {
    let CaseError::Invalid(mut problems) = error else { return error };
    for problem in problems.iter_mut().filter(|problem| problem.field == from) {
        to.clone_into(&mut problem.field);
    }
    CaseError::Invalid(problems)
}

async fn lift(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&id)?;
    let form = posted.only(&["hold", "lift_reason.*"])?;
    let hold: HoldId = id_in(form.text("hold"))?;
    let field = format!("lift_reason.{hold}");
    let (caller, reason) = (caller(&request), form.text(&field).to_owned());
    let done = desk.run(move |desk| enforce::lift(desk, &caller, hold, &reason)).await;
    let done = done.map_err(|error| renamed(error, "reason", &field));
    let told = "The hold is lifted. Other holds, if any, still stop the keys.";
    finish(&request, &desk, id, &form, done, told).await
}

async fn revoke(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&id)?;
    let form = posted.only(&["key", "revoke_reason.*"])?;
    let key: KeyId = id_in(form.text("key"))?;
    let field = format!("revoke_reason.{key}");
    let (caller, reason) = (caller(&request), form.text(&field).to_owned());
    let done = desk.run(move |desk| keys::revoke_as_manager(desk, &caller, key, &reason)).await;
    let done = done.map_err(|error| renamed(error, "reason", &field));
    finish(&request, &desk, id, &form, done, "The key is revoked for good. The holder is told by mail.").await
}

async fn terminate(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&id)?;
    let form = posted.only(&["department", "end_reason"])?;
    let department: DepartmentId = id_in(form.text("department"))?;
    if form.text("end_reason").is_empty() {
        let problem = crate::domain::text::Invalid::new("end_reason", "required", "Say why the agreement ends.");
        return show(&request, &desk, id, form.view(&form_errors(vec![problem]))).await;
    }
    let (caller, reason) = (caller(&request), form.text("end_reason").to_owned());
    let done = desk.run(move |desk| agree::terminate(desk, &caller, id, Some(department), &reason)).await;
    finish(&request, &desk, id, &form, done, "The agreement has ended. Its keys no longer work.").await
}
