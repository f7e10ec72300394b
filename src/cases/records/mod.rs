//! Requests for public records: filing without an account, following and taking back by a private link; `desk` is the
//! office's part, `clock` turns silence into a denial. Each act is one transaction.
//!
//! Must never ask who somebody is or why they ask, and never refuse a request for an unpaid fee.

pub mod clock;
pub mod convert;
pub mod desk;
mod packet;
mod papers;
#[cfg(test)]
mod tests;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::accounts::may_mail;
use super::links::{self, Purpose};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::attachment::Attachment;
use crate::domain::audit::{Hash, hex};
use crate::domain::id::{AccountId, AttachmentId, DepartmentId, LinkId, OrganisationId, RecordsId};
use crate::domain::language::Language;
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::domain::records::{
    Cents, Format, LedgerEntry, RecordsChange, RecordsCommand, RecordsDraft, RecordsRequest, Requester, Shown,
    TEXT_MAX, WaiverGround, balance,
};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Email, Invalid, Prose, readable};
use crate::domain::time::{Day, day_in};
use crate::store::{AnyConnection, attachments, letters, people, records};

pub use packet::Packet;
pub use papers::OWNER;

/// Requests that may come from one address within an hour; a household or an office rarely files more.
pub const FILED_PER_HOUR: i64 = 20;
const NAME_MAX: usize = 200;
const WAY_MAX: usize = 500;

/// A request as typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Wish {
    /// The requester's name; may be empty.
    pub name: String,
    /// Their mail address; may be empty where another way is given.
    pub email: String,
    /// A postal address or a telephone.
    pub other_way: String,
    /// The department's short name; empty for “not sure”.
    pub department: String,
    /// Which records.
    pub description: String,
    /// In which form; empty for electronic.
    pub format: String,
    /// The ground for a waiver; empty for none.
    pub waiver: String,
    /// The language of the answer.
    pub language: String,
}

/// A request that was filed, with the token of its private link, which is kept nowhere.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The request.
    pub request: RecordsRequest,
    /// The token.
    pub token: String,
}

/// What was typed, read.
struct Read {
    requester: Requester,
    department: String,
    description: String,
    format: Format,
    waiver: Option<WaiverGround>,
}

fn read_wish(caller: &Caller, wish: &Wish) -> Result<Read, CaseError> {
    let mut faults = Vec::new();
    let mut taken = |read: Result<String, Invalid>| {
        read.unwrap_or_else(|fault| {
            faults.push(fault);
            String::new()
        })
    };
    let description = taken(Prose::<TEXT_MAX>::parse("description", &wish.description).map(Prose::into_string));
    let name = taken(one_line("name", &wish.name));
    let other_way = taken(readable("other_way", &wish.other_way, WAY_MAX));
    let email = if wish.email.trim().is_empty() {
        String::new()
    } else {
        taken(Email::parse("email", &wish.email).map(|email| email.as_str().to_owned()))
    };
    let format = if wish.format.is_empty() { Some(Format::Electronic) } else { Format::from_word(&wish.format) };
    if format.is_none() {
        faults.push(Invalid::new("format", "unknown", "Choose one of the forms."));
    }
    let waiver = WaiverGround::from_word(&wish.waiver).filter(|ground| ground.is_for_requesters());
    if waiver.is_none() && !wish.waiver.is_empty() {
        faults.push(Invalid::new("waiver", "unknown", "Choose one of the grounds, or none."));
    }
    if faults.is_empty() && caller.actor.account.is_none() && email.is_empty() && other_way.is_empty() {
        let message = "Give a mail address, or another way by which the city can answer.";
        faults.push(Invalid::new("email", "way_needed", message));
    }
    if !faults.is_empty() {
        return Err(CaseError::Invalid(faults));
    }
    // Who is signed in gave a name already.
    let name = if name.is_empty() && caller.actor.account.is_some() { caller.actor.name.clone() } else { name };
    let requester = Requester {
        account: caller.actor.account,
        organisation: None,
        name,
        email,
        other_way,
        language: Language::of_mail(&wish.language).tag().to_owned(),
    };
    let format = format.unwrap_or(Format::Electronic);
    Ok(Read { requester, department: wish.department.trim().to_owned(), description, format, waiver })
}

