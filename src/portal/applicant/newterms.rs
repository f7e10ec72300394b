//! Later terms of an agreement: what changes, the agreement's text as it reads then, and the signature that accepts it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::renewal::own;
use super::sign::{self, SignView, TextView, at_block, draft_view, left_out, sign_block, signature};
use crate::cases::{Caller, CaseError, Desk, reterms};
use crate::domain::application::Answers;
use crate::domain::id::AgreementId;
use crate::domain::terms::TermsVersion;
use crate::domain::tier::Tier;
use crate::domain::time::{Instant, day_in};
use crate::portal::shared::{day_words, id_in, to_the_byte, with_way_back};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, FormView, Once, Page, Posted, Redirect, WebError};

/// What an agreement's page says about terms that are to be accepted.
#[derive(Debug, Serialize)]
pub(super) struct OwedView {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) binds_on: String,
    pub(super) is_binding: bool,
    pub(super) is_held: bool,
}

pub(super) fn owed_view(desk: &Desk, owed: &reterms::Owed) -> OwedView {
    OwedView {
        href: format!("/agreements/{}/terms", owed.agreement.id),
        title: format!("{}, version {}", owed.next.title, owed.next.number),
        binds_on: day_words(day_in(desk.profile.zone, owed.binding.effective_at)),
        is_binding: owed.binding.effective_at <= desk.clock.now(),
        is_held: owed.is_held,
    }
}

/// What `applicant/new_terms.html` shows.
#[derive(Debug, Serialize)]
struct TermsView {
    id: String,
    number: String,
    owed: OwedView,
    accepted: String,
    accepted_href: String,
    next_href: String,
    effective_at: Instant,
    text: TextView,
    sign: SignView,
}

fn href(version: &TermsVersion) -> String {
    format!("/terms/{}/{}", version.family.as_str(), version.number)
}

fn view(desk: &Desk, who: &Caller, id: AgreementId) -> Result<TermsView, CaseError> {
    let owed = reterms::of(desk, who, id)?;
    let parameter = |name: &str| owed.draft.parameters.get(name).map_or("", String::as_str);
    let mut answers = Answers::default();
    for name in ["signatory", "signatory_title"] {
        answers.set(name, parameter(name))?;
    }
    answers.set("organisation", own(parameter("organisation")))?;
    let tiers: Vec<Tier> = owed.agreement.schedules.iter().map(|schedule| schedule.tier).collect();
    let sign = sign_block(
        &desk.profile,
        (&answers, owed.draft.hash.clone(), &tiers),
        (&owed.next, &owed.draft.hash),
        (format!("/agreements/{id}/terms"), "Accept the terms"),
    );
    Ok(TermsView {
        id: id.to_string(),
        number: owed.agreement.number.clone(),
        owed: owed_view(desk, &owed),
        accepted: format!("{}, version {}", owed.accepted.title, owed.accepted.number),
        accepted_href: href(&owed.accepted),
        next_href: href(&owed.next),
        effective_at: owed.next.effective_at,
        text: draft_view(&owed.draft, format!("/agreements/{id}/terms/text")),
        sign,
    })
}

async fn load(request: &HttpRequest, desk: &DeskData, id: AgreementId) -> Result<TermsView, WebError> {
    let who = caller(request);
    let loaded = desk.run(move |desk| view(desk, &who, id)).await;
    loaded.map_err(|error| with_way_back(error, ("Back to the agreement", format!("/agreements/{id}"))))
}

fn show(request: &HttpRequest, view: &TermsView, form: FormView) -> Result<HttpResponse, WebError> {
    let page = Page::new(request, format!("New terms for {}", view.number))?.crumb("My agreements", "/agreements");
    let page = page.crumb(&*view.number, format!("/agreements/{}", view.id));
    page.form(form).render("applicant/new_terms.html", view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let view = load(&request, &desk, id_in(&path)?).await?;
    show(&request, &view, FormView::default())
}

/// The text to the byte, so that anybody can hash it.
pub(super) async fn text(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let who = caller(&request);
    let owed = desk.run(move |desk| reterms::of(desk, &who, id)).await?;
    Ok(to_the_byte(&owed.draft.text))
}

pub(super) async fn accept(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&path)?;
    let form = posted.only(sign::FIELDS)?;
    let who = caller_once(&request, once);
    let signature = signature(&form);
    let error = match desk.run(move |desk| reterms::accept(desk, &who, id, &signature)).await {
        Ok(()) => {
            let flash = Flash::good("Accepted. A suspension for these terms is lifted; others, if any, stay.");
            return Redirect::with(&request, format!("/agreements/{id}"), &flash);
        }
        Err(error) => error,
    };
    let errors = at_block(&shown_on_form(error)?);
    let view = load(&request, &desk, id).await?;
    let missing = left_out(&view.sign, &form);
    let errors = if missing.is_empty() { errors } else { missing };
    show(&request, &view, form.view(&errors))
}
