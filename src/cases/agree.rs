//! Agreements: read, terminate, expire, remind, and check a copy against what the service signed.

use super::post::Composed;
use super::writing::{Side, agreement_named};
use crate::domain::agreement::AgreementChange;
use chrono::Duration;

use super::apply::{bounded, mine as mine_application, write as write_application};
use super::settle::{settle, text_of, write};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::{Agreement, AgreementCommand, Execution};
use crate::domain::application::{Application, Command, State};
use crate::domain::audit::{About, Act};
use crate::domain::id::{AgreementId, ApplicationId, DepartmentId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::terms::{TermsVersion, TextHash};
use crate::domain::time::{Instant, day_in};
use crate::store::{AnyConnection, StoreError, agreements, applications, reminders, terms};

/// Things looked at in one round of a clock.
const BATCH: i64 = 200;

/// An agreement with its text and the service's signature.
#[derive(Clone, Debug)]
pub struct AgreementView {
    /// The agreement.
    pub agreement: Agreement,
    /// Its text, Markdown, checked against its hash.
    pub text: String,
    /// The service's signature over [`signed_line`], hex; `None` until it is executed.
    pub signature: Option<String>,
    /// The service's public key, hex.
    pub public_key: String,
}

/// The line that the service signs: number, hash of the text, instant of execution.
#[must_use]
pub fn signed_line(agreement: &Agreement, execution: &Execution) -> String {
    format!("accord agreement {} {} {}", agreement.number, agreement.text_hash, execution.at.to_rfc3339())
}

fn view(desk: &Desk, conn: &mut AnyConnection, agreement: Agreement) -> Result<AgreementView, CaseError> {
    let text = text_of(conn, &agreement)?;
    let signature = agreement.execution().map(|execution| desk.secrets.sign(&signed_line(&agreement, execution)));
    Ok(AgreementView { agreement, text, signature, public_key: desk.secrets.public_key() })
}

/// An agreement of the caller or their organisation.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn mine(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<AgreementView, CaseError> {
    desk.store.read(|conn| {
        let agreement = agreements::by_id(conn, id)?;
        if !caller.actor.is_party(agreement.requester, agreement.organisation) {
            return Err(CaseError::Missing);
        }
        view(desk, conn, agreement)
    })
}

/// An offer that waits for its signature.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The application that it answers.
    pub application: Application,
    /// The agreement offered, with the exact text to sign.
    pub offered: AgreementView,
    /// The terms that the signature must name.
    pub terms: TermsVersion,
    /// Until when it stays open.
    pub lapses_at: Instant,
}

/// The open offer on one of the caller's applications.
///
/// # Errors
/// `no_offer`; [`CaseError::Missing`] for everybody else.
pub fn offer(desk: &Desk, caller: &Caller, id: ApplicationId) -> Result<Offer, CaseError> {
    let application = desk.store.read(|conn| mine_application(conn, caller, id))?;
    let State::Offered { agreement, lapses_at, .. } = application.state else {
        let detail = "There is no open offer. The application's page says where it stands.";
        return Err(Refusal::new("no_offer", detail).into());
    };
    let offered = mine(desk, caller, agreement)?;
    let terms = desk.read(|conn| terms::by_id(conn, offered.agreement.terms))?;
    Ok(Offer { application, offered, terms, lapses_at })
}

/// An agreement as staff see it: managers and reviewers of a department with a schedule in it, clerks and auditors.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn for_staff(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<AgreementView, CaseError> {
    desk.store.read(|conn| {
        let agreement = agreements::by_id(conn, id)?;
        if !may_see(caller, &agreement) {
            return Err(CaseError::Missing);
        }
        view(desk, conn, agreement)
    })
}

