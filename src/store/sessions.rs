//! Sessions, one-use links, delays on guessing, short numbers, idempotency records.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::conn::on_each;
use super::schema::{counters, idempotency, links, sessions, throttles};
use super::{AnyConnection, StoreError, id, id_opt};
use crate::domain::id::{AccountId, LinkId, SessionId};
use crate::domain::time::Instant;

/// A session as stored; its token is kept only as a digest.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// Whose.
    pub account_id: String,
    /// `browser` or `api`.
    pub kind: String,
    /// The name given to an API token.
    pub label: String,
    /// Where it began.
    pub address: String,
    /// With which program.
    pub agent: String,
    /// When it began.
    pub created_at: NaiveDateTime,
    /// When it was last used.
    pub seen_at: NaiveDateTime,
    /// When it ends at the latest.
    pub expires_at: NaiveDateTime,
}

/// A session to keep.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// SHA-256 of its token, hex.
    pub token_digest: &'a str,
    /// Whose.
    pub account: AccountId,
    /// `browser` or `api`.
    pub kind: &'a str,
    /// The name given to an API token.
    pub label: &'a str,
    /// Where it began.
    pub address: &'a str,
    /// With which program.
    pub agent: &'a str,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

/// Keeps a new session.
///
/// # Errors
/// What the database says.
pub fn begin(conn: &mut AnyConnection, session: &NewSession<'_>, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(session.id.to_string()),
            sessions::token_digest.eq(session.token_digest),
            sessions::account_id.eq(session.account.to_string()),
            sessions::kind.eq(session.kind),
            sessions::label.eq(session.label),
            sessions::address.eq(session.address),
            sessions::agent.eq(session.agent),
            sessions::created_at.eq(now.naive_utc()),
            sessions::seen_at.eq(now.naive_utc()),
            sessions::expires_at.eq(session.expires_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The live session with this token digest.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, token_digest: &str, now: Instant) -> Result<Option<SessionRow>, StoreError> {
    Ok(sessions::table
        .filter(
            sessions::token_digest
                .eq(token_digest)
                .and(sessions::ended_at.is_null())
                .and(sessions::expires_at.gt(now.naive_utc())),
        )
        .select(SessionRow::as_select())
        .first(conn)
        .optional()?)
}

/// Notes that a session was used.
///
/// # Errors
/// What the database says.
pub fn seen(conn: &mut AnyConnection, session: &str, now: Instant) -> Result<(), StoreError> {
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set(sessions::seen_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// The live sessions of an account, newest first.
///
/// # Errors
/// What the database says.
pub fn of_account(conn: &mut AnyConnection, account: AccountId, now: Instant) -> Result<Vec<SessionRow>, StoreError> {
    Ok(sessions::table
        .filter(
            sessions::account_id
                .eq(account.to_string())
                .and(sessions::ended_at.is_null())
                .and(sessions::expires_at.gt(now.naive_utc())),
        )
        .order(sessions::created_at.desc())
        .limit(200)
        .select(SessionRow::as_select())
        .load(conn)?)
}

/// Ends one session of an account, or all of them (`only` is `None`), except `keep`. Returns how many ended.
///
/// # Errors
/// What the database says.
pub fn end(
    conn: &mut AnyConnection,
    account: AccountId,
    only: Option<SessionId>,
    keep: Option<SessionId>,
    now: Instant,
) -> Result<usize, StoreError> {
    let only = only.map(|id| id.to_string()).unwrap_or_default();
    let keep = keep.map(|id| id.to_string()).unwrap_or_default();
    Ok(diesel::update(
        sessions::table.filter(
            sessions::account_id
                .eq(account.to_string())
                .and(sessions::ended_at.is_null())
                .and(
                    sessions::id.eq(only.clone()).or(diesel::dsl::sql::<diesel::sql_types::Bool>(if only.is_empty() {
                        "1 = 1"
                    } else {
                        "1 = 0"
                    })),
                )
                .and(sessions::id.ne(keep)),
        ),
    )
    .set(sessions::ended_at.eq(Some(now.naive_utc())))
    .execute(conn)?)
}

/// A one-use link as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id, which its signed token names.
    pub id: LinkId,
    /// What it is for.
    pub purpose: String,
    /// Whose account.
    pub account: Option<AccountId>,
    /// To which address it was sent.
    pub email: String,
    /// What it carries, as JSON.
    pub facts: String,
    /// Until when.
    pub expires_at: Instant,
    /// Whether it was used, replaced by a newer one, or is too old.
    pub is_spent: bool,
}

/// Keeps a new link and replaces every earlier one of the same purpose and address.
///
/// # Errors
/// What the database says.
pub fn insert_link(conn: &mut AnyConnection, link: &Link, now: Instant) -> Result<(), StoreError> {
    diesel::update(
        links::table.filter(
            links::email.eq(&link.email).and(links::purpose.eq(&link.purpose)).and(links::replaced_at.is_null()),
        ),
    )
    .set(links::replaced_at.eq(Some(now.naive_utc())))
    .execute(conn)?;
    diesel::insert_into(links::table)
        .values((
            links::id.eq(link.id.to_string()),
            links::purpose.eq(&link.purpose),
            links::account_id.eq(link.account.map(|id| id.to_string())),
            links::email.eq(&link.email),
            links::facts.eq(&link.facts),
            links::created_at.eq(now.naive_utc()),
            links::expires_at.eq(link.expires_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Who used a session or token at this instant or later.
///
/// # Errors
/// What the database says.
pub fn seen_since(conn: &mut AnyConnection, since: Instant) -> Result<BTreeSet<AccountId>, StoreError> {
    let found: Vec<String> = sessions::table
        .filter(sessions::seen_at.ge(since.naive_utc()))
        .select(sessions::account_id)
        .distinct()
        .load(conn)?;
    found.iter().map(|account| id(account)).collect()
}

type LinkColumns =
    (String, String, Option<String>, String, String, NaiveDateTime, Option<NaiveDateTime>, Option<NaiveDateTime>);

/// The link with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn link(conn: &mut AnyConnection, wanted: LinkId, now: Instant) -> Result<Link, StoreError> {
    let row: LinkColumns = links::table
        .filter(links::id.eq(wanted.to_string()))
        .select((
            links::id,
            links::purpose,
            links::account_id,
            links::email,
            links::facts,
            links::expires_at,
            links::used_at,
            links::replaced_at,
        ))
        .first(conn)?;
    let (raw, purpose, account, email, facts, expires_at, used_at, replaced_at) = row;
    let expires_at = expires_at.and_utc();
    Ok(Link {
        id: id(&raw)?,
        purpose,
        account: id_opt(account.as_deref())?,
        email,
        facts,
        expires_at,
        is_spent: used_at.is_some() || replaced_at.is_some() || expires_at <= now,
    })
}

/// Uses a link up. Of two at the same moment one gets [`StoreError::Stale`].
///
/// # Errors
/// [`StoreError::Stale`] when it was used before.
pub fn use_link(conn: &mut AnyConnection, wanted: LinkId, now: Instant) -> Result<(), StoreError> {
    let rows = diesel::update(links::table.filter(links::id.eq(wanted.to_string()).and(links::used_at.is_null())))
        .set(links::used_at.eq(Some(now.naive_utc())))
        .execute(conn)?;
    super::one_row(rows)
}

/// What is known of failures by one subject (an account or a source).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Failures in a row.
    pub failures: i64,
    /// The last one.
    pub last_at: Instant,
    /// Until when the next try is refused.
    pub blocked_until: Instant,
}

/// The record of one subject.
///
/// # Errors
/// What the database says.
pub fn throttle(conn: &mut AnyConnection, subject: &str) -> Result<Option<Throttle>, StoreError> {
    let row: Option<(i64, NaiveDateTime, NaiveDateTime)> = throttles::table
        .filter(throttles::subject.eq(subject))
        .select((throttles::failures, throttles::last_at, throttles::blocked_until))
        .first(conn)
        .optional()?;
    Ok(row.map(|(failures, last_at, blocked_until)| Throttle {
        failures,
        last_at: last_at.and_utc(),
        blocked_until: blocked_until.and_utc(),
    }))
}

/// Keeps the record of one subject.
///
/// # Errors
/// What the database says.
pub fn set_throttle(conn: &mut AnyConnection, subject: &str, record: &Throttle) -> Result<(), StoreError> {
    let set = (
        throttles::failures.eq(record.failures),
        throttles::last_at.eq(record.last_at.naive_utc()),
        throttles::blocked_until.eq(record.blocked_until.naive_utc()),
    );
    on_each!(conn, c => diesel::insert_into(throttles::table)
        .values((throttles::subject.eq(subject), set)).on_conflict(throttles::subject).do_update().set(set).execute(c))?;
    Ok(())
}

/// Forgets a subject's failures.
///
/// # Errors
/// What the database says.
pub fn clear_throttle(conn: &mut AnyConnection, subject: &str) -> Result<(), StoreError> {
    diesel::delete(throttles::table.filter(throttles::subject.eq(subject))).execute(conn)?;
    Ok(())
}

/// The next value of a named counter, from 1; the row is what two writers queue for.
///
/// # Errors
/// What the database says.
pub fn next_number(conn: &mut AnyConnection, name: &str) -> Result<i64, StoreError> {
    on_each!(conn, c => diesel::insert_into(counters::table)
        .values((counters::name.eq(name), counters::value.eq(0))).on_conflict(counters::name).do_nothing().execute(c))?;
    Ok(diesel::update(counters::table.filter(counters::name.eq(name)))
        .set(counters::value.eq(counters::value + 1))
        .returning(counters::value)
        .get_result(conn)?)
}

/// What became of the wish to hold an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it before: it is this transaction's until it ends.
    Ours,
    /// A request used it before.
    Used {
        /// The act.
        act: String,
        /// What was asked.
        fingerprint: String,
        /// What it made.
        result: String,
    },
    /// A twin holds it and did not end in time (PostgreSQL; SQLite lets one writer in at a time).
    Held,
}

/// Holds an idempotency key until the transaction ends. Of two at the same moment the second waits here for the first:
/// if that is committed, its result is found; if it failed, the key is free again.
///
/// # Errors
/// What the database says.
pub fn claim_idempotent(
    conn: &mut AnyConnection,
    (account, key): (&str, &str),
    (act, fingerprint): (&str, &str),
    now: Instant,
) -> Result<Claim, StoreError> {
    let row = (
        idempotency::account_id.eq(account),
        idempotency::idempotency_key.eq(key),
        idempotency::act.eq(act),
        idempotency::fingerprint.eq(fingerprint),
        idempotency::result.eq(""),
        idempotency::at.eq(now.naive_utc()),
    );
    let claimed = on_each!(conn, c => diesel::insert_into(idempotency::table)
        .values(row).on_conflict((idempotency::account_id, idempotency::idempotency_key)).do_nothing().execute(c));
    match claimed {
        Ok(0) => {}
        Ok(_) => return Ok(Claim::Ours),
        Err(diesel::result::Error::DatabaseError(_, facts)) if facts.message().contains("lock timeout") => {
            return Ok(Claim::Held);
        }
        Err(error) => return Err(error.into()),
    }
    let (act, fingerprint, result) = idempotency::table
        .filter(idempotency::account_id.eq(account).and(idempotency::idempotency_key.eq(key)))
        .select((idempotency::act, idempotency::fingerprint, idempotency::result))
        .first(conn)?;
    Ok(Claim::Used { act, fingerprint, result })
}

/// Keeps what a request made under the idempotency key that it holds.
///
/// # Errors
/// [`StoreError::Stale`] when it does not hold it.
pub fn keep_idempotent(conn: &mut AnyConnection, (account, key): (&str, &str), result: &str) -> Result<(), StoreError> {
    let held = idempotency::account_id.eq(account).and(idempotency::idempotency_key.eq(key));
    let rows = diesel::update(idempotency::table.filter(held)).set(idempotency::result.eq(result)).execute(conn)?;
    super::one_row(rows)
}

/// Forgets the idempotency keys that were used before `before`: a request repeated later is a new one.
///
/// # Errors
/// What the database says.
pub fn prune_idempotent(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(idempotency::table.filter(idempotency::at.lt(before.naive_utc()))).execute(conn)?)
}
