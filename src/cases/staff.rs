//! What administrators do: departments, invitations, roles, disabling accounts, service credentials.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::accounts::{account_act, may_mail, new_account};
use super::links::Purpose;
use super::passwords::{self, HashingPool};
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::audit::{Act, Hash, hex};
use crate::domain::department::DeskSettings;
use crate::domain::id::{AccountId, DepartmentId, ServiceId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role, RoleGrant};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Email, Line, PersonName, Slug};
use crate::store::people::{self, Account, Department};
use crate::store::{services, sessions};

/// The capacity of an administrator; the command line acts as the service.
pub(super) fn administrator(caller: &Caller) -> Result<Capacity, Refusal> {
    if caller.actor.account.is_none() && caller.actor.address.is_none() {
        return Ok(Capacity::Service);
    }
    caller.actor.acting_as(Role::Administrator)
}

/// Makes a department.
///
/// # Errors
/// Invalid fields; `taken` when the slug is.
pub fn add_department(
    desk: &Desk,
    caller: &Caller,
    (slug, name, email): (&str, &str, &str),
) -> Result<DepartmentId, CaseError> {
    let capacity = administrator(caller)?;
    let slug = Slug::parse("slug", slug)?;
    let name = Line::<120>::parse("name", name)?;
    let email = Email::parse("email", email)?;
    desk.act(caller, |work| {
        let department = Department {
            id: work.new_id(),
            slug: slug.as_str().to_owned(),
            name: name.as_str().to_owned(),
            email: email.as_str().to_owned(),
            desk: DeskSettings::default(),
            version: 1,
        };
        people::insert_department(work.conn, &department, work.now)
            .map_err(taken("slug", "A department has this slug."))?;
        let after = json!({ "slug": department.slug, "name": department.name });
        work.record(Act::new("department.add", capacity, "department", &department.slug).change(json!(null), after))?;
        Ok(department.id)
    })
}

/// Changes a department's name and address.
///
/// # Errors
/// Invalid fields, [`CaseError::Stale`].
pub fn edit_department(
    desk: &Desk,
    caller: &Caller,
    id: DepartmentId,
    (name, email): (&str, &str),
    version: i64,
) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    let name = Line::<120>::parse("name", name)?;
    let email = Email::parse("email", email)?;
    desk.act(caller, |work| {
        let known = people::department_by_id(work.conn, id)?;
        let before = json!({ "name": known.name, "email": known.email });
        let changed = Department { name: name.as_str().to_owned(), email: email.as_str().to_owned(), version, ..known };
        people::update_department(work.conn, &changed)?;
        let after = json!({ "name": changed.name, "email": changed.email });
        work.record(Act::new("department.edit", capacity, "department", &changed.slug).change(before, after))
    })
}

/// A member of staff to be.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The roles.
    pub roles: Vec<RoleGrant>,
}

/// Invites a member of staff. An address that has an account gets the roles; else a link to choose a password.
///
/// # Errors
/// Invalid fields; `role_needed`.
pub fn invite(desk: &Desk, caller: &Caller, invitation: &Invitation) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    let name = PersonName::parse("name", &invitation.name)?;
    let email = Email::parse("email", &invitation.email)?;
    if invitation.roles.is_empty() {
        return Err(Refusal::new("role_needed", "Choose at least one role.").into());
    }
    desk.act(caller, |work| {
        let found = people::account_by_email(work.conn, &email.normalised())?;
        if let Some(account) = found.filter(|account| account.password_hash.is_some()) {
            let mut roles = account.roles.clone();
            roles.extend(invitation.roles.iter().copied().filter(|role| !account.roles.contains(role)));
            return give_roles(work, capacity, &account, &roles);
        }
        if !may_mail(work, &email.normalised())? {
            return Err(CaseError::Wait(3600));
        }
        let account = if let Some(pending) = people::account_by_email(work.conn, &email.normalised())? {
            people::set_roles(work.conn, pending.id, &invitation.roles, work.now)?;
            pending
        } else {
            let account = Account { roles: invitation.roles.clone(), ..new_account(work, &name, &email, None, "en") };
            people::insert_account(work.conn, &account, work.now)?;
            account
        };
        let link = work.new_link(Purpose::Invite, Some(account.id), &account.email_key, "{}".to_owned())?;
        let act = account_act("staff.invite", capacity, &account);
        work.record(act.change(json!(null), json!({ "roles": invitation.roles })))?;
        work.notify(&Notice::new(Recipient::Account(account.id), NoticeKind::StaffInvitation).with_link(link))
    })
}

/// Takes up an invitation: confirms the address and chooses the password.
///
/// # Errors
/// `link_invalid`, invalid fields.
pub async fn accept_invitation(
    desk: &Desk,
    hashing: &HashingPool,
    caller: Caller,
    token: String,
    password: SecretString,
) -> Result<(), CaseError> {
    let looked = token.clone();
    let account = desk.run(move |desk| super::accounts::linked_account(desk, Purpose::Invite, &looked)).await?;
    passwords::check("password", &password, &[&account.name, &account.email])?;
    let cost = desk.options.password_cost;
    let hash = hashing.run(move || passwords::hash(&password, cost)).await?;
    desk.run(move |desk| {
        desk.act(&caller, |work| {
            work.take_link(Purpose::Invite, &token)?;
            let account = people::account_by_id(work.conn, account.id)?;
            let taken_up = Account { password_hash: Some(hash), verified_at: Some(work.now), ..account };
            people::update_account(work.conn, &taken_up)?;
            work.record(account_act("staff.accept_invitation", Capacity::Requester, &taken_up))
        })
    })
    .await
}

