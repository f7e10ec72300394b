//! Announcing changes of a dataset: to those who really call it, on its page, on agreements, and at the gate.
//!
//! Must never tell fewer than the steward was shown: who is told is counted in the act from the same rollups as the
//! preview.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::catalogue::{for_staff, record, steward};
use super::{Caller, CaseError, Desk, Touched};
use crate::domain::agreement::Agreement;
use crate::domain::catalogue::Dataset;
use crate::domain::change::{Announcement, CHANGES_MAX, ChangeKind, Draft};
use crate::domain::id::AgreementId;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::text::Invalid;
use crate::domain::time::{Day, day_in};
use crate::store::views::callers;
use crate::store::{AnyConnection, StoreError, agreements, datasets};

/// For how many days back calls count, at most.
pub const BACK_DAYS_MAX: i64 = 365;
/// For how many days back calls count where nothing else is asked.
pub const BACK_DAYS: i64 = 90;

/// Somebody whom a change concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerned {
    /// Their agreement.
    pub agreement: AgreementId,
    /// Its number.
    pub number: String,
    /// The title of the project.
    pub title: String,
    /// The holder, by name.
    pub holder: String,
    /// Whether the agreement is in force.
    pub is_live: bool,
    /// Calls within the days that count.
    pub calls: i64,
    /// The last day with a call; empty where there was none.
    pub last_day: String,
}

/// Who called within `days` days, and who may: agreements that called, the most calls first, then those in force that did
/// not.
fn concerned(
    conn: &mut AnyConnection,
    dataset: &Dataset,
    operations: &[String],
    (first, last): (Day, Day),
) -> Result<Vec<(Agreement, Concerned)>, StoreError> {
    let called = callers::of_dataset(conn, (first, last), dataset.id, operations)?;
    let mut live: BTreeMap<AgreementId, Agreement> = BTreeMap::new();
    for agreement in agreements::executed_on(conn, dataset.id)? {
        let may_call = agreement.schedule(&dataset.slug).is_some_and(|schedule| {
            operations.is_empty() || schedule.operations.iter().any(|name| operations.contains(name))
        });
        if may_call {
            live.insert(agreement.id, agreement);
        }
    }
    let mut found = Vec::new();
    for calls in called {
        let known = live.remove(&calls.agreement);
        let is_live = known.is_some();
        let agreement = match known {
            Some(agreement) => agreement,
            None => agreements::by_id(conn, calls.agreement)?,
        };
        found.push(line(agreement, is_live, calls.calls, calls.last_day));
    }
    found.extend(live.into_values().map(|agreement| line(agreement, true, 0, String::new())));
    Ok(found)
}

fn line(agreement: Agreement, is_live: bool, calls: i64, last_day: String) -> (Agreement, Concerned) {
    let concerned = Concerned {
        agreement: agreement.id,
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        holder: agreement.requester_name.clone(),
        is_live,
        calls,
        last_day,
    };
    (agreement, concerned)
}

fn back(desk: &Desk, days: i64) -> Result<(Day, Day), Invalid> {
    if !(1..=BACK_DAYS_MAX).contains(&days) {
        let message = format!("Give a number of days from 1 to {BACK_DAYS_MAX}.");
        return Err(Invalid::new("days", "days_invalid", message));
    }
    let today = day_in(desk.profile.zone, desk.clock.now());
    Ok((today - chrono::Duration::days(days), today))
}

/// Who would be told of a change, before it is announced.
///
/// # Errors
/// What [`Draft::check`] says, `days_invalid`, [`CaseError::Missing`] for another department.
pub fn preview(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    draft: &Draft,
    days: i64,
) -> Result<Vec<Concerned>, CaseError> {
    let dataset = for_staff(desk, caller, slug)?;
    steward(caller, dataset.department)?;
    let span = back(desk, days)?;
    let now = desk.clock.now();
    draft.check(&dataset.operations, day_in(desk.profile.zone, now), now).map_err(CaseError::Invalid)?;
    let found = desk.read(|conn| concerned(conn, &dataset, &draft.operations, span))?;
    Ok(found.into_iter().map(|(_, concerned)| concerned).collect())
}

