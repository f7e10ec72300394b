//! A person's own account: register, confirm, change name and password. Signing in and what one is signed in with is
//! [`session`]; what keeps others from guessing is [`guesses`].

mod guesses;
mod session;

use chrono::Duration;
use secrecy::SecretString;
use serde_json::json;

use super::links::Purpose;
use super::passwords::{self, HashingPool};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::id::{AccountId, SessionId};
use crate::domain::language::Language;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Email, Invalid, PersonName, is_reserved_name};
use crate::store::people::{self, Account};
use crate::store::sessions::{self, Throttle};

pub(super) use self::guesses::{must_not_wait, note_failure, source_of, subjects};
pub use self::session::{Begun, Known, SESSIONS_MAX, end_sessions, known_by, log_in, my_sessions, new_api_token};

/// Mails to one address within an hour, whoever asks for them.
pub const MAILS_PER_HOUR: i64 = 5;

/// A person's wish to register.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// `en`, `es`.
    pub language: String,
    /// The page of this site to go on with once the address is confirmed; may be empty.
    pub next: String,
}

/// Registers an address. Whether it has an account already is told to its owner by mail and to nobody else.
///
/// # Errors
/// Invalid fields; [`CaseError::Wait`] under a flood.
pub async fn register(desk: &Desk, hashing: &HashingPool, caller: Caller, wish: Registration) -> Result<(), CaseError> {
    if !desk.options.is_registration_open {
        return Err(Refusal::new("registration_closed", "Registration is closed here; ask the city.").into());
    }
    let (name, email) = check_registration(desk, &wish)?;
    let cost = desk.options.password_cost;
    let password = wish.password.clone();
    let hash = hashing.run(move || passwords::hash(&password, cost)).await?;
    desk.run(move |desk| {
        desk.act(&caller, |work| {
            if !may_mail(work, &email.normalised())? {
                return Ok(());
            }
            match people::account_by_email(work.conn, &email.normalised())? {
                Some(known) if known.verified_at.is_some() => work.notify(
                    &Notice::new(Recipient::Account(known.id), NoticeKind::AlreadyRegistered).with("path", "/login"),
                ),
                Some(unconfirmed) => {
                    // Never confirmed: the newest registration counts, and only the newest link works.
                    let renewed = Account { name: name.as_str().to_owned(), password_hash: Some(hash), ..unconfirmed };
                    people::update_account(work.conn, &renewed)?;
                    work.record(account_act("account.register", Capacity::Visitor, &renewed))?;
                    owe_confirmation(work, &renewed, &wish.next)
                }
                None => {
                    let account = new_account(work, &name, &email, Some(hash), &wish.language);
                    people::insert_account(work.conn, &account, work.now)?;
                    work.record(account_act("account.register", Capacity::Visitor, &account))?;
                    owe_confirmation(work, &account, &wish.next)
                }
            }
        })
    })
    .await
}

fn check_registration(desk: &Desk, wish: &Registration) -> Result<(PersonName, Email), CaseError> {
    let name = own_name(desk, &wish.name);
    let email = Email::parse("email", &wish.email);
    let known = [wish.name.as_str(), wish.email.as_str()];
    let password = passwords::check("password", &wish.password, &known);
    match (name, email, password) {
        (Ok(name), Ok(email), Ok(())) => Ok((name, email)),
        (name, email, password) => {
            let problems = [name.err(), email.err(), password.err()];
            Err(CaseError::Invalid(problems.into_iter().flatten().collect()))
        }
    }
}

/// A name that somebody gives themselves: not one that only the city may use, nor one that looks like it.
fn own_name(desk: &Desk, name: &str) -> Result<PersonName, Invalid> {
    let name = PersonName::parse("name", name)?;
    if is_reserved_name(name.as_str(), &desk.profile.reserved_names) {
        return Err(reserved_name("name"));
    }
    Ok(name)
}

pub(super) fn reserved_name(field: &str) -> Invalid {
    Invalid::new(field, "reserved_name", "Only the city may go by this name, or one that looks like it. Give your own.")
}