fn one_line(field: &str, text: &str) -> Result<String, Invalid> {
    let text = readable(field, text, NAME_MAX)?;
    if text.contains('\n') {
        return Err(Invalid::new(field, "not_one_line", "Write this on one line: remove the line breaks."));
    }
    Ok(text)
}

/// Takes a request in. Anybody may file one.
///
/// # Errors
/// Invalid fields; `already_filed` with the number of the first; [`CaseError::Wait`] under a flood from one address.
pub fn file(desk: &Desk, caller: &Caller, wish: &Wish) -> Result<Filed, CaseError> {
    let read = read_wish(caller, wish)?;
    desk.act(caller, |work| {
        if let Some(done) = work.done_before("records.file", wish)? {
            let id: RecordsId = done.parse().map_err(|error: uuid::Error| corrupt(&error))?;
            let request = records::by_id(work.conn, id)?;
            return filed(work.desk, request);
        }
        must_not_flood(work)?;
        let department = match read.department.as_str() {
            "" => None,
            slug => Some(department_called(work.conn, slug)?),
        };
        let request = receive(work, read, department, None)?;
        work.remember(&request.id.to_string())?;
        filed(work.desk, request)
    })
}

fn corrupt(error: &uuid::Error) -> CaseError {
    CaseError::Store(crate::store::StoreError::Corrupt { what: "id", why: error.to_string() })
}

fn department_called(conn: &mut AnyConnection, slug: &str) -> Result<DepartmentId, CaseError> {
    match people::department_by_slug(conn, slug) {
        Ok(department) => Ok(department.id),
        Err(crate::store::StoreError::Missing) => {
            Err(Invalid::new("department", "unknown", "Choose one of the departments, or “not sure”.").into())
        }
        Err(other) => Err(other.into()),
    }
}

fn filed(desk: &Desk, request: RecordsRequest) -> Result<Filed, CaseError> {
    let token = links::mint(&desk.secrets, Purpose::Follow, request.link)?;
    Ok(Filed { request, token })
}

/// The counted filings of one address within an hour; people with an account are known and not counted.
fn must_not_flood(work: &mut Work<'_>) -> Result<(), CaseError> {
    let (None, Some(address)) = (work.caller.actor.account, work.caller.actor.address) else { return Ok(()) };
    work.must_not_flood(&format!("records:{}", super::accounts::source_of(address)), FILED_PER_HOUR)
}

/// The same person with the same text on the same day has the same print; columns keep it from being filed twice.
fn filing_print(requester: &Requester, description: &str, day: Day) -> String {
    let person = match (requester.account, requester.email.as_str()) {
        (Some(account), _) => account.to_string(),
        (None, "") => requester.other_way.to_lowercase(),
        (None, email) => email.to_lowercase(),
    };
    let text: Vec<_> = description.split_whitespace().map(str::to_lowercase).collect();
    let whole = serde_json::json!([person, text.join(" "), day]).to_string();
    let sum: Hash = Sha256::digest(whole.as_bytes()).into();
    hex(&sum)
}

/// Takes in what was read; also for requests that come from an application.
fn receive(
    work: &mut Work<'_>,
    read: Read,
    department: Option<DepartmentId>,
    from_application: Option<crate::domain::id::ApplicationId>,
) -> Result<RecordsRequest, CaseError> {
    // The counter is what two filings at the same moment queue for.
    let number = work.next_number("REC")?;
    let profile = &work.desk.profile;
    let received_on = day_in(profile.zone, work.now);
    let print = filing_print(&read.requester, &read.description, received_on);
    if let Some(known) = records::by_print(work.conn, &print)? {
        return Err(already_filed(&known).into());
    }
    let link: LinkId = work.new_id();
    let draft = RecordsDraft {
        id: work.new_id(),
        number,
        link,
        requester: read.requester,
        department,
        description: read.description,
        format: read.format,
        waiver_asked: read.waiver,
        received_on,
        came_when_closed: !profile.calendar.is_business_day(received_on),
        clocks: profile.records_clocks(received_on),
        acknowledgement_stops_clock: profile.records.acknowledgement_stops_clock,
        from_application,
    };
    let request = RecordsRequest::receive(draft, work.now)?;
    records::insert(work.conn, &request, &print)?;
    let capacity = if request.requester.account.is_some() { Capacity::Requester } else { Capacity::Visitor };
    let after = serde_json::json!({ "state": "received", "due": request.clocks.due.due, "format": request.format });
    work.record(request.act("records.file", capacity).change(serde_json::Value::Null, after))?;
    tell_of_filing(work, &request)?;
    Ok(request)
}

