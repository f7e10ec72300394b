//! Redaction profiles of a dataset: what each takes out and who signed it, the form that changes one or tries it on a live
//! sample, and the field that tells the time. Holds no rule: what a rule may say is the domain's.

mod edit;
mod sample;
#[cfg(test)]
pub(super) mod tests;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

pub(super) use self::edit::{edit_page, new_page, save};
use super::dataset::{PartView, Read, SetView, read};
use crate::cases::{Caller, CaseError, Desk, redaction};
use crate::domain::redaction::{FieldPath, RedactionProfile};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// A profile as the list shows it.
#[derive(Debug, Serialize)]
struct ProfileView {
    name: String,
    title: String,
    revision: u32,
    is_retired: bool,
    rules: Vec<RuleView>,
    /// Who signed which revision, in words.
    signed: Vec<String>,
    edit: String,
    retire: String,
}

#[derive(Debug, Serialize)]
struct RuleView {
    path: String,
    treatment: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct ListView {
    profiles: Vec<ProfileView>,
    time_field: String,
}

/// A dataset with who signed its profiles.
type WithUses = (Read, Vec<(String, u32, usize)>);

fn read_with_uses(desk: &Desk, caller: &Caller, slug: &str) -> Result<WithUses, CaseError> {
    let read = read(desk, caller, slug)?;
    let uses = desk.read(|conn| redaction::uses(conn, &read.dataset))?;
    Ok((read, uses))
}

fn profile(path: &str, profile: &RedactionProfile, uses: &[(String, u32, usize)]) -> ProfileView {
    let of_this = uses.iter().filter(|(name, ..)| *name == profile.name);
    let signed = of_this.map(|(_, revision, count)| {
        let agreements = if *count == 1 { "1 live agreement".to_owned() } else { format!("{count} live agreements") };
        format!("{agreements} signed revision {revision}")
    });
    ProfileView {
        name: profile.name.clone(),
        title: profile.title.clone(),
        revision: profile.revision,
        is_retired: profile.is_retired,
        rules: profile
            .rules
            .iter()
            .map(|rule| RuleView {
                path: rule.path.to_string(),
                treatment: rule.treatment.to_string(),
                reason: rule.reason.clone(),
            })
            .collect(),
        signed: signed.collect(),
        edit: format!("{path}/redactions/{}", profile.name),
        retire: format!("{path}/redactions/{}/retire", profile.name),
    }
}

/// The page `/stewardship/{slug}/redactions`.
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
    let (caller, slug) = (caller(request), slug.to_owned());
    let (read, uses) = desk.run(move |desk| read_with_uses(desk, &caller, &slug)).await?;
    let mut set = SetView::new(&read, "redactions");
    if let Some(version) = typed.and_then(|(form, _)| form.version().ok()) {
        set.version = version;
    }
    let time_field = read.dataset.time_field.as_ref().map(ToString::to_string).unwrap_or_default();
    let stored = FormView::with([("time_field", time_field.clone())]);
    let form = typed.map_or(stored, |(form, errors)| form.view(errors));
    let profiles = read.dataset.redactions.iter().map(|known| profile(&set.path, known, &uses)).collect();
    let title = read.dataset.metadata.title.as_str();
    let page = Page::new(request, "Redactions")?.crumb("Stewardship", "/stewardship");
    let page = page.crumb(title, &set.path).form(form);
    page.render("steward/redactions.html", &PartView { set, own: ListView { profiles, time_field } })
}

/// Takes a profile out of use.
pub(super) async fn retire(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["version"])?;
    let (caller, version) = (caller(&request), form.version()?);
    let (slug, name) = at.into_inner();
    let back = format!("/stewardship/{slug}/redactions");
    let told = format!("{name} is retired: no new condition can name it. Agreements that name it stay as they are.");
    desk.run(move |desk| redaction::retire_profile(desk, &caller, &slug, &name, version)).await?;
    Redirect::with(&request, back, &Flash::good(&told))
}

/// Says which field tells the time.
pub(super) async fn save_time_field(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["time_field", "version"])?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    let text = form.text("time_field");
    let field = match text.parse::<FieldPath>() {
        _ if text.is_empty() => None,
        Ok(path) => Some(path),
        Err(problem) => {
            errors.add_coded("time_field", "path_invalid", problem.to_string());
            return show(&request, &desk, &slug, Some((&form, &errors))).await;
        }
    };
    let (caller, own_slug) = (caller(&request), slug.clone());
    let saved = desk.run(move |desk| redaction::set_time_field(desk, &caller, &own_slug, field, version)).await;
    match saved {
        Ok(_) => {
            let told = Flash::good("Saved. Conditions that deliver data late go by this field from now on.");
            Redirect::with(&request, format!("/stewardship/{slug}/redactions"), &told)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, &slug, Some((&form, &errors))).await
        }
    }
}
