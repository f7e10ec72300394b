//! What departments do with an application: read, ask, write, note, recommend, step aside, decide.

use std::collections::BTreeMap;

use serde::Serialize;

use super::apply::{bounded, under_present_tiers, write};
use super::drafting::must_fit;
use super::letters;
use super::post::Composed;
use super::settle::settle;
use super::{Caller, CaseError, Desk, Work, department};
use crate::domain::agreement::Agreed;
use crate::domain::application::{Application, Change, Command, Item, ItemState, State};
use crate::domain::department::Goals;
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Role;
use crate::domain::profile::Profile;
use crate::domain::refusal::Refusal;
use crate::domain::review::{Advice, Condition, Ground, Verdict};
use crate::domain::similar::{Likeness, most_alike};
use crate::domain::text::Invalid;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::applications::{self, QueueFilter, Reader, Remark};
use crate::store::{AnyConnection, StoreError};

/// Roles that work on cases.
pub const DESK: &[Role] = &[Role::Reviewer, Role::Manager];

/// Applications shown in one queue.
const QUEUE_MAX: i64 = 500;

/// Decided items of a department that one is compared with, the newest.
const COMPARED_MAX: i64 = 500;

/// The queue of the caller's departments, by the day by which each is to be decided, then oldest first; where nothing is
/// owed it comes after.
///
/// # Errors
/// What the store says.
pub fn queue(desk: &Desk, caller: &Caller, filter: &QueueFilter) -> Result<Vec<Application>, CaseError> {
    let departments = caller.actor.departments(DESK);
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let found = desk.read(|conn| applications::queue(conn, &departments, filter, QUEUE_MAX))?;
    let mut found: Vec<_> = found.iter().filter_map(Application::as_submitted).collect();
    let goals = department::goals(desk)?;
    found.sort_by_cached_key(|one| {
        let goal = goal(&desk.profile, &goals, one, &departments);
        (goal.is_none(), goal, submitted_at(one))
    });
    Ok(found)
}

/// How many applications wait for a decision of the caller's departments.
///
/// # Errors
/// What the store says.
pub fn waiting(desk: &Desk, caller: &Caller) -> Result<usize, CaseError> {
    let filter = QueueFilter { states: vec!["submitted".to_owned()], is_open: true, ..QueueFilter::default() };
    let departments = caller.actor.departments(DESK);
    Ok(queue(desk, caller, &filter)?.iter().filter(|one| one.waits_for(&departments)).count())
}

/// The first submission: how long the applicant has been waiting.
#[must_use]
pub fn submitted_at(application: &Application) -> Instant {
    application.submissions.first().map_or(application.created_at, |submission| submission.at)
}

/// The day by which these departments want to have decided, while a decision is owed: the nearest of those that still
/// have to.
#[must_use]
pub fn goal(profile: &Profile, goals: &Goals, application: &Application, ours: &[DepartmentId]) -> Option<Day> {
    let is_owed = matches!(application.state, State::Submitted { .. });
    let day = day_in(profile.zone, submitted_at(application));
    let waiting = application.items.iter().filter(|item| matches!(item.state, ItemState::Pending { .. }));
    let waiting = waiting.map(|item| item.department).filter(|department| ours.contains(department));
    is_owed.then(|| profile.calendar.after(day, goals.nearest(waiting)).due)
}

/// An application as the caller's departments see it (as it was last submitted, under the tiers that count when it is
/// decided), with the remarks they may read.
///
/// # Errors
/// [`CaseError::Missing`] when none of their departments has a part in it, or it was never submitted.
pub fn read(desk: &Desk, caller: &Caller, id: ApplicationId) -> Result<(Application, Vec<Remark>), CaseError> {
    desk.store.read(|conn| {
        let application = visible(conn, caller, id)?.as_submitted().ok_or(CaseError::Missing)?;
        let is_open = matches!(application.state, State::Submitted { .. } | State::InfoRequested { .. });
        let application = if is_open { under_present_tiers(conn, &application)? } else { application };
        let reader = Reader::Departments(caller.actor.departments(DESK));
        let remarks = applications::remarks_for(conn, id, &reader)?;
        Ok((application, remarks))
    })
}

pub(super) fn visible(conn: &mut AnyConnection, caller: &Caller, id: ApplicationId) -> Result<Application, CaseError> {
    let application = applications::by_id(conn, id)?;
    let ours = caller.actor.departments(DESK);
    let has_part = application.items.iter().any(|item| ours.contains(&item.department));
    if has_part && application.is_visible_to_staff() { Ok(application) } else { Err(CaseError::Missing) }
}

