//! The texts that departments keep for their desks.

use diesel::prelude::*;

use super::schema::desk_texts;
use super::{AnyConnection, StoreError, id, one_row};
use crate::domain::desk_text::{DeskText, DeskTextKind, DeskWords};
use crate::domain::id::{DepartmentId, DeskTextId};

/// Texts read at once.
const MAX: i64 = 1_000;

type Columns = (String, String, String, Option<String>, String, String, Option<String>, i64);

fn read(row: Columns) -> Result<DeskText, StoreError> {
    let (raw, department, word, ground, title, english, spanish, version) = row;
    let kind = DeskTextKind::from_words(&word, ground.as_deref());
    let kind = kind.ok_or(StoreError::Corrupt { what: "kind of text", why: word })?;
    let words = DeskWords { kind, title, english, spanish };
    Ok(DeskText { id: id(&raw)?, department: id(&department)?, words, version })
}

/// The texts of these departments, by title.
///
/// # Errors
/// What the database says.
pub fn of(conn: &mut AnyConnection, departments: &[DepartmentId]) -> Result<Vec<DeskText>, StoreError> {
    let departments: Vec<String> = departments.iter().map(ToString::to_string).collect();
    let rows: Vec<Columns> = desk_texts::table
        .filter(desk_texts::department_id.eq_any(departments))
        .order((desk_texts::title.asc(), desk_texts::id.asc()))
        .limit(MAX)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The text with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: DeskTextId) -> Result<DeskText, StoreError> {
    read(desk_texts::table.filter(desk_texts::id.eq(wanted.to_string())).first(conn)?)
}

/// Keeps a new text.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, text: &DeskText) -> Result<(), StoreError> {
    diesel::insert_into(desk_texts::table)
        .values((
            desk_texts::id.eq(text.id.to_string()),
            desk_texts::department_id.eq(text.department.to_string()),
            desk_texts::kind.eq(text.words.kind.as_str()),
            desk_texts::ground.eq(text.words.kind.ground()),
            desk_texts::title.eq(&text.words.title),
            desk_texts::english.eq(&text.words.english),
            desk_texts::spanish.eq(&text.words.spanish),
            desk_texts::version.eq(1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a text over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, text: &DeskText) -> Result<(), StoreError> {
    let unchanged = desk_texts::id.eq(text.id.to_string()).and(desk_texts::version.eq(text.version));
    let rows = diesel::update(desk_texts::table.filter(unchanged))
        .set((
            desk_texts::kind.eq(text.words.kind.as_str()),
            desk_texts::ground.eq(text.words.kind.ground()),
            desk_texts::title.eq(&text.words.title),
            desk_texts::english.eq(&text.words.english),
            desk_texts::spanish.eq(&text.words.spanish),
            desk_texts::version.eq(text.version.saturating_add(1)),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// Deletes a text in the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn delete(conn: &mut AnyConnection, id: DeskTextId, version: i64) -> Result<(), StoreError> {
    let unchanged = desk_texts::id.eq(id.to_string()).and(desk_texts::version.eq(version));
    one_row(diesel::delete(desk_texts::table.filter(unchanged)).execute(conn)?)
}
