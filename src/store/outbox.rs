//! Messages owed, written with the change that owes them and sent by `jobs`. No secret is kept here: a link is named
//! by its id and its token is minted when the mail is sent.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::people::{Mailbox, mailboxes};
use super::schema::{notice_choices, outbox, outbox_tries};
use super::{AnyConnection, StoreError, from_json, id, id_opt, to_json};
use crate::domain::id::{AccountId, LinkId, MessageId};
use crate::domain::notice::{Delivery, Group, Notice, NoticeKind};
use crate::domain::time::Instant;

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id; also the stable part of the mail's Message-ID.
    pub id: MessageId,
    /// When it was owed.
    pub created_at: Instant,
    /// Whose; none for an office's or a stranger's.
    pub account: Option<AccountId>,
    /// To which address.
    pub address: String,
    /// To which name.
    pub name: String,
    /// In which language.
    pub language: String,
    /// Which template.
    pub kind: NoticeKind,
    /// What it prints.
    pub facts: BTreeMap<String, String>,
    /// The one-use link it carries.
    pub link: Option<LinkId>,
    /// The word of a [`crate::domain::notice::MailState`].
    pub state: String,
    /// How often sending was tried.
    pub attempts: i64,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// What the last try said.
    pub error: String,
}

/// Writes one notice to every mailbox it is owed to, as each person chose: to be sent now, gathered for the digest that
/// leaves at `digest_at`, or kept for the page alone.
///
/// # Errors
/// What the database says.
pub fn owe(
    conn: &mut AnyConnection,
    notice: &Notice,
    (now, digest_at): (Instant, Instant),
    mut new_id: impl FnMut() -> MessageId,
) -> Result<(), StoreError> {
    let facts = to_json("notice", &notice.facts)?;
    for Mailbox { account, address, name, language } in mailboxes(conn, &notice.to)? {
        let chosen = match account.zip(notice.kind.group()) {
            Some((account, group)) => choice(conn, account, group)?,
            None => None,
        };
        let (state, next_at) = match notice.kind.delivery(chosen) {
            Delivery::AtOnce => ("waiting", now),
            Delivery::Daily => ("gathered", digest_at),
            Delivery::Never => ("kept", now),
        };
        diesel::insert_into(outbox::table)
            .values((
                outbox::id.eq(new_id().to_string()),
                outbox::created_at.eq(now.naive_utc()),
                outbox::account_id.eq(account.map(|account| account.to_string())),
                outbox::address.eq(address),
                outbox::name.eq(name),
                outbox::language.eq(language),
                outbox::kind.eq(notice.kind.as_str()),
                outbox::facts.eq(&facts),
                outbox::link_id.eq(notice.link.map(|link| link.to_string())),
                outbox::state.eq(state),
                outbox::attempts.eq(0),
                outbox::next_at.eq(next_at.naive_utc()),
                outbox::error.eq(""),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// What an account chose for a group, if anything.
///
/// # Errors
/// What the database says.
pub fn choice(conn: &mut AnyConnection, account: AccountId, group: Group) -> Result<Option<Delivery>, StoreError> {
    let word: Option<String> = notice_choices::table
        .filter(notice_choices::account_id.eq(account.to_string()).and(notice_choices::notice_group.eq(group.as_str())))
        .select(notice_choices::delivery)
        .first(conn)
        .optional()?;
    Ok(word.as_deref().and_then(Delivery::from_word))
}

/// Keeps what an account chose for a group.
///
/// # Errors
/// What the database says.
pub fn choose(
    conn: &mut AnyConnection,
    account: AccountId,
    group: Group,
    delivery: Delivery,
) -> Result<(), StoreError> {
    diesel::delete(notice_choices::table.filter(
        notice_choices::account_id.eq(account.to_string()).and(notice_choices::notice_group.eq(group.as_str())),
    ))
    .execute(conn)?;
    diesel::insert_into(notice_choices::table)
        .values((
            notice_choices::account_id.eq(account.to_string()),
            notice_choices::notice_group.eq(group.as_str()),
            notice_choices::delivery.eq(delivery.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest messages to an account, whether they were mailed or not, newest first.
///
/// # Errors
/// What the database says.
pub fn of_account(conn: &mut AnyConnection, account: AccountId, limit: i64) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<Row> = outbox::table
        .filter(outbox::account_id.eq(account.to_string()))
        .order(outbox::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(message).collect()
}

/// The accounts for which a digest is due.
///
/// # Errors
/// What the database says.
pub fn digests_due(conn: &mut AnyConnection, now: Instant, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    let found: Vec<Option<String>> = outbox::table
        .filter(outbox::state.eq("gathered").and(outbox::next_at.le(now.naive_utc())))
        .select(outbox::account_id)
        .distinct()
        .limit(limit)
        .load(conn)?;
    found.iter().flatten().map(|account| id(account)).collect()
}

/// Takes what was gathered for an account, oldest first, and marks it as sent; the caller puts it into one mail in the
/// same transaction.
///
/// # Errors
/// [`StoreError::Stale`] when somebody else takes it at this moment or took it, or what the database says.
pub fn take_gathered(
    conn: &mut AnyConnection,
    account: AccountId,
    now: Instant,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<Row> = outbox::table
        .filter(outbox::account_id.eq(account.to_string()))
        .filter(outbox::state.eq("gathered").and(outbox::next_at.le(now.naive_utc())))
        .order(outbox::id.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let taken = diesel::update(outbox::table.filter(outbox::id.eq_any(ids).and(outbox::state.eq("gathered"))))
        .set((outbox::state.eq("sent"), outbox::sent_at.eq(Some(now.naive_utc()))))
        .execute(conn)?;
    if rows.is_empty() || taken != rows.len() {
        return Err(StoreError::Stale);
    }
    rows.into_iter().map(message).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(super) struct Row {
    id: String,
    created_at: NaiveDateTime,
    account_id: Option<String>,
    address: String,
    name: String,
    language: String,
    kind: String,
    facts: String,
    link_id: Option<String>,
    state: String,
    attempts: i64,
    sent_at: Option<NaiveDateTime>,
    error: String,
}

pub(super) fn message(row: Row) -> Result<Message, StoreError> {
    let kind = NoticeKind::from_word(&row.kind)
        .ok_or_else(|| StoreError::Corrupt { what: "notice kind", why: row.kind.clone() })?;
    Ok(Message {
        id: id(&row.id)?,
        created_at: row.created_at.and_utc(),
        account: id_opt(row.account_id.as_deref())?,
        address: row.address,
        name: row.name,
        language: row.language,
        kind,
        facts: from_json("notice", &row.facts)?,
        link: id_opt(row.link_id.as_deref())?,
        state: row.state,
        attempts: row.attempts,
        sent_at: row.sent_at.map(|at| at.and_utc()),
        error: row.error,
    })
}

/// Messages whose turn has come, oldest first.
///
/// # Errors
/// What the database says.
pub fn due(conn: &mut AnyConnection, now: Instant, limit: i64) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<Row> = outbox::table
        .filter(outbox::state.eq("waiting").and(outbox::next_at.le(now.naive_utc())))
        .order((outbox::next_at.asc(), outbox::id.asc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(message).collect()
}

/// The newest messages of any state, newest first; for the outbox page and the demo's mailbox.
///
/// # Errors
/// What the database says.
pub fn newest(conn: &mut AnyConnection, address: Option<&str>, limit: i64) -> Result<Vec<Message>, StoreError> {
    let mut query = outbox::table.into_boxed();
    if let Some(address) = address {
        query = query.filter(outbox::address.eq(address.to_owned()));
    }
    let rows: Vec<Row> = query.order(outbox::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(message).collect()
}

/// One message.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn one(conn: &mut AnyConnection, wanted: MessageId) -> Result<Message, StoreError> {
    let row: Row = outbox::table.filter(outbox::id.eq(wanted.to_string())).select(Row::as_select()).first(conn)?;
    message(row)
}

/// Claims a message for sending: counts the try and sets when it may be tried again, so that a second process, or the
/// same after a crash, does not send it at the same moment. What the last try said is taken away, which says that this
/// one is under way. False when somebody else claimed it.
///
/// # Errors
/// What the database says.
pub fn claim(conn: &mut AnyConnection, message: &Message, again_at: Instant) -> Result<bool, StoreError> {
    let rows = diesel::update(
        outbox::table.filter(
            outbox::id
                .eq(message.id.to_string())
                .and(outbox::state.eq("waiting"))
                .and(outbox::attempts.eq(message.attempts)),
        ),
    )
    .set((
        outbox::attempts.eq(message.attempts.saturating_add(1)),
        outbox::next_at.eq(again_at.naive_utc()),
        outbox::error.eq(""),
    ))
    .execute(conn)?;
    Ok(rows == 1)
}

/// Marks a message as sent.
///
/// # Errors
/// What the database says.
pub fn sent(conn: &mut AnyConnection, wanted: MessageId, now: Instant) -> Result<(), StoreError> {
    diesel::update(outbox::table.filter(outbox::id.eq(wanted.to_string())))
        .set((outbox::state.eq("sent"), outbox::sent_at.eq(Some(now.naive_utc())), outbox::error.eq("")))
        .execute(conn)?;
    tried(conn, wanted, now, "")
}

/// Keeps why a try failed; `is_last` puts the message aside as a dead letter. One that was given up meanwhile stays so.
///
/// # Errors
/// What the database says.
pub fn failed(
    conn: &mut AnyConnection,
    wanted: MessageId,
    now: Instant,
    (error, is_last): (&str, bool),
) -> Result<(), StoreError> {
    let state = if is_last { "dead" } else { "waiting" };
    diesel::update(outbox::table.filter(outbox::id.eq(wanted.to_string()).and(outbox::state.eq("waiting"))))
        .set((outbox::state.eq(state), outbox::error.eq(error)))
        .execute(conn)?;
    tried(conn, wanted, now, error)
}

/// Keeps a try.
fn tried(conn: &mut AnyConnection, wanted: MessageId, now: Instant, error: &str) -> Result<(), StoreError> {
    let message = wanted.to_string();
    let earlier: i64 = outbox_tries::table.filter(outbox_tries::message_id.eq(&message)).count().get_result(conn)?;
    diesel::insert_into(outbox_tries::table)
        .values((
            outbox_tries::message_id.eq(message),
            outbox_tries::number.eq(earlier.saturating_add(1)),
            outbox_tries::at.eq(now.naive_utc()),
            outbox_tries::error.eq(error),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many messages are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting to be sent.
    pub waiting: i64,
    /// Sent.
    pub sent: i64,
    /// Put aside as dead letters.
    pub dead: i64,
    /// Given up by an administrator.
    pub given_up: i64,
}

/// Counts the messages by state.
///
/// # Errors
/// What the database says.
pub fn counts(conn: &mut AnyConnection) -> Result<Counts, StoreError> {
    let rows: Vec<(String, i64)> =
        outbox::table.group_by(outbox::state).select((outbox::state, diesel::dsl::count_star())).load(conn)?;
    let of = |state: &str| rows.iter().find(|(known, _)| known == state).map_or(0, |(_, count)| *count);
    Ok(Counts { waiting: of("waiting"), sent: of("sent"), dead: of("dead"), given_up: of("given_up") })
}
