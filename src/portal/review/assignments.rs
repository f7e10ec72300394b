//! Whose work an application is: giving it, taking it, the load of each person, and who is away. Decides nothing itself.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::case::show;
use crate::cases::assignment::{self, Assigned, Team};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::application::Application;
use crate::domain::assignment::{Absence, Load, must_fit};
use crate::domain::id::{AccountId, ApplicationId, DepartmentId};
use crate::domain::people::Actor;
use crate::domain::time::{Day, Instant};
use crate::portal::shared::{Choice, Names, day_words, id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{
    Access, CaseStaff, Flash, Form, FormErrors, FormView, Page, Posted, Redirect, Routes, Signed, WebError, local_path,
};

/// Where one says that one is away.
const AWAY: &str = "/review/away";

pub(super) fn routes(routes: Routes, desk: Access) -> Routes {
    routes
        .post("/review/assign", desk, "Give several applications to a colleague", give_several)
        .post("/review/{application}/assign", desk, "Give the department's part to somebody", give_one)
        .get("/review/load", desk, "What lies with each person of the department", load_page)
        .get(AWAY, desk, "Who is away, and who covers", away_page)
        .post(AWAY, desk, "Say that one is away", be_away)
        .post("/review/away/end", desk, "Say that one is back", be_back)
}

/// Who works on one department's part of an application.
#[derive(Clone, Debug, Serialize)]
pub(super) struct With {
    /// The department, where the reader works for several.
    pub(super) department: String,
    /// The person; empty where it is nobody's.
    pub(super) name: String,
    /// The last day on which they are away, if they are.
    pub(super) until: Option<Day>,
    /// Who covers meanwhile.
    pub(super) cover: String,
    /// What “Take it” sends; empty where it is the reader's own already.
    pub(super) take: String,
}

/// Who works on the reader's parts of an application.
pub(super) fn with(
    application: &Application,
    (assigned, names): (&Assigned, &Names),
    (ours, me): (&[DepartmentId], &Actor),
) -> Vec<With> {
    let mut parts: Vec<DepartmentId> = application.items.iter().map(|item| item.department).collect();
    parts.retain(|part| ours.contains(part));
    parts.sort_unstable();
    parts.dedup();
    let team = &assigned.team;
    let take = |department: DepartmentId, account: Option<AccountId>| {
        let may = account != me.account && must_fit(application, department, me).is_ok();
        me.account.filter(|_| may).map(|me| format!("{department}:{me}")).unwrap_or_default()
    };
    let one = |department: DepartmentId| {
        let account = assigned.to(application.id, department);
        let person = account.and_then(|account| team.person(account));
        let cover = account.and_then(|account| team.cover(account, department));
        With {
            department: if ours.len() > 1 { names.get(department).to_owned() } else { String::new() },
            name: person.map(|person| person.name.clone()).unwrap_or_default(),
            until: account.and_then(|account| team.away(account)).map(|absence| absence.until),
            cover: cover.map(|cover| cover.name.clone()).unwrap_or_default(),
            take: take(department, account),
        }
    };
    parts.into_iter().map(one).collect()
}

/// The people to whom work can be given, and nobody, for these departments.
pub(super) fn people(team: &Team, names: &Names, departments: &[DepartmentId]) -> Vec<Choice> {
    let mut found = Vec::new();
    for choice in names.choices(departments) {
        let Ok(department) = choice.value.parse::<DepartmentId>() else { continue };
        let in_office = |label: String| {
            if departments.len() > 1 { format!("{label} ({})", choice.label) } else { label }
        };
        for person in team.of_department(department) {
            let Some(account) = person.account else { continue };
            let label = match team.away(account) {
                Some(absence) => format!("{}, away until {}", person.name, day_words(absence.until)),
                None => person.name.clone(),
            };
            found.push(Choice::new(format!("{department}:{account}"), in_office(label)));
        }
        found.push(Choice::new(format!("{department}:"), in_office("Nobody".to_owned())));
    }
    found
}

/// Reads `department:account`; nothing after the colon means nobody.
fn chosen(text: &str) -> Option<(DepartmentId, Option<AccountId>)> {
    let (department, account) = text.split_once(':')?;
    let account = if account.is_empty() { None } else { Some(account.parse().ok()?) };
    Some((department.parse().ok()?, account))
}

/// What the page says after work was given.
fn told(team: &Team, (department, to): (DepartmentId, Option<AccountId>), count: usize) -> Flash {
    let Some(account) = to else {
        let one = "The application is nobody’s now.".to_owned();
        return Flash::good(if count == 1 { one } else { format!("{count} applications are nobody’s now.") });
    };
    let name = team.person(account).map(|person| person.name.clone()).unwrap_or_default();
    let done = match count {
        0 => format!("{name} has it already."),
        1 => format!("The application is with {name} now."),
        _ => format!("{count} applications are with {name} now."),
    };
    match (team.away(account), team.cover(account, department)) {
        (None, _) => Flash::good(done),
        (Some(absence), None) => {
            let until = day_words(absence.until);
            let warning = format!("They are away until {until}, and nobody covers for them here.");
            Flash::warn([done, warning].join(" "))
        }
        (Some(absence), Some(cover)) => {
            let until = day_words(absence.until);
            let warning = format!("They are away until {until}; {} covers.", cover.name);
            Flash::warn([done, warning].join(" "))
        }
    }
}

fn give(
    desk: &Desk,
    caller: &Caller,
    applications: &[ApplicationId],
    to: (DepartmentId, Option<AccountId>),
) -> Result<Flash, CaseError> {
    let count = assignment::give(desk, caller, applications, to)?;
    Ok(told(&assignment::team(desk, caller)?, to, count))
}

async fn give_one(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&id)?;
    let form = posted.only(&["to"])?;
    let Some(to) = chosen(form.text("to")) else {
        let mut errors = FormErrors::default();
        errors.add("to", "Choose a person.");
        return show(&request, &desk, id, None, Some((form, errors))).await;
    };
    let who = caller(&request);
    match desk.run(move |desk| give(desk, &who, &[id], to)).await {
        Ok(flash) => Redirect::with(&request, format!("/review/{id}"), &flash),
        Err(error) => {
            let error = still_on_the_form(error, ("Read the application again", &format!("/review/{id}")))?;
            let mut errors = FormErrors::default();
            for error in shown_on_form(error)?.iter() {
                errors.add_coded("to", error.code.clone(), error.message.clone());
            }
            show(&request, &desk, id, None, Some((form, errors))).await
        }
    }
}