/// Announces a change: whoever called within `days` days or holds a right to is told, and the gates say so.
///
/// # Errors
/// What [`Draft::check`] says, `days_invalid`, `too_many`, [`CaseError::Stale`], [`CaseError::Missing`] for another
/// department.
pub fn announce(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    (draft, days): (&Draft, i64),
    version: i64,
) -> Result<Announcement, CaseError> {
    let span = back(desk, days)?;
    desk.act(caller, |work| {
        let known = Dataset { version, ..datasets::by_slug(work.conn, slug)? };
        let capacity = steward(caller, known.department)?;
        let today = day_in(desk.profile.zone, work.now);
        let text = draft.check(&known.operations, today, work.now).map_err(CaseError::Invalid)?;
        let mut next = Dataset { updated_at: work.now, ..known.clone() };
        // What was taken back, or is long over, makes room.
        if next.changes.len() >= CHANGES_MAX {
            next.changes.retain(|change| change.is_current(today, work.now));
        }
        if next.changes.len() >= CHANGES_MAX {
            let message = format!("At most {CHANGES_MAX} changes can stand at once. Take some back first.");
            return Err(Invalid::new("text", "too_many", message).into());
        }
        let told = concerned(work.conn, &known, &draft.operations, span)?;
        let announcement = Announcement {
            number: work.next_number("CHG")?,
            kind: draft.kind,
            operations: draft.operations.clone(),
            text: text.to_string(),
            on: draft.on,
            sunset: draft.sunset,
            windows: draft.windows.clone(),
            at: work.now,
            by: caller.actor.name.clone(),
            told: told.len(),
            withdrawn_at: None,
        };
        next.changes.push(announcement.clone());
        datasets::save(work.conn, &next)?;
        record(work, "dataset.announce_change", capacity, &next, Value::Null, json!(announcement))?;
        work.touch(Touched::Dataset(next.id));
        for (agreement, _) in &told {
            let notice = notice(desk, &next, agreement, &announcement, NoticeKind::ChangeAnnounced);
            work.notify(&notice)?;
        }
        Ok(announcement)
    })
}

fn notice(
    desk: &Desk,
    dataset: &Dataset,
    agreement: &Agreement,
    announcement: &Announcement,
    kind: NoticeKind,
) -> Notice {
    let operations =
        if announcement.operations.is_empty() { "all of it".to_owned() } else { announcement.operations.join(", ") };
    Notice::new(Recipient::Party(agreement.requester, agreement.organisation), kind)
        .with("dataset", dataset.metadata.title.as_str())
        .with("number", &agreement.number)
        .with("change", &announcement.number)
        .with("what", in_words(announcement.kind))
        .with("operations", operations)
        .with("when", when_in_words(announcement, desk.profile.zone))
        .with("text", &announcement.text)
        .with("path", format!("/agreements/{}", agreement.id))
}

/// A kind in a few words.
#[must_use]
pub const fn in_words(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Change => "It changes",
        ChangeKind::Deprecation => "It should not be used any more",
        ChangeKind::Brownout => "It is switched off for some hours",
        ChangeKind::End => "It ends",
    }
}

/// When, in one line a sentence.
#[must_use]
pub fn when_in_words(announcement: &Announcement, zone: chrono_tz::Tz) -> String {
    let mut lines = Vec::new();
    let long = |day: Day| day.format("%B %-d, %Y").to_string();
    match (announcement.kind, announcement.on.map(long), announcement.sunset.map(long)) {
        (ChangeKind::Change, Some(on), _) => lines.push(format!("From {on} on.")),
        (ChangeKind::End, Some(on), _) => lines.push(format!("The last day is {on}.")),
        (ChangeKind::Deprecation, on, Some(sunset)) => {
            lines.extend(on.map(|on| format!("Since {on} it should not be used any more.")));
            lines.push(format!("The last day is {sunset}."));
        }
        (ChangeKind::Change | ChangeKind::Deprecation | ChangeKind::Brownout | ChangeKind::End, _, _) => {}
    }
    for window in &announcement.windows {
        let local = |at: crate::domain::time::Instant| at.with_timezone(&zone);
        let (from, until) = (local(window.from), local(window.until));
        let until = if from.date_naive() == until.date_naive() {
            until.format("%H:%M").to_string()
        } else {
            until.format("%Y-%m-%d %H:%M").to_string()
        };
        lines.push(format!("Switched off from {} to {until}.", from.format("%Y-%m-%d %H:%M")));
    }
    lines.join("\n")
}

