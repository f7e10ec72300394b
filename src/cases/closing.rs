//! A person closes their own account: keys revoked, agreements ended, open applications taken back, everything that is
//! no record erased, all in one transaction or not at all. Never touches what was made for an organisation: that stays
//! with its other members. The rules are `domain::closing`.

use secrecy::SecretString;
use serde_json::json;

use super::accounts::{account_act, must_not_wait, note_failure, subjects};
use super::passwords::{self, HashingPool};
use super::{Caller, CaseError, Desk, Work, apply, destruction, organisations, records as asked, settle};
use crate::domain::agreement::{Agreement, AgreementCommand, AgreementState, DestructionState};
use crate::domain::application::{Answers, Application, Command, State};
use crate::domain::closing::{Affairs, CLOSED_NAME, Orphaned, decide_close, must_be_meant};
use crate::domain::hold::HoldTarget;
use crate::domain::key::{KeyCommand, Revoker};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Capacity;
use crate::domain::records::RecordsRequest;
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::keys::StoredKey;
use crate::store::people::{self, Account};
use crate::store::{AnyConnection, StoreError};
use crate::store::{
    agreements, appeals, applications, cases, destructions, holds, keys, organisations as groups, records,
};

/// Why what the holder had ends; the departments read it.
const REASON: &str = "The holder closed their account.";
/// Days for which the last messages to a closed account are kept, so that a mail that came back can be looked at.
const LAST_MESSAGES_DAYS: i64 = 7;

/// What closing would do, and what stands in its way.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// The address to be typed.
    pub email: String,
    /// What stands in the way; empty when nothing does.
    pub obstacles: Vec<Refusal>,
    /// Keys that would be revoked: their names.
    pub keys: Vec<String>,
    /// Agreements that would end: number and title.
    pub agreements: Vec<(String, String)>,
    /// Applications that would be taken back: number and title; drafts among them are erased.
    pub applications: Vec<(String, String)>,
    /// Certificates of destruction that would be owed then: the agreement's number and the last day.
    pub duties: Vec<(String, Day)>,
    /// Requests for records that go on without the account, by number.
    pub requests: Vec<String>,
    /// The organisation that would be left, if any.
    pub organisation: Option<String>,
}

/// What a person has, as closing finds it.
struct Found {
    account: Account,
    agreements: Vec<Agreement>,
    keys: Vec<StoredKey>,
    applications: Vec<Application>,
    requests: Vec<RecordsRequest>,
    affairs: Affairs,
    organisation: Option<String>,
}

/// What closing would do now.
///
/// # Errors
/// What the store says.
pub fn prospect(desk: &Desk, caller: &Caller) -> Result<Prospect, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let now = desk.clock.now();
    let days = desk.profile.agreement.destruction_certificate_days;
    let today = day_in(desk.profile.zone, now);
    let after_end = today.checked_add_days(chrono::Days::new(u64::from(days))).unwrap_or(today);
    desk.read(|conn| {
        let account = people::account_by_id(conn, me)?;
        let found = find(conn, account, now)?;
        let mut duties = owed(conn, &found)?;
        for agreement in &found.agreements {
            if destruction::is_asked_for(desk, conn, agreement)? {
                duties.push((agreement.number.clone(), after_end));
            }
        }
        Ok(Prospect {
            obstacles: decide_close(&found.affairs).err().unwrap_or_default(),
            keys: found.keys.iter().map(|stored| stored.key.name.clone()).collect(),
            agreements: found.agreements.iter().map(|one| (one.number.clone(), one.title.clone())).collect(),
            applications: found
                .applications
                .iter()
                .map(|one| (one.number.clone(), one.answers.get("title").to_owned()))
                .collect(),
            duties,
            requests: found.requests.iter().map(|one| one.number.clone()).collect(),
            organisation: found.organisation,
            email: found.account.email,
        })
    })
}

