//! Letters as they were sent. Written once; the database refuses a change.

use diesel::prelude::*;

use super::schema::letters;
use super::{AnyConnection, StoreError, from_json, to_json};
use crate::domain::id::{AccountId, LetterId};
use crate::domain::letter::{Addressee, Letter};

/// Letters read at once.
const MAX: i64 = 500;

/// Keeps a letter.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, letter: &Letter) -> Result<(), StoreError> {
    let (requester, organisation) = match &letter.to {
        Addressee::Party { requester, organisation } => {
            (Some(requester.to_string()), organisation.map(|id| id.to_string()))
        }
        Addressee::Outsider { .. } => (None, None),
    };
    diesel::insert_into(letters::table)
        .values((
            letters::id.eq(letter.id.to_string()),
            letters::at.eq(letter.at.naive_utc()),
            letters::kind.eq(letter.kind.as_str()),
            letters::about_kind.eq(&letter.about.kind),
            letters::about_id.eq(&letter.about.id),
            letters::requester_id.eq(requester),
            letters::organisation_id.eq(organisation),
            letters::body.eq(to_json("letter", letter)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// The letter with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: LetterId) -> Result<Letter, StoreError> {
    let body: String = letters::table.filter(letters::id.eq(wanted.to_string())).select(letters::body).first(conn)?;
    from_json("letter", &body)
}

/// The letters about one thing, oldest first.
///
/// # Errors
/// What the database says.
pub fn about(conn: &mut AnyConnection, (kind, id): (&str, &str)) -> Result<Vec<Letter>, StoreError> {
    let bodies: Vec<String> = letters::table
        .filter(letters::about_kind.eq(kind).and(letters::about_id.eq(id)))
        .order((letters::at.asc(), letters::id.asc()))
        .limit(MAX)
        .select(letters::body)
        .load(conn)?;
    bodies.iter().map(|body| from_json("letter", body)).collect()
}

/// The letters to a person about what was made for them alone, and those of their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn to_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<Letter>, StoreError> {
    let alone = letters::requester_id.eq(requester.to_string()).and(letters::organisation_id.is_null());
    let mut query = letters::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(letters::organisation_id.eq(organisation.to_owned()));
    }
    let bodies: Vec<String> =
        query.order((letters::at.desc(), letters::id.desc())).limit(MAX).select(letters::body).load(conn)?;
    bodies.iter().map(|body| from_json("letter", body)).collect()
}
