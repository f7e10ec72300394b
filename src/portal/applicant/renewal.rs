//! Renewing an agreement: the conditions to attest again and the people who answer for the data, then the review page with
//! the exact text and the signature. Says plainly that the agreement in force ends on its day.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::sign::{self, SignView, TextView, at_block, draft_view, left_out, sign_block, signature};
use super::usage::last_day;
use crate::cases::{Caller, CaseError, Desk, renewal as cases};
use crate::domain::application::{AnswerKind, question};
use crate::domain::id::{AgreementId, RenewalId};
use crate::domain::renewal::{Attestation, CONTACTS, Question, Renewal, RenewalState};
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, Names, Tag, id_in, to_the_byte, with_way_back};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, Form, FormView, Once, Page, Posted, Redirect, WebError};

/// How a renewal stands, as a mark.
pub(in crate::portal) fn tag(state: &RenewalState) -> Tag {
    let (text, tone) = match state {
        RenewalState::Open { .. } => ("With the holder", "warn"),
        RenewalState::Signed { .. } => ("To be confirmed", "info"),
        RenewalState::Done { .. } => ("Renewed", "good"),
        RenewalState::Refused { .. } => ("Not renewed", "bad"),
        RenewalState::Withdrawn { .. } => ("Withdrawn", "neutral"),
        RenewalState::Lapsed { .. } => ("Lapsed", "neutral"),
    };
    Tag { text, tone }
}

/// One condition with what the holder says about it.
#[derive(Debug, Serialize)]
pub(in crate::portal) struct QuestionView {
    /// The fields of the form.
    met: String,
    how: String,
    title: String,
    condition: String,
    is_answered: bool,
    is_met: bool,
    text: String,
}

pub(in crate::portal) fn questions(all: &[Question]) -> Vec<QuestionView> {
    let view = |(at, question): (usize, &Question)| QuestionView {
        met: format!("met.{at}"),
        how: format!("how.{at}"),
        title: question.title.clone(),
        condition: question.condition.clone(),
        is_answered: question.answer.is_some(),
        is_met: question.answer.as_ref().is_some_and(|answer| answer.is_met),
        text: question.answer.as_ref().map(|answer| answer.text.clone()).unwrap_or_default(),
    };
    all.iter().enumerate().map(view).collect()
}

/// One answer about people, with what it said before.
#[derive(Debug, Serialize)]
pub(in crate::portal) struct ContactView {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is_long: bool,
    text: String,
    /// What the agreement in force was signed with, where it differs.
    before: String,
}

pub(in crate::portal) fn contacts(renewal: &Renewal) -> Vec<ContactView> {
    let view = |name: &'static str| {
        let question = question(name)?;
        let (text, before) = (renewal.contacts.get(name), renewal.contacts_before.get(name));
        Some(ContactView {
            name,
            label: question.label,
            hint: question.hint,
            is_long: matches!(question.kind, AnswerKind::Prose),
            text: text.to_owned(),
            before: if text == before { String::new() } else { before.to_owned() },
        })
    };
    CONTACTS.into_iter().filter_map(view).collect()
}

/// What `applicant/renewal.html` shows.
#[derive(Debug, Serialize)]
struct RenewalView {
    id: String,
    number: String,
    title: String,
    agreement_href: String,
    tag: Tag,
    ends_at: Instant,
    is_over: bool,
    is_open: bool,
    is_signed: bool,
    returned: String,
    outcome: String,
    /// Where to appeal a refusal; empty where there is none.
    appeal: String,
    new_href: String,
    waiting_for: Vec<String>,
    confirm_until: Option<Instant>,
    questions: Vec<QuestionView>,
    answers: Vec<Choice>,
    contacts: Vec<ContactView>,
    version: i64,
}

