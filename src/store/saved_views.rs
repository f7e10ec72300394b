//! Questions of list pages that people keep under a name.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{accounts, saved_views};
use super::{AnyConnection, StoreError, id, one_row};
use crate::domain::id::{AccountId, SavedViewId};
use crate::domain::people::Actor;
use crate::domain::saved_view::{SavedView, ViewRoom, ViewWish};
use crate::domain::text::Line;

type Columns = (String, String, String, String, String, bool, NaiveDateTime);

fn view((columns, owner_name): (Columns, String)) -> Result<SavedView, StoreError> {
    let (own_id, owner, room, name, query, is_shared, made_at) = columns;
    let corrupt = |why: String| StoreError::Corrupt { what: "view", why };
    Ok(SavedView {
        id: id(&own_id)?,
        owner: id(&owner)?,
        owner_name,
        wish: ViewWish {
            room: ViewRoom::from_word(&room).ok_or_else(|| corrupt(format!("there is no page {room}")))?,
            name: Line::parse("name", &name).map_err(|invalid| corrupt(invalid.to_string()))?,
            query,
            is_shared,
        },
        made_at: made_at.and_utc(),
    })
}

/// Every view of a person's own, and what others share, by page and name. Who may open the pages is not asked here.
///
/// # Errors
/// What the database says.
pub fn around(conn: &mut AnyConnection, actor: &Actor) -> Result<Vec<SavedView>, StoreError> {
    let own = saved_views::owner_id.eq(actor.account.map(|id| id.to_string()).unwrap_or_default());
    let rows: Vec<(Columns, String)> = saved_views::table
        .inner_join(accounts::table)
        .filter(own.or(saved_views::shared.eq(true)))
        .order((saved_views::room.asc(), saved_views::name.asc(), saved_views::id.asc()))
        .select((saved_views::all_columns, accounts::name))
        .load(conn)?;
    rows.into_iter().map(view).collect()
}

/// What a person keeps.
///
/// # Errors
/// What the database says.
pub fn of_owner(conn: &mut AnyConnection, owner: AccountId) -> Result<Vec<SavedView>, StoreError> {
    let rows: Vec<(Columns, String)> = saved_views::table
        .inner_join(accounts::table)
        .filter(saved_views::owner_id.eq(owner.to_string()))
        .order((saved_views::room.asc(), saved_views::name.asc()))
        .select((saved_views::all_columns, accounts::name))
        .load(conn)?;
    rows.into_iter().map(view).collect()
}

/// One view.
///
/// # Errors
/// [`StoreError::Missing`]; what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: SavedViewId) -> Result<SavedView, StoreError> {
    let row: (Columns, String) = saved_views::table
        .inner_join(accounts::table)
        .filter(saved_views::id.eq(wanted.to_string()))
        .select((saved_views::all_columns, accounts::name))
        .first(conn)?;
    view(row)
}

/// Keeps a new view.
///
/// # Errors
/// [`StoreError::Taken`] when its owner keeps one of this name for the page; what the database says.
pub fn insert(conn: &mut AnyConnection, view: &SavedView) -> Result<(), StoreError> {
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(view.id.to_string()),
            saved_views::owner_id.eq(view.owner.to_string()),
            saved_views::room.eq(view.wish.room.as_str()),
            saved_views::name.eq(view.wish.name.as_str()),
            saved_views::query.eq(&view.wish.query),
            saved_views::shared.eq(view.wish.is_shared),
            saved_views::made_at.eq(view.made_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps its name and whether it is shared.
///
/// # Errors
/// [`StoreError::Stale`] when it is gone; [`StoreError::Taken`]; what the database says.
pub fn update(conn: &mut AnyConnection, view: &SavedView) -> Result<(), StoreError> {
    let rows = diesel::update(saved_views::table.filter(saved_views::id.eq(view.id.to_string())))
        .set((saved_views::name.eq(view.wish.name.as_str()), saved_views::shared.eq(view.wish.is_shared)))
        .execute(conn)?;
    one_row(rows)
}

/// Takes a view away.
///
/// # Errors
/// [`StoreError::Stale`] when it is gone already; what the database says.
pub fn delete(conn: &mut AnyConnection, view: SavedViewId) -> Result<(), StoreError> {
    one_row(diesel::delete(saved_views::table.filter(saved_views::id.eq(view.to_string()))).execute(conn)?)
}
