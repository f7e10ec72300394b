//! Complaints: anybody may send one, somebody of the office it went to reads it and opens a case or sets it aside. Who
//! complained is told what becomes of it, and is shown to nobody else than that office.

use std::net::IpAddr;

use chrono::Duration;
use serde_json::json;

use super::{Caller, CaseError, Desk, Work, sees_all};
use crate::cases::accounts;
use crate::cases::files::NewFile;
use crate::domain::attachment::Attachment;
use crate::domain::id::{AttachmentId, ComplaintId, DatasetId, DepartmentId};
use crate::domain::misuse::complaint::{
    COMPLAINT_MAX, Complaint, ComplaintChange, ComplaintCommand, ComplaintKind, ComplaintState,
};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::text::{Email, Invalid, PersonName, Prose, readable};
use crate::domain::time::day_in;
use crate::store::sessions::{self, Throttle};
use crate::store::{AnyConnection, attachments, complaints, datasets, people};

const FILES_OF: &str = "complaint";
/// Complaints from one address within an hour.
const PER_HOUR: i64 = 10;
/// A form filled in faster than this was filled in by a program.
const SECONDS_MIN: i64 = 3;
/// A form older than this is shown anew.
const HOURS_MAX: i64 = 12;
/// What the token of a form is for; a signature over it is good for nothing else.
const FORM: &str = "complaint form shown at";

/// A complaint as typed.
#[derive(Clone, Debug)]
pub struct ComplaintGiven {
    /// What it is.
    pub kind: ComplaintKind,
    /// The department's short name; empty is the clerk.
    pub department: String,
    /// The dataset's short name; may be empty.
    pub dataset: String,
    /// The agreement, the site or the place where it was seen; may be empty.
    pub seen: String,
    /// What happened.
    pub text: String,
    /// Who complains; may be empty.
    pub name: String,
    /// Where they can be reached; may be empty.
    pub email: String,
    /// Their files.
    pub files: Vec<NewFile>,
}

/// The receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number.
    pub number: String,
    /// The same words came in before on this day; this is their number.
    pub is_known: bool,
}

/// A token for a form shown now: says when, and that we said so.
#[must_use]
pub fn form_token(desk: &Desk) -> String {
    let at = desk.clock.now().timestamp();
    format!("{at}.{}", desk.secrets.sign(&format!("{FORM} {at}")))
}

/// Looks at a form's token: not ours, filled in too fast, or too old.
///
/// # Errors
/// `form_token`, `form_too_fast`, `form_too_old`.
pub fn check_token(desk: &Desk, token: &str) -> Result<(), CaseError> {
    let refused = |code, message: &'static str| Err(Invalid::new("", code, message).into());
    let again = "This form cannot be told from a program’s. Send it once more; nothing you wrote is lost.";
    let Some((at, signature)) = token.split_once('.') else { return refused("form_token", again) };
    let Ok(shown_at) = at.parse::<i64>() else { return refused("form_token", again) };
    if !desk.secrets.is_signed(&format!("{FORM} {at}"), signature) {
        return refused("form_token", again);
    }
    let age = desk.clock.now().timestamp().saturating_sub(shown_at);
    if age < SECONDS_MIN {
        return refused("form_too_fast", "That was very fast. Wait a few seconds and send it again.");
    }
    if age > HOURS_MAX * 3_600 {
        return refused("form_too_old", "The form lay open for long. Read it once more and send it again.");
    }
    Ok(())
}

/// Whether this address may send another complaint now; counts it.
fn must_not_flood(work: &mut Work<'_>) -> Result<(), CaseError> {
    let Some(address) = work.caller.actor.address else { return Ok(()) };
    let source = match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x?}", v6.segments().iter().take(4).collect::<Vec<_>>()),
    };
    let subject = format!("complaint:{source}");
    let hour = Duration::hours(1);
    let known = sessions::throttle(work.conn, &subject)?.filter(|known| work.now - known.last_at < hour);
    let since = known.as_ref().map_or(work.now, |known| known.last_at);
    let sent = known.map_or(0, |known| known.failures);
    if sent >= PER_HOUR {
        let wait = (since + hour - work.now).num_seconds().max(1);
        return Err(CaseError::Wait(u64::try_from(wait).unwrap_or(1)));
    }
    let record = Throttle { failures: sent.saturating_add(1), last_at: since, blocked_until: since };
    sessions::set_throttle(work.conn, &subject, &record)?;
    Ok(())
}

/// Takes a complaint in. The same words on the same day give the first one's number.
///
/// # Errors
/// Invalid fields, files of the wrong kind or size; [`CaseError::Wait`] under a flood.
pub fn file(desk: &Desk, caller: &Caller, given: &ComplaintGiven) -> Result<Receipt, CaseError> {
    let text = Prose::<COMPLAINT_MAX>::parse("text", &given.text)?.into_string();
    let seen = readable("seen", &given.seen, 500)?;
    let name = optional(&given.name, |name| Ok(PersonName::parse("name", name)?.as_str().to_owned()))?;
    let email = optional(&given.email, |email| Ok(Email::parse("email", email)?.as_str().to_owned()))?;
    desk.act(caller, |work| {
        let (to, dataset) = addressed(work.conn, given)?;
        let mut complaint = Complaint {
            id: work.new_id(),
            number: String::new(),
            kind: given.kind,
            to,
            dataset,
            seen,
            text,
            name,
            email,
            account: caller.actor.account,
            files: Vec::new(),
            at: work.now,
            state: ComplaintState::Received,
            version: 1,
        };
        let fingerprint = complaint.fingerprint(day_in(work.desk.profile.zone, work.now));
        if let Some(known) = complaints::same(work.conn, &fingerprint)? {
            return Ok(Receipt { number: known.number, is_known: true });
        }
        must_not_flood(work)?;
        complaint.number = work.next_number("CMP")?;
        complaint.files = work.attach((FILES_OF, &complaint.id.to_string()), &given.files)?;
        complaints::insert(work.conn, &complaint, &fingerprint)?;
        let capacity = if complaint.account.is_some() { Capacity::Requester } else { Capacity::Visitor };
        let after = json!({ "state": "received", "kind": complaint.kind, "files": complaint.files.len() });
        work.record(complaint.act("complaint.file", capacity).change(json!(null), after))?;
        tell(work, &complaint)?;
        Ok(Receipt { number: complaint.number, is_known: false })
    })
}