pub(super) fn new_account(
    work: &mut Work<'_>,
    name: &PersonName,
    email: &Email,
    password_hash: Option<String>,
    language: &str,
) -> Account {
    Account {
        id: work.new_id(),
        email: email.as_str().to_owned(),
        email_key: email.normalised(),
        name: name.as_str().to_owned(),
        password_hash,
        organisation: None,
        language: Language::of_mail(language).tag().to_owned(),
        verified_at: None,
        disabled_at: None,
        closed_at: None,
        created_at: work.now,
        version: 1,
        roles: Vec::new(),
    }
}

pub(super) fn account_act(name: &'static str, capacity: Capacity, account: &Account) -> Act {
    let about = About { person: Some(account.id), ..About::default() };
    Act::new(name, capacity, "account", account.id).about(about)
}

fn owe_confirmation(work: &mut Work<'_>, account: &Account, next: &str) -> Result<(), CaseError> {
    let facts = json!({ "next": next }).to_string();
    let link = work.new_link(Purpose::Verify, Some(account.id), &account.email_key, facts)?;
    work.notify(&Notice::new(Recipient::Account(account.id), NoticeKind::VerifyEmail).with_link(link))
}

/// Counts a mail to this address; false when it had enough for this hour. Nobody is told.
pub(super) fn may_mail(work: &mut Work<'_>, email_key: &str) -> Result<bool, CaseError> {
    let subject = format!("mail:{email_key}");
    let known = sessions::throttle(work.conn, &subject)?;
    let within = known.filter(|known| work.now - known.last_at < Duration::hours(1));
    let failures = within.map_or(0, |known| known.failures);
    if failures >= MAILS_PER_HOUR {
        return Ok(false);
    }
    let since = within.map_or(work.now, |known| known.last_at);
    let record = Throttle { failures: failures + 1, last_at: since, blocked_until: since };
    sessions::set_throttle(work.conn, &subject, &record)?;
    Ok(true)
}

/// Confirms an address by its link.
///
/// # Errors
/// `link_invalid`.
pub fn verify_email(desk: &Desk, caller: &Caller, token: &str) -> Result<AccountId, CaseError> {
    desk.act(caller, |work| {
        let link = work.take_link(Purpose::Verify, token)?;
        let id = link.account.ok_or(CaseError::Missing)?;
        let account = people::account_by_id(work.conn, id)?;
        let confirmed = Account { verified_at: Some(work.now), ..account };
        people::update_account(work.conn, &confirmed)?;
        work.record(account_act("account.verify_email", Capacity::Requester, &confirmed))?;
        Ok(id)
    })
}

/// The page that somebody wanted to go on with when they registered, by the link that confirms their address; empty where
/// there is none.
///
/// # Errors
/// `link_invalid`.
pub fn wanted_next(desk: &Desk, token: &str) -> Result<String, CaseError> {
    let id = super::links::read(&desk.secrets, Purpose::Verify, token)?;
    let now = desk.clock.now();
    let link = desk.store.read(|conn| super::links::look(conn, Purpose::Verify, id, now))?;
    let facts: serde_json::Value = serde_json::from_str(&link.facts).unwrap_or_default();
    Ok(facts.get("next").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned())
}

/// Changes the password; the old one is needed, every other session ends, and the owner is told.
///
/// # Errors
/// Invalid fields, `wrong_login`.
pub async fn change_password(
    desk: &Desk,
    hashing: &HashingPool,
    caller: Caller,
    (old, new): (SecretString, SecretString),
    keep: SessionId,
) -> Result<(), CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let account = desk.run(move |desk| desk.read(|conn| people::account_by_id(conn, me))).await?;
    let subjects = subjects(&account.email_key, &caller);
    let subjects = desk.run(move |desk| must_not_wait(desk, &subjects).map(|()| subjects)).await?;
    passwords::check("password", &new, &[&account.name, &account.email])?;
    let cost = desk.options.password_cost;
    let known = account.password_hash.clone();
    let hash = hashing
        .run(move || {
            if passwords::fits(&old, known.as_deref(), cost)? {
                passwords::hash(&new, cost).map(Some)
            } else {
                Ok(None)
            }
        })
        .await?;
    desk.run(move |desk| {
        let Some(hash) = hash else {
            note_failure(desk, &caller, &subjects)?;
            return Err(Invalid::new("old_password", "wrong", "This is not your present password.").into());
        };
        desk.act(&caller, |work| set_password(work, account, hash, Some(keep)))
    })
    .await
}

