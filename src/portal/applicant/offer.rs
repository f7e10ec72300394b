//! The agreement offered: what was granted, with which conditions, the exact text, and three ways to answer: sign,
//! propose other conditions, decline.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::bargain::{self, OfferItem};
use super::form::page_of;
use super::list::title;
use super::review::after_sending;
use super::sign::{self, SignView, TextView, at_block, left_out, sign_view, signature, text_view};
use crate::cases::agree::{self, AgreementView};
use crate::cases::{Caller, CaseError, Desk, apply, drafting};
use crate::domain::application::Application;
use crate::domain::id::ApplicationId;
use crate::domain::profile::Profile;
use crate::domain::terms::TermsVersion;
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, Names, id_in, limit_words, with_way_back};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, FormView, Once, Posted, Redirect, WebError};

/// What `applicant/offer.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct OfferView {
    id: String,
    number: String,
    title: String,
    lapses_at: Instant,
    has_conditions: bool,
    choices: Vec<Choice>,
    items: Vec<OfferItem>,
    text: TextView,
    sign: SignView,
    letter: String,
}

/// Everything the page is made from.
pub(super) struct Offer {
    application: Application,
    offered: AgreementView,
    terms: TermsVersion,
    names: Names,
    lapses_at: Instant,
    /// The limits as they stood in the form, by dataset.
    asked_limits: Vec<(String, Vec<String>)>,
}

pub(super) fn load(desk: &Desk, who: &Caller, id: ApplicationId) -> Result<Offer, CaseError> {
    let agree::Offer { application, offered, terms, lapses_at } = agree::offer(desk, who, id)?;
    let mut asked_limits = Vec::new();
    for item in &application.items {
        let dataset = apply::dataset_of(desk, item.asked.dataset)?;
        let limits = drafting::limits_of(desk, &dataset, item.tier)?;
        asked_limits.push((item.slug.clone(), limit_words(&limits)));
    }
    Ok(Offer { application, offered, terms, names: Names::of(desk)?, lapses_at, asked_limits })
}

pub(super) fn view(profile: &Profile, offer: &Offer) -> OfferView {
    let Offer { application, offered, terms, names, lapses_at, asked_limits } = offer;
    let agreement = &offered.agreement;
    let items = bargain::items(profile, (names, application), agreement, asked_limits);
    let has_conditions = application.items.iter().any(|one| !one.state.conditions().is_empty());
    let has_denial = items.iter().any(|one| one.item.is_denied);
    OfferView {
        id: application.id.to_string(),
        number: agreement.number.clone(),
        title: title(application),
        lapses_at: *lapses_at,
        has_conditions,
        choices: vec![Choice::new("accept", "I accept it"), Choice::new("propose", "I propose something else")],
        items,
        text: text_view(
            terms,
            (&agreement.number, &offered.text, &agreement.text_hash),
            format!("/agreements/{}/text", agreement.id),
        ),
        sign: sign_view(
            profile,
            application,
            (terms, &agreement.text_hash),
            (format!("/applications/{}/sign", application.id), "Sign the agreement"),
            false,
        ),
        letter: if has_denial { format!("/applications/{}/letter", application.id) } else { String::new() },
    }
}

/// Loads the offer; the page is shown for as long as it is open.
async fn loaded(request: &HttpRequest, desk: &DeskData, id: ApplicationId) -> Result<Offer, WebError> {
    let who = caller(request);
    let offer = desk.run(move |desk| load(desk, &who, id)).await;
    offer.map_err(|error| with_way_back(error, ("Back to the application", format!("/applications/{id}"))))
}

fn show(request: &HttpRequest, desk: &DeskData, offer: &Offer, form: FormView) -> Result<HttpResponse, WebError> {
    let page = page_of(request, &offer.application, "The agreement offered to you")?.form(form);
    page.render("applicant/offer.html", &view(&desk.profile, offer))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let offer = loaded(&request, &desk, id_in(&path)?).await?;
    show(&request, &desk, &offer, FormView::default())
}

pub(super) async fn sign(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(sign::FIELDS)?;
    let who = caller_once(&request, once);
    let signature = signature(&form);
    let error = match desk.run(move |desk| apply::sign(desk, &who, id, &signature)).await {
        Ok(state) => return after_sending(&request, id, &state),
        Err(error) => error,
    };
    let errors = at_block(&shown_on_form(error)?);
    let offer = loaded(&request, &desk, id).await?;
    let missing = left_out(&view(&desk.profile, &offer).sign, &form);
    let errors = if missing.is_empty() { errors } else { missing };
    show(&request, &desk, &offer, form.view(&errors))
}

pub(super) async fn counter(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&path)?;
    let form = posted.only(&["answer.*", "counter.*"])?;
    let offer = loaded(&request, &desk, id).await?;
    let proposals = match bargain::answered(&offer.application, &form) {
        Ok(proposals) => proposals,
        Err(errors) => return show(&request, &desk, &offer, form.view(&errors)),
    };
    if proposals.is_empty() {
        let flash = Flash::info("You accept every condition. Read the text once more, then sign it below.");
        return Redirect::with(&request, format!("/applications/{id}/offer#sign-it"), &flash);
    }
    let who = caller(&request);
    match desk.run(move |desk| apply::counter(desk, &who, id, &proposals)).await {
        Ok(()) => {
            let flash = Flash::good("Your proposal is sent. The department decides again; this offer is closed.");
            Redirect::with(&request, format!("/applications/{id}"), &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, &offer, form.view(&errors))
        }
    }
}
