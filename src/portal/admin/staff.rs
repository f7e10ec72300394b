//! Staff: invitations, roles, disabling accounts.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::{CaseError, staff};
use crate::domain::id::AccountId;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::text::Invalid;
use crate::portal::account::role_lines;
use crate::portal::{id_in, named_errors};
use crate::store::organisations;
use crate::store::people::{self, Account, Department};
use crate::web::case::{DeskData, caller};
use crate::web::matrix::role_name;
use crate::web::{Administrator, Flash, Form, FormView, Page, Posted, Redirect, Signed, WebError, json::Query};

const LABELS: [(&str, &str); 3] = [("name", "Full name"), ("email", "Mail address"), ("reason", "Why?")];
/// Most accounts in one list.
const LISTED_MAX: i64 = 200;

/// What `admin/staff.html` shows.
#[derive(Serialize)]
struct List {
    q: String,
    is_everyone: bool,
    people: Vec<Line>,
    is_cut: bool,
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    email: String,
    roles: Vec<String>,
    state: &'static str,
    tone: &'static str,
}

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let q = query.get("q").unwrap_or_default().trim().to_owned();
    let is_everyone = query.get("who") == Some("everyone");
    let words = q.clone();
    let (rows, departments) = desk
        .run(move |desk| {
            desk.read(|conn| {
                Ok((people::list_accounts(conn, &words, !is_everyone, LISTED_MAX)?, people::departments(conn)?))
            })
        })
        .await?;
    let is_cut = i64::try_from(rows.len()).is_ok_and(|count| count >= LISTED_MAX);
    let people = rows.iter().map(|account| line(account, &departments)).collect();
    let view = List { q, is_everyone, people, is_cut };
    Page::new(&request, "Staff")?.crumb("Administration", "/admin").render("admin/staff.html", &view)
}

fn line(account: &Account, departments: &[Department]) -> Line {
    let (state, tone) = match (account.disabled_at, account.verified_at) {
        (Some(_), _) => ("Disabled", "bad"),
        (None, None) => ("Not confirmed yet", "warn"),
        (None, Some(_)) => ("Active", "good"),
    };
    Line {
        id: account.id.to_string(),
        name: account.name.clone(),
        email: account.email.clone(),
        roles: role_lines(account, departments),
        state,
        tone,
    }
}

/// A box to tick for one role, in one department where the role is departmental.
#[derive(Serialize)]
struct RoleBox {
    value: String,
    label: String,
    hint: &'static str,
}

const fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Reviewer | Role::Manager => "",
        Role::Clerk => "Appeals, holds and deadlines, for the whole city.",
        Role::Auditor => "Reads everything but secrets and changes nothing.",
        Role::Administrator => "Departments, staff, terms and service credentials. Decides no application.",
    }
}

/// The boxes for every role: `auditor`, and for each department `manager:DEPARTMENT`.
fn role_boxes(departments: &[Department]) -> Vec<RoleBox> {
    let (local, city_wide): (Vec<_>, Vec<_>) = Role::ALL.into_iter().partition(|role| role.is_departmental());
    let everywhere = city_wide.into_iter().map(|role| RoleBox {
        value: role.as_str().to_owned(),
        label: capital(role_name(role)),
        hint: role_hint(role),
    });
    let of_departments = departments.iter().flat_map(|department| {
        local.iter().map(|role| RoleBox {
            value: format!("{}:{}", role.as_str(), department.id),
            label: format!("{}, {}", capital(role_name(*role)), department.name),
            hint: "",
        })
    });
    everywhere.chain(of_departments).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn box_value(grant: &RoleGrant) -> String {
    let role = grant.role.as_str();
    grant.department.map_or_else(|| role.to_owned(), |department| format!("{role}:{department}"))
}

/// The roles whose boxes were ticked.
fn ticked(form: &Form) -> Result<Vec<RoleGrant>, CaseError> {
    let unknown = || Invalid::new("roles", "unknown_role", "Choose from the roles of this page.");
    let grant = |value: &&str| {
        let (role, department) = value.split_once(':').map_or((*value, None), |(role, id)| (role, Some(id)));
        let role = Role::from_word(role).ok_or_else(unknown)?;
        let department = department.map(|id| id.parse().map_err(|_not_an_id| unknown())).transpose()?;
        RoleGrant::new(role, department).map_err(|refusal| Invalid::new("roles", refusal.code, refusal.detail))
    };
    Ok(form.all("roles").iter().map(grant).collect::<Result<Vec<_>, Invalid>>()?)
}

/// What `admin/invite.html` shows.
#[derive(Serialize)]
struct InviteView {
    roles: Vec<RoleBox>,
    hours: i64,
}

async fn show_invite(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let departments = desk.run(|desk| desk.read(people::departments)).await?;
    let view = InviteView { roles: role_boxes(&departments), hours: crate::cases::links::Purpose::Invite.hours() };
    Page::new(request, "Invite a member of staff")?
        .crumb("Administration", "/admin")
        .crumb("Staff", "/admin/staff")
        .form(form)
        .render("admin/invite.html", &view)
}

pub(super) async fn invite_page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show_invite(&request, &desk, FormView::default()).await
}

