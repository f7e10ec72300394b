//! Cases at the desks of their offices: the list, and one case with everything that can be done in it now.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::view::{CaseView, Side, StoppedView, stopped};
use crate::cases::conduct::office::{self as acts, ChargeGiven, FindingGiven, MeasureGiven};
use crate::cases::{Caller, CaseError, Desk, conduct};
use crate::domain::id::{AttachmentId, CaseId, HoldId};
use crate::domain::misuse::case::{CaseState, MisuseCase, Order, OrderKind, Rung, highest_without_reasons};
use crate::domain::people::Role;
use crate::domain::profile::ThrottleDefaults;
use crate::domain::time::{Day, day_in};
use crate::portal::shared::{Choice, id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::upload::{as_file, download};
use crate::web::{Flash, Form, FormErrors, FormView, Once, Page, Posted, Redirect, WebError, json::Query};

fn today(desk: &Desk) -> Day {
    day_in(desk.profile.zone, desk.clock.now())
}

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let is_all = query.lenient().get("show") == Some("all");
    let who = caller(&request);
    let handles = [Role::Reviewer, Role::Manager, Role::Clerk];
    let may_open = handles.into_iter().any(|role| who.actor.holds_anywhere(role));
    let (found, waiting) = desk
        .run(move |desk| {
            let found = conduct::list(desk, &who, is_all)?;
            Ok::<_, CaseError>((found, conduct::complaints::list(desk, &who, false)?.len()))
        })
        .await?;
    let today = today(&desk);
    let rows: Vec<_> = found.iter().map(|case| CaseView::new(case, Side::Office, today)).collect();
    let view = serde_json::json!({ "cases": rows, "is_all": is_all, "waiting": waiting, "may_open": may_open });
    Page::new(&request, "Cases")?.render("conduct/cases.html", &view)
}

/// What can be done now, by this person.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one form, and any may stand alone")]
struct May {
    notify: bool,
    set_hearing: bool,
    suspend: bool,
    order: bool,
    judge: bool,
    find: bool,
    impose: bool,
    dismiss: bool,
    close: bool,
}

/// What `conduct/case.html` shows.
#[derive(Debug, Serialize)]
struct OfficeCase {
    case: CaseView,
    may: May,
    /// Why this person may not decide it; empty where they may.
    kept_out: String,
    lifts: Vec<StoppedView>,
    stops: Vec<Choice>,
    measures: Vec<Choice>,
    orders: Vec<Choice>,
    highest: &'static str,
    /// The last day of a throttle where nobody says otherwise, and the last that may be said.
    throttle: Throttling,
    complaint: String,
}

fn view(desk: &Desk, who: &Caller, case: &MisuseCase) -> OfficeCase {
    let actor = &who.actor;
    let handles = case.office(actor, &[Role::Reviewer, Role::Manager]).is_ok();
    let acts = case.office(actor, &[Role::Manager]).is_ok();
    let decider = case.decider(actor);
    let decides = decider.is_ok();
    let is_heard = matches!(case.state, CaseState::Answered | CaseState::Unanswered);
    let is_running = is_heard || case.state == CaseState::Noticed;
    let is_found = case.state == CaseState::Found;
    let acts_first = case.class.allows_suspension_first() || is_found;
    let has_order = case.order.as_ref().is_some_and(Order::is_open);
    // It may have gone to another office, which alone reads it.
    let complaint = case.source.complaint().filter(|id| conduct::complaints::read(desk, who, *id).is_ok());
    let kept_out = decider.err().filter(|refusal| acts || refusal.code == "own_application");
    OfficeCase {
        case: CaseView::new(case, Side::Office, today(desk)),
        may: May {
            notify: handles && case.state == CaseState::Opened,
            set_hearing: handles && is_running,
            suspend: acts && is_running && case.class.allows_suspension_first(),
            order: acts && acts_first && (is_running || is_found) && !has_order,
            judge: decides && case.order.as_ref().is_some_and(Order::has_new_proof),
            find: decides && is_heard,
            impose: decides && is_found,
            dismiss: decides && (is_running || case.state == CaseState::Opened),
            close: decides && is_found && !has_order,
        },
        kept_out: kept_out.map(|refusal| refusal.detail.into_owned()).unwrap_or_default(),
        lifts: if decides { case.in_force().map(stopped).collect() } else { Vec::new() },
        stops: stops(case),
        measures: measures(case),
        orders: [OrderKind::Cease, OrderKind::Takedown].map(|kind| Choice::new(kind.as_str(), kind.title())).to_vec(),
        highest: rung_words(highest_without_reasons(case.class, case.stood_at)),
        throttle: Throttling::of(desk),
        complaint: complaint.map(|id| format!("/complaints/{id}")).unwrap_or_default(),
    }
}

