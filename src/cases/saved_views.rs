//! Questions of list pages kept under a name: keeping, renaming, sharing, deleting. Gives nobody a right: whoever may not
//! open the page finds no view of it.

use serde_json::{Value, json};

use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::id::SavedViewId;
use crate::domain::saved_view::{SavedView, ViewRoom, ViewWish, must_fit};
use crate::domain::text::Line;
use crate::store::saved_views;

/// The views that the caller finds, by page and name: of one page, or of all that they may open.
///
/// # Errors
/// What the store says.
pub fn list(desk: &Desk, caller: &Caller, room: Option<ViewRoom>) -> Result<Vec<SavedView>, CaseError> {
    let mut found = desk.read(|conn| saved_views::around(conn, &caller.actor))?;
    found.retain(|view| room.is_none_or(|room| view.wish.room == room) && view.is_seen_by(&caller.actor));
    Ok(found)
}

/// One view that the caller finds.
///
/// # Errors
/// [`CaseError::Missing`] for what is neither theirs nor shared, and for pages that they may not open.
pub fn find(desk: &Desk, caller: &Caller, id: SavedViewId) -> Result<SavedView, CaseError> {
    let found = desk.read(|conn| saved_views::by_id(conn, id))?;
    if found.is_seen_by(&caller.actor) { Ok(found) } else { Err(CaseError::Missing) }
}

/// Keeps a question under a name.
///
/// # Errors
/// `name_taken`, `too_many`; [`CaseError::Missing`] for who may not open the page.
pub fn keep(desk: &Desk, caller: &Caller, wish: &ViewWish) -> Result<SavedView, CaseError> {
    wish.room.capacity(&caller.actor)?;
    let owner = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.act(caller, |work| {
        if let Some(known) = work.done_before("view.keep", &told(wish))? {
            let id = known.parse().or(Err(CaseError::Missing))?;
            return Ok(saved_views::by_id(work.conn, id)?);
        }
        must_fit(&saved_views::of_owner(work.conn, owner)?, wish, None)?;
        let view = SavedView {
            id: work.new_id(),
            owner,
            owner_name: caller.actor.name.clone(),
            wish: wish.clone(),
            made_at: work.now,
        };
        saved_views::insert(work.conn, &view)?;
        record(work, "view.keep", &view, (json!(null), told(wish)))?;
        work.remember(&view.id.to_string())?;
        Ok(view)
    })
}

/// Renames a view of the caller's own, and says whether it is shared.
///
/// # Errors
/// `name_taken`; [`CaseError::Missing`] for everybody else's.
pub fn change(
    desk: &Desk,
    caller: &Caller,
    id: SavedViewId,
    (name, is_shared): (&str, bool),
) -> Result<SavedView, CaseError> {
    let name = Line::parse("name", name)?;
    desk.act(caller, |work| {
        let before = own(work, id)?;
        let wish = ViewWish { name, is_shared, ..before.wish.clone() };
        must_fit(&saved_views::of_owner(work.conn, before.owner)?, &wish, Some(id))?;
        let view = SavedView { wish, ..before.clone() };
        if view != before {
            saved_views::update(work.conn, &view)?;
            record(work, "view.change", &view, (told(&before.wish), told(&view.wish)))?;
        }
        Ok(view)
    })
}

/// Deletes a view of the caller's own.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else's.
pub fn delete(desk: &Desk, caller: &Caller, id: SavedViewId) -> Result<SavedView, CaseError> {
    desk.act(caller, |work| {
        let view = own(work, id)?;
        saved_views::delete(work.conn, id)?;
        record(work, "view.delete", &view, (told(&view.wish), json!(null)))?;
        Ok(view)
    })
}

/// A view of the caller's own, of a page that they may open.
fn own(work: &mut Work<'_>, id: SavedViewId) -> Result<SavedView, CaseError> {
    let view = saved_views::by_id(work.conn, id)?;
    let actor = &work.caller.actor;
    if view.is_of(actor) && view.is_seen_by(actor) { Ok(view) } else { Err(CaseError::Missing) }
}

fn told(wish: &ViewWish) -> Value {
    json!({ "page": wish.room.as_str(), "name": wish.name, "question": wish.query, "is_shared": wish.is_shared })
}

fn record(
    work: &mut Work<'_>,
    act: &'static str,
    view: &SavedView,
    (before, after): (Value, Value),
) -> Result<(), CaseError> {
    let capacity = view.wish.room.capacity(&work.caller.actor)?;
    let about = About { person: Some(view.owner), ..About::default() };
    work.record(Act::new(act, capacity, "view", view.wish.name.as_str()).about(about).change(before, after))
}

#[cfg(test)]
mod tests;
