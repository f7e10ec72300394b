//! The audit chain at rest: append in the transaction of the act, read in order.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{audit, audit_head, chain_checks};
use super::{AnyConnection, StoreError, from_json, id_opt, to_json};
use crate::domain::audit::{About, Act, ChainCheck, Entry, Hash, Head};
use crate::domain::id::{AccountId, AgreementId, ApplicationId, KeyId};
use crate::domain::people::Actor;
use crate::domain::time::Instant;

/// Takes an act into the chain, in the caller's transaction. The head row is what two writers queue for.
///
/// # Errors
/// What the database says; the caller's transaction is then undone with the act.
pub fn append(
    conn: &mut AnyConnection,
    act: Act,
    actor: &Actor,
    request: Option<String>,
    now: Instant,
) -> Result<i64, StoreError> {
    let (number, previous): (i64, Vec<u8>) = diesel::update(audit_head::table.filter(audit_head::id.eq(1)))
        .set(audit_head::number.eq(audit_head::number + 1))
        .returning((audit_head::number, audit_head::hash))
        .get_result(conn)?;
    let entry = Entry::chain(act, actor, request, now, number, hash(&previous)?);
    insert(conn, &entry)?;
    diesel::update(audit_head::table.filter(audit_head::id.eq(1)))
        .set(audit_head::hash.eq(entry.hash.to_vec()))
        .execute(conn)?;
    Ok(number)
}

fn insert(conn: &mut AnyConnection, entry: &Entry) -> Result<(), StoreError> {
    diesel::insert_into(audit::table)
        .values((
            audit::number.eq(entry.number),
            audit::at.eq(entry.at.naive_utc()),
            audit::account_id.eq(entry.account.map(|id| id.to_string())),
            audit::name.eq(&entry.name),
            audit::capacity.eq(&entry.capacity),
            audit::department_id.eq(entry.department.map(|id| id.to_string())),
            audit::address.eq(&entry.address),
            audit::request_id.eq(&entry.request),
            audit::act.eq(&entry.act),
            audit::subject_kind.eq(&entry.subject_kind),
            audit::subject.eq(&entry.subject),
            audit::application_id.eq(entry.about.application.map(|id| id.to_string())),
            audit::agreement_id.eq(entry.about.agreement.map(|id| id.to_string())),
            audit::key_id.eq(entry.about.key.map(|id| id.to_string())),
            audit::dataset_id.eq(entry.about.dataset.map(|id| id.to_string())),
            audit::person_id.eq(entry.about.person.map(|id| id.to_string())),
            audit::state_before.eq(&entry.before),
            audit::state_after.eq(&entry.after),
            audit::reason.eq(&entry.reason),
            audit::previous.eq(entry.previous.to_vec()),
            audit::hash.eq(entry.hash.to_vec()),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit)]
struct Row {
    number: i64,
    at: NaiveDateTime,
    account_id: Option<String>,
    name: String,
    capacity: String,
    department_id: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    act: String,
    subject_kind: String,
    subject: String,
    application_id: Option<String>,
    agreement_id: Option<String>,
    key_id: Option<String>,
    dataset_id: Option<String>,
    person_id: Option<String>,
    state_before: String,
    state_after: String,
    reason: Option<String>,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

fn entry(row: Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        number: row.number,
        at: row.at.and_utc(),
        account: id_opt(row.account_id.as_deref())?,
        name: row.name,
        capacity: row.capacity,
        department: id_opt(row.department_id.as_deref())?,
        address: row.address,
        request: row.request_id,
        act: row.act,
        subject_kind: row.subject_kind,
        subject: row.subject,
        about: About {
            application: id_opt(row.application_id.as_deref())?,
            agreement: id_opt(row.agreement_id.as_deref())?,
            key: id_opt(row.key_id.as_deref())?,
            dataset: id_opt(row.dataset_id.as_deref())?,
            person: id_opt(row.person_id.as_deref())?,
        },
        before: row.state_before,
        after: row.state_after,
        reason: row.reason,
        previous: hash(&row.previous)?,
        hash: hash(&row.hash)?,
    })
}

fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::try_from(bytes)
        .map_err(|_wrong_length| StoreError::Corrupt { what: "hash", why: format!("{} bytes", bytes.len()) })
}

/// The store's own record of the end of the chain.
///
/// # Errors
/// What the database says.
pub fn head(conn: &mut AnyConnection) -> Result<Head, StoreError> {
    let (number, bytes): (i64, Vec<u8>) =
        audit_head::table.filter(audit_head::id.eq(1)).select((audit_head::number, audit_head::hash)).first(conn)?;
    Ok(Head { number, hash: hash(&bytes)? })
}

/// Entries after `number`, in order.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for a row that cannot be read.
pub fn after(conn: &mut AnyConnection, number: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = audit::table
        .filter(audit::number.gt(number))
        .order(audit::number.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(entry).collect()
}

/// What an auditor searches for; every part given must hold.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Words in act, subject, name or reason.
    pub words: Option<String>,
    /// The act, or its beginning: `key.`.
    pub act: Option<String>,
    /// Who acted.
    pub account: Option<AccountId>,
    /// What it touched: `application`, `agreement`, `key`, `dataset` or `person`, and its id.
    pub about: Option<(String, String)>,
    /// The request that caused it.
    pub request: Option<String>,
    /// From this instant.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
    /// Only entries with a smaller number (the next page).
    pub below: Option<i64>,
}