fn set_password(work: &mut Work<'_>, account: Account, hash: String, keep: Option<SessionId>) -> Result<(), CaseError> {
    let changed = Account { password_hash: Some(hash), ..account };
    people::update_account(work.conn, &changed)?;
    sessions::end(work.conn, changed.id, None, keep, work.now)?;
    sessions::clear_throttle(work.conn, &format!("login:{}", changed.email_key))?;
    work.record(account_act("account.set_password", Capacity::Requester, &changed))?;
    work.notify(&Notice::new(Recipient::Account(changed.id), NoticeKind::PasswordChanged).with("path", "/account"))
}

/// Asks for a reset link. The answer is the same whether the address is known or not.
///
/// # Errors
/// What the store says.
pub fn ask_reset(desk: &Desk, caller: &Caller, email: &str) -> Result<(), CaseError> {
    let email = Email::parse("email", email)?;
    desk.act(caller, |work| {
        if !may_mail(work, &email.normalised())? {
            return Ok(());
        }
        let found = people::account_by_email(work.conn, &email.normalised())?;
        let Some(account) = found.filter(|account| account.disabled_at.is_none() && account.verified_at.is_some())
        else {
            return Ok(());
        };
        let link = work.new_link(Purpose::Reset, Some(account.id), &account.email_key, "{}".to_owned())?;
        work.record(account_act("account.ask_reset", Capacity::Visitor, &account))?;
        work.notify(&Notice::new(Recipient::Account(account.id), NoticeKind::ResetPassword).with_link(link))
    })
}

/// Sets a new password by a reset link; every session ends.
///
/// # Errors
/// `link_invalid`, invalid fields.
pub async fn reset_password(
    desk: &Desk,
    hashing: &HashingPool,
    caller: Caller,
    token: String,
    new: SecretString,
) -> Result<(), CaseError> {
    let looked = token.clone();
    let account = desk.run(move |desk| linked_account(desk, Purpose::Reset, &looked)).await?;
    passwords::check("password", &new, &[&account.name, &account.email])?;
    let cost = desk.options.password_cost;
    let hash = hashing.run(move || passwords::hash(&new, cost)).await?;
    desk.run(move |desk| {
        desk.act(&caller, |work| {
            work.take_link(Purpose::Reset, &token)?;
            let account = people::account_by_id(work.conn, account.id)?;
            set_password(work, account, hash, None)
        })
    })
    .await
}

/// The account that a link belongs to, without using the link up.
///
/// # Errors
/// `link_invalid`.
pub fn linked_account(desk: &Desk, purpose: Purpose, token: &str) -> Result<Account, CaseError> {
    let id = super::links::read(&desk.secrets, purpose, token)?;
    let now = desk.clock.now();
    desk.store.read(|conn| {
        let link = super::links::look(conn, purpose, id, now)?;
        let account = link.account.ok_or(CaseError::Missing)?;
        people::account_by_id(conn, account).map_err(CaseError::from)
    })
}

/// Changes name and language. Who belongs to an organisation is not for its members to type: they see each other's
/// applications and agreements.
///
/// # Errors
/// Invalid fields, [`CaseError::Stale`].
pub fn edit_profile(
    desk: &Desk,
    caller: &Caller,
    (name, language): (&str, &str),
    version: i64,
) -> Result<(), CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let name = own_name(desk, name)?;
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, me)?;
        let before = json!({ "name": account.name, "language": account.language });
        let language = Language::of_mail(language).tag().to_owned();
        let changed = Account { name: name.as_str().to_owned(), language, version, ..account };
        people::update_account(work.conn, &changed)?;
        let after = json!({ "name": changed.name, "language": changed.language });
        work.record(account_act("account.edit", Capacity::Requester, &changed).change(before, after))
    })
}