/// Whether this member of staff may see the agreement.
#[must_use]
pub fn may_see(caller: &Caller, agreement: &Agreement) -> bool {
    let ours = caller.actor.departments(super::review::DESK);
    agreement.schedules.iter().any(|schedule| ours.contains(&schedule.department))
        || caller.actor.holds_anywhere(Role::Auditor)
        || caller.actor.holds_anywhere(Role::Clerk)
}

/// The caller's agreements and those of their organisation, newest first.
///
/// # Errors
/// What the store says.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Agreement>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    desk.read(|conn| agreements::of_party(conn, me, organisation.as_deref()))
}

/// Agreements of the caller's departments; every agreement for auditors and clerks.
///
/// # Errors
/// What the store says.
pub fn list_for_staff(desk: &Desk, caller: &Caller, state: Option<&str>) -> Result<Vec<Agreement>, CaseError> {
    let sees_all = caller.actor.holds_anywhere(Role::Auditor) || caller.actor.holds_anywhere(Role::Clerk);
    let departments = caller.actor.departments(super::review::DESK);
    let wanted = (!sees_all).then_some(departments.as_slice());
    desk.read(|conn| agreements::of_departments(conn, wanted, state, BATCH))
}

/// Ends an agreement: by its holder (`department` is `None`) or by a manager of a department with a schedule in it.
///
/// # Errors
/// `reason_needed`, `wrong_state`, [`CaseError::Missing`].
pub fn terminate(
    desk: &Desk,
    caller: &Caller,
    id: AgreementId,
    department: Option<DepartmentId>,
    reason: &str,
) -> Result<(), CaseError> {
    let said = bounded(reason);
    desk.act(caller, |work| {
        let agreement = agreements::by_id(work.conn, id)?;
        let reason = match said {
            // That it is over is said first: the page of such an agreement has no field to mend.
            Err(_unread) if !agreement.is_live(work.now) => String::new(),
            said => said?,
        };
        let command = AgreementCommand::Terminate { department, reason };
        let change = agreement.decide(command, &caller.actor, work.now)?;
        let (change, letter) = if department.is_some() { with_letter(work, change)? } else { (change, None) };
        write(work, &change)?;
        work.keep(letter)
    })
}

/// Writes the letter about an agreement that the city ended, and puts it into the holder's notice.
pub(super) fn with_letter(
    work: &mut Work<'_>,
    mut change: AgreementChange,
) -> Result<(AgreementChange, Option<Composed>), CaseError> {
    let agreement = &change.next;
    let (id, path) = (agreement.id.to_string(), format!("/agreements/{}", agreement.id));
    let (what, why) = (agreement_named(&agreement.number), change.act.reason.clone().unwrap_or_default());
    let side = Side::of(agreement);
    let draft = work.revocation_letter((what, &path, &why), ("agreement", &id), &side, change.act.capacity);
    let (letter, text) = work.compose_for(draft)?;
    for notice in change.notices.iter_mut().filter(|notice| notice.kind == NoticeKind::AgreementEnded) {
        notice.facts.insert("letter".to_owned(), text.clone());
    }
    Ok((change, Some(letter)))
}

/// What a public check of an agreement's copy found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The text is exactly what was executed under this number.
    Genuine {
        /// Whether the agreement is in force now.
        is_live: bool,
    },
    /// There is no executed agreement of this number with this text.
    Unknown,
}

/// Checks a copy: number, and its text or the text's hash. Tells nothing else about anybody.
///
/// # Errors
/// What the store says.
pub fn check(desk: &Desk, number: &str, text_or_hash: &str) -> Result<Checked, CaseError> {
    let given = text_or_hash.trim();
    let is_hash = given.len() == 64 && given.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hash = if is_hash { given.to_lowercase() } else { TextHash::of(text_or_hash).to_string() };
    let now = desk.clock.now();
    match desk.read(|conn| agreements::by_number(conn, number.trim())) {
        Ok(agreement) if agreement.text_hash == hash && agreement.execution().is_some() => {
            Ok(Checked::Genuine { is_live: agreement.is_live(now) })
        }
        Ok(_) | Err(CaseError::Missing) => Ok(Checked::Unknown),
        Err(other) => Err(other),
    }
}

