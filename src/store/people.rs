//! Accounts, roles, and whose mailboxes a notice goes to.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::audit::{escape, like};
pub use super::departments::{
    Department, department_by_id, department_by_slug, departments, insert_department, update_department,
};
use super::schema::{
    accounts, errands, idempotency, links, notice_choices, outbox, role_grants, saved_views, sessions, throttles,
};
use super::{AnyConnection, StoreError, id, id_opt, one_row};
use crate::domain::id::{AccountId, DepartmentId, OrganisationId};
use crate::domain::notice::Recipient;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::time::Instant;

/// An account as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The address as typed.
    pub email: String,
    /// The address for comparing.
    pub email_key: String,
    /// The person's name.
    pub name: String,
    /// The Argon2id string; `None` until an invited person chooses a password.
    pub password_hash: Option<String>,
    /// Their organisation.
    pub organisation: Option<OrganisationId>,
    /// `en`, `es`.
    pub language: String,
    /// When the address was confirmed.
    pub verified_at: Option<Instant>,
    /// When the account was disabled.
    pub disabled_at: Option<Instant>,
    /// When its owner closed it, for good.
    pub closed_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// Counts saves.
    pub version: i64,
    /// Roles held.
    pub roles: Vec<RoleGrant>,
}

impl Account {
    /// The person as the rules judge them, from nowhere in particular.
    #[must_use]
    pub fn as_actor(&self) -> Actor {
        Actor {
            account: Some(self.id),
            name: self.name.clone(),
            organisation: self.organisation,
            roles: self.roles.clone(),
            address: None,
        }
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose; none for an office's or a stranger's.
    pub account: Option<AccountId>,
    /// The address.
    pub address: String,
    /// The name.
    pub name: String,
    /// The language.
    pub language: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: String,
    email: String,
    email_key: String,
    name: String,
    password_hash: Option<String>,
    organisation_id: Option<String>,
    language: String,
    verified_at: Option<NaiveDateTime>,
    disabled_at: Option<NaiveDateTime>,
    closed_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    version: i64,
}

fn account(row: AccountRow, roles: Vec<RoleGrant>) -> Result<Account, StoreError> {
    Ok(Account {
        id: id(&row.id)?,
        email: row.email,
        email_key: row.email_key,
        name: row.name,
        password_hash: row.password_hash,
        organisation: id_opt(row.organisation_id.as_deref())?,
        language: row.language,
        verified_at: row.verified_at.map(|at| at.and_utc()),
        disabled_at: row.disabled_at.map(|at| at.and_utc()),
        closed_at: row.closed_at.map(|at| at.and_utc()),
        created_at: row.created_at.and_utc(),
        version: row.version,
        roles,
    })
}

/// The roles of one account.
///
/// # Errors
/// What the database says.
pub fn roles_of(conn: &mut AnyConnection, account: AccountId) -> Result<Vec<RoleGrant>, StoreError> {
    let rows: Vec<(String, String)> = role_grants::table
        .filter(role_grants::account_id.eq(account.to_string()))
        .order((role_grants::role.asc(), role_grants::department_id.asc()))
        .select((role_grants::role, role_grants::department_id))
        .load(conn)?;
    rows.into_iter().map(|(role, department)| role_grant(&role, &department)).collect()
}

fn role_grant(role: &str, department: &str) -> Result<RoleGrant, StoreError> {
    let role = Role::from_word(role).ok_or_else(|| StoreError::Corrupt { what: "role", why: role.to_owned() })?;
    let department = if department.is_empty() { None } else { Some(id(department)?) };
    Ok(RoleGrant { role, department })
}

/// The account with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn account_by_id(conn: &mut AnyConnection, wanted: AccountId) -> Result<Account, StoreError> {
    let row: AccountRow =
        accounts::table.filter(accounts::id.eq(wanted.to_string())).select(AccountRow::as_select()).first(conn)?;
    let roles = roles_of(conn, wanted)?;
    account(row, roles)
}

/// The account with this address (in the form for comparing), if there is one.
///
/// # Errors
/// What the database says.
pub fn account_by_email(conn: &mut AnyConnection, email_key: &str) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = accounts::table
        .filter(accounts::email_key.eq(email_key))
        .select(AccountRow::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let roles = roles_of(conn, id(&row.id)?)?;
    account(row, roles).map(Some)
}

/// Keeps a new account with its roles.
///
/// # Errors
/// [`StoreError::Taken`] when the address has one.
pub fn insert_account(conn: &mut AnyConnection, account: &Account, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(account.id.to_string()),
            accounts::email.eq(&account.email),
            accounts::email_key.eq(&account.email_key),
            accounts::name.eq(&account.name),
            accounts::password_hash.eq(&account.password_hash),
            accounts::organisation_id.eq(account.organisation.map(|id| id.to_string())),
            accounts::language.eq(&account.language),
            accounts::verified_at.eq(account.verified_at.map(|at| at.naive_utc())),
            accounts::disabled_at.eq(account.disabled_at.map(|at| at.naive_utc())),
            accounts::closed_at.eq(account.closed_at.map(|at| at.naive_utc())),
            accounts::created_at.eq(account.created_at.naive_utc()),
            accounts::version.eq(1),
        ))
        .execute(conn)?;
    set_roles(conn, account.id, &account.roles, now)
}