/// Sets the roles of an account. The last administrator keeps theirs.
///
/// # Errors
/// `last_administrator`, [`CaseError::Missing`].
pub fn set_roles(desk: &Desk, caller: &Caller, id: AccountId, roles: &[RoleGrant]) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, id)?;
        must_not_be_closed(&account)?;
        give_roles(work, capacity, &account, roles)
    })
}

fn give_roles(
    work: &mut Work<'_>,
    capacity: Capacity,
    account: &Account,
    roles: &[RoleGrant],
) -> Result<(), CaseError> {
    people::set_roles(work.conn, account.id, roles, work.now)?;
    let act = account_act("staff.set_roles", capacity, account);
    work.record(act.change(json!({ "roles": account.roles }), json!({ "roles": roles })))?;
    must_keep_an_administrator(work, account)?;
    work.notify(&Notice::new(Recipient::Account(account.id), NoticeKind::RolesChanged).with("path", "/account"))
}

/// Who closed their account has none any more; registering anew makes another one.
fn must_not_be_closed(account: &Account) -> Result<(), CaseError> {
    if account.closed_at.is_none() {
        return Ok(());
    }
    Err(Refusal::new("account_closed", "Its owner closed this account. It never opens again.").into())
}

/// To be asked after the audit entry: appending to the chain is what writers queue for, so that of two who leave at the
/// same moment the second counts without the first.
fn must_keep_an_administrator(work: &mut Work<'_>, account: &Account) -> Result<(), CaseError> {
    let was_one = account.roles.iter().any(|grant| grant.role == Role::Administrator);
    if was_one && people::count_with_role(work.conn, Role::Administrator)? == 0 {
        return Err(Refusal::new("last_administrator", "Somebody must remain administrator.").into());
    }
    Ok(())
}

/// Disables or enables an account; disabling ends its sessions at once.
///
/// # Errors
/// `last_administrator`, [`CaseError::Missing`].
pub fn set_disabled(
    desk: &Desk,
    caller: &Caller,
    id: AccountId,
    is_disabled: bool,
    reason: &str,
) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    let reason = Line::<500>::parse("reason", reason)?;
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, id)?;
        must_not_be_closed(&account)?;
        let changed = Account { disabled_at: is_disabled.then_some(work.now), ..account.clone() };
        people::update_account(work.conn, &changed)?;
        let name = if is_disabled { "account.disable" } else { "account.enable" };
        work.record(account_act(name, capacity, &changed).because(reason.as_str()))?;
        if is_disabled {
            sessions::end(work.conn, id, None, None, work.now)?;
            must_keep_an_administrator(work, &account)?;
        }
        Ok(())
    })
}

/// Makes a confirmed account at once; for the command line and the demo.
///
/// # Errors
/// Invalid fields; `taken`.
pub fn add_person(
    desk: &Desk,
    caller: &Caller,
    (name, email): (&str, &str),
    password_hash: String,
    roles: &[RoleGrant],
) -> Result<AccountId, CaseError> {
    let capacity = administrator(caller)?;
    let name = PersonName::parse("name", name)?;
    let email = Email::parse("email", email)?;
    desk.act(caller, |work| {
        let account = Account {
            roles: roles.to_vec(),
            verified_at: Some(work.now),
            ..new_account(work, &name, &email, Some(password_hash), "en")
        };
        people::insert_account(work.conn, &account, work.now)
            .map_err(taken("email", "This address has an account."))?;
        work.record(account_act("account.add", capacity, &account).change(json!(null), json!({ "roles": roles })))?;
        Ok(account.id)
    })
}

/// Makes a credential for a gate client (a reverse proxy or a data service); shown once.
///
/// # Errors
/// Invalid or taken name.
pub fn add_service(desk: &Desk, caller: &Caller, name: &str) -> Result<(ServiceId, SecretString), CaseError> {
    let capacity = administrator(caller)?;
    let name = Line::<80>::parse("name", name)?;
    desk.act(caller, |work| {
        let token = SecretString::from(format!("acs_{}", work.desk.new_token().expose_secret()));
        let sum: Hash = Sha256::digest(token.expose_secret().as_bytes()).into();
        let id: ServiceId = work.new_id();
        let hint: String = token.expose_secret().chars().take(8).collect();
        let row = services::Service { id, name: name.as_str().to_owned(), digest: hex(&sum), hint, is_revoked: false };
        services::insert(work.conn, &row, work.now).map_err(taken("name", "A service has this name."))?;
        work.record(Act::new("service.add", capacity, "service", name.as_str()))?;
        work.touch(Touched::Service(id));
        Ok((id, token))
    })
}

/// Revokes a service credential.
///
/// # Errors
/// [`CaseError::Missing`], [`CaseError::Stale`] when it is revoked already.
pub fn revoke_service(desk: &Desk, caller: &Caller, id: ServiceId) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    desk.act(caller, |work| {
        services::revoke(work.conn, id, work.now)?;
        work.record(Act::new("service.revoke", capacity, "service", id))?;
        work.touch(Touched::Service(id));
        Ok(())
    })
}

/// Turns "taken" into an invalid field.
pub(super) fn taken(field: &'static str, message: &'static str) -> impl FnOnce(crate::store::StoreError) -> CaseError {
    move |error| {
        let is_taken = matches!(error, crate::store::StoreError::Taken);
        if is_taken { crate::domain::text::Invalid::new(field, "taken", message).into() } else { error.into() }
    }
}
