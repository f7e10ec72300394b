//! JSON for the same cases the portal serves: parse, call, answer. Never decides anything itself.
//!
//! Every route is added through [`describe::Api`], from which the OpenAPI document is made too.

pub mod account;
pub mod agreements;
pub mod anomalies;
pub mod appeals;
pub mod applications;
pub mod assignments;
pub mod audit;
pub mod bundles;
mod case_views;
pub mod cases;
pub mod changes;
pub mod clerk;
pub mod complaints;
pub mod datasets;
pub mod deadlines;
pub mod describe;
pub mod desk;
pub mod desk_settings;
pub mod desk_texts;
pub mod earlier;
pub mod effect;
pub mod eligibility;
pub mod endings;
mod example;
pub mod explorer;
pub mod exports;
pub mod feeds;
pub mod imports;
pub mod keys;
pub mod left;
pub mod letters;
pub mod my_cases;
pub mod notices;
pub mod organisations;
#[cfg(test)]
mod organisations_tests;
pub mod outbox;
pub mod own_data;
mod parts;
pub mod pauses;
pub mod people;
mod problems;
pub mod profile;
pub mod readers;
pub mod records;
pub mod redactions;
pub mod register;
pub mod replays;
pub mod reuse;
pub mod rules;
pub mod samples;
pub mod saved_views;
pub mod sessions;
pub mod sightings;
pub mod stewardship;
pub mod stories;
pub mod system;
pub mod terms;
pub mod terms_drafts;
pub mod usage;
mod views;
mod words;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cases::CaseError;
use crate::web::{Access, WebError};
pub use describe::Api;

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// An address that names the kind of problem.
    r#type: String,
    /// Its name for people.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened, for people.
    detail: String,
    /// The path that was asked for; left out of a 404.
    #[schema(required = false, example = "/api/v1/keys")]
    instance: String,
    /// The stable code for programs.
    #[schema(example = "key_ended")]
    code: String,
    /// The request id, to be named when asking for help; left out of a 404.
    #[schema(required = false, example = "01f3a9c2")]
    request_id: String,
    /// What is wrong with single fields, where that is the problem.
    #[schema(required = false)]
    errors: Vec<FieldProblem>,
    /// What to do next.
    #[schema(required = false, example = json!([]))]
    next: Vec<WayOn>,
    /// What somebody else changed meanwhile.
    #[schema(required = false, example = json!([]))]
    changed: Vec<Changed>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// The field's name or path, such as `items[0].dataset`; empty where it is the whole.
    #[schema(example = "name")]
    field: String,
    /// The stable code for programs.
    #[schema(example = "required")]
    code: String,
    /// A sentence for people.
    #[schema(example = "Give it a name.")]
    message: String,
}

/// A way on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayOn {
    label: String,
    /// A path of the portal.
    href: String,
}

/// A field that somebody else changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    label: String,
    theirs: String,
    yours: String,
}

/// Every route of the API.
#[must_use]
pub fn api() -> Api {
    let api = Api::default().get("/openapi.json", Access::Public, "This API's OpenAPI document", openapi);
    let api = sessions::routes(api);
    let api = account::routes(api);
    let api = notices::routes(api);
    let api = own_data::routes(api);
    let api = people::routes(api);
    let api = organisations::routes(api);
    let api = datasets::routes(api);
    let api = eligibility::routes(api);
    let api = samples::routes(api);
    let api = feeds::routes(api);
    let api = changes::routes(api);
    let api = terms::routes(api);
    let api = stewardship::routes(api);
    let api = redactions::routes(api);
    let api = imports::routes(api);
    let api = applications::routes(api);
    let api = effect::routes(earlier::routes(assignments::routes(desk::routes(api))));
    let api = desk_settings::routes(desk_texts::routes(api));
    let api = agreements::routes(api);
    let api = endings::routes(api);
    let api = keys::routes(api);
    let api = usage::routes(api);
    let api = readers::routes(api);
    let api = bundles::routes(api);
    let api = exports::routes(api);
    let api = anomalies::routes(explorer::routes(saved_views::routes(api)));
    let api = left::routes(api);
    let api = register::routes(api);
    let api = replays::routes(rules::routes(api));
    let api = clerk::routes(api);
    let api = appeals::routes(api);
    let api = records::routes(api);
    let api = reuse::routes(api);
    let api = letters::routes(api);
    let api = cases::routes(api);
    let api = my_cases::routes(api);
    let api = pauses::routes(api);
    let api = complaints::routes(api);
    let api = deadlines::routes(api);
    let api = sightings::routes(api);
    let api = audit::routes(api);
    let api = stories::routes(api);
    let api = profile::routes(terms_drafts::routes(api));
    outbox::routes(system::routes(api))
}

async fn openapi(site: web::Data<crate::web::Site>) -> Result<HttpResponse, WebError> {
    let server = site.options().portal_url.as_str().trim_end_matches('/').to_owned();
    Ok(HttpResponse::Ok().json(api().document(&server)))
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Created {
    /// Its id.
    id: String,
}

/// Reads an id from the address; a text that is no id names nothing.
pub(crate) fn id_in<K>(text: &str) -> Result<crate::domain::id::Id<K>, WebError> {
    text.parse().map_err(|_why| WebError::not_found())
}

/// A stale save by `If-Match` is a failed precondition.
pub(crate) fn precondition(error: CaseError) -> WebError {
    if matches!(error, CaseError::Stale) { WebError::precondition_failed() } else { error.into() }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