/// What a throttle leaves, and how long it may last.
#[derive(Debug, Serialize)]
struct Throttling {
    percent: u8,
    days: u16,
    days_max: u16,
}

impl Throttling {
    fn of(desk: &Desk) -> Self {
        let ThrottleDefaults { percent, days, days_max } = desk.profile.throttle;
        Self { percent, days, days_max }
    }
}

/// What can be suspended in a case like this.
fn stops(case: &MisuseCase) -> Vec<Choice> {
    let mut all = Vec::new();
    if case.subject.key.is_some() {
        all.push(Choice::new("suspend_key", format!("The key {}", case.subject.key_words)));
    }
    if case.subject.datasets.len() == 1 {
        let label = format!("Every key of the holder that opens “{}”", case.subject.titles.join(", "));
        all.push(
            Choice::new("suspend_dataset", label).hint("A key stops as a whole; the holder may make one without it."),
        );
    }
    all.push(Choice::new("suspend_agreement", "Every key of the agreement"));
    all.push(Choice::new("suspend_requester", "Every key of the holder, under any agreement"));
    all
}

const SLOWER: &str = "Until the day below; calls within what is left work.";

fn measures(case: &MisuseCase) -> Vec<Choice> {
    let mut all = vec![
        Choice::new("inform", "Inform").hint("The holder is told; nothing is stopped."),
        Choice::new("warn", "Warn").hint("It counts for twelve months."),
    ];
    if case.subject.key.is_some() {
        all.push(Choice::new("throttle_key", format!("Slow down: the key {}", case.subject.key_words)));
    }
    all.push(Choice::new("throttle_agreement", "Slow down: every key of the agreement").hint(SLOWER));
    let suspend = |choice: Choice| Choice { label: format!("Suspend: {}", choice.label), ..choice };
    all.extend(stops(case).into_iter().map(suspend));
    if case.subject.key.is_some() {
        all.push(Choice::new("revoke_key", "Revoke the key").hint("It never works again."));
    }
    all.push(
        Choice::new("end_agreement", "End the agreement").hint("For a manager of a department that is party to it."),
    );
    all.push(
        Choice::new("refer", "Hand the case on")
            .hint("To the Law Department, the police or the Attorney General; say to whom below."),
    );
    all
}

const fn rung_words(rung: Rung) -> &'static str {
    match rung {
        Rung::Inform => "to inform",
        Rung::Warn => "a warning",
        Rung::Throttle => "to slow down",
        Rung::Suspend => "a suspension",
        Rung::Revoke => "revoking a key or ending the agreement",
        Rung::Refer => "handing the case on",
    }
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, id: CaseId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let (number, view) = desk
        .run(move |desk| {
            let case = conduct::read(desk, &who, id)?;
            Ok::<_, CaseError>((case.number.clone(), view(desk, &who, &case)))
        })
        .await?;
    let page = Page::new(request, format!("Case {number}"))?.crumb("Cases", "/cases").form(form);
    page.render("conduct/case.html", &view)
}

