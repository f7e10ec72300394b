//! Who of a department works on what: giving work, taking it back, being away and covering. Nothing here gives or takes a
//! right.

use std::collections::BTreeMap;

use super::review::{DESK, goal, queue, submitted_at, visible};
use super::{Caller, CaseError, Desk, Work, department};
use crate::domain::application::{Application, ItemState};
use crate::domain::assignment::{self as rules, Absence, Assignment, Load};
use crate::domain::audit::{About, Act};
use crate::domain::calendar::in_words;
use crate::domain::department::default_cover;
use crate::domain::id::{AccountId, ApplicationId, DepartmentId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Actor;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, day_in};
use crate::store::applications::QueueFilter;
use crate::store::people::Account;
use crate::store::{AnyConnection, StoreError, assignments, people};

/// Most applications given at once.
pub const AT_ONCE_MAX: usize = 100;

/// The people who review or decide in some departments, and who of them is away.
#[derive(Clone, Debug)]
pub struct Team {
    /// The people, by name.
    pub people: Vec<Actor>,
    /// Absences that are not over.
    pub absences: Vec<Absence>,
    /// Who covers in a department where somebody who is away named nobody.
    covers: BTreeMap<DepartmentId, AccountId>,
    /// The city's day.
    pub today: Day,
}

impl Team {
    pub(super) fn of(desk: &Desk, conn: &mut AnyConnection, departments: &[DepartmentId]) -> Result<Self, StoreError> {
        let today = day_in(desk.profile.zone, desk.clock.now());
        let people: Vec<Actor> = people::staff_in(conn, departments, DESK)?.iter().map(Account::as_actor).collect();
        let absences = assignments::absences_from(conn, today)?;
        let is_ours = |absence: &Absence| people.iter().any(|person| person.account == Some(absence.account));
        let absences = absences.into_iter().filter(is_ours).collect();
        let covers = people::departments(conn)?.into_iter().filter(|one| departments.contains(&one.id));
        let covers = covers.filter_map(|one| Some((one.id, one.desk.cover?))).collect();
        Ok(Self { people, absences, covers, today })
    }

    /// The people of one department.
    pub fn of_department(&self, department: DepartmentId) -> impl Iterator<Item = &Actor> {
        self.people.iter().filter(move |person| person.acting_for(DESK, department).is_ok())
    }

    /// Somebody of the team.
    #[must_use]
    pub fn person(&self, account: AccountId) -> Option<&Actor> {
        self.people.iter().find(|person| person.account == Some(account))
    }

    /// The absence of a person who is away today.
    #[must_use]
    pub fn away(&self, account: AccountId) -> Option<&Absence> {
        self.absences.iter().find(|absence| absence.account == account && absence.is_on(self.today))
    }

    /// Who covers for a person today in a department: whom they named, or whom the department set.
    #[must_use]
    pub fn cover(&self, account: AccountId, department: DepartmentId) -> Option<&Actor> {
        let absence = self.away(account)?;
        absence.cover_on(self.today, department, &self.people).or_else(|| {
            let set = self.covers.get(&department).copied();
            default_cover(set, (absence, department), (&self.people, &self.absences, self.today))
        })
    }
}

/// Whose work is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's own, and that of whom they cover for today.
    Mine,
    /// What nobody of the caller's departments has.
    Nobodys,
    /// One colleague's.
    Of(AccountId),
}

/// Who works on what, as far as it counts, with the team it was compared with.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The team of the caller's departments.
    pub team: Team,
    given: BTreeMap<(ApplicationId, DepartmentId), AccountId>,
}

impl Assigned {
    /// Who works on a department's part.
    #[must_use]
    pub fn to(&self, application: ApplicationId, department: DepartmentId) -> Option<AccountId> {
        self.given.get(&(application, department)).copied()
    }

    /// Whether an application is among what is looked for, in one of these departments.
    #[must_use]
    pub fn fits(&self, application: &Application, ours: &[DepartmentId], whose: Whose, me: Option<AccountId>) -> bool {
        let mut parts = application.items.iter().map(|item| item.department).filter(|id| ours.contains(id));
        parts.any(|department| match (whose, self.to(application.id, department)) {
            (Whose::Nobodys, found) => found.is_none(),
            (Whose::Of(account), found) => found == Some(account),
            (Whose::Mine, Some(account)) => {
                let is_covered = || self.team.cover(account, department).is_some_and(|cover| cover.account == me);
                Some(account) == me || is_covered()
            }
            (Whose::Mine, None) => false,
        })
    }
}

/// Who works on these applications, for the departments of the caller.
///
/// # Errors
/// What the store says.
pub fn assigned(desk: &Desk, caller: &Caller, applications: &[Application]) -> Result<Assigned, CaseError> {
    let ours = caller.actor.departments(DESK);
    let ids: Vec<ApplicationId> = applications.iter().map(|application| application.id).collect();
    let (team, given) = desk.read(|conn| Ok((Team::of(desk, conn, &ours)?, assignments::of(conn, &ids)?)))?;
    let counts = |given: &Assignment| {
        ours.contains(&given.department)
            && applications.iter().any(|one| one.id == given.application && given.counts(one, &team.people))
    };
    let given = given.into_iter().filter(counts).map(|one| ((one.application, one.department), one.account)).collect();
    Ok(Assigned { team, given })
}

