//! The API as its clients meet it. Every answer is held against the document by [`super::testing`].

mod account;
mod case;
mod desk_settings;
mod desk_texts;
mod document;
mod feeds;
mod records;
mod sheets;
mod stewards;
mod stories;
mod views;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::testing::{Api, Client};
use crate::cases::apply_tests::{City, cities};
use crate::cases::{Caller, staff};
use crate::domain::people::{Role, RoleGrant};

/// A person of the city with one city-wide role.
fn officer(city: &City, name: &str, role: Role) -> Caller {
    city.desk.person(name, &[RoleGrant::new(role, None).unwrap()])
}

/// A draft of Maria's, filled in as the form would be; its id.
async fn draft(maria: &Client<'_>, slugs: &[&str], purpose: &str) -> String {
    let id = text(&maria.act("/applications", json!({ "datasets": slugs })).await, "id");
    let answers = json!({
        "title": "Find a bay", "purpose_category": purpose, "purpose": "Show free bays on a map.",
        "public_benefit": "Less circling for parking.", "calls_per_day": "2000", "peak_per_minute": "10",
        "storage": "One server in Connecticut, encrypted.", "security": "Keys in a vault.", "retention_days": "30",
        "deletion": "Overwritten nightly.", "incident_contact": "ops@people.example", "sharing": "none",
        "ai_training": "no", "commercial": "no", "requester_type": "individual", "users": "Maria Gonzalez, developer",
        "signatory": "Maria Gonzalez", "signatory_title": "Owner",
    });
    let datasets: Vec<_> = slugs.iter().map(|slug| json!({ "slug": slug, "operations": ["read"] })).collect();
    let body = json!({ "answers": answers, "datasets": datasets });
    let saved = maria.change(Method::PATCH, &format!("/applications/{id}"), 1, body).await;
    assert_eq!((saved.status, saved.header("etag")), (204, "\"v2\""), "{}", saved.text);
    id
}

/// The signature under what was reviewed.
fn signature(reviewed: &Value) -> Value {
    let declarations: Vec<_> =
        reviewed["declarations"].as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    json!({
        "reviewed": reviewed["reviewed"].as_str().unwrap_or_default(), "terms": reviewed["terms"],
        "terms_hash": reviewed["terms_hash"], "text_hash": reviewed["text_hash"], "name": "Maria Gonzalez",
        "title": "Owner", "has_authority": true, "consents": true, "declarations": declarations,
    })
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

/// An agreement of Maria's on parking, made through the API; its id.
async fn agreement(api: &Api<'_>, city: &City) -> String {
    let (maria, manager) = (api.client(&city.maria), api.client(&city.managers[0]));
    let purpose = city.desk.desk.profile.purposes[0].id.as_str().to_owned();
    let id = draft(&maria, &["parking"], &purpose).await;
    let reviewed = maria.read(&format!("/applications/{id}/review")).await;
    maria.act(&format!("/applications/{id}/submit"), signature(&reviewed)).await;
    let seen = manager.read(&format!("/review/{id}")).await;
    let item = text(&seen["items"][0], "id");
    let decision = json!({ "outcome": "approve", "statement": "A good use." });
    manager.act(&format!("/review/{id}/items/{item}/decision"), decision).await;
    text(&maria.read(&format!("/applications/{id}")).await, "agreement")
}