/// A piece of evidence as a download, for both sides.
pub(super) async fn evidence(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, name) = path.into_inner();
    let (who, id, wanted) = (caller(&request), id_in(&id)?, name.clone());
    let text = desk.run(move |desk| conduct::evidence_text(desk, &who, id, &wanted)).await?;
    Ok(as_file(&name, "text/plain; charset=utf-8", text.into_bytes()))
}

/// A file of the holder as a download, for both sides.
pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, file) = path.into_inner();
    let (who, id, file): (_, CaseId, AttachmentId) = (caller(&request), id_in(&id)?, id_in(&file)?);
    let (attachment, content) = desk.run(move |desk| conduct::file(desk, &who, id, file)).await?;
    Ok(download(&attachment, content))
}

/// The same errors at the fields of this page, which has several forms.
fn moved(errors: &FormErrors, names: &[(&str, &str)]) -> FormErrors {
    let mut found = FormErrors::default();
    for error in errors.iter() {
        let to = names.iter().find(|(from, _)| *from == error.field).map_or(error.field.as_str(), |(_, to)| to);
        found.add_coded(to, error.code.clone(), error.message.clone());
    }
    found
}

type Done = Result<HttpResponse, WebError>;

/// One act of this page: its form, the names of its fields, what the person reads when it is done.
async fn act(
    request: &HttpRequest,
    desk: &DeskData,
    id: CaseId,
    (form, names, told): (Form, &[(&str, &str)], &str),
    done: Result<MisuseCase, CaseError>,
) -> Done {
    match done {
        Ok(_) => Redirect::with(request, format!("/cases/{id}"), &Flash::good(told)),
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the cases", "/cases"))?;
            let errors = moved(&shown_on_form(error)?, names);
            show(request, desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn notify(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["facts", "clause", "cure"])?);
    let given = ChargeGiven {
        facts: form.text("facts").to_owned(),
        clause: form.text("clause").to_owned(),
        cure: form.text("cure").to_owned(),
    };
    let who = caller(&request);
    let done = desk.run(move |desk| acts::notify(desk, &who, id, &given)).await;
    act(&request, &desk, id, (form, &[], "The notice is sent, with the last day to answer."), done).await
}

pub(super) async fn hearing(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["hearing_on", "hearing_place"])?);
    let mut errors = FormErrors::default();
    let on: Option<Day> = form.parse("hearing_on", &mut errors, "Give the day as 2026-12-31.");
    let Some(on) = on else { return show(&request, &desk, id, form.view(&errors)).await };
    let (who, place) = (caller(&request), form.text("hearing_place").to_owned());
    let done = desk.run(move |desk| acts::set_hearing(desk, &who, id, on, &place)).await;
    let names = [("on", "hearing_on"), ("place", "hearing_place")];
    act(&request, &desk, id, (form, &names, "The hearing is set, and the holder is told."), done).await
}

pub(super) async fn suspend(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["stop"])?);
    let (who, stop) = (caller(&request), form.text("stop").to_owned());
    let done = desk.run(move |desk| acts::suspend_at_once(desk, &who, id, &stop)).await;
    act(&request, &desk, id, (form, &[], "Suspended. The very next call is refused, and the holder is told."), done)
        .await
}

pub(super) async fn order(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["order_kind", "order"])?);
    let Some(kind) = OrderKind::from_word(form.text("order_kind")) else {
        let mut errors = FormErrors::default();
        errors.add("order_kind", "Choose which order it is.");
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let (who, text) = (caller(&request), form.text("order").to_owned());
    let done = desk.run(move |desk| acts::order(desk, &who, id, (kind, &text))).await;
    act(&request, &desk, id, (form, &[], "The order is sent, with its dates."), done).await
}

pub(super) async fn proof(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["proof_is", "proof_lifts", "proof_reason"])?);
    let accepted = match form.text("proof_is") {
        "enough" => true,
        "not_enough" => false,
        _ => {
            let mut errors = FormErrors::default();
            errors.add("proof_is", "Say whether it is enough.");
            return show(&request, &desk, id, form.view(&errors)).await;
        }
    };
    let (who, lift, reason) = (caller(&request), form.has("proof_lifts"), form.text("proof_reason").to_owned());
    let done = desk.run(move |desk| acts::judge_proof(desk, &who, id, (accepted, lift), &reason)).await;
    act(&request, &desk, id, (form, &[("reason", "proof_reason")], "Noted, and the holder is told."), done).await
}

