//! JSON for the same cases the portal serves: parse, call, answer. Never decides anything itself.
//!
//! Every route is added through [`describe::Api`], from which the OpenAPI document is made too.

pub mod agreements;
pub mod applications;
pub mod audit;
pub mod datasets;
pub mod describe;
pub mod desk;
pub mod keys;
pub mod organisations;
#[cfg(test)]
mod organisations_tests;
pub mod people;
pub mod sessions;
pub mod usage;
mod views;

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
    /// The path that was asked for.
    instance: String,
    /// The stable code for programs.
    code: String,
    /// The request id, to be named when asking for help.
    request_id: String,
}

/// Every route of the API.
#[must_use]
pub fn api() -> Api {
    let api = Api::default().get("/openapi.json", Access::Public, "This API's OpenAPI document", openapi);
    let api = sessions::routes(api);
    let api = people::routes(api);
    let api = organisations::routes(api);
    let api = datasets::routes(api);
    let api = applications::routes(api);
    let api = desk::routes(api);
    let api = agreements::routes(api);
    let api = keys::routes(api);
    let api = usage::routes(api);
    audit::routes(api)
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
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_names_exactly_the_routes_that_are_registered() {
        let api = api();
        assert_eq!(api.routes().mistakes(), Vec::<String>::new());
        let registered: BTreeSet<String> = api
            .routes()
            .rows()
            .iter()
            .map(|row| format!("{} {}", row.method.as_str().to_lowercase(), row.path))
            .collect();
        let document = serde_json::to_value(api.document("/")).unwrap();
        let described: BTreeSet<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(registered, described);
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    }

    #[test]
    fn every_schema_that_is_referred_to_is_there() {
        let document = serde_json::to_value(api().document("/")).unwrap();
        let text = document.to_string();
        let mut missing = BTreeSet::new();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            if document["components"]["schemas"].get(name).is_none() {
                missing.insert(name.to_owned());
            }
        }
        assert_eq!(missing, BTreeSet::new());
    }
}