/// Closes the caller's account for good. `typed` is its mail address, so that nobody closes by a slip.
///
/// # Errors
/// `wrong` for the password, `confirm_needed`, and everything of [`decide_close`], at once; [`CaseError::Wait`] under
/// guessing.
pub async fn close(
    desk: &Desk,
    hashing: &HashingPool,
    caller: Caller,
    (password, typed): (SecretString, String),
) -> Result<(), CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let account = desk.run(move |desk| desk.read(|conn| people::account_by_id(conn, me))).await?;
    let subjects = subjects(&account.email_key, &caller);
    let subjects = desk.run(move |desk| must_not_wait(desk, &subjects).map(|()| subjects)).await?;
    let (cost, known) = (desk.options.password_cost, account.password_hash.clone());
    let fits = hashing.run(move || passwords::fits(&password, known.as_deref(), cost)).await?;
    desk.run(move |desk| {
        if !fits {
            note_failure(desk, &caller, &subjects)?;
            return Err(Invalid::new("password", "wrong", "This is not your present password.").into());
        }
        must_be_meant(&typed, &account.email).map_err(|no| Invalid::new("confirm", no.code, no.detail))?;
        desk.act(&caller, |work| carry_out(work, me))
    })
    .await
}

fn carry_out(work: &mut Work<'_>, me: crate::domain::id::AccountId) -> Result<(), CaseError> {
    let account = people::account_by_id(work.conn, me)?;
    if let Some(organisation) = account.organisation {
        // What people who leave at the same moment queue for: one of them is the last.
        groups::locked(work.conn, organisation)?;
    }
    let found = find(work.conn, account, work.now)?;
    decide_close(&found.affairs).map_err(obstacles)?;
    // Told first, while the address is still known.
    let farewell = Notice::new(Recipient::Account(me), NoticeKind::AccountClosed)
        .with("agreements", listed(found.agreements.iter().map(|one| one.number.as_str())))
        .with("requests", listed(found.requests.iter().map(|one| one.number.as_str())))
        .with("path", "/privacy")
        .with("city_mail", work.desk.profile.agreement.notices_email.to_string());
    work.notify(&farewell)?;
    for stored in &found.keys {
        let (stored, agreement) = work.locked_key(stored.key.id)?;
        let command = KeyCommand::Revoke { by: Revoker::Holder(me), reason: REASON.to_owned() };
        work.end_key(&stored, &agreement, command, ("key.revoke", Capacity::Requester))?;
    }
    for agreement in &found.agreements {
        let agreement = keys::locked_agreement(work.conn, agreement.id)?;
        let command = AgreementCommand::Terminate { department: None, reason: REASON.to_owned() };
        settle::write(work, &agreement.decide(command, &work.caller.actor, work.now)?)?;
    }
    for application in &found.applications {
        take_back(work, application)?;
    }
    for request in &found.requests {
        asked::let_go(work, request, &found.account.email)?;
    }
    organisations::closed(work, &found.account)?;
    forget(work, &found)
}

/// Takes an application back; a draft that nobody has seen keeps nothing that was typed.
fn take_back(work: &mut Work<'_>, application: &Application) -> Result<(), CaseError> {
    let command = Command::Withdraw { reason: REASON.to_owned() };
    let mut change = application.decide(command, &work.caller.actor, work.now)?;
    if application.submissions.is_empty() {
        change.next.answers = Answers::default();
        CLOSED_NAME.clone_into(&mut change.next.requester_name);
        for item in &mut change.next.items {
            item.asked.sensitive.clear();
        }
    }
    apply::write(work, &change)?;
    settle::settle(work, application, &change, None)
}

/// Takes name and address off the account and erases what is no record. The entry names nothing of the person.
fn forget(work: &mut Work<'_>, found: &Found) -> Result<(), CaseError> {
    let account = &found.account;
    let after = json!({
        "closed": true,
        "keys": found.keys.len(),
        "agreements": found.agreements.iter().map(|one| &one.number).collect::<Vec<_>>(),
        "applications": found.applications.iter().map(|one| &one.number).collect::<Vec<_>>(),
        "records_requests": found.requests.iter().map(|one| &one.number).collect::<Vec<_>>(),
    });
    let act = account_act("account.close", Capacity::Requester, account);
    work.record(act.change(json!({ "closed": false }), after))?;
    people::erase(work.conn, account.id, &account.email_key)?;
    let version = people::account_by_id(work.conn, account.id)?.version;
    let closed = Account {
        email: String::new(),
        email_key: format!("closed:{}", account.id),
        name: CLOSED_NAME.to_owned(),
        password_hash: None,
        organisation: None,
        verified_at: None,
        disabled_at: Some(work.now),
        closed_at: Some(work.now),
        version,
        ..account.clone()
    };
    Ok(people::update_account(work.conn, &closed)?)
}