/// Takes an announcement back: the gates forget it, and everybody whom it still concerns is told.
///
/// # Errors
/// [`CaseError::Missing`] where there is none that stands, [`CaseError::Stale`].
pub fn withdraw(desk: &Desk, caller: &Caller, slug: &str, number: &str, version: i64) -> Result<(), CaseError> {
    let span = back(desk, BACK_DAYS)?;
    desk.act(caller, |work| {
        let known = Dataset { version, ..datasets::by_slug(work.conn, slug)? };
        let capacity = steward(caller, known.department)?;
        let mut next = Dataset { updated_at: work.now, ..known.clone() };
        let standing = |change: &&mut Announcement| change.number == number && change.withdrawn_at.is_none();
        let change = next.changes.iter_mut().find(standing).ok_or(CaseError::Missing)?;
        let before = json!(change);
        change.withdrawn_at = Some(work.now);
        let announcement = change.clone();
        datasets::save(work.conn, &next)?;
        record(work, "dataset.withdraw_change", capacity, &next, before, json!(announcement))?;
        work.touch(Touched::Dataset(next.id));
        for (agreement, _) in concerned(work.conn, &known, &announcement.operations, span)? {
            let notice = notice(desk, &next, &agreement, &announcement, NoticeKind::ChangeWithdrawn);
            work.notify(&notice)?;
        }
        Ok(())
    })
}

/// An announcement with those who still call what it concerns, for staff of the department.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The dataset.
    pub dataset: Dataset,
    /// The announcement.
    pub announcement: Announcement,
    /// Calls since it was announced.
    pub callers: Vec<Concerned>,
}

/// Who still calls what an announcement concerns, counted since the day it was made.
///
/// # Errors
/// [`CaseError::Missing`] where there is no such announcement, or for another department.
pub fn follow(desk: &Desk, caller: &Caller, slug: &str, number: &str) -> Result<Followed, CaseError> {
    let dataset = for_staff(desk, caller, slug)?;
    let found = dataset.changes.iter().find(|change| change.number == number).ok_or(CaseError::Missing)?;
    let announcement = found.clone();
    let zone = desk.profile.zone;
    let span = (day_in(zone, announcement.at), day_in(zone, desk.clock.now()));
    let found = desk.read(|conn| concerned(conn, &dataset, &announcement.operations, span))?;
    let callers = found.into_iter().map(|(_, concerned)| concerned).collect();
    Ok(Followed { dataset, announcement, callers })
}

/// The announcements of a dataset that still say something, the newest first.
#[must_use]
pub fn current(desk: &Desk, dataset: &Dataset) -> Vec<Announcement> {
    let now = desk.clock.now();
    let today = day_in(desk.profile.zone, now);
    dataset.changes.iter().rev().filter(|change| change.is_current(today, now)).cloned().collect()
}

/// The announcements that concern an agreement, with the title of each one's dataset.
///
/// # Errors
/// What the store says.
pub fn of_agreement(desk: &Desk, agreement: &Agreement) -> Result<Vec<(String, Announcement)>, CaseError> {
    let mut found = Vec::new();
    for schedule in &agreement.schedules {
        let dataset = desk.read(|conn| datasets::by_id(conn, schedule.dataset))?;
        let concerns = |change: &Announcement| schedule.operations.iter().any(|name| change.concerns(name));
        let changes = current(desk, &dataset).into_iter().filter(concerns);
        found.extend(changes.map(|change| (schedule.title.clone(), change)));
    }
    Ok(found)
}