async fn give_several(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["application[]", "to", "back"])?;
    let back =
        local_path(form.text("back")).filter(|back| back.starts_with("/review?")).unwrap_or("/review").to_owned();
    let Some(to) = chosen(form.text("to")) else {
        return Redirect::with(&request, back, &Flash::warn("Nothing was given. Choose a person first."));
    };
    let ids: Vec<ApplicationId> = form.all("application").into_iter().map(id_in).collect::<Result<_, _>>()?;
    let who = caller(&request);
    match desk.run(move |desk| give(desk, &who, &ids, to)).await {
        Ok(flash) => Redirect::with(&request, back, &flash),
        Err(error) => {
            let errors = shown_on_form(error)?;
            let first = errors.iter().next().map(|error| error.message.clone()).unwrap_or_default();
            Redirect::with(&request, back, &Flash::warn(format!("Nothing was given. {first}")))
        }
    }
}

/// What `review/load.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct LoadView {
    departments: Vec<DepartmentView>,
}

#[derive(Debug, Serialize)]
struct DepartmentView {
    name: String,
    people: Vec<PersonLoad>,
    nobodys: Option<PersonLoad>,
}

#[derive(Debug, Serialize)]
struct PersonLoad {
    name: String,
    href: String,
    open: usize,
    late: usize,
    oldest: Option<Instant>,
    until: Option<Day>,
    cover: String,
}

async fn load_page(request: HttpRequest, desk: DeskData, _who: Signed<CaseStaff>) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let view = desk.run(move |desk| load_view(desk, &who)).await?;
    Page::new(&request, "Who works on what")?.crumb("Review queue", "/review").render("review/load.html", &view)
}

