//! Who of a department works on which application, what lies with each person, and who is away.

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::assignment::{self, Team, Whose};
use crate::cases::{Caller, CaseError, Desk, review};
use crate::domain::assignment::{Absence, Load};
use crate::domain::id::{AccountId, ApplicationId, DepartmentId};
use crate::domain::people::Role;
use crate::store::applications::QueueFilter;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, Query, WebError};

const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/review-assignments", DESK, "Who works on which open application", list)
        .asks(&["assigned"])
        .gives::<Assignments>(200)
        .post("/review-assignments", DESK, "Give applications to a colleague, to yourself or to nobody", give)
        .takes::<AssignmentGiven>()
        .gives::<AssignmentsChanged>(200)
        .refuses(&["not_a_colleague", "colleague_recused", "colleague_is_party", "own_application"])
        .refuses(&["nothing_to_assign"])
        .get("/review-load", DESK, "What lies with each person of your departments", load)
        .gives::<Loads>(200)
        .get("/review-absences", DESK, "Who of your departments is away, and who covers", absences)
        .gives::<Absences>(200)
        .put("/review-absences/mine", DESK, "Say that you are away", be_away)
        .takes::<AbsenceGiven>()
        .refuses(&["absence_days", "absence_over", "cover_needs_role", "cover_away"])
        .delete("/review-absences/mine", DESK, "Say that you are back", be_back)
}

/// Who works on what.
#[derive(Debug, Serialize, ToSchema)]
struct Assignments {
    items: Vec<AssignmentView>,
}

/// Who works on a department's part of an application.
#[derive(Debug, Serialize, ToSchema)]
struct AssignmentView {
    application: String,
    /// Such as `APP-2026-0001`.
    number: String,
    department: String,
    /// The person's account; null where it is nobody's.
    account: Option<String>,
    /// Their name.
    name: Option<String>,
    /// Who covers for them today, if they are away.
    covered_by: Option<String>,
}

fn whose(word: Option<&str>) -> Result<Option<Whose>, WebError> {
    Ok(match word {
        None => None,
        Some("me") => Some(Whose::Mine),
        Some("nobody") => Some(Whose::Nobodys),
        Some(account) => Some(Whose::Of(id_in(account)?)),
    })
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let whose = whose(query.only(&["assigned"])?.get("assigned"))?;
    let who = caller(&request);
    let items = desk.run(move |desk| list_view(desk, &who, whose)).await?;
    Ok(HttpResponse::Ok().json(Assignments { items }))
}

fn list_view(desk: &Desk, caller: &Caller, whose: Option<Whose>) -> Result<Vec<AssignmentView>, CaseError> {
    let ours = caller.actor.departments(review::DESK);
    let states = ["submitted", "info_requested", "offered"].map(str::to_owned).to_vec();
    let open = review::queue(desk, caller, &QueueFilter { states, ..QueueFilter::default() })?;
    let assigned = assignment::assigned(desk, caller, &open)?;
    let mut found = Vec::new();
    for one in &open {
        for department in ours.iter().filter(|id| one.items.iter().any(|item| item.department == **id)) {
            if whose.is_some_and(|whose| !assigned.fits(one, &[*department], whose, caller.actor.account)) {
                continue;
            }
            let account = assigned.to(one.id, *department);
            let person = account.and_then(|account| assigned.team.person(account));
            let cover = account.and_then(|account| assigned.team.cover(account, *department));
            found.push(AssignmentView {
                application: one.id.to_string(),
                number: one.number.clone(),
                department: department.to_string(),
                account: account.map(|account| account.to_string()),
                name: person.map(|person| person.name.clone()),
                covered_by: cover.map(|cover| cover.name.clone()),
            });
        }
    }
    Ok(found)
}

/// Work to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignmentGiven {
    /// The ids of the applications, at most 100; all of them are given, or none.
    applications: Vec<String>,
    /// The department whose part it is.
    department: String,
    /// The colleague's account; left out or null makes it nobody's.
    #[serde(default)]
    account: Option<String>,
}

