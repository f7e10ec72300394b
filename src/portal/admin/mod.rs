//! What administrators see and do: departments, organisations, staff, terms, service credentials, the outbox, the system. They decide
//! no application, and nobody can read a secret here.

mod departments;
mod organisations;
mod outbox;
mod profile;
mod services;
mod staff;
mod system;
mod terms;
mod terms_review;
#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse};

use serde::Serialize;

use crate::cases::health::{self, AWAY_DAYS};
use crate::domain::health::Level;
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Page, Routes, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);
/// A profile of the longest kind, as a form sends it.
const PROFILE_FORM_BYTES_MAX: usize = 2 * 1024 * 1024;
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
        .get("/admin/terms/{family}/draft", ADMINISTRATOR, "The draft of the next terms", terms::draft_page)
        .post("/admin/terms/{family}/draft", ADMINISTRATOR, "Save the draft of the next terms", terms::save)
        .with_body_max(TERMS_FORM_BYTES_MAX)
        .post("/admin/terms/{family}/draft/discard", ADMINISTRATOR, "Throw the draft away", terms::discard)
        .get("/admin/terms/{family}/draft/review", ADMINISTRATOR, "Look at the draft", terms_review::page)
        .post("/admin/terms/{family}/draft/publish", ADMINISTRATOR, "Publish the draft", terms_review::publish)
        .get("/admin/services", ADMINISTRATOR, "Credentials of gate clients", services::list)
        .post("/admin/services", ADMINISTRATOR, "Make a credential for a gate client", services::add)
        .post("/admin/services/{service}/revoke", ADMINISTRATOR, "Revoke a credential", services::revoke)
        .get("/admin/outbox", ADMINISTRATOR, "Mail that is owed, sent or stuck", outbox::list)
        .post("/admin/outbox/try-again", ADMINISTRATOR, "Send all undelivered mail again", outbox::try_all_again)
        .get("/admin/outbox/{message}", ADMINISTRATOR, "One message with its tries", outbox::page)
        .post("/admin/outbox/{message}/try-again", ADMINISTRATOR, "Send a message again", outbox::try_again)
        .post("/admin/outbox/{message}/give-up", ADMINISTRATOR, "Give a message up", outbox::give_up)
        .get("/admin/profile", ADMINISTRATOR, "The city's profile as it is in force", profile::page)
        .get("/admin/profile/check", ADMINISTRATOR, "Check a changed profile", profile::check_page)
        .post("/admin/profile/check", ADMINISTRATOR, "Check a changed profile", profile::check)
        .with_body_max(PROFILE_FORM_BYTES_MAX)
        .get("/admin/system", ADMINISTRATOR, "State of the service", system::system)
}

/// What `admin/hub.html` shows.
#[derive(Serialize)]
struct Hub {
    tasks: Vec<Task>,
}

/// Something that an administrator has to do, with where.
#[derive(Serialize)]
struct Task {
    said: String,
    word: &'static str,
    tone: &'static str,
    href: String,
}

fn task(said: String, href: String) -> Task {
    Task { said, word: "Look at it", tone: "warn", href }
}

async fn hub(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let (who, machine) = (caller(&request), system::machine(&request));
    let (health, more) =
        desk.run(move |desk| Ok((health::look(desk, &who, machine)?, health::tasks(desk, &who)?))).await?;
    let worse = health.findings.iter().filter(|one| one.level != Level::Good);
    let mut tasks: Vec<Task> = worse.map(system::task).collect();
    for department in more.without_manager {
        let said = format!("Nobody may decide in a department: {}.", department.name);
        tasks.push(task(said, "/admin/staff/invite".to_owned()));
    }
    for account in more.away {
        let said = format!("On the staff, and not signed in for {AWAY_DAYS} days: {}.", account.name);
        tasks.push(task(said, format!("/admin/staff/{}", account.id)));
    }
    Page::new(&request, "Administration")?.render("admin/hub.html", &Hub { tasks })
}