/// Deletes the last messages to accounts that were closed some days ago.
///
/// # Errors
/// What the store says.
pub fn forget_messages(conn: &mut AnyConnection, now: Instant) -> Result<usize, StoreError> {
    people::forget_closed(conn, now - chrono::Duration::days(LAST_MESSAGES_DAYS))
}

/// Everything that stands in the way, as the errors of a form; they belong to no field.
fn obstacles(found: Vec<Refusal>) -> CaseError {
    CaseError::Invalid(found.into_iter().map(|refusal| Invalid::new("", refusal.code, refusal.detail)).collect())
}

fn listed<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<_> = all.collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}

fn find(conn: &mut AnyConnection, account: Account, now: Instant) -> Result<Found, StoreError> {
    let me = account.id;
    let group = account.organisation.map(|id| id.to_string());
    let is_alone = |organisation: Option<_>| organisation.is_none();
    let mut agreed = agreements::of_party(conn, me, group.as_deref())?;
    agreed.retain(|one| matches!(one.state, AgreementState::Executed { .. }));
    let (agreements, of_group): (Vec<_>, Vec<_>) = agreed.into_iter().partition(|one| is_alone(one.organisation));
    let mut asked = applications::of_party(conn, me, group.as_deref())?;
    asked.retain(|one| is_under_way(&one.state));
    let (applications, asked_by_group): (Vec<_>, Vec<_>) =
        asked.into_iter().partition(|one| is_alone(one.organisation));
    let (organisation, orphaned) = match account.organisation {
        Some(id) => {
            let name = groups::by_id(conn, id)?.name;
            let stays = people::members_of(conn, id)?.iter().any(|one| one.id != me && one.disabled_at.is_none());
            let orphaned = (!stays).then(|| Orphaned {
                organisation: name.clone(),
                agreements: of_group.iter().map(|one| one.number.clone()).collect(),
                applications: asked_by_group.iter().map(|one| one.number.clone()).collect(),
            });
            (Some(name), orphaned)
        }
        None => (None, None),
    };
    // Where others stay, the organisation's disputes stay with them.
    let disputed = if orphaned.is_some() { group.as_deref() } else { None };
    let open_cases = cases::of_party(conn, me, disputed)?;
    let open_cases = open_cases.iter().filter(|one| one.state.is_open() && one.is_known_to_holder());
    let mut kept = keys::of_party(conn, me, None)?;
    kept.retain(|stored| stored.key.works_at(now));
    let affairs = Affairs {
        is_closed: account.closed_at.is_some(),
        is_staff: !account.roles.is_empty(),
        is_held: !holds::in_force(conn, HoldTarget::Requester(me))?.is_empty(),
        cases: open_cases.map(|one| one.number.clone()).collect(),
        appeals: appeals::of_party(conn, me, disputed)?
            .iter()
            .filter(|one| one.state.is_open())
            .map(|one| one.number.clone())
            .collect(),
        orphaned,
    };
    let mut requests = records::of_party(conn, me, None)?;
    requests.retain(|one| one.state.is_open());
    Ok(Found { account, agreements, keys: kept, applications, requests, affairs, organisation })
}

const fn is_under_way(state: &State) -> bool {
    match state {
        State::Draft | State::Submitted { .. } | State::InfoRequested { .. } | State::Offered { .. } => true,
        State::Executed { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => false,
    }
}

/// Certificates that are owed already for agreements that ended before.
fn owed(conn: &mut AnyConnection, found: &Found) -> Result<Vec<(String, Day)>, StoreError> {
    let mut all = Vec::new();
    for agreement in agreements::of_party(conn, found.account.id, None)? {
        if let Some(known) = destructions::of(conn, agreement.id)?
            && matches!(known.state, DestructionState::Owed { .. })
        {
            all.push((known.number, known.due));
        }
    }
    Ok(all)
}
