//! The board of deadlines: everything open that somebody must do by a day, the nearest first, with the working of the
//! day. What stands here is read from the things themselves; the board keeps nothing.

use serde::Serialize;

use super::{Caller, CaseError, Desk, department};
use crate::domain::agreement::{Agreement, Destruction};
use crate::domain::appeal::{Appeal, Timeliness};
use crate::domain::application::{Application, State};
use crate::domain::calendar::Deadline;
use crate::domain::department::Goals;
use crate::domain::id::DepartmentId;
use crate::domain::misuse::case::MisuseCase;
use crate::domain::people::Role;
use crate::domain::records::RecordsRequest;
use crate::domain::renewal::Renewal;
use crate::domain::reuse::ReuseRequest;
use crate::domain::time::{Day, day_in};
use crate::store::applications::{self, QueueFilter};
use crate::store::{agreements, appeals, cases, destructions, people, records, renewals, reuse};

/// Things of one kind shown at most.
const MAX: i64 = 500;
/// An agreement stands on the board from so many days before its end.
const ENDING_DAYS: i64 = 60;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// An office of the city.
    City,
    /// The applicant, holder or appellant.
    Party,
}

/// One open deadline.
#[derive(Clone, Debug, Serialize)]
pub struct Due {
    /// What kind of thing it is, in a few words.
    pub kind: &'static str,
    /// Its short number.
    pub number: String,
    /// What is to be done.
    pub what: String,
    /// The page of the office on it.
    pub path: String,
    /// Whose turn it is.
    pub turn: Turn,
    /// The departments it concerns; none where it is the clerk's.
    pub departments: Vec<DepartmentId>,
    /// The last day.
    pub by: Day,
    /// How it was counted, where it is counted.
    pub working: Option<String>,
    /// Days from today; negative where it has passed.
    pub days_left: i64,
}

/// The board for this caller: a department's own, everything for clerks and auditors.
///
/// # Errors
/// What the store says.
pub fn board(desk: &Desk, caller: &Caller) -> Result<Vec<Due>, CaseError> {
    let sees_all = [Role::Clerk, Role::Auditor].into_iter().any(|role| caller.actor.holds_anywhere(role));
    let own = caller.actor.departments(&[Role::Reviewer, Role::Manager]);
    let mut found = Vec::new();
    found.extend(desk.read(|conn| appeals::all(conn, false))?.iter().map(of_appeal));
    found.extend(desk.read(|conn| records::list(conn, None, false))?.iter().map(of_records));
    found.extend(desk.read(|conn| reuse::list(conn, None, false))?.iter().map(of_reuse));
    found.extend(desk.read(|conn| cases::list(conn, None, false))?.iter().filter_map(of_case));
    let every: Vec<DepartmentId> = if sees_all {
        desk.read(people::departments)?.into_iter().map(|department| department.id).collect()
    } else {
        own.clone()
    };
    let filter = QueueFilter::default();
    let waiting = desk.read(|conn| applications::queue(conn, &every, &filter, MAX))?;
    let goals = department::goals(desk)?;
    found.extend(waiting.iter().filter_map(|application| of_application((desk, &goals), application, &every)));
    let today = day_in(desk.profile.zone, desk.clock.now());
    let live = desk.read(|conn| agreements::of_departments(conn, Some(&every), Some("executed"), MAX))?;
    found.extend(live.iter().filter_map(|agreement| of_agreement(desk, agreement, today)));
    found.extend(desk.read(renewals::signed)?.iter().map(|renewal| of_renewal(desk, renewal)));
    let owed = desk.read(|conn| destructions::in_states(conn, &["owed"]))?;
    found.extend(owed.iter().map(of_destruction));
    found.retain(|due| sees_all || due.departments.iter().any(|department| own.contains(department)));
    for due in &mut found {
        due.days_left = (due.by - today).num_days();
    }
    found.sort_by(|a, b| (a.by, &a.number).cmp(&(b.by, &b.number)));
    Ok(found)
}

/// An agreement that ends soon.
fn of_agreement(desk: &Desk, agreement: &Agreement, today: Day) -> Option<Due> {
    let due = day_in(desk.profile.zone, agreement.execution()?.ends_at);
    (0..=ENDING_DAYS).contains(&(due - today).num_days()).then(|| Due {
        kind: "Agreement",
        number: agreement.number.clone(),
        what: format!("“{}” ends unless it is renewed", agreement.title),
        path: format!("/review/agreements/{}", agreement.id),
        turn: Turn::Party,
        departments: agreement.schedules.iter().map(|schedule| schedule.department).collect(),
        by: due,
        working: None,
        days_left: 0,
    })
}

