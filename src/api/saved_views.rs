//! Questions of list pages kept under a name: the same views as on top of the pages.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::{CaseError, saved_views};
use crate::domain::id::SavedViewId;
use crate::domain::people::{Actor, Role};
use crate::domain::saved_view::{SavedView, ViewRoom, ViewWish};
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, Query, WebError};

const OFFICES: Access = Access::Staff(&[Role::Auditor, Role::Reviewer, Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/views", OFFICES, "Questions kept under a name: your own, and those shared with you", list)
        .asks(&["page"])
        .gives::<KeptViews>(200)
        .post("/views", OFFICES, "Keep the question of a list page under a name", keep)
        .takes::<ViewGiven>()
        .gives::<KeptView>(201)
        .once()
        .refuses(&["invalid"])
        .get("/views/{id}", OFFICES, "One view, with where it leads", one)
        .gives::<KeptView>(200)
        .patch("/views/{id}", OFFICES, "Rename a view of your own, and say who finds it", change)
        .takes::<ViewChange>()
        .gives::<KeptView>(200)
        .refuses(&["invalid"])
        .delete("/views/{id}", OFFICES, "Delete a view of your own", delete)
}

/// Views.
#[derive(Debug, Serialize, ToSchema)]
struct KeptViews {
    items: Vec<KeptView>,
}

/// A question kept under a name.
#[derive(Debug, Serialize, ToSchema)]
struct KeptView {
    id: String,
    /// `entries`, `usage`, `access-log` or `review`.
    page: &'static str,
    #[schema(example = "Refused by key")]
    name: String,
    /// As in the page's address.
    #[schema(example = "by=key&order=refused")]
    question: String,
    /// Whether everybody who may open the page finds it.
    is_shared: bool,
    /// Whether it is yours, to be changed and deleted.
    is_mine: bool,
    /// Who keeps it.
    owner: String,
    made_at: DateTime<Utc>,
    /// Where it leads.
    #[schema(example = "/audit/usage?by=key&order=refused")]
    address: String,
    /// Parts of the question that the page knows no more; they are left out of the address.
    #[schema(example = json!([]))]
    unknown: Vec<String>,
}

fn shown(view: SavedView, actor: &Actor) -> KeptView {
    let (address, unknown) = view.address();
    KeptView {
        id: view.id.to_string(),
        page: view.wish.room.as_str(),
        is_shared: view.wish.is_shared,
        is_mine: view.is_of(actor),
        owner: view.owner_name,
        made_at: view.made_at,
        name: view.wish.name.into_string(),
        question: view.wish.query,
        address,
        unknown,
    }
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["page"])?;
    let wrong = || WebError::bad_request("query_invalid", "“page” must be entries, usage, access-log or review.");
    let room = query.get("page").map(|word| ViewRoom::from_word(word).ok_or_else(wrong)).transpose()?;
    let caller = caller(&request);
    let actor = caller.actor.clone();
    let found = desk.run(move |desk| saved_views::list(desk, &caller, room)).await?;
    let items = found.into_iter().map(|view| shown(view, &actor)).collect();
    Ok(HttpResponse::Ok().json(KeptViews { items }))
}

/// A question to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewGiven {
    /// `entries`, `usage`, `access-log` or `review`.
    page: String,
    #[schema(example = "Refused by key")]
    name: String,
    /// The query of the page's address. What the page does not know is left out.
    #[schema(example = "by=key&order=refused")]
    question: String,
    /// Whether everybody who may open the page finds it.
    #[serde(default)]
    is_shared: bool,
    /// Leaves the days out, so that the view always shows the newest.
    #[serde(default)]
    is_newest: bool,
}

async fn keep(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(given): Json<ViewGiven>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let actor = caller.actor.clone();
    let kept = desk
        .run(move |desk| {
            let named = (given.page.as_str(), given.name.as_str());
            let wish = ViewWish::read(named, &given.question, (given.is_shared, given.is_newest));
            saved_views::keep(desk, &caller, &wish.map_err(CaseError::Invalid)?)
        })
        .await?;
    Ok(HttpResponse::Created().json(shown(kept, &actor)))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, SavedViewId) = (caller(&request), id_in(&id)?);
    let actor = caller.actor.clone();
    let found = desk.run(move |desk| saved_views::find(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(shown(found, &actor)))
}

/// What becomes of a view.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewChange {
    #[schema(example = "Refused by key")]
    name: String,
    /// Whether everybody who may open the page finds it.
    is_shared: bool,
}

async fn change(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ViewChange>,
) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, SavedViewId) = (caller(&request), id_in(&id)?);
    let actor = caller.actor.clone();
    let changed = desk.run(move |desk| saved_views::change(desk, &caller, id, (&given.name, given.is_shared))).await?;
    Ok(HttpResponse::Ok().json(shown(changed, &actor)))
}

async fn delete(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, SavedViewId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| saved_views::delete(desk, &caller, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