fn view(desk: &Desk, names: &Names, renewal: &Renewal) -> RenewalView {
    let (mut returned, mut outcome, mut new_href, mut confirm_until) =
        (String::new(), String::new(), String::new(), None);
    match &renewal.state {
        RenewalState::Open { returned: reason } => returned = reason.clone().unwrap_or_default(),
        RenewalState::Signed { lapses_at, .. } => confirm_until = Some(last_day(*lapses_at)),
        RenewalState::Done { agreement, .. } => new_href = format!("/agreements/{agreement}"),
        RenewalState::Refused { by_name, reason, .. } => outcome = format!("{by_name} does not renew it: {reason}"),
        RenewalState::Withdrawn { .. } => "You took it back.".clone_into(&mut outcome),
        RenewalState::Lapsed { .. } => {
            "It was not finished in time, or its agreement was ended or replaced otherwise.".clone_into(&mut outcome);
        }
    }
    let waiting = |(department, people): (crate::domain::id::DepartmentId, u8)| {
        let whom = if people == 1 { "one manager".to_owned() } else { format!("{people} managers") };
        format!("{}: {whom}", names.get(department))
    };
    RenewalView {
        id: renewal.id.to_string(),
        number: renewal.number.clone(),
        title: renewal.title.clone(),
        agreement_href: format!("/agreements/{}", renewal.agreement),
        tag: tag(&renewal.state),
        ends_at: last_day(renewal.ends_at),
        is_over: desk.clock.now() >= renewal.ends_at,
        is_open: matches!(renewal.state, RenewalState::Open { .. }),
        is_signed: matches!(renewal.state, RenewalState::Signed { .. }),
        returned,
        outcome,
        appeal: match &renewal.state {
            RenewalState::Refused { .. } => format!("/appeals/new?of=not_renewed:{}", renewal.id),
            RenewalState::Open { .. }
            | RenewalState::Signed { .. }
            | RenewalState::Done { .. }
            | RenewalState::Withdrawn { .. }
            | RenewalState::Lapsed { .. } => String::new(),
        },
        new_href,
        waiting_for: renewal.missing().into_iter().map(waiting).collect(),
        confirm_until,
        questions: questions(&renewal.questions),
        answers: vec![Choice::new("yes", "It is met"), Choice::new("no", "It is not met, or not fully")],
        contacts: contacts(renewal),
        version: renewal.version,
    }
}

pub(super) async fn open(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&path)?;
    posted.only(&[])?;
    let who = caller(&request);
    let opened = desk.run(move |desk| cases::open(desk, &who, id)).await;
    let renewal = opened.map_err(|error| back_to(error, format!("/agreements/{id}")))?;
    Redirect::with(&request, renewal.path(), &Flash::info("The renewal is open. Nothing is sent before you sign."))
}

/// A refusal with the way back; everything else as it is.
fn back_to(error: CaseError, href: String) -> WebError {
    with_way_back(error, ("Back to the agreement", href))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, id: RenewalId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let view = desk
        .run(move |desk| {
            let renewal = cases::one(desk, &who, id)?;
            Ok(view(desk, &Names::of(desk)?, &renewal))
        })
        .await?;
    let page = Page::new(request, format!("Renew {}", view.number))?.crumb("My agreements", "/agreements");
    page.crumb(&*view.number, &*view.agreement_href).form(form).render("applicant/renewal.html", &view)
}

/// What was typed about each condition that was answered.
fn attested(form: &Form) -> BTreeMap<usize, Attestation> {
    let one = |(at, met): (&str, &str)| {
        let text = form.text(&format!("how.{at}")).to_owned();
        Some((at.parse().ok()?, Attestation { is_met: met == "yes", text }))
    };
    form.starting("met.").filter_map(one).collect()
}

pub(super) async fn answer(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: RenewalId = id_in(&path)?;
    let known: Vec<&str> = CONTACTS.into_iter().chain(["met.*", "how.*", "version"]).collect();
    let form = posted.only(&known)?;
    let version = form.version()?;
    let given = attested(&form);
    let contacts: Vec<(String, String)> =
        CONTACTS.into_iter().map(|name| (name.to_owned(), form.text(name).to_owned())).collect();
    let who = caller(&request);
    let kept = desk.run(move |desk| cases::answer(desk, &who, id, &given, &contacts, Some(version))).await;
    let error = match kept {
        Ok(renewal) => {
            let problems = renewal.problems();
            if problems.is_empty() {
                return Ok(Redirect::to(format!("{}/review", renewal.path())));
            }
            CaseError::Invalid(problems)
        }
        Err(error) => error,
    };
    let errors = shown_on_form(error)?;
    show(&request, &desk, id, form.view(&errors)).await
}

