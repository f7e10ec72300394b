//! Renewals to confirm and certificates of destruction to look at, with those that are overdue at the top.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::{Caller, CaseError, Desk, destruction, renewal};
use crate::domain::agreement::Destruction;
use crate::domain::id::{AgreementId, DepartmentId, RenewalId};
use crate::domain::people::Role;
use crate::domain::renewal::{Renewal, RenewalState};
use crate::domain::time::{Day, Instant, day_in};
use crate::portal::applicant::{
    CertificateView, ContactView, QuestionView, certificate_tag, certificate_view, contacts, questions, renewal_tag,
};
use crate::portal::shared::{Choice, Names, Tag, day_words, id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Access, Flash, FormView, Page, Posted, Redirect, Routes, WebError};

/// Who reads them.
const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
/// Who answers for a department.
const MANAGER: Access = Access::Staff(&[Role::Manager]);
/// The list.
const LIST: &str = "/review/endings";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(LIST, READERS, "Renewals to confirm and certificates of destruction", list)
        .get("/review/renewals/{renewal}", READERS, "One renewal as staff see it", renewal_page)
        .post("/review/renewals/{renewal}/confirm", MANAGER, "Confirm a renewal", confirm)
        .post("/review/renewals/{renewal}/return", MANAGER, "Ask the holder to answer again", send_back)
        .post("/review/renewals/{renewal}/refuse", MANAGER, "Do not renew", refuse)
        .get("/review/destructions/{agreement}", READERS, "One certificate of destruction", destruction_page)
        .post("/review/destructions/{agreement}/accept", MANAGER, "Accept a certificate", accept)
        .post("/review/destructions/{agreement}/ask-again", MANAGER, "Ask the holder again", ask_again)
}

