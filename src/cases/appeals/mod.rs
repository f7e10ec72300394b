//! Appeals to the clerk: filing, reading and withdrawing as the side that appeals; `desk` is the clerk's part. Each act
//! is one transaction. Nothing here waits for the clerk to give the appellant their packet for the state's commission:
//! its clock runs from the decision, whatever the city does.

pub mod desk;
mod effect;
mod packet;
mod record;
mod subject;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::{Caller, CaseError, Desk, Work};
use crate::domain::appeal::{
    Appeal, AppealChange, AppealClocks, AppealCommand, AppealSpans, Appealed, Draft, TEXT_MAX,
};
use crate::domain::calendar::in_words;
use crate::domain::id::AppealId;
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Prose, readable};
use crate::domain::time::{Instant, day_in};
use crate::store::{AnyConnection, StoreError, appeals};

pub use packet::Packet;
pub use record::Text;

/// An appeal as typed.
#[derive(Clone, Debug, Serialize)]
pub struct Wish {
    /// What is appealed.
    pub of: Appealed,
    /// Why the decision should change.
    pub grounds: String,
    /// What is asked for; may be empty.
    pub wanted: String,
}

/// What the form shows before anything is filed.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// What would be appealed: “Denial of Parking in APP-2026-0042”.
    pub what: String,
    /// When it was decided.
    pub at: Instant,
    /// The page on which it stands.
    pub path: String,
    /// The clocks, were it filed now.
    pub clocks: AppealClocks,
    /// Whether it would come late.
    pub is_late: bool,
    /// The appeal that is open about it or closed it for good.
    pub known: Option<Appeal>,
}

fn clocks(desk: &Desk, decided_at: Instant, now: Instant) -> AppealClocks {
    let profile = &desk.profile;
    let spans = AppealSpans {
        ask: profile.appeals.clerk.within,
        state: profile.appeals.state.within,
        decide: profile.clocks.decision_goal,
    };
    let day = |at| day_in(profile.zone, at);
    AppealClocks::count(&profile.calendar.current(), spans, day(decided_at), day(now))
}

/// What one would appeal, with both dates. Changes nothing.
///
/// # Errors
/// `nothing_to_appeal`; [`CaseError::Missing`] for everybody but the side it concerns.
pub fn prospect(desk: &Desk, caller: &Caller, of: Appealed) -> Result<Prospect, CaseError> {
    let now = desk.clock.now();
    desk.store.read(|conn| {
        let found = subject::find(conn, of)?;
        found.must_be_of(&caller.actor)?;
        let contested = found.contested?;
        let clocks = clocks(desk, contested.at, now);
        let is_late = day_in(desk.profile.zone, now) > clocks.ask_by.due;
        let known = in_the_way(conn, of, contested.at)?;
        Ok(Prospect { what: contested.what, at: contested.at, path: contested.path, clocks, is_late, known })
    })
}

/// Whether the caller could appeal this now; for pages that offer it.
#[must_use]
pub fn is_open_to(desk: &Desk, caller: &Caller, of: Appealed) -> bool {
    prospect(desk, caller, of).is_ok()
}

/// The appeal that keeps another one from the same decision out: one that is open, or one that ended it.
fn in_the_way(conn: &mut AnyConnection, of: Appealed, decided_at: Instant) -> Result<Option<Appeal>, StoreError> {
    use crate::domain::appeal::AppealState as State;
    let all = appeals::about(conn, of)?;
    Ok(all.into_iter().find(|known| match &known.state {
        State::Filed | State::Acknowledged | State::RecordCompiled | State::HearingSet { .. } => true,
        State::Decided { .. } | State::NotHeard { .. } => known.contested.at == decided_at,
        State::Withdrawn { .. } => false,
    }))
}

/// Files an appeal. One that comes late is taken in too: the clerk says whether it is heard.
///
/// # Errors
/// Missing grounds; `appeal_open` with the number of the open one, `already_appealed`, `nothing_to_appeal`;
/// [`CaseError::Missing`] for everybody but the side it concerns.
pub fn file(desk: &Desk, caller: &Caller, wish: &Wish) -> Result<Appeal, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let grounds = Prose::<TEXT_MAX>::parse("grounds", &wish.grounds)?.into_string();
    let wanted = readable("wanted", &wish.wanted, TEXT_MAX)?;
    desk.act(caller, |work| {
        if let Some(done) = work.done_before("appeal.file", wish)? {
            let id = done.parse().map_err(|error: uuid::Error| CaseError::Store(corrupt(&error)))?;
            return Ok(appeals::by_id(work.conn, id)?);
        }
        // The counter is what two filings at the same moment queue for.
        let number = work.next_number("APL")?;
        let found = subject::find(work.conn, wish.of)?;
        found.must_be_of(&caller.actor)?;
        let contested = found.contested?;
        if let Some(known) = in_the_way(work.conn, wish.of, contested.at)? {
            return Err(known_already(&known).into());
        }
        let draft = Draft {
            id: work.new_id(),
            number,
            clocks: clocks(work.desk, contested.at, work.now),
            contested,
            requester: found.requester,
            organisation: found.organisation,
            appellant: (me, caller.actor.name.clone()),
            grounds,
            wanted,
        };
        let appeal = Appeal::file(draft, work.now, day_in(work.desk.profile.zone, work.now))?;
        appeals::insert(work.conn, &appeal)?;
        let after = serde_json::json!({ "state": "filed", "of": appeal.contested.of, "timeliness": appeal.timeliness });
        let act = appeal.act("appeal.file", Capacity::Requester).change(serde_json::Value::Null, after);
        work.record(act.because(&appeal.grounds))?;
        tell_of_filing(work, &appeal)?;
        work.remember(&appeal.id.to_string())?;
        Ok(appeal)
    })
}

