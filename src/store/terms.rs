//! Published versions of terms, never changed, never deleted; and the drafts of the next ones.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{terms, terms_drafts};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::id::{AccountId, TermsId};
use crate::domain::terms::{TermsFamily, TermsVersion, current as current_of};
use crate::domain::time::{Day, Instant};

/// Keeps a new version.
///
/// # Errors
/// [`StoreError::Taken`] when the family has this number.
pub fn insert(conn: &mut AnyConnection, version: &TermsVersion) -> Result<(), StoreError> {
    diesel::insert_into(terms::table)
        .values((
            terms::id.eq(version.id.to_string()),
            terms::family.eq(version.family.as_str()),
            terms::number.eq(i64::from(version.number)),
            terms::published_at.eq(version.published_at.naive_utc()),
            terms::effective_at.eq(version.effective_at.naive_utc()),
            terms::body.eq(to_json("terms", version)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Every version of a family, newest first.
///
/// # Errors
/// What the database says.
pub fn versions(conn: &mut AnyConnection, family: TermsFamily) -> Result<Vec<TermsVersion>, StoreError> {
    let rows: Vec<String> = terms::table
        .filter(terms::family.eq(family.as_str()))
        .order(terms::number.desc())
        .select(terms::body)
        .load(conn)?;
    rows.iter().map(|body| from_json("terms", body)).collect()
}

/// The version of a family that binds at `at`.
///
/// # Errors
/// [`StoreError::Missing`] when none does.
pub fn current(conn: &mut AnyConnection, family: TermsFamily, at: Instant) -> Result<TermsVersion, StoreError> {
    let versions = versions(conn, family)?;
    current_of(&versions, family, at).cloned().ok_or(StoreError::Missing)
}

/// The version with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: TermsId) -> Result<TermsVersion, StoreError> {
    let body: String = terms::table.filter(terms::id.eq(wanted.to_string())).select(terms::body).first(conn)?;
    from_json("terms", &body)
}

/// The next version of a family while it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The family.
    pub family: TermsFamily,
    /// The title as typed.
    pub title: String,
    /// The text as typed.
    pub markdown: String,
    /// Whether holders are to accept it anew.
    pub is_material: bool,
    /// The day from which it is to bind; none for the first possible.
    pub effective_on: Option<Day>,
    /// Who saved it last.
    pub by_name: String,
    /// When.
    pub saved_at: Instant,
    /// Counts how often it was saved.
    pub version: i64,
}

type DraftRow = (String, String, bool, Option<String>, String, NaiveDateTime, i64);

/// The draft of a family, where there is one.
///
/// # Errors
/// What the database says.
pub fn draft(conn: &mut AnyConnection, family: TermsFamily) -> Result<Option<Draft>, StoreError> {
    let row: Option<DraftRow> = terms_drafts::table
        .filter(terms_drafts::family.eq(family.as_str()))
        .select((
            terms_drafts::title,
            terms_drafts::markdown,
            terms_drafts::is_material,
            terms_drafts::effective_on,
            terms_drafts::by_name,
            terms_drafts::saved_at,
            terms_drafts::version,
        ))
        .first(conn)
        .optional()?;
    let Some((title, markdown, is_material, effective_on, by_name, saved_at, version)) = row else { return Ok(None) };
    let day = |text: String| {
        text.parse().map_err(|error: chrono::ParseError| StoreError::Corrupt { what: "day", why: error.to_string() })
    };
    let effective_on = effective_on.map(day).transpose()?;
    Ok(Some(Draft {
        family,
        title,
        markdown,
        is_material,
        effective_on,
        by_name,
        saved_at: saved_at.and_utc(),
        version,
    }))
}

/// Saves a draft over the version it was made from; version 0 begins one.
///
/// # Errors
/// [`StoreError::Stale`] when somebody saved, published or dropped it meanwhile.
pub fn save_draft(conn: &mut AnyConnection, draft: &Draft, by: Option<AccountId>) -> Result<i64, StoreError> {
    let next = draft.version.saturating_add(1);
    let values = (
        terms_drafts::title.eq(&draft.title),
        terms_drafts::markdown.eq(&draft.markdown),
        terms_drafts::is_material.eq(draft.is_material),
        terms_drafts::effective_on.eq(draft.effective_on.map(|day| day.to_string())),
        terms_drafts::by_account.eq(by.map(|account| account.to_string())),
        terms_drafts::by_name.eq(&draft.by_name),
        terms_drafts::saved_at.eq(draft.saved_at.naive_utc()),
        terms_drafts::version.eq(next),
    );
    if draft.version == 0 {
        let begun = diesel::insert_into(terms_drafts::table)
            .values((terms_drafts::family.eq(draft.family.as_str()), values))
            .execute(conn)
            .map_err(StoreError::from);
        return match begun {
            Ok(_) => Ok(next),
            Err(StoreError::Taken) => Err(StoreError::Stale),
            Err(other) => Err(other),
        };
    }
    let seen = terms_drafts::family.eq(draft.family.as_str()).and(terms_drafts::version.eq(draft.version));
    one_row(diesel::update(terms_drafts::table.filter(seen)).set(values).execute(conn)?)?;
    Ok(next)
}

/// Drops a draft in the version that was seen.
///
/// # Errors
/// [`StoreError::Stale`] when somebody saved, published or dropped it meanwhile.
pub fn drop_draft(conn: &mut AnyConnection, family: TermsFamily, version: i64) -> Result<(), StoreError> {
    let seen = terms_drafts::family.eq(family.as_str()).and(terms_drafts::version.eq(version));
    one_row(diesel::delete(terms_drafts::table.filter(seen)).execute(conn)?)
}