fn load_view(desk: &Desk, caller: &Caller) -> Result<LoadView, CaseError> {
    let (team, loads) = assignment::loads(desk, caller)?;
    let names = Names::of(desk)?;
    let row = |department: DepartmentId, account: Option<AccountId>, load: &Load| {
        let name = account.and_then(|account| team.person(account)).map(|person| person.name.clone());
        let cover = account.and_then(|account| team.cover(account, department)).map(|cover| cover.name.clone());
        PersonLoad {
            name: name.unwrap_or_default(),
            href: account.map_or_else(|| "/review?assigned=nobody".to_owned(), |id| format!("/review?assigned={id}")),
            open: load.open,
            late: load.late,
            oldest: load.oldest,
            until: account.and_then(|account| team.away(account)).map(|absence| absence.until),
            cover: cover.unwrap_or_default(),
        }
    };
    let department = |one: &assignment::DepartmentLoad| DepartmentView {
        name: names.get(one.department).to_owned(),
        people: one.people.iter().map(|(account, load)| row(one.department, Some(*account), load)).collect(),
        nobodys: Some(row(one.department, None, &one.nobodys)),
    };
    let mut departments: Vec<_> = loads.iter().map(department).collect();
    departments.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(LoadView { departments })
}

/// What `review/away.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct AwayView {
    mine: Option<AbsenceView>,
    others: Vec<AbsenceView>,
    covers: Vec<Choice>,
    from: String,
    until: String,
    cover: String,
}

#[derive(Debug, Serialize)]
struct AbsenceView {
    name: String,
    from: Day,
    until: Day,
    is_now: bool,
    cover: String,
}

fn absence_view(team: &Team, absence: &Absence) -> AbsenceView {
    let name = |account: AccountId| team.person(account).map(|person| person.name.clone()).unwrap_or_default();
    AbsenceView {
        name: name(absence.account),
        from: absence.from,
        until: absence.until,
        is_now: absence.is_on(team.today),
        cover: absence.cover.map(name).unwrap_or_default(),
    }
}

async fn show_away(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let me = who.actor.account;
    let team = desk.run(move |desk| assignment::team(desk, &who)).await?;
    let mine = team.absences.iter().find(|absence| Some(absence.account) == me);
    let others = team.absences.iter().filter(|absence| Some(absence.account) != me);
    let colleagues = team.people.iter().filter(|person| person.account != me);
    let view = AwayView {
        covers: colleagues.filter_map(|one| Some(Choice::new(one.account?.to_string(), &one.name))).collect(),
        from: mine.map_or(team.today, |absence| absence.from).to_string(),
        until: mine.map(|absence| absence.until.to_string()).unwrap_or_default(),
        cover: mine.and_then(|absence| absence.cover).map(|cover| cover.to_string()).unwrap_or_default(),
        mine: mine.map(|absence| absence_view(&team, absence)),
        others: others.map(|absence| absence_view(&team, absence)).collect(),
    };
    Page::new(request, "Who is away")?.crumb("Review queue", "/review").form(form).render("review/away.html", &view)
}

async fn away_page(request: HttpRequest, desk: DeskData, _who: Signed<CaseStaff>) -> Result<HttpResponse, WebError> {
    show_away(&request, &desk, FormView::default()).await
}

fn read_away(form: &Form, errors: &mut FormErrors) -> Option<((Day, Day), Option<AccountId>)> {
    let wrong = "Give the day as year-month-day, such as 2027-06-30.";
    let from = form.parse("from", errors, wrong);
    let until = form.parse("until", errors, wrong);
    let cover = match form.text("cover") {
        "" => None,
        _ => Some(form.parse("cover", errors, "Choose one of your colleagues.")?),
    };
    Some(((from?, until?), cover))
}

async fn be_away(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["from", "until", "cover"])?;
    let mut errors = FormErrors::default();
    let Some((days, cover)) = read_away(&form, &mut errors) else {
        return show_away(&request, &desk, form.view(&errors)).await;
    };
    let who = caller(&request);
    match desk.run(move |desk| assignment::be_away(desk, &who, days, cover)).await {
        Ok(()) => Redirect::with(&request, AWAY, &Flash::good("Your days away are kept. They end by themselves.")),
        Err(error) => {
            let found = shown_on_form(still_on_the_form(error, ("Look again", AWAY))?)?;
            let mut errors = FormErrors::default();
            for error in found.iter() {
                let field = if error.code.starts_with("cover") { "cover" } else { "until" };
                errors.add_coded(field, error.code.clone(), error.message.clone());
            }
            show_away(&request, &desk, form.view(&errors)).await
        }
    }
}

async fn be_back(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let who = caller(&request);
    desk.run(move |desk| assignment::be_back(desk, &who)).await?;
    Redirect::with(&request, AWAY, &Flash::good("Welcome back."))
}