/// The people of the caller's departments, with who is away.
///
/// # Errors
/// What the store says.
pub fn team(desk: &Desk, caller: &Caller) -> Result<Team, CaseError> {
    let ours = caller.actor.departments(DESK);
    desk.read(|conn| Team::of(desk, conn, &ours))
}

/// Gives one department's part of applications to a person, or to nobody; all of them or none. Returns how many changed
/// hands.
///
/// # Errors
/// `too_many`, `none_chosen`, what the rules say of the first that cannot be given, [`CaseError::Missing`].
pub fn give(
    desk: &Desk,
    caller: &Caller,
    applications: &[ApplicationId],
    (department, to): (DepartmentId, Option<AccountId>),
) -> Result<usize, CaseError> {
    if applications.is_empty() {
        return Err(Invalid::new("applications", "none_chosen", "Choose at least one application.").into());
    }
    if applications.len() > AT_ONCE_MAX {
        let text = format!("Give at most {AT_ONCE_MAX} applications at once.");
        return Err(Invalid::new("applications", "too_many", text).into());
    }
    caller.actor.acting_for(DESK, department)?;
    desk.act(caller, |work| {
        let team = Team::of(desk, work.conn, &[department])?;
        let person = match to {
            Some(account) => Some(colleague(work.conn, &team, account)?),
            None => None,
        };
        let mut given = Vec::new();
        for id in applications {
            let application = visible(work.conn, caller, *id)?;
            if give_one(work, &application, (department, person.as_ref()), &team)? {
                given.push(application);
            }
        }
        if let Some(person) = person.filter(|person| person.account != caller.actor.account) {
            tell(work, &given, (department, &person), &team)?;
        }
        Ok(given.len())
    })
}

/// The person as the rules judge them: of the team, or whoever else it is.
fn colleague(conn: &mut AnyConnection, team: &Team, account: AccountId) -> Result<Actor, CaseError> {
    match team.person(account) {
        Some(person) => Ok(person.clone()),
        // Who has no role here is not told of by name.
        None => match people::account_by_id(conn, account) {
            Ok(found) => Ok(Actor { name: "This person".to_owned(), roles: Vec::new(), ..found.as_actor() }),
            Err(error) => Err(error.into()),
        },
    }
}

fn give_one(
    work: &mut Work<'_>,
    application: &Application,
    (department, person): (DepartmentId, Option<&Actor>),
    team: &Team,
) -> Result<bool, CaseError> {
    let known = assignments::of(work.conn, &[application.id])?;
    let known = known.into_iter().find(|known| known.department == department);
    // What counts no more is nobody's.
    let before = known.filter(|known| known.counts(application, &team.people)).map(|known| known.account);
    let act = rules::assign(application, department, (before, person), &work.caller.actor)?;
    let after = person.and_then(|person| person.account);
    if before == after {
        return Ok(false);
    }
    match after {
        Some(account) => {
            let by_name = work.caller.actor.name.clone();
            let given = Assignment { application: application.id, department, account, by_name, at: work.now };
            assignments::give(work.conn, &given)?;
        }
        None => assignments::take_back(work.conn, application.id, department)?,
    }
    work.record(act)?;
    Ok(true)
}

/// One message for everything given, to the person and to who covers for them.
fn tell(
    work: &mut Work<'_>,
    given: &[Application],
    (department, person): (DepartmentId, &Actor),
    team: &Team,
) -> Result<(), CaseError> {
    let (Some(first), Some(account)) = (given.first(), person.account) else { return Ok(()) };
    let numbers: Vec<&str> = given.iter().map(|one| one.number.as_str()).collect();
    let path = if given.len() == 1 { format!("/review/{}", first.id) } else { "/review?assigned=me".to_owned() };
    let office = people::department_by_id(work.conn, department)?.name;
    let notice = |to, kind| {
        Notice::new(Recipient::Account(to), kind)
            .with("number", numbers.join(", "))
            .with("name", &work.caller.actor.name)
            .with("holder", &person.name)
            .with("office", &office)
            .with("path", &path)
    };
    let mut owed = vec![notice(account, NoticeKind::Assigned)];
    let cover = team.cover(account, department).and_then(|cover| cover.account);
    owed.extend(
        cover
            .filter(|cover| Some(*cover) != work.caller.actor.account)
            .map(|cover| notice(cover, NoticeKind::AssignedToCovered)),
    );
    owed.iter().try_for_each(|notice| work.notify(notice))
}

