//! The texts that a department keeps for its desk: a manager writes them, everybody at the desk puts them into a field,
//! with the facts of the case in them.

use super::{Caller, CaseError, Desk, department, review};
use crate::domain::application::{Application, Item};
use crate::domain::audit::Act;
use crate::domain::desk_text::{DeskText, DeskWords, Facts, Filled, TEXTS_MAX};
use crate::domain::id::{ApplicationId, DepartmentId, DeskTextId, ItemId};
use crate::domain::language::Language;
use crate::domain::people::Role;
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::store::{desk_texts, people};

/// Who keeps them.
const KEEPERS: &[Role] = &[Role::Manager];

/// The texts of the caller's departments, by title.
///
/// # Errors
/// What the store says.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<DeskText>, CaseError> {
    let ours = caller.actor.departments(review::DESK);
    desk.read(|conn| desk_texts::of(conn, &ours))
}

/// One text, for who may change it.
///
/// # Errors
/// [`CaseError::Missing`], or what the store says.
pub fn one(desk: &Desk, caller: &Caller, id: DeskTextId) -> Result<DeskText, CaseError> {
    let text = desk.read(|conn| desk_texts::by_id(conn, id))?;
    caller.actor.acting_for(KEEPERS, text.department)?;
    Ok(text)
}

fn checked(desk: &Desk, words: DeskWords) -> Result<DeskWords, CaseError> {
    let ground = words.kind.ground().filter(|code| desk.profile.ground(code).is_none());
    let ground = ground.map(|_| Invalid::new("ground", "unknown_ground", "Choose one of the coded reasons, or none."));
    match (words.checked(), ground) {
        (Ok(words), None) => Ok(words),
        (Ok(_), Some(problem)) => Err(problem.into()),
        (Err(problems), ground) => Err(CaseError::Invalid(ground.into_iter().chain(problems).collect())),
    }
}

/// Writes a new text.
///
/// # Errors
/// What is wrong with it, `too_many`, [`CaseError::Missing`] for who is no manager of the department.
pub fn add(desk: &Desk, caller: &Caller, department: DepartmentId, words: DeskWords) -> Result<DeskTextId, CaseError> {
    let capacity = caller.actor.acting_for(KEEPERS, department)?;
    let words = checked(desk, words)?;
    desk.act(caller, |work| {
        if desk_texts::of(work.conn, &[department])?.len() >= TEXTS_MAX {
            let message = format!("A department keeps at most {TEXTS_MAX} texts. Delete one first.");
            return Err(Refusal::new("too_many", message).into());
        }
        let text = DeskText { id: work.new_id(), department, words, version: 1 };
        desk_texts::insert(work.conn, &text)?;
        let act = Act::new("desk_text.add", capacity, "desk_text", text.id);
        work.record(act.change(serde_json::Value::Null, serde_json::json!(text)))?;
        Ok(text.id)
    })
}

/// Changes a text. What was written with it stays as it is.
///
/// # Errors
/// What is wrong with it, [`CaseError::Missing`], [`CaseError::Stale`].
pub fn edit(desk: &Desk, caller: &Caller, id: DeskTextId, words: DeskWords, version: i64) -> Result<(), CaseError> {
    let words = checked(desk, words)?;
    desk.act(caller, |work| {
        let before = desk_texts::by_id(work.conn, id)?;
        let capacity = caller.actor.acting_for(KEEPERS, before.department)?;
        let after = DeskText { words, version, ..before.clone() };
        desk_texts::save(work.conn, &after)?;
        let act = Act::new("desk_text.edit", capacity, "desk_text", id);
        work.record(act.change(serde_json::json!(before), serde_json::json!(after)))
    })
}

/// Deletes a text; the record keeps what it said.
///
/// # Errors
/// [`CaseError::Missing`], [`CaseError::Stale`].
pub fn delete(desk: &Desk, caller: &Caller, id: DeskTextId, version: i64) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let before = desk_texts::by_id(work.conn, id)?;
        let capacity = caller.actor.acting_for(KEEPERS, before.department)?;
        desk_texts::delete(work.conn, id, version)?;
        let act = Act::new("desk_text.delete", capacity, "desk_text", id);
        work.record(act.change(serde_json::json!(before), serde_json::Value::Null))
    })
}

/// A text with the facts of a case in it.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The text.
    pub text: DeskText,
    /// What is put into a field.
    pub filled: Filled,
}

/// The texts offered on a case, in the applicant's language, and that language.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The language that the applicant reads.
    pub language: Language,
    /// The texts of the caller's departments that have a part in it.
    pub texts: Vec<Offered>,
}

/// The texts of the caller's departments with the facts of this application in them, about `item` or the first of the
/// caller's own.
///
/// # Errors
/// [`CaseError::Missing`], or what the store says.
pub fn offered(desk: &Desk, caller: &Caller, id: ApplicationId, item: Option<ItemId>) -> Result<Offer, CaseError> {
    let (application, _) = review::read(desk, caller, id)?;
    let ours = caller.actor.departments(review::DESK);
    let first = || application.items.iter().find(|one| ours.contains(&one.department));
    let about = item.and_then(|item| application.item(item)).or_else(first);
    offered_on(desk, caller, &application, about)
}

/// The same for an application that was read already.
///
/// # Errors
/// What the store says.
pub fn offered_on(
    desk: &Desk,
    caller: &Caller,
    application: &Application,
    about: Option<&Item>,
) -> Result<Offer, CaseError> {
    let mut parts = caller.actor.departments(review::DESK);
    parts.retain(|ours| application.items.iter().any(|item| item.department == *ours));
    let (texts, requester) = desk.read(|conn| {
        let requester = people::account_by_id(conn, application.requester)?;
        Ok((desk_texts::of(conn, &parts)?, requester))
    })?;
    let language = Language::of_mail(&requester.language);
    let facts = Facts {
        number: application.number.clone(),
        applicant: application.requester_name.clone(),
        dataset: about.map(|item| item.title.clone()).unwrap_or_default(),
        deadline: review::goal(&desk.profile, &department::goals(desk)?, application, &parts),
    };
    let fill = |text: DeskText| Offered { filled: text.words.filled(&facts, language), text };
    Ok(Offer { language, texts: texts.into_iter().map(fill).collect() })
}
