//! Which thing a text names, and what a thing is called: for auditors, who may know of everything. Changes nothing.

use uuid::Uuid;

use super::{CaseError, Desk};
use crate::domain::text::Email;
use crate::store::audit::{self, Search};
use crate::store::{agreements, applications, datasets, keys, people};

/// The kinds of things that have a story, as programs and as people call them.
pub const KINDS: [(&str, &str); 5] = [
    ("application", "Application"),
    ("agreement", "Agreement"),
    ("key", "Key"),
    ("dataset", "Dataset"),
    ("person", "Person"),
];

/// The id of the thing that `text` names: a number, a short name, a mail address or an id.
///
/// # Errors
/// [`CaseError::Missing`] when there is none; what the store says.
pub fn find(desk: &Desk, kind: &str, text: &str) -> Result<String, CaseError> {
    let text = text.trim();
    if text.parse::<Uuid>().is_ok() {
        let id = text.to_lowercase();
        title(desk, kind, &id)?;
        return Ok(id);
    }
    match kind {
        "agreement" => Ok(desk.read(|conn| agreements::by_number(conn, &text.to_uppercase()))?.id.to_string()),
        "dataset" => Ok(desk.read(|conn| datasets::by_slug(conn, &text.to_lowercase()))?.id.to_string()),
        "person" => {
            let key = Email::parse("email", text).map_err(CaseError::from)?.normalised();
            let account = desk.read(|conn| people::account_by_email(conn, &key))?;
            account.map(|account| account.id.to_string()).ok_or(CaseError::Missing)
        }
        "application" => application(desk, &text.to_uppercase()),
        _ => Err(CaseError::Missing),
    }
}

/// An application by its number; every one has left entries.
fn application(desk: &Desk, number: &str) -> Result<String, CaseError> {
    let wanted = Search { words: Some(number.to_owned()), act: Some("application.".to_owned()), ..Search::default() };
    let found = desk.read(|conn| audit::search(conn, &wanted, 200))?;
    let own = found.into_iter().find(|entry| entry.subject == number);
    own.and_then(|entry| entry.about.application).map(|id| id.to_string()).ok_or(CaseError::Missing)
}

/// What a thing is called.
///
/// # Errors
/// [`CaseError::Missing`] for an unknown kind or id; what the store says.
pub fn title(desk: &Desk, kind: &str, id: &str) -> Result<String, CaseError> {
    fn parsed<K>(id: &str) -> Result<crate::domain::id::Id<K>, CaseError> {
        id.parse().or(Err(CaseError::Missing))
    }
    match kind {
        "application" => {
            let id = parsed(id)?;
            let found = desk.read(|conn| applications::by_id(conn, id))?;
            Ok(format!("{} {}", found.number, found.answers.get("title")))
        }
        "agreement" => {
            let id = parsed(id)?;
            let found = desk.read(|conn| agreements::by_id(conn, id))?;
            Ok(format!("{} {}", found.number, found.title))
        }
        "key" => {
            let id = parsed(id)?;
            let found = desk.read(|conn| keys::by_id(conn, id))?;
            Ok(format!("{} ({})", found.key.name, found.key.hint))
        }
        "dataset" => {
            let id = parsed(id)?;
            Ok(desk.read(|conn| datasets::by_id(conn, id))?.metadata.title.to_string())
        }
        "person" => {
            let id = parsed(id)?;
            Ok(desk.read(|conn| people::account_by_id(conn, id))?.name)
        }
        _ => Err(CaseError::Missing),
    }
}

/// The title, or the id itself where the thing is gone or unknown.
pub fn title_or_id(desk: &Desk, kind: &str, id: &str) -> Result<String, CaseError> {
    match title(desk, kind, id) {
        Err(CaseError::Missing) => Ok(id.to_owned()),
        other => other,
    }
}
