//! The sample of a dataset: taken and looked at as everybody will see it, then published or withdrawn.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::dataset::{PartView, SetView, read};
use crate::cases::samples;
use crate::domain::sample::Sample;
use crate::domain::tier::Tier;
use crate::portal::sampled::SampleView;
use crate::portal::shared::Choice;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// What `steward/sample.html` shows.
#[derive(Debug, Serialize)]
struct View {
    draft: Option<SampleView>,
    draft_hash: String,
    released: Option<SampleView>,
    released_by: String,
    profiles: Vec<Choice>,
    has_upstream: bool,
    /// What the tier allows: `no_tier`, `prohibited`, `profile_needed` or `free`.
    rule: &'static str,
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Option<(&Form, &FormErrors)>,
) -> Result<HttpResponse, WebError> {
    let (caller, own_slug) = (caller(request), slug.to_owned());
    let (read, kept) =
        desk.run(move |desk| Ok((read(desk, &caller, &own_slug)?, samples::kept(desk, &caller, &own_slug)?))).await?;
    let outline = &desk.profile.outline;
    let laid = |sample: &Sample| SampleView::of(sample, outline);
    let dataset = &kept.dataset;
    let by = kept.released.as_ref().and_then(|sample| sample.release.as_ref()).map(|release| release.by.clone());
    let view = View {
        draft: kept.draft.as_ref().map(laid),
        draft_hash: kept.draft.as_ref().map(|draft| draft.hash.clone()).unwrap_or_default(),
        released: kept.released.as_ref().map(laid),
        released_by: by.unwrap_or_default(),
        profiles: dataset
            .redactions_offered()
            .map(|profile| Choice::new(profile.name.clone(), format!("{}: {}", profile.name, profile.title)))
            .collect(),
        has_upstream: dataset.upstream.is_some(),
        rule: match dataset.tier {
            None => "no_tier",
            Some(Tier::Open | Tier::Registered) => "free",
            Some(Tier::Conditioned | Tier::Restricted) => "profile_needed",
            Some(Tier::Prohibited) => "prohibited",
        },
    };
    let stored = || FormView::with([("path", dataset.plain_path().unwrap_or_default())]);
    let form = typed.map_or_else(stored, |(form, errors)| form.view(errors));
    let set = SetView::new(&read, "sample");
    let title = read.dataset.metadata.title.as_str();
    let page = Page::new(request, "Sample")?.crumb("Stewardship", "/stewardship").crumb(title, &set.path);
    page.form(form).render("steward/sample.html", &PartView { set, own: view })
}

/// Takes a sample of the feed, or keeps records that were made up.
pub(super) async fn take(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["path", "profile", "records", "from"])?;
    let caller = caller(&request);
    let taken = if form.text("from") == "records" {
        let (own_slug, text) = (slug.clone(), form.text("records").to_owned());
        desk.run(move |desk| samples::make_up(desk, &caller, &own_slug, &text)).await
    } else {
        let profile = Some(form.text("profile")).filter(|name| !name.is_empty());
        samples::take(&desk, &caller, &slug, form.text("path"), profile).await
    };
    match taken {
        Ok(_) => {
            let told = "The sample is kept. Look at it, then publish it.";
            Redirect::with(&request, format!("/stewardship/{slug}/sample#draft"), &Flash::good(told))
        }
        Err(error) => {
            let mut errors = FormErrors::default();
            for error in shown_on_form(error)?.iter() {
                let field = if error.field == "sample" { "path" } else { &error.field };
                errors.add_coded(field, error.code.clone(), error.message.clone());
            }
            show(&request, &desk, &slug, Some((&form, &errors))).await
        }
    }
}

/// Publishes the sample that was looked at.
pub(super) async fn publish(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["hash"])?;
    let (caller, own_slug, hash) = (caller(&request), slug.clone(), form.text("hash").to_owned());
    match desk.run(move |desk| samples::release(desk, &caller, &own_slug, &hash)).await {
        Ok(_) => {
            let told = Flash::good("The sample is published. It stands on the dataset’s public page.");
            Redirect::with(&request, format!("/stewardship/{slug}/sample"), &told)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, &slug, Some((&form, &errors))).await
        }
    }
}

/// Withdraws the published sample, or throws away the one that was not.
pub(super) async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["which"])?;
    let is_released = form.text("which") == "published";
    let (caller, own_slug) = (caller(&request), slug.clone());
    desk.run(move |desk| samples::withdraw(desk, &caller, &own_slug, is_released)).await?;
    let told =
        if is_released { "The sample is withdrawn and its records are deleted." } else { "The sample is thrown away." };
    Redirect::with(&request, format!("/stewardship/{slug}/sample"), &Flash::good(told))
}