fn already_filed(known: &RecordsRequest) -> Refusal {
    let detail = format!(
        "You sent the same request today: it is {}, and an answer is due by {}. Its receipt has the private link.",
        known.number,
        crate::domain::calendar::in_words(known.clocks.due.due)
    );
    Refusal::new("already_filed", detail)
}

fn tell_of_filing(work: &mut Work<'_>, request: &RecordsRequest) -> Result<(), CaseError> {
    let Requester { email, account, .. } = &request.requester;
    let capacity = if account.is_some() { Capacity::Requester } else { Capacity::Visitor };
    let letter = papers::file(work, request, LetterKind::RecordsReceipt, capacity)?;
    // Nobody's mailbox is filled in somebody else's name; the request counts all the same.
    let may_tell = email.is_empty() || account.is_some() || may_mail(work, &email.to_lowercase())?;
    if let Some(to) = request.requester.recipient().filter(|_| may_tell) {
        let receipt = request.notice(to, NoticeKind::RecordsReceived).with("letter", letter).with_link(request.link);
        work.notify(&receipt)?;
    }
    let office = request.notice(request.office(), NoticeKind::RecordsFiled);
    work.notify(&office.with("path", request.path()))
}

/// Lets a request go on without the account it was made under, which is being closed.
///
/// # Errors
/// What the store says.
pub(super) fn let_go(work: &mut Work<'_>, request: &RecordsRequest, email: &str) -> Result<(), CaseError> {
    let next = request.without_account(email);
    records::save(work.conn, &next, work.now)?;
    let act = request.act("records.let_go", Capacity::Requester);
    work.record(act.change(serde_json::json!({ "account": true }), serde_json::json!({ "account": false })))
}

/// Saves everything a change holds.
pub(super) fn write(work: &mut Work<'_>, change: &RecordsChange) -> Result<(), CaseError> {
    records::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))
}

/// The same with a letter, which the notice to the requester carries whole.
fn write_with(work: &mut Work<'_>, change: &RecordsChange, kind: LetterKind) -> Result<(), CaseError> {
    records::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    let letter = papers::file(work, &change.next, kind, change.act.capacity)?;
    for notice in &change.notices {
        // The private link is for the requester alone, and so is the letter.
        if notice.link.is_some() {
            work.notify(&notice.clone().with("text", &letter))?;
        } else {
            work.notify(notice)?;
        }
    }
    Ok(())
}

/// A request as who asked for it sees it.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The request, without what only staff see.
    pub request: RecordsRequest,
    /// The ledger of its fees.
    pub fees: Vec<LedgerEntry>,
    /// The name of the department that has it.
    pub department: Option<String>,
    /// What was produced.
    pub files: Vec<Attachment>,
    /// The letters that were sent.
    pub letters: Vec<Letter>,
}

/// Finds a request by its private link's token or, for the party it was made for, by its id. Every key that opens
/// nothing is answered alike.
fn theirs(
    desk: &Desk,
    conn: &mut AnyConnection,
    caller: &Caller,
    key: &str,
) -> Result<(RecordsRequest, Shown), CaseError> {
    if let Ok(id) = key.parse::<RecordsId>() {
        let request = records::by_id(conn, id)?;
        return if request.requester.is_party(&caller.actor) {
            Ok((request, Shown::Account))
        } else {
            Err(CaseError::Missing)
        };
    }
    let link = links::read(&desk.secrets, Purpose::Follow, key).or(Err(CaseError::Missing))?;
    Ok((records::by_link(conn, link)?, Shown::Link))
}