/// Saves an account over the version it was loaded with; roles apart.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn update_account(conn: &mut AnyConnection, account: &Account) -> Result<(), StoreError> {
    let rows = diesel::update(
        accounts::table.filter(accounts::id.eq(account.id.to_string()).and(accounts::version.eq(account.version))),
    )
    .set((
        accounts::name.eq(&account.name),
        accounts::email.eq(&account.email),
        accounts::email_key.eq(&account.email_key),
        accounts::password_hash.eq(&account.password_hash),
        accounts::organisation_id.eq(account.organisation.map(|id| id.to_string())),
        accounts::language.eq(&account.language),
        accounts::verified_at.eq(account.verified_at.map(|at| at.naive_utc())),
        accounts::disabled_at.eq(account.disabled_at.map(|at| at.naive_utc())),
        accounts::closed_at.eq(account.closed_at.map(|at| at.naive_utc())),
        accounts::version.eq(account.version.saturating_add(1)),
    ))
    .execute(conn)?;
    one_row(rows)
}

/// Erases what is kept about a person beside the record: sessions, links, choices, views, errands, messages that were sent,
/// and what was counted under their address. Messages that still wait are sent first; [`forget_closed`] takes them later.
///
/// # Errors
/// What the database says.
pub fn erase(conn: &mut AnyConnection, account: AccountId, email_key: &str) -> Result<(), StoreError> {
    let person = account.to_string();
    diesel::delete(sessions::table.filter(sessions::account_id.eq(&person))).execute(conn)?;
    diesel::delete(links::table.filter(links::account_id.eq(&person).or(links::email.eq(email_key)))).execute(conn)?;
    diesel::delete(notice_choices::table.filter(notice_choices::account_id.eq(&person))).execute(conn)?;
    diesel::delete(idempotency::table.filter(idempotency::account_id.eq(&person))).execute(conn)?;
    diesel::delete(errands::table.filter(errands::owner_id.eq(&person))).execute(conn)?;
    diesel::delete(saved_views::table.filter(saved_views::owner_id.eq(&person))).execute(conn)?;
    let sent = outbox::account_id.eq(&person).and(outbox::state.ne("waiting"));
    diesel::delete(outbox::table.filter(sent)).execute(conn)?;
    let counted = [format!("login:{email_key}"), format!("mail:{email_key}")];
    let with_source = throttles::subject.like(format!("login:{}@%", escape(email_key))).escape('\\');
    diesel::delete(throttles::table.filter(throttles::subject.eq_any(counted).or(with_source))).execute(conn)?;
    Ok(())
}

/// Deletes the last messages to accounts that are closed, once they are older than `before`.
///
/// # Errors
/// What the database says.
pub fn forget_closed(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    let closed = accounts::table.filter(accounts::closed_at.lt(before.naive_utc())).select(accounts::id.nullable());
    let old = outbox::account_id.eq_any(closed).and(outbox::created_at.lt(before.naive_utc()));
    Ok(diesel::delete(outbox::table.filter(old)).execute(conn)?)
}