/// What `applicant/renewal_review.html` shows.
#[derive(Debug, Serialize)]
struct ReviewView {
    id: String,
    number: String,
    ends_at: Instant,
    questions: Vec<QuestionView>,
    contacts: Vec<ContactView>,
    has_gaps: bool,
    text: TextView,
    sign: SignView,
}

async fn load(request: &HttpRequest, desk: &DeskData, id: RenewalId) -> Result<ReviewView, WebError> {
    let who = caller(request);
    let loaded = desk.run(move |desk| loaded(desk, &who, id)).await;
    loaded.map_err(|error| back_to(error, format!("/renewals/{id}")))
}

fn loaded(desk: &Desk, who: &Caller, id: RenewalId) -> Result<ReviewView, CaseError> {
    let review = cases::review(desk, who, id)?;
    let renewal = &review.renewal;
    if !matches!(renewal.state, RenewalState::Open { .. }) {
        return Err(crate::domain::refusal::wrong_state("renewal", renewal.state.as_str()).into());
    }
    let mut answers = renewal.contacts.clone();
    answers.set("organisation", review.draft.parameters.get("organisation").map_or("", |name| own(name)))?;
    let action = (format!("/renewals/{id}/sign"), "Sign the renewal");
    Ok(ReviewView {
        id: id.to_string(),
        number: renewal.number.clone(),
        ends_at: last_day(renewal.ends_at),
        questions: questions(&renewal.questions),
        contacts: contacts(renewal),
        has_gaps: !review.problems.is_empty(),
        text: draft_view(&review.draft, format!("/renewals/{id}/review/text")),
        sign: sign_block(
            &desk.profile,
            (&answers, renewal.reviewed_digest(), &review.tiers),
            (&review.draft.terms, &review.draft.hash),
            action,
        ),
    })
}

/// The organisation that a text names; none where people act for themselves.
pub(super) fn own(name: &str) -> &str {
    if name == "themselves" { "" } else { name }
}

fn show_review(request: &HttpRequest, view: &ReviewView, form: FormView) -> Result<HttpResponse, WebError> {
    let page = Page::new(request, format!("Check and sign the renewal of {}", view.number))?;
    let page = page.crumb("My agreements", "/agreements").crumb("Renewal", format!("/renewals/{}", view.id));
    page.form(form).render("applicant/renewal_review.html", view)
}

pub(super) async fn review_page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let view = load(&request, &desk, id_in(&path)?).await?;
    show_review(&request, &view, FormView::default())
}

/// The text to the byte, so that anybody can hash it.
pub(super) async fn review_text(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let who = caller(&request);
    let review = desk.run(move |desk| cases::review(desk, &who, id)).await?;
    Ok(to_the_byte(&review.draft.text))
}

pub(super) async fn sign(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: RenewalId = id_in(&path)?;
    let form = posted.only(sign::FIELDS)?;
    let who = caller_once(&request, once);
    let signature = signature(&form);
    let error = match desk.run(move |desk| cases::sign(desk, &who, id, &signature)).await {
        Ok(renewal) => return after_signing(&request, &renewal),
        Err(error) => error,
    };
    let errors = at_block(&shown_on_form(error)?);
    let view = load(&request, &desk, id).await?;
    let missing = left_out(&view.sign, &form);
    let errors = if missing.is_empty() { errors } else { missing };
    show_review(&request, &view, form.view(&errors))
}

fn after_signing(request: &HttpRequest, renewal: &Renewal) -> Result<HttpResponse, WebError> {
    if let RenewalState::Done { agreement, .. } = &renewal.state {
        let flash = Flash::good("Renewed. This agreement is in force; your keys went along with it.");
        return Redirect::with(request, format!("/agreements/{agreement}"), &flash);
    }
    Redirect::with(request, renewal.path(), &Flash::good("Signed. The departments are asked to confirm it."))
}

pub(super) async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: RenewalId = id_in(&path)?;
    posted.only(&[])?;
    let who = caller(&request);
    let done = desk.run(move |desk| cases::withdraw(desk, &who, id)).await;
    done.map_err(|error| back_to(error, format!("/renewals/{id}")))?;
    let flash = Flash::info("The renewal is taken back. The agreement runs to its last day.");
    Redirect::with(&request, format!("/renewals/{id}"), &flash)
}