/// A signed renewal: confirmed before the agreement ends, no day is lost.
fn of_renewal(desk: &Desk, renewal: &Renewal) -> Due {
    Due {
        kind: "Renewal",
        number: renewal.number.clone(),
        what: format!("Confirm the renewal of “{}” before it ends", renewal.title),
        path: format!("/review/renewals/{}", renewal.id),
        turn: Turn::City,
        departments: renewal.missing().into_keys().collect(),
        by: day_in(desk.profile.zone, renewal.ends_at - chrono::Duration::seconds(1)),
        working: None,
        days_left: 0,
    }
}

fn of_destruction(known: &Destruction) -> Due {
    Due {
        kind: "Certificate",
        number: known.number.clone(),
        what: format!("The holder certifies that the data of “{}” is deleted", known.title),
        path: known.path_of_office(),
        turn: Turn::Party,
        departments: known.departments(),
        by: known.due,
        working: Some(known.working.clone()),
        days_left: 0,
    }
}

/// One entry that is counted.
pub(super) fn counted(
    (kind, number, what): (&'static str, &str, String),
    (path, turn): (String, Turn),
    departments: Vec<DepartmentId>,
    deadline: &Deadline,
) -> Due {
    let working = Some(deadline.explain());
    Due { kind, number: number.to_owned(), what, path, turn, departments, by: deadline.due, working, days_left: 0 }
}

/// What comes next in a misuse case.
fn of_case(case: &MisuseCase) -> Option<Due> {
    let (by, what) = case.due()?;
    let is_holders = case.hear_by.as_ref().is_none_or(|hear_by| hear_by.due != by || case.hearing.is_some());
    Some(Due {
        kind: "Misuse case",
        number: case.number.clone(),
        what: format!("{}: {what}", case.class.title()),
        path: case.path_of_office(),
        turn: if is_holders { Turn::Party } else { Turn::City },
        departments: case.departments.clone(),
        by,
        working: None,
        days_left: 0,
    })
}

/// A request for records; at the end of the day silence becomes a denial.
fn of_records(request: &RecordsRequest) -> Due {
    let what = if request.deemed.is_some() {
        "Answer it still: it was denied by silence"
    } else {
        "Answer it: silence becomes a denial at the end of the day"
    };
    counted(
        ("Records request", &request.number, what.to_owned()),
        (request.path(), Turn::City),
        request.department.into_iter().collect(),
        &request.clocks.due,
    )
}

fn of_reuse(request: &ReuseRequest) -> Due {
    counted(
        ("Reuse statement", &request.number, format!("Say under which terms “{}” may be used", request.title)),
        (format!("/reuse-requests/{}", request.id), Turn::City),
        vec![request.department],
        &request.due,
    )
}

fn of_appeal(appeal: &Appeal) -> Due {
    let what = match appeal.timeliness {
        Timeliness::Late => format!("Say whether the late appeal is heard: {}", appeal.contested.what),
        Timeliness::InTime | Timeliness::Admitted { .. } => format!("Decide: {}", appeal.contested.what),
    };
    counted(
        ("Appeal", &appeal.number, what),
        (format!("/clerk/appeals/{}", appeal.id), Turn::City),
        appeal.contested.office.into_iter().collect(),
        &appeal.clocks.decide_by,
    )
}

fn of_application((desk, goals): (&Desk, &Goals), application: &Application, readers: &[DepartmentId]) -> Option<Due> {
    let profile = &desk.profile;
    let title = application.answers.get("title");
    let path = format!("/review/{}", application.id);
    let departments = application.items.iter().map(|item| item.department).collect();
    let number = application.number.as_str();
    match &application.state {
        State::Submitted { .. } => {
            let first = application.submissions.first().map_or(application.created_at, |submission| submission.at);
            let waiting = application.items.iter().filter(|item| item.state.is_pending());
            let waiting = waiting.map(|item| item.department).filter(|department| readers.contains(department));
            let goal = profile.calendar.after(day_in(profile.zone, first), goals.nearest(waiting));
            let what = format!("Decide on “{title}”");
            Some(counted(("Application", number, what), (path, Turn::City), departments, &goal))
        }
        State::Offered { lapses_at, .. } => Some(Due {
            kind: "Offer",
            number: number.to_owned(),
            what: format!("The applicant signs “{title}”, or the offer lapses"),
            path,
            turn: Turn::Party,
            departments,
            by: day_in(profile.zone, *lapses_at),
            working: None,
            days_left: 0,
        }),
        State::Draft
        | State::InfoRequested { .. }
        | State::Executed { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => None,
    }
}
