//! The certificate of destruction: what was deleted, how, and what was kept; shown as the text that is signed, then signed.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::destruction::{self as cases, CertificateText, Done, Signed};
use crate::cases::{CaseError, Desk};
use crate::domain::agreement::{Certificate, Destruction, DestructionState};
use crate::domain::id::AgreementId;
use crate::domain::time::day_in;
use crate::portal::shared::{Tag, day_words, id_in};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// How a certificate stands, as a mark.
pub(in crate::portal) fn tag(state: &DestructionState, is_overdue: bool) -> Tag {
    let (text, tone) = match state {
        DestructionState::Owed { .. } if is_overdue => ("Overdue", "bad"),
        DestructionState::Owed { .. } => ("Owed", "warn"),
        DestructionState::Certified { .. } => ("To be looked at", "info"),
        DestructionState::Accepted { .. } => ("Accepted", "good"),
        DestructionState::Released { .. } => ("No longer owed", "neutral"),
    };
    Tag { text, tone }
}

/// What both sides see of it.
#[derive(Debug, Serialize)]
pub(in crate::portal) struct CertificateView {
    number: String,
    title: String,
    holder: String,
    datasets: Vec<String>,
    tag: Tag,
    due: String,
    working: String,
    is_overdue: bool,
    is_owed: bool,
    is_certified: bool,
    asked: String,
    released: String,
    receipts: Vec<String>,
    certificate: Option<Certificate>,
    earlier: Vec<Certificate>,
}

pub(in crate::portal) fn certificate_view(
    desk: &Desk,
    known: &Destruction,
    name: impl Fn(crate::domain::id::DepartmentId) -> String,
) -> CertificateView {
    let is_overdue = known.is_overdue(day_in(desk.profile.zone, desk.clock.now()));
    let (mut asked, mut released, mut receipts) = (String::new(), String::new(), &[][..]);
    match &known.state {
        DestructionState::Owed { asked: again } => asked = again.clone().unwrap_or_default(),
        DestructionState::Certified { receipts: given, .. } | DestructionState::Accepted { receipts: given, .. } => {
            receipts = given.as_slice();
        }
        DestructionState::Released { reason, .. } => released.clone_from(reason),
    }
    CertificateView {
        number: known.number.clone(),
        title: known.title.clone(),
        holder: known.requester_name.clone(),
        datasets: known.parts.iter().map(|part| part.title.clone()).collect(),
        tag: tag(&known.state, is_overdue),
        due: day_words(known.due),
        working: known.working.clone(),
        is_overdue,
        is_owed: matches!(known.state, DestructionState::Owed { .. }),
        is_certified: matches!(known.state, DestructionState::Certified { .. }),
        asked,
        released,
        receipts: receipts.iter().map(|one| format!("{}, {}", name(one.department), one.by_name)).collect(),
        certificate: known.certificate().cloned(),
        earlier: known.earlier.clone(),
    }
}

/// What `applicant/destruction.html` shows.
#[derive(Debug, Serialize)]
struct PageView {
    id: String,
    shown: CertificateView,
    /// The text to sign, once it was checked.
    draft: Option<DraftView>,
    consent: String,
}

#[derive(Debug, Serialize)]
struct DraftView {
    text: String,
    hash: String,
    method: String,
    scope: String,
    exceptions: String,
}

fn draft_view(done: &Done, text: CertificateText) -> DraftView {
    let Done { method, scope, exceptions } = done.clone();
    DraftView { text: text.text, hash: text.hash, method, scope, exceptions }
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: AgreementId,
    (draft, form): (Option<DraftView>, FormView),
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let shown = desk
        .run(move |desk| {
            let known = cases::mine(desk, &who, id)?;
            let names = crate::portal::shared::Names::of(desk)?;
            Ok(certificate_view(desk, &known, |department| names.get(department).to_owned()))
        })
        .await?;
    let page = Page::new(request, format!("Certificate of destruction, {}", shown.number))?;
    let page = page.crumb("My agreements", "/agreements").crumb(&*shown.number, format!("/agreements/{id}"));
    let consent = desk.profile.notices.electronic_consent.text("en").to_owned();
    let view = PageView { id: id.to_string(), shown, draft, consent };
    page.form(form).render("applicant/destruction.html", &view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, (None, FormView::default())).await
}

fn done(form: &Form) -> Done {
    let text = |name: &str| form.text(name).to_owned();
    Done { method: text("method"), scope: text("scope"), exceptions: text("exceptions") }
}

/// Errors of the case, each at the field that it is about.
fn at_fields(errors: &FormErrors) -> FormErrors {
    let mut moved = FormErrors::default();
    for error in errors.iter() {
        let at = match error.code.as_ref() {
            "method_needed" => "method",
            "scope_needed" => "scope",
            "signature_needed" => "name",
            "authority_needed" => "authority",
            "consent_needed" => "consent",
            _ => error.field.as_str(),
        };
        moved.add_coded(at, error.code.clone(), error.message.clone());
    }
    moved
}

/// Shows the text that would be signed.
pub(super) async fn check(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&path)?;
    let form = posted.only(&["method", "scope", "exceptions"])?;
    let (who, asked) = (caller(&request), done(&form));
    let done = asked.clone();
    match desk.run(move |desk| cases::draft(desk, &who, id, &asked)).await {
        Ok(text) => show(&request, &desk, id, (Some(draft_view(&done, text)), FormView::default())).await,
        Err(error) => {
            let errors = at_fields(&shown_on_form(error)?);
            show(&request, &desk, id, (None, form.view(&errors))).await
        }
    }
}

pub(super) async fn certify(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&path)?;
    let fields = ["method", "scope", "exceptions", "text_hash", "name", "title", "authority", "consent"];
    let form = posted.only(&fields)?;
    let (who, asked) = (caller(&request), done(&form));
    let signed = Signed {
        text_hash: form.text("text_hash").to_owned(),
        name: form.text("name").to_owned(),
        title: form.text("title").to_owned(),
        has_authority: form.has("authority"),
        consents: form.has("consent"),
    };
    let (done, given) = (asked.clone(), asked.clone());
    let signed = desk.run(move |desk| cases::certify(desk, &who, id, &given, &signed)).await;
    let Err(error) = signed else {
        let flash = Flash::good("Signed. The department looks at your certificate and tells you.");
        return Redirect::with(&request, format!("/agreements/{id}/destruction"), &flash);
    };
    let errors = at_fields(&shown_on_form(error)?);
    let who = caller(&request);
    let draft = match desk.run(move |desk| cases::draft(desk, &who, id, &asked)).await {
        Ok(text) => Some(draft_view(&done, text)),
        Err(CaseError::Refused(_) | CaseError::Invalid(_)) => None,
        Err(other) => return Err(other.into()),
    };
    show(&request, &desk, id, (draft, form.view(&errors))).await
}