/// Entries that fit, newest first.
///
/// # Errors
/// What the database says.
pub fn search(conn: &mut AnyConnection, wanted: &Search, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let mut query = audit::table.into_boxed();
    if let Some(words) = &wanted.words {
        let like = like(words);
        query = query.filter(
            audit::subject
                .like(like.clone())
                .escape('\\')
                .or(audit::name.like(like.clone()).escape('\\'))
                .or(audit::act.like(like.clone()).escape('\\'))
                .or(audit::reason.assume_not_null().like(like).escape('\\').and(audit::reason.is_not_null())),
        );
    }
    if let Some(act) = &wanted.act {
        query = query.filter(audit::act.like(format!("{}%", escape(act))).escape('\\'));
    }
    if let Some(account) = wanted.account {
        query = query.filter(audit::account_id.eq(account.to_string()));
    }
    if let Some((kind, about)) = &wanted.about {
        query = match kind.as_str() {
            "application" => query.filter(audit::application_id.eq(about.clone())),
            "agreement" => query.filter(audit::agreement_id.eq(about.clone())),
            "key" => query.filter(audit::key_id.eq(about.clone())),
            "dataset" => query.filter(audit::dataset_id.eq(about.clone())),
            _ => query.filter(audit::person_id.eq(about.clone())),
        };
    }
    if let Some(request) = &wanted.request {
        query = query.filter(audit::request_id.eq(request.clone()));
    }
    if let Some(from) = wanted.from {
        query = query.filter(audit::at.ge(from.naive_utc()));
    }
    if let Some(to) = wanted.to {
        query = query.filter(audit::at.lt(to.naive_utc()));
    }
    if let Some(below) = wanted.below {
        query = query.filter(audit::number.lt(below));
    }
    let rows: Vec<Row> = query.order(audit::number.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(entry).collect()
}

/// Whose story is told: always an application, perhaps narrowed to one agreement, or one key, that came of it.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// The application.
    pub application: ApplicationId,
    /// The requester, for what was done to the person and not to one agreement.
    pub requester: AccountId,
    /// Only this agreement and what led to it.
    pub agreement: Option<AgreementId>,
    /// Only this key and what led to it.
    pub key: Option<KeyId>,
}

/// Everything the chain says of an application, an agreement or a key, in order.
///
/// # Errors
/// What the database says.
pub fn story(conn: &mut AnyConnection, told: &Told, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let application = || audit::application_id.eq(told.application.to_string());
    let person = audit::subject_kind
        .eq("hold")
        .and(audit::person_id.eq(told.requester.to_string()))
        .and(audit::agreement_id.is_null())
        .and(audit::key_id.is_null());
    let mut query = audit::table.into_boxed().filter(person);
    query = match (told.agreement, told.key) {
        (None, None) => query.or_filter(application()),
        (Some(agreement), None) => query
            .or_filter(audit::agreement_id.eq(agreement.to_string()))
            .or_filter(application().and(audit::agreement_id.is_null())),
        (agreement, Some(key)) => query
            .or_filter(audit::key_id.eq(key.to_string()))
            .or_filter(
                audit::agreement_id
                    .eq(agreement.map(|id| id.to_string()).unwrap_or_default())
                    .and(audit::key_id.is_null()),
            )
            .or_filter(application().and(audit::agreement_id.is_null()).and(audit::key_id.is_null())),
    };
    let rows: Vec<Row> = query.order(audit::number.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(entry).collect()
}

/// One entry.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn one(conn: &mut AnyConnection, number: i64) -> Result<Entry, StoreError> {
    entry(audit::table.filter(audit::number.eq(number)).select(Row::as_select()).first(conn)?)
}

/// The number of the first entry after `number`, whether it can be read or not.
///
/// # Errors
/// What the database says.
pub fn next_after(conn: &mut AnyConnection, number: i64) -> Result<Option<i64>, StoreError> {
    Ok(audit::table.filter(audit::number.gt(number)).select(diesel::dsl::min(audit::number)).first(conn)?)
}

/// How far the service itself checked the chain; none where it never did.
///
/// # Errors
/// What the database says.
pub fn last_check(conn: &mut AnyConnection) -> Result<Option<ChainCheck>, StoreError> {
    let found = chain_checks::table.filter(chain_checks::id.eq(1)).select(chain_checks::body);
    let body: Option<String> = found.first(conn).optional()?;
    body.map(|body| from_json("check of the chain", &body)).transpose()
}

/// The same, with the row held until the transaction ends: of two processes at once the second sees what the first kept.
///
/// # Errors
/// What the database says.
pub fn held_check(conn: &mut AnyConnection) -> Result<Option<ChainCheck>, StoreError> {
    let held = diesel::update(chain_checks::table.filter(chain_checks::id.eq(1)))
        .set(chain_checks::at.eq(chain_checks::at))
        .returning(chain_checks::body);
    let body: Option<String> = held.get_result(conn).optional()?;
    body.map(|body| from_json("check of the chain", &body)).transpose()
}

/// Keeps how far the service itself checked the chain, in place of what was kept before.
///
/// # Errors
/// What the database says; [`StoreError::Taken`] where another process keeps the very first check at this moment.
pub fn keep_check(conn: &mut AnyConnection, check: &ChainCheck) -> Result<(), StoreError> {
    let set = (chain_checks::at.eq(check.at.naive_utc()), chain_checks::body.eq(to_json("check of the chain", check)?));
    let known = chain_checks::table.filter(chain_checks::id.eq(1));
    if diesel::update(known).set(set.clone()).execute(conn)? == 0 {
        diesel::insert_into(chain_checks::table).values((chain_checks::id.eq(1), set)).execute(conn)?;
    }
    Ok(())
}

/// A LIKE pattern for "contains", with wildcards taken literally.
pub(crate) fn like(words: &str) -> String {
    format!("%{}%", escape(words))
}

/// Takes LIKE's wildcards literally; the query names the backslash as its escape character.
pub(crate) fn escape(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for letter in words.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}