fn corrupt(error: &uuid::Error) -> StoreError {
    StoreError::Corrupt { what: "id", why: error.to_string() }
}

fn known_already(known: &Appeal) -> Refusal {
    if known.state.is_open() {
        let detail =
            format!("Your appeal {} from this decision is open already. Write there what is new.", known.number);
        return Refusal::new("appeal_open", detail);
    }
    let detail = format!(
        "Appeal {} from this decision is closed. The State commission stays open until {}.",
        known.number,
        in_words(known.clocks.state_by.due)
    );
    Refusal::new("already_appealed", detail)
}

fn tell_of_filing(work: &mut Work<'_>, appeal: &Appeal) -> Result<(), CaseError> {
    let working = |deadline: &crate::domain::calendar::Deadline| deadline.explain();
    let receipt = appeal
        .notice(appeal.party(), NoticeKind::AppealReceived)
        .with("decide_working", working(&appeal.clocks.decide_by))
        .with("state_working", working(&appeal.clocks.state_by));
    work.notify(&receipt)?;
    let clerks = appeal.notice(Recipient::Everybody(Role::Clerk), NoticeKind::AppealFiled);
    work.notify(&clerks.with("path", format!("/clerk/appeals/{}", appeal.id)))?;
    match appeal.office() {
        Some(office) => {
            let notice = appeal.notice(office, NoticeKind::AppealFiled);
            work.notify(&notice.with("path", appeal.path_of_office()))
        }
        None => Ok(()),
    }
}

/// Saves everything a change holds.
pub(super) fn write(work: &mut Work<'_>, change: &AppealChange) -> Result<(), CaseError> {
    appeals::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))
}

/// The caller's own appeals and those of their organisation, newest first.
///
/// # Errors
/// What the store says.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Appeal>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    desk.read(|conn| appeals::of_party(conn, me, organisation.as_deref()))
}

fn mine(conn: &mut AnyConnection, caller: &Caller, id: AppealId) -> Result<Appeal, CaseError> {
    let appeal = appeals::by_id(conn, id)?;
    if caller.actor.is_party(appeal.requester, appeal.organisation) { Ok(appeal) } else { Err(CaseError::Missing) }
}

/// One appeal of the caller's side.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn one(desk: &Desk, caller: &Caller, id: AppealId) -> Result<Appeal, CaseError> {
    desk.store.read(|conn| mine(conn, caller, id))
}

/// Takes an appeal back.
///
/// # Errors
/// `wrong_state`, an over-long reason, [`CaseError::Missing`].
pub fn withdraw(desk: &Desk, caller: &Caller, id: AppealId, reason: &str) -> Result<Appeal, CaseError> {
    let reason = readable("reason", reason, TEXT_MAX)?;
    desk.act(caller, |work| {
        let appeal = mine(work.conn, caller, id)?;
        let change = appeal.decide(AppealCommand::Withdraw { reason }, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok(appeals::by_id(work.conn, id)?)
    })
}

/// The packet for the state's commission: the record as it was compiled or, where the clerk has not done so yet, as it
/// stands now. For both the appellant and the clerk, at any time.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn packet(desk: &Desk, caller: &Caller, id: AppealId) -> Result<Packet, CaseError> {
    let now = desk.clock.now();
    let (appeal, texts) = desk.store.read(|conn| {
        let appeal = match mine(conn, caller, id) {
            Err(CaseError::Missing) if caller.actor.holds_anywhere(Role::Clerk) => appeals::by_id(conn, id)?,
            other => other?,
        };
        let kept = appeals::record(conn, id)?;
        let texts =
            if kept.is_empty() { record::texts(desk, conn, &appeal, now)? } else { record::kept(&appeal, kept) };
        Ok::<_, CaseError>((appeal, texts))
    })?;
    packet::make(&appeal, texts)
}
