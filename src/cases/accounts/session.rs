//! Signing in, and what one is signed in with: sessions of browsers and tokens of programs.

use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::account_act;
use super::guesses::{SOURCE, must_not_wait, note_failure, subjects};
use crate::cases::passwords::{self, HashingPool, wrong_login};
use crate::cases::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act, Hash, hex};
use crate::domain::id::{AccountId, SessionId};
use crate::domain::people::{Actor, Capacity, RoleGrant};
use crate::domain::refusal::Refusal;
use crate::domain::text::Email;
use crate::domain::time::Instant;
use crate::store::people::{self, Account};
use crate::store::sessions::{self, NewSession, SessionRow};

/// Live sessions and tokens of one account.
pub const SESSIONS_MAX: usize = 50;
/// Longest text that guesses are counted under.
const EMAIL_KEY_MAX: usize = 254;

/// A session just begun; the token is shown to its owner once.
#[derive(Debug)]
pub struct Begun {
    /// The session's id.
    pub session: SessionId,
    /// The account.
    pub account: AccountId,
    /// What they may do here.
    pub roles: Vec<RoleGrant>,
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

fn begin_session(work: &mut Work<'_>, account: &Account, kind: &'static str, label: &str) -> Result<Begun, CaseError> {
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
    Ok(Begun { session, account: account.id, roles: account.roles.clone(), token, expires_at })
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

impl Work<'_> {
    /// Writes an audit entry in the name of the person who just signed in.
    fn record_as(&mut self, act: Act, account: &Account) -> Result<(), CaseError> {
        let actor = Actor { address: self.caller.actor.address, ..account.as_actor() };
        crate::store::audit::append(self.conn, act, &actor, self.caller.request.clone(), self.now)?;
        Ok(())
    }
}
