//! What administrators do with organisations: make one, bring people in, end a membership; and what members see of their
//! own. Never touches an agreement:
//! what was made for an organisation stays with it whoever comes and goes.

use serde_json::json;

use super::staff::{administrator, taken};
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::audit::{About, Act};
use crate::domain::hold::HoldTarget;
use crate::domain::id::{AccountId, AgreementId, OrganisationId};
use crate::domain::membership::{Standing, may_join, may_leave};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Email, Invalid, Line};
use crate::store::organisations::{Listed, Organisation};
use crate::store::people::{self, Account};
use crate::store::{StoreError, holds, organisations};

/// Organisations in one list.
pub const LISTED_MAX: i64 = 200;
/// Members of one organisation: each is told of the others' coming and going.
pub const MEMBERS_MAX: usize = 200;

/// An organisation with who belongs to it and what was made for it.
#[derive(Clone, Debug)]
pub struct OrganisationView {
    /// The organisation.
    pub organisation: Organisation,
    /// Its members, by name.
    pub members: Vec<Account>,
    /// Its agreements in force, newest first, with their numbers.
    pub agreements: Vec<(AgreementId, String)>,
}

/// Organisations whose name contains `words`.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but administrators; what the store says.
pub fn list(desk: &Desk, caller: &Caller, words: &str) -> Result<Vec<Listed>, CaseError> {
    administrator(caller)?;
    desk.read(|conn| organisations::list(conn, words.trim(), LISTED_MAX))
}

/// One organisation.
///
/// # Errors
/// [`CaseError::Missing`] when there is none, and for everybody but administrators.
pub fn view(desk: &Desk, caller: &Caller, id: OrganisationId) -> Result<OrganisationView, CaseError> {
    administrator(caller)?;
    desk.read(|conn| {
        Ok(OrganisationView {
            organisation: organisations::by_id(conn, id)?,
            members: people::members_of(conn, id)?,
            agreements: organisations::running_agreements(conn, id)?,
        })
    })
}

/// The caller's organisation with its members by name; `None` for who belongs to none. Somebody whose account was disabled
/// is not named.
///
/// # Errors
/// [`CaseError::Missing`] for who is not signed in; what the store says.
pub fn mine(desk: &Desk, caller: &Caller) -> Result<Option<(Organisation, Vec<Account>)>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.read(|conn| {
        let Some(id) = people::account_by_id(conn, me)?.organisation else { return Ok(None) };
        let mut members = people::members_of(conn, id)?;
        members.retain(|member| member.disabled_at.is_none());
        Ok(Some((organisations::by_id(conn, id)?, members)))
    })
}

/// Makes an organisation. It has no members yet.
///
/// # Errors
/// An invalid name; `taken` when one is called so, in whatever letters and spaces.
pub fn add(desk: &Desk, caller: &Caller, name: &str) -> Result<OrganisationId, CaseError> {
    let capacity = administrator(caller)?;
    let name = Line::<120>::parse("name", name)?;
    desk.act(caller, |work| {
        let organisation = Organisation { id: work.new_id(), name: name.as_str().to_owned() };
        organisations::insert(work.conn, &organisation, &name_key(name.as_str()), work.now)
            .map_err(taken("name", "An organisation has this name. Look for it in the list."))?;
        let act = Act::new("organisation.add", capacity, "organisation", &organisation.name);
        work.record(act.change(json!(null), json!({ "id": organisation.id, "name": organisation.name })))?;
        Ok(organisation.id)
    })
}