/// An earlier decision like the one to be made.
#[derive(Clone, Debug)]
pub struct Similar {
    /// What they have in common.
    pub likeness: Likeness,
    /// The earlier application, as it was sent.
    pub application: Application,
    /// Its item that was decided.
    pub item: Item,
}

/// The decisions of the item's own department that are most like it. Another department's are nobody else's to compare.
///
/// # Errors
/// [`CaseError::Missing`], or what the store says.
pub fn similar(desk: &Desk, caller: &Caller, id: ApplicationId, item: ItemId) -> Result<Vec<Similar>, CaseError> {
    desk.store.read(|conn| {
        let application = visible(conn, caller, id)?.as_submitted().ok_or(CaseError::Missing)?;
        let item = application.item(item).ok_or(CaseError::Missing)?;
        if caller.actor.acting_for(DESK, item.department).is_err() {
            return Err(CaseError::Missing);
        }
        let earlier = applications::decided_by(conn, item.department, COMPARED_MAX)?;
        let earlier: Vec<Application> = earlier.iter().filter_map(Application::as_submitted).collect();
        let found = most_alike((&application, item), &earlier).into_iter();
        let similar = |(likeness, application, item): (Likeness, &Application, &Item)| Similar {
            likeness,
            application: application.clone(),
            item: item.clone(),
        };
        Ok(found.map(similar).collect())
    })
}

/// Asks the requester; the application waits for the answer.
///
/// # Errors
/// `question_needed`, `wrong_state`, [`CaseError::Missing`].
pub fn ask(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    department: DepartmentId,
    text: &str,
) -> Result<(), CaseError> {
    ask_about(desk, caller, id, department, (text, None))
}

/// Asks the requester about one of their answers, by its name in the form, or about nothing in particular.
///
/// # Errors
/// `question_needed`, `unknown_answer`, `wrong_state`, [`CaseError::Missing`].
pub fn ask_about(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    department: DepartmentId,
    (text, about): (&str, Option<&str>),
) -> Result<(), CaseError> {
    let about = about.map(str::to_owned);
    simple(desk, caller, id, Command::Ask { department, text: bounded(text)?, about })
}

/// Writes to the requester.
///
/// # Errors
/// `message_needed`, `wrong_state`, [`CaseError::Missing`].
pub fn message(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    department: DepartmentId,
    text: &str,
) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Message { department, text: bounded(text)? })
}

/// Writes a private note for the department.
///
/// # Errors
/// `note_needed`, [`CaseError::Missing`].
pub fn note(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    department: DepartmentId,
    text: &str,
) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Note { department, text: bounded(text)? })
}

/// Advises the manager about one item.
///
/// # Errors
/// `reason_needed`, `recused`, `own_application`, `already_decided`, [`CaseError::Missing`].
pub fn recommend(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    item: ItemId,
    (advice, text): (Advice, &str),
) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Recommend { item, advice, text: bounded(text)? })
}

/// Steps aside from this application.
///
/// # Errors
/// `reason_needed`, `recused`, [`CaseError::Missing`].
pub fn recuse(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    department: DepartmentId,
    reason: &str,
) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Recuse { department, reason: bounded(reason)? })
}

fn simple(desk: &Desk, caller: &Caller, id: ApplicationId, command: Command) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let application = visible(work.conn, caller, id)?;
        let change = application.decide(command, &caller.actor, work.now)?;
        write(work, &change)
    })
}

/// A coded reason as typed: what must be cited, by name, and the exemption where one is needed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GroundTyped {
    /// The code in the profile.
    pub code: String,
    /// What is cited, by the name of the profile's field.
    pub cited: BTreeMap<String, String>,
    /// The exemption, where the ground needs one.
    pub exemption: Option<String>,
    /// The facts, in plain words.
    pub explanation: String,
}

/// A decision as typed.
#[derive(Clone, Debug, Serialize)]
pub enum Decided {
    /// Granted, with conditions or without.
    Approve(Vec<Condition>),
    /// Refused.
    Deny {
        /// Coded reasons.
        grounds: Vec<GroundTyped>,
        /// What would change the answer.
        remedy: String,
    },
    /// Confirms the first of two approvals, conditions and all (tier 3).
    Confirm,
}

