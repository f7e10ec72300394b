// Longer than 500 lines because one subject, the life of a person's own account, has many short acts.
//! A person's own account: register, confirm, sign in and out, sessions, password.

use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::links::Purpose;
use super::passwords::{self, HashingPool, wrong_login};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act, Hash, hex};
use crate::domain::guessing::Delays;
use crate::domain::id::{AccountId, SessionId};
use crate::domain::language::Language;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Email, Invalid, PersonName, is_reserved_name};
use crate::domain::time::Instant;
use crate::store::people::{self, Account};
use crate::store::sessions::{self, NewSession, SessionRow, Throttle};

/// Mails to one address within an hour, whoever asks for them.
pub const MAILS_PER_HOUR: i64 = 5;
/// Live sessions and tokens of one account.
pub const SESSIONS_MAX: usize = 50;
/// Longest text that guesses are counted under.
const EMAIL_KEY_MAX: usize = 254;
/// How the count of a whole source begins.
const SOURCE: &str = "source:";
/// So many failures of a source weigh as one of an account.
const SOURCE_SHARE: i64 = 10;

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

/// A session just begun; the token is shown to its owner once.
#[derive(Debug)]
pub struct Begun {
    /// The session's id.
    pub session: SessionId,
    /// The account.
    pub account: AccountId,
    /// The token for the cookie or the bearer header.
    pub token: SecretString,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

/// Who stands behind a session token.
#[derive(Clone, Debug)]
pub struct Known {
    /// The account with its roles.
    pub account: Account,
    /// The session.
    pub session: SessionId,
    /// `browser` or `api`.
    pub kind: String,
}

impl Known {
    /// The actor for the cases.
    #[must_use]
    pub fn actor(&self, address: Option<std::net::IpAddr>) -> Actor {
        Actor {
            account: Some(self.account.id),
            name: self.account.name.clone(),
            organisation: self.account.organisation,
            roles: self.account.roles.clone(),
            address,
        }
    }
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

/// Signs in. Wrong address, wrong password, unconfirmed and disabled accounts answer alike.
///
/// # Errors
/// `wrong_login`, [`CaseError::Wait`].
pub async fn log_in(
    desk: &Desk,
    hashing: &HashingPool,
    caller: Caller,
    (email, password): (String, SecretString),
    (kind, label): (&'static str, String),
) -> Result<Begun, CaseError> {
    // What is no address has no account, and counts by its beginning.
    let typed = || email.chars().take(EMAIL_KEY_MAX).collect::<String>().to_lowercase();
    let email_key = Email::parse("email", &email).map_or_else(|_none| typed(), |email| email.normalised());
    let subjects = subjects(&email_key, &caller);
    let (found, subjects) = desk
        .run(move |desk| {
            must_not_wait(desk, &subjects)?;
            Ok((desk.read(|conn| people::account_by_email(conn, &email_key))?, subjects))
        })
        .await?;
    let hash = found.as_ref().and_then(|account| account.password_hash.clone());
    let cost = desk.options.password_cost;
    let fits = hashing.run(move || passwords::fits(&password, hash.as_deref(), cost)).await?;
    desk.run(move |desk| {
        let account = found.filter(|account| fits && account.verified_at.is_some() && account.disabled_at.is_none());
        let Some(account) = account else {
            note_failure(desk, &caller, &subjects)?;
            return Err(wrong_login().into());
        };
        desk.act(&caller, |work| {
            // Who has an account of their own must not thereby be able to go on guessing others.
            for subject in subjects.iter().filter(|subject| !subject.starts_with(SOURCE)) {
                sessions::clear_throttle(work.conn, subject)?;
            }
            let begun = begin_session(work, &account, kind, &label)?;
            let mut act = account_act("account.log_in", Capacity::Requester, &account);
            act.after = json!({ "session": begun.session, "kind": kind });
            work.record_as(act, &account)?;
            Ok(begun)
        })
    })
    .await
}

/// What guesses are counted by: the account as typed, both together, and the source (an address, or an IPv6 /64).
pub(super) fn subjects(email_key: &str, caller: &Caller) -> Vec<String> {
    let mut subjects = vec![format!("login:{email_key}")];
    if let Some(address) = caller.actor.address {
        let source = source_of(address);
        subjects.push(format!("login:{email_key}@{source}"));
        subjects.push(format!("{SOURCE}{source}"));
    }
    subjects
}

/// Who stands behind an address: itself, or the /64 of an IPv6 address.
pub(super) fn source_of(address: std::net::IpAddr) -> String {
    match address {
        std::net::IpAddr::V4(v4) => v4.to_string(),
        std::net::IpAddr::V6(v6) => format!("{:x?}", v6.segments().iter().take(4).collect::<Vec<_>>()),
    }
}

/// Failures as the waits count them. Many people share one address, so a source has many times as many before it waits,
/// and it never has to reset anything.
fn weighed(delays: &Delays, subject: &str, failures: i64) -> i64 {
    if subject.starts_with(SOURCE) { delays.short_of_disabling(failures / SOURCE_SHARE) } else { failures }
}

pub(super) fn must_not_wait(desk: &Desk, subjects: &[String]) -> Result<(), CaseError> {
    let now = desk.clock.now();
    for subject in subjects {
        let Some(known) = desk.read(|conn| sessions::throttle(conn, subject))? else { continue };
        let delays = &desk.options.delays;
        if delays.is_disabled(weighed(delays, subject, known.failures)) {
            return Err(
                Refusal::new("password_disabled", "Too many wrong passwords. Reset your password by mail.").into()
            );
        }
        if known.blocked_until > now {
            let wait = (known.blocked_until - now).num_seconds().saturating_add(1);
            return Err(CaseError::Wait(u64::try_from(wait).unwrap_or(1)));
        }
    }
    Ok(())
}

pub(super) fn note_failure(desk: &Desk, caller: &Caller, subjects: &[String]) -> Result<(), CaseError> {
    let delays = &desk.options.delays;
    desk.act(caller, |work| {
        // The entry first: appending is what writers queue for, so no two guesses of the same moment count as one.
        work.record(Act::new("account.log_in_refused", Capacity::Visitor, "login", ""))?;
        for subject in subjects {
            let known = sessions::throttle(work.conn, subject)?
                .filter(|known| !delays.is_forgotten(work.now - known.last_at, known.failures));
            let failures = known.map_or(1, |known| known.failures.saturating_add(1));
            let blocked_until = work.now + delays.wait_after(weighed(delays, subject, failures));
            let record = Throttle { failures, last_at: work.now, blocked_until };
            sessions::set_throttle(work.conn, subject, &record)?;
        }
        Ok(())
    })
}

pub(super) fn begin_session(
    work: &mut Work<'_>,
    account: &Account,
    kind: &'static str,
    label: &str,
) -> Result<Begun, CaseError> {
    let live = sessions::of_account(work.conn, account.id, work.now)?;
    if live.len() >= SESSIONS_MAX {
        return Err(Refusal::new("too_many_sessions", "End some of your sessions or tokens first.").into());
    }
    let token = work.desk.new_token();
    let expires_at = work.now + work.desk.options.session_absolute;
    let session = work.new_id();
    let address = work.caller.actor.address.map(|address| address.to_string()).unwrap_or_default();
    let agent: String = work.caller.agent.chars().take(200).collect();
    let new = NewSession {
        id: session,
        token_digest: &digest(&token),
        account: account.id,
        kind,
        label,
        address: &address,
        agent: &agent,
        expires_at,
    };
    sessions::begin(work.conn, &new, work.now)?;
    Ok(Begun { session, account: account.id, token, expires_at })
}

fn digest(token: &SecretString) -> String {
    let sum: Hash = Sha256::digest(token.expose_secret().as_bytes()).into();
    hex(&sum)
}

/// Who stands behind a token; `None` when it is unknown, ended, too old or its account disabled. Roles are read anew at
/// every request, so that a demotion counts at once.
///
/// # Errors
/// What the store says.
pub fn known_by(desk: &Desk, token: &SecretString) -> Result<Option<Known>, CaseError> {
    let now = desk.clock.now();
    let idle = desk.options.session_idle;
    desk.store.read(|conn| {
        let Some(row) = sessions::find(conn, &digest(token), now)? else { return Ok(None) };
        if row.kind == "browser" && now - row.seen_at.and_utc() > idle {
            return Ok(None);
        }
        let account = people::account_by_id(conn, crate::store::id(&row.account_id)?)?;
        if account.disabled_at.is_some() {
            return Ok(None);
        }
        if now - row.seen_at.and_utc() > Duration::minutes(1) {
            sessions::seen(conn, &row.id, now)?;
        }
        Ok(Some(Known { account, session: crate::store::id(&row.id)?, kind: row.kind }))
    })
}

/// The live sessions and tokens of the caller.
///
/// # Errors
/// What the store says.
pub fn my_sessions(desk: &Desk, caller: &Caller) -> Result<Vec<SessionRow>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let now = desk.clock.now();
    desk.read(|conn| sessions::of_account(conn, me, now))
}

/// Ends one of the caller's sessions, or all but `keep`.
///
/// # Errors
/// [`CaseError::Missing`] for a session that is not theirs.
pub fn end_sessions(
    desk: &Desk,
    caller: &Caller,
    only: Option<SessionId>,
    keep: Option<SessionId>,
) -> Result<usize, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.act(caller, |work| {
        let ended = sessions::end(work.conn, me, only, keep, work.now)?;
        if ended == 0 && only.is_some() {
            return Err(CaseError::Missing);
        }
        let about = About { person: Some(me), ..About::default() };
        work.record(
            Act::new("account.end_sessions", Capacity::Requester, "account", me)
                .about(about)
                .change(json!(null), json!({ "ended": ended, "session": only })),
        )?;
        Ok(ended)
    })
}

/// Makes a personal API token: a session of its own for programs.
///
/// # Errors
/// An empty or long label; `too_many_sessions`.
pub fn new_api_token(desk: &Desk, caller: &Caller, label: &str) -> Result<Begun, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let label = crate::domain::text::Line::<80>::parse("label", label)?;
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, me)?;
        let begun = begin_session(work, &account, "api", label.as_str())?;
        work.record(account_act("account.new_token", Capacity::Requester, &account))?;
        Ok(begun)
    })
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

impl Work<'_> {
    /// Writes an audit entry in the name of the person who just signed in.
    pub(super) fn record_as(&mut self, act: Act, account: &Account) -> Result<(), CaseError> {
        let actor = Actor {
            account: Some(account.id),
            name: account.name.clone(),
            organisation: account.organisation,
            roles: account.roles.clone(),
            address: self.caller.actor.address,
        };
        crate::store::audit::append(self.conn, act, &actor, self.caller.request.clone(), self.now)?;
        Ok(())
    }
}