/// How many changed hands.
#[derive(Debug, Serialize, ToSchema)]
struct AssignmentsChanged {
    changed: usize,
}

async fn give(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<AssignmentGiven>,
) -> Result<HttpResponse, WebError> {
    let ids: Vec<ApplicationId> = given.applications.iter().map(|id| id_in(id)).collect::<Result<_, _>>()?;
    let department: DepartmentId = id_in(&given.department)?;
    let account: Option<AccountId> = given.account.as_deref().map(id_in).transpose()?;
    let who = caller(&request);
    let changed = desk.run(move |desk| assignment::give(desk, &who, &ids, (department, account))).await?;
    Ok(HttpResponse::Ok().json(AssignmentsChanged { changed }))
}

/// What lies with whom.
#[derive(Debug, Serialize, ToSchema)]
struct Loads {
    items: Vec<LoadView>,
}

/// What lies with one person of one department.
#[derive(Debug, Serialize, ToSchema)]
struct LoadView {
    department: String,
    /// The person's account; null for what nobody has.
    account: Option<String>,
    /// Their name.
    name: Option<String>,
    /// Applications that still need this department's decision.
    open: usize,
    /// Of these, late by the department's goal.
    late: usize,
    /// Since when the oldest waits.
    oldest: Option<DateTime<Utc>>,
}

async fn load(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let (team, loads) = desk.run(move |desk| assignment::loads(desk, &who)).await?;
    let row = |department: DepartmentId, account: Option<AccountId>, load: &Load| LoadView {
        department: department.to_string(),
        account: account.map(|account| account.to_string()),
        name: account.and_then(|account| team.person(account)).map(|person| person.name.clone()),
        open: load.open,
        late: load.late,
        oldest: load.oldest,
    };
    let mut items = Vec::new();
    for one in &loads {
        items.extend(one.people.iter().map(|(account, load)| row(one.department, Some(*account), load)));
        items.push(row(one.department, None, &one.nobodys));
    }
    Ok(HttpResponse::Ok().json(Loads { items }))
}

/// Who is away.
#[derive(Debug, Serialize, ToSchema)]
struct Absences {
    items: Vec<AbsenceView>,
}

/// One person's days away.
#[derive(Debug, Serialize, ToSchema)]
struct AbsenceView {
    account: String,
    name: Option<String>,
    /// The first day.
    from: NaiveDate,
    /// The last day.
    until: NaiveDate,
    /// The account of who covers.
    cover: Option<String>,
}

fn absence_view(team: &Team, absence: &Absence) -> AbsenceView {
    AbsenceView {
        account: absence.account.to_string(),
        name: team.person(absence.account).map(|person| person.name.clone()),
        from: absence.from,
        until: absence.until,
        cover: absence.cover.map(|cover| cover.to_string()),
    }
}

async fn absences(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let team = desk.run(move |desk| assignment::team(desk, &who)).await?;
    let items = team.absences.iter().map(|absence| absence_view(&team, absence)).collect();
    Ok(HttpResponse::Ok().json(Absences { items }))
}

/// Days away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AbsenceGiven {
    /// The first day.
    from: NaiveDate,
    /// The last day, within a year.
    until: NaiveDate,
    /// The account of the colleague who covers, if anybody does.
    #[serde(default)]
    cover: Option<String>,
}

async fn be_away(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<AbsenceGiven>,
) -> Result<HttpResponse, WebError> {
    let cover: Option<AccountId> = given.cover.as_deref().map(id_in).transpose()?;
    let who = caller(&request);
    desk.run(move |desk| assignment::be_away(desk, &who, (given.from, given.until), cover)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn be_back(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    desk.run(move |desk| assignment::be_back(desk, &who)).await?;
    Ok(HttpResponse::NoContent().finish())
}
