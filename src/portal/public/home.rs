//! The start page: what one can do here, and where one's own work lies.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::{Caller, CaseError, Desk, apply, register, review};
use crate::domain::people::{Role, RoleGrant};
use crate::store::views::catalogue::{Search, facets};
use crate::web::case::{DeskData, caller};
use crate::web::visitor::visitor_of;
use crate::web::{Page, Site, WebError};

/// What `public/home.html` shows.
#[derive(Serialize)]
struct Home {
    datasets: usize,
    departments: Vec<Link>,
    /// Half of all applications were decided within so many days; `None` where there are too few to say.
    median_days: Option<i64>,
    work: Vec<Work>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    label: String,
    count: usize,
}

/// A place where this person works.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Work {
    href: &'static str,
    label: &'static str,
    about: &'static str,
    /// How many things there wait for this person, where that can be said.
    waiting: usize,
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let roles = visitor_of(&request).map(|visitor| visitor.roles.clone());
    let caller = caller(&request);
    let known = move |desk: &Desk| {
        let counts = desk.read(|conn| facets(conn, &Search::default()))?;
        let work = roles.map(|roles| work(desk, &caller, &roles)).transpose()?;
        Ok((counts, register::read(desk)?.median_days, work.unwrap_or_default()))
    };
    let (counts, median_days, work) = desk.run(known).await?;
    let link = |(slug, name, count): (String, String, usize)| Link {
        href: format!("/datasets?department={slug}"),
        label: name,
        count,
    };
    let view = Home {
        datasets: counts.total,
        departments: counts.departments.into_iter().map(link).collect(),
        median_days,
        work,
    };
    let title = format!("Sensor data of the City of {}", Site::of(&request)?.options().city);
    Page::new(&request, title)?.render("public/home.html", &view)
}

/// What everybody has, then what each role has, each place once; where something waits comes first.
fn work(desk: &Desk, caller: &Caller, roles: &[RoleGrant]) -> Result<Vec<Work>, CaseError> {
    let own = [
        ("/applications", "My applications", "Where each stands, who has it, and what comes next."),
        ("/agreements", "My agreements", "What you may read, your keys and what you have used."),
    ];
    let office = [
        ("/review", "Review desk", "Applications for your department’s datasets, and the agreements in force."),
        ("/stewardship", "Stewardship", "Your department’s datasets: fields, tiers, feeds and limits."),
    ];
    let of_role = |role: Role| match role {
        Role::Reviewer | Role::Manager => office.to_vec(),
        Role::Clerk => vec![("/clerk", "Clerk’s desk", "What is due, the next act on each matter, denials and holds.")],
        Role::Auditor => vec![("/audit", "Audit", "Every act, and who could read what, when, by which signed text.")],
        Role::Administrator => vec![("/admin", "Administration", "Staff, departments, terms and the system.")],
    };
    let mut places: Vec<Work> = Vec::new();
    let all = own.into_iter().chain(roles.iter().flat_map(|grant| of_role(grant.role)));
    for (href, label, about) in all {
        if !places.iter().any(|known| known.href == href) {
            let waiting = match href {
                "/applications" => apply::list(desk, caller)?.iter().filter(|one| one.waits_for_requester()).count(),
                "/review" => review::waiting(desk, caller)?,
                _ => 0,
            };
            places.push(Work { href, label, about, waiting });
        }
    }
    places.sort_by_key(|place| place.waiting == 0);
    Ok(places)
}
