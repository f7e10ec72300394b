//! The clerk's board: appeals and requests for records by their last day, each with the one act that comes next, and the
//! complaints that nobody has read yet. Reads only, from the things themselves; the board keeps nothing.

use super::{Caller, CaseError, Desk};
use crate::domain::appeal::Appeal;
use crate::domain::board::{Band, NextAct, next_on_appeal, next_on_records};
use crate::domain::id::DepartmentId;
use crate::domain::misuse::complaint::{Complaint, ComplaintKind};
use crate::domain::people::{Actor, Role};
use crate::domain::records::RecordsRequest;
use crate::domain::time::{Day, day_in};
use crate::store::{appeals, complaints, records};

/// What a matter of the board is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// An appeal: the day is what the city promises.
    Appeal,
    /// A request for records: the day is the law's.
    Records,
}

impl Matter {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appeal => "appeal",
            Self::Records => "records_request",
        }
    }
}

/// A matter with a last day.
#[derive(Clone, Debug)]
pub struct Due {
    /// What it is.
    pub matter: Matter,
    /// Its short number.
    pub number: String,
    /// What it is about.
    pub about: String,
    /// Its page at the desk.
    pub path: String,
    /// The department that it concerns, where one is known.
    pub department: Option<DepartmentId>,
    /// What comes next; none where somebody else must do it.
    pub next: Option<NextAct>,
    /// The last day.
    pub by: Day,
    /// How it was counted.
    pub working: String,
    /// Days from today; negative where it has passed.
    pub days_left: i64,
    /// How near it is.
    pub band: Band,
}

/// A complaint that nobody has read yet.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Its number.
    pub number: String,
    /// What came in.
    pub kind: ComplaintKind,
    /// To which department; none is the clerk.
    pub to: Option<DepartmentId>,
    /// Its page.
    pub path: String,
    /// The city's day on which it came in.
    pub since: Day,
    /// Days since.
    pub days: i64,
}

/// The board.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// What is due, the nearest first.
    pub due: Vec<Due>,
    /// Complaints, the oldest first.
    pub unread: Vec<Unread>,
}

/// The board of the clerk.
///
/// # Errors
/// [`CaseError::Missing`] for who is not a clerk; what the store says.
pub fn of_clerk(desk: &Desk, caller: &Caller) -> Result<Board, CaseError> {
    let actor = &caller.actor;
    if !actor.holds_anywhere(Role::Clerk) {
        return Err(CaseError::Missing);
    }
    let zone = desk.profile.zone;
    let today = day_in(zone, desk.clock.now());
    let (appeals, requests, complaints) = desk.read(|conn| {
        Ok((appeals::all(conn, false)?, records::list(conn, None, false)?, complaints::list(conn, None, false)?))
    })?;
    let mut due: Vec<Due> = appeals.iter().map(|appeal| of_appeal(appeal, actor, today)).collect();
    due.extend(requests.iter().map(|request| of_records(request, actor, today)));
    due.sort_by(|a, b| (a.by, &a.number).cmp(&(b.by, &b.number)));
    let unread =
        complaints.iter().map(|complaint| of_complaint(complaint, day_in(zone, complaint.at), today)).collect();
    Ok(Board { due, unread })
}

fn of_appeal(appeal: &Appeal, actor: &Actor, today: Day) -> Due {
    let decided_before = actor.account.is_some_and(|account| appeal.contested.by.contains(&account));
    let is_kept_out = decided_before || actor.has_stake(appeal.requester, appeal.organisation);
    let deadline = &appeal.clocks.decide_by;
    let days_left = (deadline.due - today).num_days();
    Due {
        matter: Matter::Appeal,
        number: appeal.number.clone(),
        about: appeal.contested.what.clone(),
        path: format!("/clerk/appeals/{}", appeal.id),
        department: appeal.contested.office,
        next: next_on_appeal(appeal, today).filter(|_| !is_kept_out),
        by: deadline.due,
        working: deadline.explain(),
        days_left,
        band: Band::of(days_left),
    }
}

fn of_records(request: &RecordsRequest, actor: &Actor, today: Day) -> Due {
    let is_account = actor.account.is_some() && request.requester.account == actor.account;
    let is_own = is_account || request.requester.is_party(actor);
    let deadline = &request.clocks.due;
    let days_left = (deadline.due - today).num_days();
    Due {
        matter: Matter::Records,
        number: request.number.clone(),
        about: request.description.clone(),
        path: request.path(),
        department: request.department,
        next: next_on_records(request).filter(|_| !is_own),
        by: deadline.due,
        working: deadline.explain(),
        days_left,
        band: Band::of(days_left),
    }
}

fn of_complaint(complaint: &Complaint, since: Day, today: Day) -> Unread {
    Unread {
        number: complaint.number.clone(),
        kind: complaint.kind,
        to: complaint.to,
        path: format!("/complaints/{}", complaint.id),
        since,
        days: (today - since).num_days(),
    }
}