/// One request, for whoever has its private link and for the party it was made for.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn follow(desk: &Desk, caller: &Caller, key: &str) -> Result<Followed, CaseError> {
    desk.store.read(|conn| {
        let (mut request, _) = theirs(desk, conn, caller, key)?;
        request.steps.retain(|step| !step.is_private);
        let department = match request.department {
            Some(id) => Some(people::department_by_id(conn, id)?.name),
            None => None,
        };
        let fees = records::fees(conn, request.id)?;
        let id = request.id.to_string();
        let files = attachments::of(conn, (OWNER, &id))?;
        let letters = letters::about(conn, (OWNER, &id))?;
        Ok(Followed { request, fees, department, files, letters })
    })
}

/// A file that was produced, for whoever has the private link, the party and the office.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn produced(
    desk: &Desk,
    caller: &Caller,
    key: &str,
    file: AttachmentId,
) -> Result<(Attachment, Vec<u8>), CaseError> {
    let id = match follow(desk, caller, key) {
        Ok(followed) => followed.request.id,
        Err(CaseError::Missing) => desk::read(desk, caller, key.parse().or(Err(CaseError::Missing))?)?.request.id,
        Err(other) => return Err(other),
    };
    desk.read(|conn| attachments::content(conn, (OWNER, &id.to_string()), file))
}

/// Takes a request back.
///
/// # Errors
/// `wrong_state`, an over-long reason, [`CaseError::Missing`].
pub fn withdraw(desk: &Desk, caller: &Caller, key: &str, reason: &str) -> Result<RecordsRequest, CaseError> {
    let reason = readable("reason", reason, TEXT_MAX)?;
    desk.act(caller, |work| {
        let (request, shown) = theirs(work.desk, work.conn, caller, key)?;
        let change = request.decide(RecordsCommand::Withdraw { reason, shown }, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok(records::by_id(work.conn, request.id)?)
    })
}

/// The caller's own requests and those of their organisation, newest first.
///
/// # Errors
/// What the store says.
pub fn mine(desk: &Desk, caller: &Caller) -> Result<Vec<RecordsRequest>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    desk.read(|conn| records::of_party(conn, me, organisation.as_deref()))
}

/// The papers for the state's commission, for the requester and for the office, at any time.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn packet(desk: &Desk, caller: &Caller, key: &str) -> Result<Packet, CaseError> {
    let followed = match follow(desk, caller, key) {
        Err(CaseError::Missing) => {
            let id = key.parse().or(Err(CaseError::Missing))?;
            let opened = desk::read(desk, caller, id)?;
            let mut request = opened.request.clone();
            request.steps.retain(|step| !step.is_private);
            let desk::Opened { fees, department, files, letters, .. } = opened;
            Followed { request, fees, department, files, letters }
        }
        other => other?,
    };
    packet::make(&desk.profile, &followed)
}

/// What a party still owes for copies, by the number of the request.
pub(super) fn owed(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<OrganisationId>,
) -> Result<Vec<(String, Cents)>, CaseError> {
    let organisation = organisation.map(|id| id.to_string());
    let mut found = Vec::new();
    for request in records::of_party(conn, requester, organisation.as_deref())? {
        let owed = balance(&records::fees(conn, request.id)?);
        if !owed.is_zero() {
            found.push((request.number, owed));
        }
    }
    Ok(found)
}

/// Whether fees that are due keep this party from submitting an application; only where the profile says so.
///
/// # Errors
/// `fees_unpaid`, naming the request.
pub(super) fn must_owe_nothing(
    work: &mut Work<'_>,
    requester: AccountId,
    organisation: Option<OrganisationId>,
) -> Result<(), CaseError> {
    if !work.desk.profile.fees.unpaid_blocks_applications {
        return Ok(());
    }
    let Some((number, cents)) = owed(work.conn, requester, organisation)?.into_iter().next() else { return Ok(()) };
    let detail = format!(
        "{cents} for copies of {number} is due (ground D14). Pay it or ask for a waiver; a request for records is never held up by it."
    );
    Err(Refusal::new("fees_unpaid", detail).into())
}