/// Lapses offers whose time is over. Returns how many.
///
/// # Errors
/// What the store says.
pub fn lapse_offers(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let due = desk.read(|conn| applications::lapsing(conn, now, BATCH))?;
    each(&due, |id| {
        desk.act(&caller, |work| {
            let application = applications::by_id(work.conn, *id)?;
            let change = application.decide(Command::Lapse, &caller.actor, work.now)?;
            write_application(work, &change)?;
            settle(work, &application, &change, None)
        })
    })
}

/// Ends agreements whose term is over. Returns how many. The gate does not wait for this: it knows the end itself.
///
/// # Errors
/// What the store says.
pub fn expire_agreements(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let due = desk.read(|conn| agreements::ending(conn, now, BATCH))?;
    each(&due, |id| {
        desk.act(&caller, |work| {
            let agreement = agreements::by_id(work.conn, *id)?;
            let change = agreement.decide(AgreementCommand::Expire, &caller.actor, work.now)?;
            write(work, &change)
        })
    })
}

/// Reminds holders of a coming end: once for each of the profile's days, and only the nearest when several are past.
/// Returns how many reminders were owed.
///
/// # Errors
/// What the store says.
pub fn remind_of_ends(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let mut days = desk.profile.agreement.reminder_days.clone();
    days.sort_unstable();
    let (mut from, mut count) = (now, 0);
    for day in days {
        let until = now + Duration::days(i64::from(day));
        let mark = format!("ends in {day} days");
        loop {
            let due = desk.read(|conn| agreements::ending_unsaid(conn, (from, until), &mark, BATCH))?;
            let said = each(&due, |id| desk.act(&caller, |work| remind(work, *id, &mark)))?;
            count += said;
            if said == 0 || i64::try_from(due.len()).unwrap_or(0) < BATCH {
                break;
            }
        }
        from = until;
    }
    Ok(count)
}

fn remind(work: &mut Work<'_>, id: AgreementId, mark: &str) -> Result<(), CaseError> {
    let agreement = agreements::by_id(work.conn, id)?;
    let Some(execution) = agreement.execution().filter(|_| agreement.is_live(work.now)) else {
        return Err(CaseError::Stale);
    };
    if !reminders::is_first(work.conn, &id.to_string(), mark, work.now)? {
        return Err(CaseError::Stale);
    }
    let last_day = day_in(work.desk.profile.zone, execution.ends_at - Duration::seconds(1));
    let left = (last_day - day_in(work.desk.profile.zone, work.now)).num_days();
    let notice = Notice::new(agreement.holder(), NoticeKind::AgreementEnding)
        .with("number", &agreement.number)
        .with("title", &agreement.title)
        .with("days", left.max(1))
        .with("ends_on", last_day)
        .with("path", format!("/agreements/{}", agreement.id));
    work.notify(&notice)?;
    let about = About { agreement: Some(id), person: Some(agreement.requester), ..About::default() };
    let act = Act::new("agreement.remind", Capacity::Service, "agreement", &agreement.number).about(about);
    work.record(act.because(mark))
}

/// Does one thing for each, and goes on when another process was faster with one.
pub(super) fn each<T>(all: &[T], mut act: impl FnMut(&T) -> Result<(), CaseError>) -> Result<usize, CaseError> {
    let mut count = 0;
    for one in all {
        match act(one) {
            Ok(()) => count += 1,
            Err(CaseError::Stale | CaseError::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(count)
}

/// The text of an agreement by its hash, for who has the agreement already.
///
/// # Errors
/// What the store says.
pub fn text(desk: &Desk, agreement: &Agreement) -> Result<String, CaseError> {
    desk.store.read(|conn| text_of(conn, agreement)).map_err(|error: StoreError| error.into())
}