/// What `review/endings.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ListView {
    pub(super) renewals: Vec<RenewalRow>,
    pub(super) certificates: Vec<CertificateRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct RenewalRow {
    href: String,
    number: String,
    title: String,
    holder: String,
    ends_at: Instant,
    is_over: bool,
    has_unmet: bool,
    waiting_for: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct CertificateRow {
    href: String,
    number: String,
    title: String,
    holder: String,
    due: String,
    tag: Tag,
    /// Where a case about a missing one is opened; empty where none is missing, or this person opens none.
    case: String,
}

fn has_unmet(renewal: &Renewal) -> bool {
    renewal.questions.iter().filter_map(|question| question.answer.as_ref()).any(|answer| !answer.is_met)
}

fn waiting_for(renewal: &Renewal, names: &Names) -> Vec<String> {
    let one = |(department, people): (DepartmentId, u8)| match people {
        1 => names.get(department).to_owned(),
        people => format!("{} ({people} managers)", names.get(department)),
    };
    renewal.missing().into_iter().map(one).collect()
}

/// The form for a case about a certificate that is missing.
fn case_about(caller: &Caller, known: &Destruction, today: Day) -> String {
    let actor = &caller.actor;
    let opens = [Role::Reviewer, Role::Manager, Role::Clerk].into_iter().any(|role| actor.holds_anywhere(role));
    let is_party = actor.has_stake(known.requester, known.organisation);
    if known.is_overdue(today) && opens && !is_party {
        format!("/cases/new?from=certificate:{}", known.agreement)
    } else {
        String::new()
    }
}

fn list_view(desk: &Desk, caller: &Caller) -> Result<ListView, CaseError> {
    let (names, now) = (Names::of(desk)?, desk.clock.now());
    let today = day_in(desk.profile.zone, now);
    let renewal_row = |renewal: &Renewal| RenewalRow {
        href: format!("/review/renewals/{}", renewal.id),
        number: renewal.number.clone(),
        title: renewal.title.clone(),
        holder: renewal.requester_name.clone(),
        ends_at: renewal.ends_at - chrono::Duration::seconds(1),
        is_over: now >= renewal.ends_at,
        has_unmet: has_unmet(renewal),
        waiting_for: waiting_for(renewal, &names),
    };
    let certificate_row = |known: &Destruction| CertificateRow {
        href: known.path_of_office(),
        number: known.number.clone(),
        title: known.title.clone(),
        holder: known.requester_name.clone(),
        due: day_words(known.due),
        tag: certificate_tag(&known.state, known.is_overdue(today)),
        case: case_about(caller, known, today),
    };
    Ok(ListView {
        renewals: renewal::list_for_staff(desk, caller)?.iter().map(renewal_row).collect(),
        certificates: destruction::list_for_staff(desk, caller)?.iter().map(certificate_row).collect(),
    })
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let view = desk.run(move |desk| list_view(desk, &caller)).await?;
    Page::new(&request, "Renewals and endings")?.render("review/endings.html", &view)
}

/// What `review/renewal.html` shows.
#[derive(Debug, Serialize)]
struct RenewalPage {
    path: String,
    number: String,
    title: String,
    holder: String,
    tag: Tag,
    agreement_href: String,
    ends_at: Instant,
    is_over: bool,
    has_unmet: bool,
    questions: Vec<QuestionView>,
    contacts: Vec<ContactView>,
    confirmed: Vec<String>,
    waiting_for: Vec<String>,
    confirm_until: Option<Instant>,
    text: String,
    /// The caller's departments that have still to confirm.
    offices: Vec<Choice>,
    new_href: String,
    outcome: String,
}

fn renewal_view(desk: &Desk, caller: &Caller, id: RenewalId) -> Result<RenewalPage, CaseError> {
    let (renewal, _, text) = renewal::for_staff(desk, caller, id)?;
    let names = Names::of(desk)?;
    let is_party = caller.actor.has_stake(renewal.requester, renewal.organisation);
    let is_ours = |department: &DepartmentId| !is_party && caller.actor.holds(Role::Manager, *department);
    let ours: Vec<DepartmentId> = renewal.missing().into_keys().filter(is_ours).collect();
    let (mut new_href, mut outcome, mut confirm_until) = (String::new(), String::new(), None);
    match &renewal.state {
        RenewalState::Signed { lapses_at, .. } => confirm_until = Some(*lapses_at - chrono::Duration::seconds(1)),
        RenewalState::Done { agreement, .. } => new_href = format!("/review/agreements/{agreement}"),
        RenewalState::Refused { by_name, reason, .. } => outcome = format!("{by_name}: {reason}"),
        RenewalState::Open { returned: Some(reason) } => outcome = format!("With the holder again: {reason}"),
        RenewalState::Open { returned: None } | RenewalState::Withdrawn { .. } | RenewalState::Lapsed { .. } => {}
    }
    let confirmed = renewal.confirmations().iter();
    Ok(RenewalPage {
        path: format!("/review/renewals/{id}"),
        number: renewal.number.clone(),
        title: renewal.title.clone(),
        holder: renewal.requester_name.clone(),
        tag: renewal_tag(&renewal.state),
        agreement_href: format!("/review/agreements/{}", renewal.agreement),
        ends_at: renewal.ends_at - chrono::Duration::seconds(1),
        is_over: desk.clock.now() >= renewal.ends_at,
        has_unmet: has_unmet(&renewal),
        questions: questions(&renewal.questions),
        contacts: contacts(&renewal),
        confirmed: confirmed.map(|one| format!("{}, {}", one.by_name, names.get(one.department))).collect(),
        waiting_for: waiting_for(&renewal, &names),
        confirm_until,
        text,
        offices: names.choices(&ours),
        new_href,
        outcome,
    })
}

async fn show_renewal(
    request: &HttpRequest,
    desk: &DeskData,
    id: RenewalId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let view = desk.run(move |desk| renewal_view(desk, &caller, id)).await?;
    let page = Page::new(request, format!("Renewal of {}", view.number))?.crumb("Renewals and endings", LIST);
    page.form(form).render("review/renewal.html", &view)
}

async fn renewal_page(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    show_renewal(&request, &desk, id_in(&id)?, FormView::default()).await
}

async fn confirm(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: RenewalId = id_in(&id)?;
    let form = posted.only(&["department"])?;
    let department: DepartmentId = id_in(form.text("department"))?;
    let who = caller(&request);
    match desk.run(move |desk| renewal::confirm(desk, &who, id, department)).await {
        Ok(renewal) => {
            let told = match &renewal.state {
                RenewalState::Done { .. } => "Confirmed. The new agreement is in force.",
                RenewalState::Signed { .. } => "Confirmed. Others have still to confirm.",
                RenewalState::Open { .. } => "The text changed since the holder signed. They are asked to sign again.",
                RenewalState::Refused { .. } | RenewalState::Withdrawn { .. } | RenewalState::Lapsed { .. } => {
                    "The renewal is closed."
                }
            };
            Redirect::with(&request, format!("/review/renewals/{id}"), &Flash::good(told))
        }
        Err(error) => {
            let back = format!("/review/renewals/{id}");
            let errors = shown_on_form(still_on_the_form(error, ("Look at the renewal again", &back))?)?;
            show_renewal(&request, &desk, id, form.view(&errors)).await
        }
    }
}

/// What a manager does with a renewal besides confirming it.
type Answer = fn(&Desk, &Caller, RenewalId, DepartmentId, &str) -> Result<(), CaseError>;

async fn answered(
    (request, desk): (HttpRequest, DeskData),
    id: web::Path<String>,
    posted: Posted,
    (field, act, told): (&'static str, Answer, &'static str),
) -> Result<HttpResponse, WebError> {
    let id: RenewalId = id_in(&id)?;
    let form = posted.only(&["department", field])?;
    let department: DepartmentId = id_in(form.text("department"))?;
    let (who, reason) = (caller(&request), form.text(field).to_owned());
    match desk.run(move |desk| act(desk, &who, id, department, &reason)).await {
        Ok(()) => Redirect::with(&request, LIST, &Flash::good(told)),
        Err(error) => {
            let back = format!("/review/renewals/{id}");
            let error = at_field(still_on_the_form(error, ("Look at the renewal again", &back))?, field);
            let errors = shown_on_form(error)?;
            show_renewal(&request, &desk, id, form.view(&errors)).await
        }
    }
}

/// What is wrong with the reason stands at the field in which it was typed.
fn at_field(error: CaseError, field: &str) -> CaseError {
    match error {
        CaseError::Refused(refusal) if refusal.code == "reason_needed" => {
            crate::domain::text::Invalid::new(field, refusal.code, refusal.detail.to_string()).into()
        }
        CaseError::Invalid(mut problems) => {
            for problem in &mut problems {
                field.clone_into(&mut problem.field);
            }
            CaseError::Invalid(problems)
        }
        CaseError::Refused(_)
        | CaseError::Missing
        | CaseError::Stale
        | CaseError::Undone(_)
        | CaseError::Wait(_)
        | CaseError::Store(_) => error,
    }
}

async fn send_back(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let told = "It is with the holder again.";
    answered((request, desk), id, posted, ("return_reason", renewal::send_back, told)).await
}

async fn refuse(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let told = "It is not renewed. The holder is told; the agreement runs to its last day.";
    answered((request, desk), id, posted, ("refuse_reason", renewal::refuse, told)).await
}

/// What `review/destruction.html` shows.
#[derive(Debug, Serialize)]
struct DestructionPage {
    path: String,
    agreement_href: String,
    shown: CertificateView,
    offices: Vec<Choice>,
    case: String,
}

async fn show_destruction(
    request: &HttpRequest,
    desk: &DeskData,
    id: AgreementId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let (number, view) = desk
        .run(move |desk| {
            let known = destruction::for_staff(desk, &who, id)?;
            let names = Names::of(desk)?;
            let is_party = who.actor.has_stake(known.requester, known.organisation);
            let is_ours = |department: &DepartmentId| !is_party && who.actor.holds(Role::Manager, *department);
            let ours: Vec<DepartmentId> = known.departments().into_iter().filter(is_ours).collect();
            let shown = certificate_view(desk, &known, |department| names.get(department).to_owned());
            let view = DestructionPage {
                path: known.path_of_office(),
                agreement_href: format!("/review/agreements/{id}"),
                shown,
                offices: names.choices(&ours),
                case: case_about(&who, &known, day_in(desk.profile.zone, desk.clock.now())),
            };
            Ok((known.number, view))
        })
        .await?;
    let page = Page::new(request, format!("Certificate of destruction, {number}"))?.crumb("Renewals and endings", LIST);
    page.form(form).render("review/destruction.html", &view)
}

async fn destruction_page(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_destruction(&request, &desk, id_in(&id)?, FormView::default()).await
}

async fn accept(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&id)?;
    let form = posted.only(&["department"])?;
    let department: DepartmentId = id_in(form.text("department"))?;
    let who = caller(&request);
    let done = desk.run(move |desk| destruction::accept(desk, &who, id, department)).await;
    match done {
        Ok(()) => Redirect::with(&request, format!("/review/destructions/{id}"), &Flash::good("Accepted.")),
        Err(error) => {
            let back = format!("/review/destructions/{id}");
            let errors = shown_on_form(still_on_the_form(error, ("Look at it again", &back))?)?;
            show_destruction(&request, &desk, id, form.view(&errors)).await
        }
    }
}

async fn ask_again(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&id)?;
    let form = posted.only(&["department", "ask_reason"])?;
    let department: DepartmentId = id_in(form.text("department"))?;
    let (who, reason) = (caller(&request), form.text("ask_reason").to_owned());
    match desk.run(move |desk| destruction::ask_again(desk, &who, id, department, &reason)).await {
        Ok(()) => {
            let flash = Flash::good("The holder is asked again and has new time.");
            Redirect::with(&request, format!("/review/destructions/{id}"), &flash)
        }
        Err(error) => {
            let back = format!("/review/destructions/{id}");
            let error = at_field(still_on_the_form(error, ("Look at it again", &back))?, "ask_reason");
            let errors = shown_on_form(error)?;
            show_destruction(&request, &desk, id, form.view(&errors)).await
        }
    }
}