pub(super) async fn invite(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name", "email", "roles[]"])?;
    let (caller, roles) = (caller(&request), ticked(&form));
    let [name, email] = ["name", "email"].map(|field| form.text(field).to_owned());
    let invited = desk.run(move |desk| staff::invite(desk, &caller, &staff::Invitation { name, email, roles: roles? }));
    match invited.await {
        Ok(()) => {
            let said = "The invitation is on its way. Whoever has an account already has the roles at once.";
            Redirect::with(&request, "/admin/staff", &Flash::good(said))
        }
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            show_invite(&request, &desk, form.view(&errors)).await
        }
    }
}

/// What `admin/person.html` shows.
#[derive(Serialize)]
struct PersonView {
    id: String,
    line: Line,
    organisation: Option<(String, String)>,
    held: Vec<String>,
    boxes: Vec<RoleBox>,
    since: String,
    is_disabled: bool,
    is_me: bool,
}

async fn show_person(
    (request, desk, me): (&HttpRequest, &DeskData, AccountId),
    id: AccountId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let (account, organisation, departments) = desk
        .run(move |desk| {
            desk.read(|conn| {
                let account = people::account_by_id(conn, id)?;
                let organisation = account.organisation.map(|id| organisations::by_id(conn, id)).transpose()?;
                Ok((account, organisation, people::departments(conn)?))
            })
        })
        .await?;
    let view = PersonView {
        id: id.to_string(),
        line: line(&account, &departments),
        organisation: organisation.map(|known| (known.id.to_string(), known.name)),
        held: account.roles.iter().map(box_value).collect(),
        boxes: role_boxes(&departments),
        since: account.created_at.to_rfc3339(),
        is_disabled: account.disabled_at.is_some(),
        is_me: id == me,
    };
    Page::new(request, &account.name)?
        .crumb("Administration", "/admin")
        .crumb("Staff", "/admin/staff")
        .form(form)
        .render("admin/person.html", &view)
}

pub(super) async fn person(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Administrator>,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_person((&request, &desk, me.account), id_in(&id)?, FormView::default()).await
}

pub(super) async fn set_roles(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Administrator>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["roles[]"])?;
    let id: AccountId = id_in(&id)?;
    let (caller, roles) = (caller(&request), ticked(&form));
    match desk.run(move |desk| staff::set_roles(desk, &caller, id, &roles?)).await {
        Ok(()) => {
            let said = "The roles are set and count at once. A mail tells the person.";
            Redirect::with(&request, format!("/admin/staff/{id}"), &Flash::good(said))
        }
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            show_person((&request, &desk, me.account), id, form.view(&errors)).await
        }
    }
}

pub(super) async fn disable(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Administrator>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    set_disabled((&request, &desk, me.account), &id, posted, true).await
}

pub(super) async fn enable(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Administrator>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    set_disabled((&request, &desk, me.account), &id, posted, false).await
}

async fn set_disabled(
    at: (&HttpRequest, &DeskData, AccountId),
    id: &str,
    posted: Posted,
    is_disabled: bool,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["reason"])?;
    let id: AccountId = id_in(id)?;
    let (caller, reason) = (caller(at.0), form.text("reason").to_owned());
    match at.1.run(move |desk| staff::set_disabled(desk, &caller, id, is_disabled, &reason)).await {
        Ok(()) => {
            let said = if is_disabled {
                "The account is disabled and its sessions are ended."
            } else {
                "The account works again."
            };
            Redirect::with(at.0, format!("/admin/staff/{id}"), &Flash::good(said))
        }
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            show_person(at, id, form.view(&errors)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_says_the_role_and_its_department() {
        let department = Department {
            id: "0190b4a2-0000-7000-8000-000000000001".parse().unwrap(),
            slug: "parking".to_owned(),
            name: "Parking".to_owned(),
            email: "p@example.org".to_owned(),
            desk: crate::domain::department::DeskSettings::default(),
            version: 1,
        };
        let values: Vec<_> = role_boxes(&[department]).into_iter().map(|role| (role.value, role.label)).collect();
        assert_eq!(values[3].0, "reviewer:0190b4a2-0000-7000-8000-000000000001");
        assert_eq!((values[1].1.as_str(), values[4].1.as_str()), ("Auditor", "Manager, Parking"));
        let grant = RoleGrant { role: Role::Auditor, department: None };
        assert_eq!(box_value(&grant), "auditor");
    }
}