/// Replaces the roles of an account.
///
/// # Errors
/// What the database says.
pub fn set_roles(
    conn: &mut AnyConnection,
    account: AccountId,
    roles: &[RoleGrant],
    now: Instant,
) -> Result<(), StoreError> {
    diesel::delete(role_grants::table.filter(role_grants::account_id.eq(account.to_string()))).execute(conn)?;
    for grant in roles {
        diesel::insert_into(role_grants::table)
            .values((
                role_grants::account_id.eq(account.to_string()),
                role_grants::role.eq(grant.role.as_str()),
                role_grants::department_id.eq(grant.department.map(|id| id.to_string()).unwrap_or_default()),
                role_grants::granted_at.eq(now.naive_utc()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Accounts that are not closed and whose name or address contains `words`; staff only when `is_staff`.
///
/// # Errors
/// What the database says.
pub fn list_accounts(
    conn: &mut AnyConnection,
    words: &str,
    is_staff: bool,
    limit: i64,
) -> Result<Vec<Account>, StoreError> {
    let mut query = accounts::table.filter(accounts::closed_at.is_null()).into_boxed();
    if !words.is_empty() {
        query = query.filter(
            accounts::name
                .like(like(words))
                .escape('\\')
                .or(accounts::email_key.like(like(&words.to_lowercase())).escape('\\')),
        );
    }
    if is_staff {
        query = query.filter(accounts::id.eq_any(role_grants::table.select(role_grants::account_id)));
    }
    let rows: Vec<AccountRow> =
        query.order(accounts::name.asc()).limit(limit).select(AccountRow::as_select()).load(conn)?;
    with_roles(conn, rows)
}

/// Everybody with an account in use who holds one of these roles in one of these departments, by name.
///
/// # Errors
/// What the database says.
pub fn staff_in(
    conn: &mut AnyConnection,
    departments: &[DepartmentId],
    roles: &[Role],
) -> Result<Vec<Account>, StoreError> {
    let departments: Vec<String> = departments.iter().map(ToString::to_string).collect();
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let holders = role_grants::table
        .filter(role_grants::department_id.eq_any(departments).and(role_grants::role.eq_any(roles)))
        .select(role_grants::account_id);
    let rows: Vec<AccountRow> = accounts::table
        .filter(accounts::id.eq_any(holders).and(accounts::disabled_at.is_null()))
        .order((accounts::name.asc(), accounts::id.asc()))
        .select(AccountRow::as_select())
        .load(conn)?;
    with_roles(conn, rows)
}

/// The members of an organisation, by name.
///
/// # Errors
/// What the database says.
pub fn members_of(conn: &mut AnyConnection, organisation: OrganisationId) -> Result<Vec<Account>, StoreError> {
    let rows: Vec<AccountRow> = accounts::table
        .filter(accounts::organisation_id.eq(organisation.to_string()))
        .order((accounts::name.asc(), accounts::id.asc()))
        .select(AccountRow::as_select())
        .load(conn)?;
    with_roles(conn, rows)
}

fn with_roles(conn: &mut AnyConnection, rows: Vec<AccountRow>) -> Result<Vec<Account>, StoreError> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let roles = roles_of(conn, id(&row.id)?)?;
        found.push(account(row, roles)?);
    }
    Ok(found)
}

/// How many enabled accounts hold a role.
///
/// # Errors
/// What the database says.
pub fn count_with_role(conn: &mut AnyConnection, role: Role) -> Result<i64, StoreError> {
    Ok(role_grants::table
        .inner_join(accounts::table)
        .filter(role_grants::role.eq(role.as_str()).and(accounts::disabled_at.is_null()))
        .count()
        .get_result(conn)?)
}

type MailboxColumns = (String, String, String, String);

fn staff_of(
    conn: &mut AnyConnection,
    department: DepartmentId,
    roles: &[Role],
) -> Result<Vec<MailboxColumns>, StoreError> {
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let holders = role_grants::table
        .filter(role_grants::department_id.eq(department.to_string()).and(role_grants::role.eq_any(roles)))
        .select(role_grants::account_id);
    Ok(accounts::table
        .filter(accounts::id.eq_any(holders).and(accounts::disabled_at.is_null()))
        .order(accounts::id.asc())
        .select((accounts::id, accounts::email, accounts::name, accounts::language))
        .load(conn)?)
}

/// Every mailbox a notice is owed to.
///
/// # Errors
/// What the database says.
pub fn mailboxes(conn: &mut AnyConnection, to: &Recipient) -> Result<Vec<Mailbox>, StoreError> {
    let rows: Vec<MailboxColumns> = match to {
        Recipient::Address(address) => vec![(String::new(), address.clone(), String::new(), "en".to_owned())],
        Recipient::Account(account) => accounts::table
            .filter(accounts::id.eq(account.to_string()).and(accounts::disabled_at.is_null()))
            .select((accounts::id, accounts::email, accounts::name, accounts::language))
            .load(conn)?,
        Recipient::Party(requester, None) => return mailboxes(conn, &Recipient::Account(*requester)),
        Recipient::Party(requester, Some(organisation)) => {
            let members = accounts::organisation_id.eq(organisation.to_string()).and(accounts::disabled_at.is_null());
            let all: Vec<MailboxColumns> = accounts::table
                .filter(members)
                .order(accounts::id.asc())
                .select((accounts::id, accounts::email, accounts::name, accounts::language))
                .load(conn)?;
            let requester = requester.to_string();
            let is_there = all.iter().any(|(member, ..)| *member == requester);
            all.into_iter().filter(|(member, ..)| !is_there || *member == requester).collect()
        }
        Recipient::Department(department, roles) => staff_of(conn, *department, roles)?,
        Recipient::Everybody(role) => {
            let holding = role_grants::table.filter(role_grants::role.eq(role.as_str()));
            let ids: Vec<String> = holding.select(role_grants::account_id).distinct().load(conn)?;
            accounts::table
                .filter(accounts::id.eq_any(ids).and(accounts::disabled_at.is_null()))
                .order(accounts::id.asc())
                .select((accounts::id, accounts::email, accounts::name, accounts::language))
                .load(conn)?
        }
        Recipient::Office(department) => {
            let office = department_by_id(conn, *department)?;
            // A department whose contact is one of its own people is not told twice.
            let contact = office.email.to_lowercase();
            let staff = staff_of(conn, *department, &[Role::Reviewer, Role::Manager])?;
            let others = staff.into_iter().filter(|(_, address, ..)| address.to_lowercase() != contact);
            std::iter::once((String::new(), office.email, office.name, "en".to_owned())).chain(others).collect()
        }
    };
    let mailbox = |(account, address, name, language): MailboxColumns| {
        let account = Some(account.as_str()).filter(|account| !account.is_empty());
        Ok(Mailbox { account: id_opt(account)?, address, name, language })
    };
    rows.into_iter().map(mailbox).collect()
}