/// Decides one item. The last decision settles the application.
///
/// # Errors
/// What is missing from the reasons; `own_application`, `recused`, `already_decided`, `second_person_needed`,
/// `second_approval_differs`, `prohibited`, [`CaseError::Missing`], [`CaseError::Stale`].
#[expect(clippy::needless_pass_by_value, reason = "a decision is typed for one call; its text is fingerprinted after")]
pub fn decide(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    item: ItemId,
    decided: Decided,
    statement: &str,
) -> Result<State, CaseError> {
    let statement = bounded(statement)?;
    desk.act(caller, |work| {
        let asked = (id, item, &decided, &statement);
        if work.done_before("application.decide", &asked)?.is_some() {
            return Ok(visible(work.conn, caller, id)?.state);
        }
        let application = visible(work.conn, caller, id)?;
        let application = under_present_tiers(work.conn, &application)?;
        let verdict = verdict(work.desk, &application, item, &decided)?;
        if let (Some(asked), Verdict::Approve { conditions }) = (application.item(item), &verdict) {
            let agreed = if matches!(decided, Decided::Confirm) { Agreed::Before } else { Agreed::Now };
            must_fit(work, asked, conditions, agreed)?;
        }
        let command = Command::Decide {
            item,
            verdict,
            statement: statement.clone(),
            agreement: work.new_id(),
            offer_days: work.desk.profile.agreement.offer_lapses_days,
        };
        let change = application.decide(command, &caller.actor, work.now)?;
        let (change, letter) = enclose_letter(work, change, item)?;
        write(work, &change)?;
        work.keep(letter)?;
        settle(work, &application, &change, None)?;
        work.remember(change.next.state.as_str())?;
        Ok(applications::by_id(work.conn, id)?.state)
    })
}

/// Writes the letter about a refusal, and puts it into every notice that tells the requester of it.
fn enclose_letter(
    work: &mut Work<'_>,
    change: Change,
    decided: ItemId,
) -> Result<(Change, Option<Composed>), CaseError> {
    let is_refused = change.next.item(decided).is_some_and(|item| matches!(item.state, ItemState::Denied { .. }));
    let draft =
        is_refused.then(|| letters::denial_draft(&work.desk.profile, &change.next, change.act.capacity)).flatten();
    let Some(draft) = draft else { return Ok((change, None)) };
    let (letter, text) = work.compose_for(draft)?;
    let requester = Recipient::Party(change.next.requester, change.next.organisation);
    let path = format!("/applications/{}/letter", change.next.id);
    let enclose = |notice: Notice| {
        let notice = if notice.to == requester { notice.with("letter", &text) } else { return notice };
        if notice.kind == NoticeKind::Denied { notice.with("path", &path) } else { notice }
    };
    Ok((Change { notices: change.notices.into_iter().map(enclose).collect(), ..change }, Some(letter)))
}

fn verdict(desk: &Desk, application: &Application, item: ItemId, decided: &Decided) -> Result<Verdict, CaseError> {
    match decided {
        Decided::Approve(conditions) => Ok(Verdict::Approve { conditions: conditions.clone() }),
        Decided::Deny { grounds, remedy } => {
            let mut checked = Vec::new();
            let mut problems: Vec<Invalid> = Vec::new();
            for ground in grounds {
                match desk.profile.check_ground(&ground.code, &ground.cited, ground.exemption.as_deref()) {
                    Ok(_) => checked.push(Ground {
                        code: ground.code.clone(),
                        cites: bounded(&cites(ground))?,
                        explanation: bounded(&ground.explanation)?,
                    }),
                    Err(gaps) => problems.extend(gaps),
                }
            }
            if !problems.is_empty() {
                return Err(CaseError::Invalid(problems));
            }
            Ok(Verdict::Deny { grounds: checked, remedy: bounded(remedy)? })
        }
        Decided::Confirm => {
            let first = application.item(item).and_then(|item| match &item.state {
                ItemState::Pending { first } => first.clone(),
                ItemState::Granted { .. } | ItemState::Approved { .. } | ItemState::Denied { .. } => None,
            });
            first
                .map(|first| first.verdict)
                .ok_or_else(|| Refusal::new("nothing_to_confirm", "There is no first approval to confirm.").into())
        }
    }
}

/// What a reason cites, as one line for the letter.
fn cites(ground: &GroundTyped) -> String {
    let mut parts: Vec<String> = ground.exemption.iter().map(|exemption| format!("exemption {exemption}")).collect();
    parts.extend(ground.cited.iter().map(|(name, text)| format!("{}: {}", name.replace('-', " "), text.trim())));
    parts.join("; ")
}

/// The remarks that the requester's side may read.
///
/// # Errors
/// What the store says.
pub fn remarks_for_requester(desk: &Desk, id: ApplicationId) -> Result<Vec<Remark>, CaseError> {
    desk.store
        .read(|conn| applications::remarks_for(conn, id, &Reader::Requester))
        .map_err(|error: StoreError| error.into())
}