/// A message about an application to those of the department who should hear it: whoever works on it and who covers for
/// them, where the department set it so.
///
/// # Errors
/// What the store says.
pub(super) fn addressed(
    work: &mut Work<'_>,
    application: &Application,
    notice: &Notice,
) -> Result<Vec<Notice>, CaseError> {
    let (Recipient::Department(id, _) | Recipient::Office(id)) = &notice.to else { return Ok(vec![notice.clone()]) };
    if !people::department_by_id(work.conn, *id)?.desk.replies.narrows(notice.kind) {
        return Ok(vec![notice.clone()]);
    }
    let team = Team::of(work.desk, work.conn, &[*id])?;
    let given = assignments::of(work.conn, &[application.id])?;
    let given = given.iter().find(|one| one.department == *id && one.counts(application, &team.people));
    let Some(account) = given.map(|one| one.account) else { return Ok(vec![notice.clone()]) };
    let cover = team.cover(account, *id).and_then(|cover| cover.account);
    let to = |account| Notice { to: Recipient::Account(account), ..notice.clone() };
    Ok([Some(account), cover].into_iter().flatten().map(to).collect())
}

/// Says that the caller is away, and who covers. Takes the place of what they said before.
///
/// # Errors
/// What the rules say of the days and of the cover.
pub fn be_away(
    desk: &Desk,
    caller: &Caller,
    (from, until): (Day, Day),
    cover: Option<AccountId>,
) -> Result<(), CaseError> {
    let (account, ours) = (own_account(caller)?, caller.actor.departments(DESK));
    let act = own_act("absence.set", caller, account)?;
    desk.act(caller, |work| {
        let team = Team::of(desk, work.conn, &ours)?;
        let before = team.absences.iter().find(|absence| absence.account == account).cloned();
        let person = match cover {
            Some(cover) => Some(colleague(work.conn, &team, cover)?),
            None => None,
        };
        let absence = Absence { account, from, until, cover };
        rules::check_absence(&absence, (&caller.actor, person.as_ref()), &team.absences, team.today)?;
        assignments::be_away(work.conn, &absence)?;
        work.record(act.change(serde_json::json!(before), serde_json::json!(absence)))?;
        let Some(cover) = cover else { return Ok(()) };
        let notice = Notice::new(Recipient::Account(cover), NoticeKind::CoverNamed)
            .with("holder", &caller.actor.name)
            .with("from", in_words(from))
            .with("until", in_words(until))
            .with("path", "/review?assigned=me");
        work.notify(&notice)
    })
}

/// Says that the caller is back.
///
/// # Errors
/// [`CaseError::Missing`] where they were not away.
pub fn be_back(desk: &Desk, caller: &Caller) -> Result<(), CaseError> {
    let (account, ours) = (own_account(caller)?, caller.actor.departments(DESK));
    desk.act(caller, |work| {
        let team = Team::of(desk, work.conn, &ours)?;
        let before = team.absences.into_iter().find(|absence| absence.account == account).ok_or(CaseError::Missing)?;
        assignments::be_back(work.conn, account)?;
        let act = own_act("absence.end", caller, account)?;
        work.record(act.change(serde_json::json!(before), serde_json::Value::Null))
    })
}

fn own_account(caller: &Caller) -> Result<AccountId, CaseError> {
    caller.actor.account.ok_or(CaseError::Missing)
}

fn own_act(name: &'static str, caller: &Caller, account: AccountId) -> Result<Act, CaseError> {
    let department = caller.actor.departments(DESK).first().copied().ok_or(CaseError::Missing)?;
    let capacity = caller.actor.acting_for(DESK, department)?;
    let about = About { person: Some(account), ..About::default() };
    Ok(Act::new(name, capacity, "account", account).about(about))
}

/// What lies with each person of a department, and with nobody.
#[derive(Clone, Debug)]
pub struct DepartmentLoad {
    /// The department.
    pub department: DepartmentId,
    /// Each person, by name.
    pub people: Vec<(AccountId, Load)>,
    /// What nobody has.
    pub nobodys: Load,
}

/// The load of each of the caller's departments, with the team.
///
/// # Errors
/// What the store says.
pub fn loads(desk: &Desk, caller: &Caller) -> Result<(Team, Vec<DepartmentLoad>), CaseError> {
    let states = vec!["submitted".to_owned(), "info_requested".to_owned()];
    let open = queue(desk, caller, &QueueFilter { states, dataset: None, is_open: true })?;
    let goals = department::goals(desk)?;
    let assigned = assigned(desk, caller, &open)?;
    let load = |department: DepartmentId, account: Option<AccountId>| {
        let mut load = Load::default();
        for one in &open {
            let mut items = one.items.iter().filter(|item| item.department == department);
            let is_pending = items.any(|item| matches!(item.state, ItemState::Pending { .. }));
            if is_pending && assigned.to(one.id, department) == account {
                let is_late =
                    goal(&desk.profile, &goals, one, &[department]).is_some_and(|day| day < assigned.team.today);
                load.add(submitted_at(one), is_late);
            }
        }
        load
    };
    let of = |department: DepartmentId| DepartmentLoad {
        department,
        people: assigned
            .team
            .of_department(department)
            .filter_map(|person| person.account)
            .map(|account| (account, load(department, Some(account))))
            .collect(),
        nobodys: load(department, None),
    };
    let all = caller.actor.departments(DESK).into_iter().map(of).collect();
    Ok((assigned.team.clone(), all))
}

#[cfg(test)]
mod tests;
