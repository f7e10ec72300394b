//! The outbox as who looks after the mail sees it: searched by state, kind, address and day; one message with its tries;
//! a message set going again or given up.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::audit::like;
use super::outbox::{Message, Row, message};
use super::schema::{outbox, outbox_tries};
use super::{AnyConnection, StoreError, one_row};
use crate::domain::id::MessageId;
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::time::Instant;

/// Which messages.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only in this state.
    pub state: Option<MailState>,
    /// Only of this kind.
    pub kind: Option<NoticeKind>,
    /// Only where the address has this in it.
    pub to: Option<String>,
    /// Owed at this instant or later.
    pub from: Option<Instant>,
    /// Owed before this instant.
    pub until: Option<Instant>,
    /// Older than this message.
    pub below: Option<MessageId>,
}

/// The messages that fit, newest first.
///
/// # Errors
/// What the database says.
pub fn search(conn: &mut AnyConnection, wanted: &Search, limit: i64) -> Result<Vec<Message>, StoreError> {
    let mut query = outbox::table.into_boxed();
    if let Some(state) = wanted.state {
        query = query.filter(outbox::state.eq(state.as_str()));
    }
    if let Some(kind) = wanted.kind {
        query = query.filter(outbox::kind.eq(kind.as_str()));
    }
    if let Some(to) = &wanted.to {
        query = query.filter(outbox::address.like(like(to)).escape('\\'));
    }
    if let Some(from) = wanted.from {
        query = query.filter(outbox::created_at.ge(from.naive_utc()));
    }
    if let Some(until) = wanted.until {
        query = query.filter(outbox::created_at.lt(until.naive_utc()));
    }
    if let Some(below) = wanted.below {
        query = query.filter(outbox::id.lt(below.to_string()));
    }
    let rows: Vec<Row> = query.order(outbox::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(message).collect()
}

/// One try to send a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// When it ended.
    pub at: Instant,
    /// What went wrong; empty where the message left.
    pub error: String,
}

/// The tries of a message, oldest first.
///
/// # Errors
/// What the database says.
pub fn tries(conn: &mut AnyConnection, wanted: MessageId) -> Result<Vec<Try>, StoreError> {
    let rows: Vec<(NaiveDateTime, String)> = outbox_tries::table
        .filter(outbox_tries::message_id.eq(wanted.to_string()))
        .order(outbox_tries::number.asc())
        .select((outbox_tries::at, outbox_tries::error))
        .load(conn)?;
    Ok(rows.into_iter().map(|(at, error)| Try { at: at.and_utc(), error }).collect())
}

/// When a message may be tried next.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn next_try(conn: &mut AnyConnection, wanted: MessageId) -> Result<Instant, StoreError> {
    let at: NaiveDateTime =
        outbox::table.filter(outbox::id.eq(wanted.to_string())).select(outbox::next_at).first(conn)?;
    Ok(at.and_utc())
}

/// The turn of the message that waits longest, of those whose turn has come.
///
/// # Errors
/// What the database says.
pub fn oldest_due(conn: &mut AnyConnection, now: Instant) -> Result<Option<Instant>, StoreError> {
    let at: Option<NaiveDateTime> = outbox::table
        .filter(outbox::state.eq(MailState::Waiting.as_str()).and(outbox::next_at.le(now.naive_utc())))
        .order(outbox::next_at.asc())
        .select(outbox::next_at)
        .first(conn)
        .optional()?;
    Ok(at.map(|at| at.and_utc()))
}

/// Sets a message going again, from the state and the tries that were seen: at once, with all its tries before it.
///
/// # Errors
/// [`StoreError::Stale`] when it was sent or changed meanwhile.
pub fn set_going(conn: &mut AnyConnection, seen: &Message, now: Instant) -> Result<(), StoreError> {
    let unchanged = outbox::id
        .eq(seen.id.to_string())
        .and(outbox::state.eq(seen.state.clone()))
        .and(outbox::attempts.eq(seen.attempts))
        .and(outbox::error.eq(seen.error.clone()));
    let rows = diesel::update(outbox::table.filter(unchanged))
        .set((
            outbox::state.eq(MailState::Waiting.as_str()),
            outbox::attempts.eq(0),
            outbox::next_at.eq(now.naive_utc()),
            outbox::error.eq(""),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// Gives a message up, from the state that was seen.
///
/// # Errors
/// [`StoreError::Stale`] when it was sent or changed meanwhile.
pub fn give_up(conn: &mut AnyConnection, seen: &Message) -> Result<(), StoreError> {
    let unchanged = outbox::id.eq(seen.id.to_string()).and(outbox::state.eq(seen.state.clone()));
    let rows = diesel::update(outbox::table.filter(unchanged))
        .set(outbox::state.eq(MailState::GivenUp.as_str()))
        .execute(conn)?;
    one_row(rows)
}