fn optional(typed: &str, parse: impl FnOnce(&str) -> Result<String, CaseError>) -> Result<String, CaseError> {
    let typed = typed.trim();
    if typed.is_empty() { Ok(String::new()) } else { parse(typed) }
}

type Addressed = (Option<DepartmentId>, Option<DatasetId>);

/// The department and the dataset that were named. A dataset that is not published is not known here.
fn addressed(conn: &mut AnyConnection, given: &ComplaintGiven) -> Result<Addressed, CaseError> {
    let unknown = |field: &'static str, message: &'static str| CaseError::from(Invalid::new(field, "unknown", message));
    let dataset = match given.dataset.trim() {
        "" => None,
        slug => {
            let known = datasets::published(conn)?.into_iter().find(|dataset| dataset.slug == slug);
            Some(known.ok_or_else(|| unknown("dataset", "There is no dataset of this short name."))?)
        }
    };
    let to = match given.department.trim() {
        "" => None,
        slug => {
            let known = people::departments(conn)?.into_iter().find(|department| department.slug == slug);
            Some(known.ok_or_else(|| unknown("department", "Choose a department, or the City Clerk."))?.id)
        }
    };
    Ok((to, dataset.map(|dataset| dataset.id)))
}

fn tell(work: &mut Work<'_>, complaint: &Complaint) -> Result<(), CaseError> {
    if let Some(notice) = complaint.notice_to_sender(NoticeKind::ComplaintReceived)
        && (complaint.account.is_some() || accounts::may_mail(work, &complaint.email.to_lowercase())?)
    {
        work.notify(&notice)?;
    }
    let what = match complaint.kind {
        ComplaintKind::Misuse => "A complaint about the use of data came in",
        ComplaintKind::PersonalData => "Urgent: a report that personal data got out came in",
    };
    let to = complaint.to.map_or(Recipient::Everybody(Role::Clerk), Recipient::Office);
    let notice = Notice::new(to, NoticeKind::ComplaintToRead).with("number", &complaint.number).with("what", what);
    work.notify(&notice.with("text", &complaint.text).with("path", format!("/complaints/{}", complaint.id)))
}

/// Saves everything a change holds.
pub(super) fn write(work: &mut Work<'_>, change: &ComplaintChange) -> Result<(), CaseError> {
    complaints::save(work.conn, &change.next)?;
    work.record(change.act.clone())?;
    change.notice.as_ref().map_or(Ok(()), |notice| work.notify(notice))
}

fn is_of_office(actor: &Actor, complaint: &Complaint) -> bool {
    complaint.office(actor).is_ok() || actor.holds_anywhere(Role::Auditor)
}

/// Complaints for the caller's office, oldest first; `done` also shows those looked at already.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn list(desk: &Desk, caller: &Caller, done: bool) -> Result<Vec<Complaint>, CaseError> {
    let ours = caller.actor.departments(crate::cases::review::DESK);
    let all = sees_all(&caller.actor);
    if !all && ours.is_empty() {
        return Err(CaseError::Missing);
    }
    desk.read(|conn| complaints::list(conn, (!all).then_some(ours.as_slice()), done))
}

/// One complaint, for its office.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn read(desk: &Desk, caller: &Caller, id: ComplaintId) -> Result<Complaint, CaseError> {
    let complaint = desk.read(|conn| complaints::by_id(conn, id))?;
    if is_of_office(&caller.actor, &complaint) { Ok(complaint) } else { Err(CaseError::Missing) }
}

/// A file of a complaint, for its office.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn attachment(
    desk: &Desk,
    caller: &Caller,
    id: ComplaintId,
    wanted: AttachmentId,
) -> Result<(Attachment, Vec<u8>), CaseError> {
    read(desk, caller, id)?;
    desk.read(|conn| attachments::content(conn, (FILES_OF, &id.to_string()), wanted))
}

/// Sets a complaint aside; who complained reads the reason.
///
/// # Errors
/// A missing reason, `complainant`, `wrong_state`, [`CaseError::Missing`].
pub fn set_aside(desk: &Desk, caller: &Caller, id: ComplaintId, reason: &str) -> Result<Complaint, CaseError> {
    let reason = Prose::<COMPLAINT_MAX>::parse("reason", reason)?.into_string();
    desk.act(caller, |work| {
        let complaint = complaints::by_id(work.conn, id)?;
        let change = complaint.decide(ComplaintCommand::SetAside { reason }, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok(complaints::by_id(work.conn, id)?)
    })
}