/// A day that may be left empty.
fn day(form: &Form, name: &str) -> Result<Option<Day>, FormErrors> {
    if form.text(name).is_empty() {
        return Ok(None);
    }
    let mut errors = FormErrors::default();
    let day = form.parse(name, &mut errors, "Give the day as 2026-12-31.");
    if errors.is_empty() { Ok(day) } else { Err(errors) }
}

pub(super) async fn find(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
    once: Once,
) -> Done {
    let (id, form) =
        (id_in(&path)?, posted.only(&["reasons", "severity", "measures[]", "refer_to", "throttle_until"])?);
    let until = match day(&form, "throttle_until") {
        Ok(until) => until,
        Err(errors) => return show(&request, &desk, id, form.view(&errors)).await,
    };
    let to = form.text("refer_to");
    let one = |word: &str| MeasureGiven { word: word.to_owned(), key: None, to: to.to_owned(), until };
    let given = FindingGiven {
        reasons: form.text("reasons").to_owned(),
        severity: form.text("severity").to_owned(),
        measures: form.all("measures").into_iter().map(one).collect(),
    };
    let who = caller_once(&request, once);
    let done = desk.run(move |desk| acts::find(desk, &who, id, &given)).await;
    act(&request, &desk, id, (form, &[], "Decided. The letter is sent, and the measures are taken."), done).await
}

pub(super) async fn measure(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let names = ["another", "another_reason", "another_severity", "another_to", "another_until"];
    let (id, form) = (id_in(&path)?, posted.only(&names)?);
    let text = |name: &str| form.text(name).to_owned();
    let until = match day(&form, "another_until") {
        Ok(until) => until,
        Err(errors) => return show(&request, &desk, id, form.view(&errors)).await,
    };
    let given = MeasureGiven { word: text("another"), key: None, to: text("another_to"), until };
    let (who, reason, severity) = (caller(&request), text("another_reason"), text("another_severity"));
    let done = desk.run(move |desk| acts::impose(desk, &who, id, (&given, &reason, &severity))).await;
    let names = [
        ("measures", "another"),
        ("stop", "another"),
        ("reason", "another_reason"),
        ("severity", "another_severity"),
        ("refer_to", "another_to"),
        ("throttle_until", "another_until"),
    ];
    act(&request, &desk, id, (form, &names, "Done, and the holder is told."), done).await
}

pub(super) async fn lift(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["hold", "lift_reason"])?);
    let hold: HoldId = id_in(form.text("hold"))?;
    let (who, reason) = (caller(&request), form.text("lift_reason").to_owned());
    let done = desk.run(move |desk| acts::lift(desk, &who, id, (hold, &reason))).await;
    act(
        &request,
        &desk,
        id,
        (form, &[("reason", "lift_reason")], "Lifted: exactly this one. The holder is told."),
        done,
    )
    .await
}

pub(super) async fn dismiss(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["dismiss_reasons"])?);
    let (who, reasons) = (caller(&request), form.text("dismiss_reasons").to_owned());
    let done = desk.run(move |desk| acts::dismiss(desk, &who, id, &reasons)).await;
    act(
        &request,
        &desk,
        id,
        (form, &[("reasons", "dismiss_reasons")], "Dismissed, and its suspensions are lifted."),
        done,
    )
    .await
}

pub(super) async fn close(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["close_reason"])?);
    let (who, reason) = (caller(&request), form.text("close_reason").to_owned());
    let done = desk.run(move |desk| acts::close(desk, &who, id, &reason)).await;
    act(&request, &desk, id, (form, &[("reason", "close_reason")], "Closed, and the holder is told."), done).await
}
