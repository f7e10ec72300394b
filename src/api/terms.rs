//! Terms: every version, as anybody may read it; publishing and trying out, for administrators.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::cases::{CaseError, terms};
use crate::domain::people::Role;
use crate::domain::terms::{TermsFamily, TermsVersion, fill};
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/terms", Access::Public, "Terms in force", current_terms)
        .gives::<TermsList>(200)
        .get("/terms/{family}", Access::Public, "Every version of one family of terms, the newest first", versions)
        .gives::<TermsList>(200)
        .get("/terms/{family}/{number}", Access::Public, "One version of terms", one_terms)
        .gives::<TermsView>(200)
        .post("/terms", ADMINISTRATOR, "Publish a version of terms", publish)
        .takes::<NewTerms>()
        .gives::<TermsView>(201)
        .post("/terms-previews", ADMINISTRATOR, "Fill a text of terms as it would be published", preview)
        .takes::<TermsText>()
        .gives::<TermsText>(200)
}

/// Terms.
#[derive(Debug, Serialize, ToSchema)]
struct TermsList {
    items: Vec<TermsView>,
}

/// A version of terms.
#[derive(Debug, Serialize, ToSchema)]
struct TermsView {
    id: String,
    /// `standard`, `click_through` or `restricted`.
    family: &'static str,
    number: u32,
    title: String,
    /// Markdown with named parameters.
    markdown: String,
    hash: String,
    is_material: bool,
    published_at: chrono::DateTime<chrono::Utc>,
    effective_at: chrono::DateTime<chrono::Utc>,
}

impl From<TermsVersion> for TermsView {
    fn from(version: TermsVersion) -> Self {
        Self {
            id: version.id.to_string(),
            family: version.family.as_str(),
            number: version.number,
            title: version.title.as_str().to_owned(),
            markdown: version.markdown,
            hash: version.hash.to_string(),
            is_material: version.material,
            published_at: version.published_at,
            effective_at: version.effective_at,
        }
    }
}

async fn current_terms(desk: DeskData) -> Result<HttpResponse, WebError> {
    let items = desk
        .run(|desk| {
            let mut found = Vec::new();
            for family in TermsFamily::ALL {
                match terms::current(desk, family) {
                    Ok(version) => found.push(version.into()),
                    Err(CaseError::Missing) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(found)
        })
        .await?;
    Ok(HttpResponse::Ok().json(TermsList { items }))
}

async fn versions(desk: DeskData, family: web::Path<String>) -> Result<HttpResponse, WebError> {
    let family = TermsFamily::from_name(&family).ok_or_else(WebError::not_found)?;
    let found = desk.run(move |desk| terms::versions(desk, family)).await?;
    Ok(HttpResponse::Ok().json(TermsList { items: found.into_iter().map(Into::into).collect() }))
}

async fn one_terms(desk: DeskData, path: web::Path<(String, u32)>) -> Result<HttpResponse, WebError> {
    let (family, number) = path.into_inner();
    let family = TermsFamily::from_name(&family).ok_or_else(WebError::not_found)?;
    let version = desk.run(move |desk| terms::numbered(desk, family, number)).await?;
    Ok(HttpResponse::Ok().json(TermsView::from(version)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTerms {
    /// `standard`, `click_through` or `restricted`.
    family: String,
    title: String,
    markdown: String,
    #[serde(default)]
    is_material: bool,
    /// From when it binds; at once, or after the notice period when it is material.
    #[serde(default)]
    effective_at: Option<chrono::DateTime<chrono::Utc>>,
}

async fn publish(request: HttpRequest, desk: DeskData, Json(new): Json<NewTerms>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let family = TermsFamily::from_name(&new.family).ok_or_else(|| {
        let message = "Give standard, click_through or restricted.";
        WebError::from(CaseError::from(Invalid::new("family", "unknown_family", message)))
    })?;
    let new = terms::NewTerms {
        family,
        title: new.title,
        markdown: new.markdown,
        is_material: new.is_material,
        effective_at: new.effective_at,
    };
    let version = desk.run(move |desk| terms::publish(desk, &caller, &new)).await?;
    Ok(HttpResponse::Created().json(TermsView::from(version)))
}

/// A text of terms: Markdown with named parameters.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TermsText {
    markdown: String,
}

async fn preview(desk: DeskData, Json(text): Json<TermsText>) -> Result<HttpResponse, WebError> {
    let filled = fill(&text.markdown, &desk.profile.terms_parameters()).map_err(CaseError::from)?;
    Ok(HttpResponse::Ok().json(TermsText { markdown: filled }))
}