/// A name for comparing: small letters, single spaces.
fn name_key(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes the person with this mail address a member: from now on they see and do what the other members may.
/// `reason` says how the city knows that they belong to it.
///
/// # Errors
/// Invalid fields, `unknown_person`, and those of [`may_join`], each at the field `email`.
pub fn join(
    desk: &Desk,
    caller: &Caller,
    id: OrganisationId,
    (email, reason): (&str, &str),
) -> Result<AccountId, CaseError> {
    let capacity = administrator(caller)?;
    let (email, reason) = match (Email::parse("email", email), reason_of(reason)) {
        (Ok(email), Ok(reason)) => (email, reason),
        (email, reason) => {
            return Err(CaseError::Invalid([email.err(), reason.err()].into_iter().flatten().collect()));
        }
    };
    desk.act(caller, |work| {
        let organisation = organisations::locked(work.conn, id)?;
        let unknown = || Invalid::new("email", "unknown_person", "Nobody has an account with this address.");
        let account = people::account_by_email(work.conn, &email.normalised())?.ok_or_else(unknown)?;
        let standing = standing(work, &account)?;
        may_join(&caller.actor, &standing, id).map_err(at("email"))?;
        let members = people::members_of(work.conn, id)?;
        if members.len() >= MEMBERS_MAX {
            let detail = format!("An organisation has at most {MEMBERS_MAX} members.");
            return Err(Invalid::new("email", "too_many_members", detail).into());
        }
        let joined = Account { organisation: Some(id), ..account };
        let act = "organisation.join";
        change(work, (capacity, act), &organisation, &joined, &reason)?;
        work.notify(&told(NoticeKind::OrganisationJoined, &joined, &organisation, "/agreements"))?;
        tell_members(work, &members, &organisation, &format!("{} is a member now", joined.name))?;
        Ok(joined.id)
    })
}

/// Ends a membership: the person no longer sees what was made for the organisation. Its applications, agreements and
/// keys stay as they are, also those that this person signed.
///
/// # Errors
/// An invalid reason, `person_on_hold`; [`CaseError::Missing`] when they are no member.
pub fn remove(
    desk: &Desk,
    caller: &Caller,
    id: OrganisationId,
    person: AccountId,
    reason: &str,
) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    let reason = reason_of(reason)?;
    desk.act(caller, |work| {
        let organisation = organisations::locked(work.conn, id)?;
        let account = people::account_by_id(work.conn, person)?;
        let standing = standing(work, &account)?;
        may_leave(&standing, id).map_err(|refusal| match refusal.code {
            "not_a_member" => CaseError::Missing,
            _ => refusal.into(),
        })?;
        let left = Account { organisation: None, ..account };
        change(work, (capacity, "organisation.leave"), &organisation, &left, &reason)?;
        work.notify(&told(NoticeKind::OrganisationLeft, &left, &organisation, "/account"))?;
        let members = people::members_of(work.conn, id)?;
        tell_members(work, &members, &organisation, &format!("{} is no longer a member", left.name))
    })
}

/// Ends the membership of somebody who closes their account; the closing itself was decided.
///
/// # Errors
/// What the store says.
pub(super) fn closed(work: &mut Work<'_>, account: &Account) -> Result<(), CaseError> {
    let Some(id) = account.organisation else { return Ok(()) };
    let organisation = organisations::locked(work.conn, id)?;
    let left = Account { organisation: None, ..account.clone() };
    let reason = reason_of("The member closed their account.")?;
    change(work, (Capacity::Requester, "organisation.leave"), &organisation, &left, &reason)?;
    let members = people::members_of(work.conn, id)?;
    tell_members(work, &members, &organisation, &format!("{} is no longer a member", left.name))
}

fn reason_of(reason: &str) -> Result<Line<500>, Invalid> {
    Line::parse("reason", reason)
}

/// A refusal about a person, at the field in which they were named.
fn at(field: &'static str) -> impl FnOnce(Refusal) -> CaseError {
    move |refusal| Invalid::new(field, refusal.code, refusal.detail).into()
}

fn standing(work: &mut Work<'_>, account: &Account) -> Result<Standing, StoreError> {
    Ok(Standing {
        account: account.id,
        is_confirmed: account.verified_at.is_some(),
        is_disabled: account.disabled_at.is_some(),
        organisation: account.organisation,
        is_held: !holds::in_force(work.conn, HoldTarget::Requester(account.id))?.is_empty(),
    })
}

/// Saves the person with the new membership, and lets the gates look again at what the organisation holds.
fn change(
    work: &mut Work<'_>,
    (capacity, name): (Capacity, &'static str),
    organisation: &Organisation,
    person: &Account,
    reason: &Line<500>,
) -> Result<(), CaseError> {
    people::update_account(work.conn, person)?;
    let about = About { person: Some(person.id), ..About::default() };
    let is_member = person.organisation.is_some();
    let act = Act::new(name, capacity, "organisation", &organisation.name).about(about);
    let act = act.change(json!({ "member": !is_member }), json!({ "member": is_member, "id": organisation.id }));
    work.record(act.because(reason.as_str()))?;
    work.touch(Touched::Requester(person.id));
    for (agreement, _) in organisations::running_agreements(work.conn, organisation.id)? {
        work.touch(Touched::Agreement(agreement));
    }
    Ok(())
}

fn told(kind: NoticeKind, person: &Account, organisation: &Organisation, path: &str) -> Notice {
    Notice::new(Recipient::Account(person.id), kind).with("organisation", &organisation.name).with("path", path)
}

/// Members learn who sees their agreements.
fn tell_members(
    work: &mut Work<'_>,
    members: &[Account],
    organisation: &Organisation,
    change: &str,
) -> Result<(), CaseError> {
    for member in members {
        let notice = told(NoticeKind::OrganisationChanged, member, organisation, "/account");
        work.notify(&notice.with("change", change))?;
    }
    Ok(())
}
