//! What administrators see and do: departments, organisations, staff, terms, service credentials, the outbox, the system. They decide
//! no application, and nobody can read a secret here.

mod departments;
mod organisations;
mod services;
mod staff;
mod system;
mod terms;
#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse};

use crate::domain::people::Role;
use crate::web::{Access, Page, Routes, WebError};

pub use system::{GateNow, GateWatch};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);
/// Terms are long texts.
const TERMS_FORM_BYTES_MAX: usize = 1024 * 1024;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    let routes = routes.get("/admin", ADMINISTRATOR, "What administrators do here", hub);
    system_routes(people_routes(routes))
}

fn people_routes(routes: Routes) -> Routes {
    routes
        .get("/admin/departments", ADMINISTRATOR, "Departments", departments::list)
        .get("/admin/departments/new", ADMINISTRATOR, "Make a department", departments::new_page)
        .post("/admin/departments/new", ADMINISTRATOR, "Make a department", departments::add)
        .get("/admin/departments/{department}", ADMINISTRATOR, "Change a department", departments::edit_page)
        .post("/admin/departments/{department}", ADMINISTRATOR, "Change a department", departments::edit)
        .get("/admin/organisations", ADMINISTRATOR, "Organisations", organisations::list)
        .post("/admin/organisations", ADMINISTRATOR, "Make an organisation", organisations::add)
        .get("/admin/organisations/{organisation}", ADMINISTRATOR, "One organisation", organisations::page)
        .post("/admin/organisations/{organisation}/members", ADMINISTRATOR, "Bring in", organisations::join)
        .post(
            "/admin/organisations/{organisation}/members/{account}/remove",
            ADMINISTRATOR,
            "End a membership",
            organisations::remove,
        )
        .get("/admin/staff", ADMINISTRATOR, "Staff and their roles", staff::list)
        .get("/admin/staff/invite", ADMINISTRATOR, "Invite a member of staff", staff::invite_page)
        .post("/admin/staff/invite", ADMINISTRATOR, "Invite a member of staff", staff::invite)
        .get("/admin/staff/{account}", ADMINISTRATOR, "One person's roles", staff::person)
        .post("/admin/staff/{account}", ADMINISTRATOR, "Set one person's roles", staff::set_roles)
        .post("/admin/staff/{account}/disable", ADMINISTRATOR, "Disable an account", staff::disable)
        .post("/admin/staff/{account}/enable", ADMINISTRATOR, "Enable an account again", staff::enable)
}

fn system_routes(routes: Routes) -> Routes {
    routes
        .get("/admin/terms", ADMINISTRATOR, "Terms in every version", terms::list)
        .get("/admin/terms/new", ADMINISTRATOR, "Write a version of terms", terms::new_page)
        .post("/admin/terms/new", ADMINISTRATOR, "Preview or publish a version of terms", terms::publish)
        .with_body_max(TERMS_FORM_BYTES_MAX)
        .get("/admin/services", ADMINISTRATOR, "Credentials of gate clients", services::list)
        .post("/admin/services", ADMINISTRATOR, "Make a credential for a gate client", services::add)
        .post("/admin/services/{service}/revoke", ADMINISTRATOR, "Revoke a credential", services::revoke)
        .get("/admin/outbox", ADMINISTRATOR, "Mail that is owed, sent or stuck", system::outbox)
        .get("/admin/system", ADMINISTRATOR, "State of the service", system::system)
}

async fn hub(request: HttpRequest) -> Result<HttpResponse, WebError> {
    Page::new(&request, "Administration")?.render("admin/hub.html", &serde_json::json!({}))
}
