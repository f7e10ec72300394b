//! Questions kept under a name: the links on top of a list page, the one list of them, keeping, renaming, sharing. Decides
//! nothing; the page that is opened reads its question by its own form.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::id_in;
use crate::cases::{Caller, CaseError, Desk, saved_views};
use crate::domain::id::SavedViewId;
use crate::domain::people::Role;
use crate::domain::saved_view::{SavedView, ViewRoom, ViewWish, parts};
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Access, Flash, FormView, Once, Page, Posted, Redirect, Routes, WebError};

/// Who has pages whose questions can be kept; which of them, each view's page says.
const OFFICES: Access = Access::Staff(&[Role::Auditor, Role::Reviewer, Role::Manager]);

/// The list of all.
const LIST: &str = "/views";

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes
        .get(LIST, OFFICES, "Questions kept under a name", list)
        .post(LIST, OFFICES, "Keep a question under a name", keep)
        .get("/views/{view}", OFFICES, "Rename, share or delete a view", edit)
        .post("/views/{view}", OFFICES, "Rename a view and say who finds it", change)
        .post("/views/{view}/delete", OFFICES, "Delete a view", delete)
        .get("/views/{view}/open", OFFICES, "The page that a view is of", open)
}

/// The views of a list page, for the part `views.bar` on top of it.
#[derive(Debug, Serialize)]
pub(crate) struct ViewBar {
    links: Vec<Link>,
    room: &'static str,
    /// The question of this moment; empty where nothing is asked that could be kept.
    query: String,
    has_days: bool,
    is_opened: bool,
}

#[derive(Debug, Serialize)]
struct Link {
    name: String,
    href: String,
    is_current: bool,
    /// Who shares it; empty for one's own.
    by: String,
}

impl ViewBar {
    /// What a list page shows on top; `query` is the query of its address.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn of(desk: &Desk, caller: &Caller, room: ViewRoom, query: &str) -> Result<Self, CaseError> {
        let current = parts(query, |name| name == "view");
        let current = current.strip_prefix("view=").unwrap_or_default().to_owned();
        let link = |view: &SavedView| Link {
            name: view.wish.name.to_string(),
            href: open_path(view),
            is_current: view.id.to_string() == current,
            by: if view.is_of(&caller.actor) { String::new() } else { view.owner_name.clone() },
        };
        let links: Vec<Link> = saved_views::list(desk, caller, Some(room))?.iter().map(link).collect();
        Ok(Self {
            is_opened: links.iter().any(|link| link.is_current),
            links,
            room: room.as_str(),
            query: parts(query, |name| room.names().contains(&name)),
            has_days: !room.days().is_empty(),
        })
    }

    /// The page as it is: one that was opened by a view says what it cannot read any more, and is no error.
    pub(crate) fn settle(&self, page: Page) -> Page {
        if self.is_opened { page.status(StatusCode::OK) } else { page }
    }
}

fn open_path(view: &SavedView) -> String {
    format!("{LIST}/{}/open", view.id)
}

#[derive(Debug, Serialize)]
struct ListView {
    rows: Vec<Row>,
    pages: Vec<PageLink>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    href: String,
    page: &'static str,
    is_shared: bool,
    by: String,
    at: Instant,
    /// Where its owner changes it; empty for everybody else.
    edit: String,
}

/// A page whose questions can be kept.
#[derive(Debug, Serialize)]
struct PageLink {
    title: &'static str,
    href: &'static str,
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let actor = who.actor.clone();
    let found = desk.run(move |desk| saved_views::list(desk, &who, None)).await?;
    let row = |view: SavedView| Row {
        href: open_path(&view),
        page: view.wish.room.title(),
        is_shared: view.wish.is_shared,
        by: view.owner_name.clone(),
        at: view.made_at,
        edit: if view.is_of(&actor) { format!("{LIST}/{}", view.id) } else { String::new() },
        name: view.wish.name.into_string(),
    };
    let may_open = ViewRoom::ALL.into_iter().filter(|room| room.capacity(&actor).is_ok());
    let view = ListView {
        rows: found.into_iter().map(row).collect(),
        pages: may_open.map(|room| PageLink { title: room.title(), href: room.path() }).collect(),
    };
    Page::new(&request, "Views")?.render("views/list.html", &view)
}

/// What `views/keep.html` shows: the form of the list page once more, with what is wrong.
#[derive(Debug, Serialize)]
struct KeepView {
    room: String,
    query: String,
    has_days: bool,
    back: String,
}

async fn keep(request: HttpRequest, desk: DeskData, once: Once, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["room", "query", "name", "shared", "newest"])?;
    let Some(room) = ViewRoom::from_word(form.text("room")) else { return Err(WebError::not_found()) };
    let who = caller_once(&request, once);
    let read = ViewWish::read(
        (room.as_str(), form.text("name")),
        form.text("query"),
        (form.has("shared"), form.has("newest")),
    );
    let kept = desk.run(move |desk| saved_views::keep(desk, &who, &read.map_err(CaseError::Invalid)?)).await;
    match kept {
        Ok(view) => {
            let told = Flash::good(format!("The view “{}” is kept.", view.wish.name));
            Redirect::with(&request, view.address().0, &told)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            let query = parts(form.text("query"), |name| room.names().contains(&name));
            let view = KeepView {
                room: room.as_str().to_owned(),
                has_days: !room.days().is_empty(),
                back: if query.is_empty() { room.path().to_owned() } else { format!("{}?{query}", room.path()) },
                query,
            };
            let page = Page::new(&request, "Keep this view")?.crumb("Views", LIST);
            page.form(form.view(&errors)).render("views/keep.html", &view)
        }
    }
}

async fn open(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, SavedViewId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| saved_views::find(desk, &who, id)).await?;
    let (address, unknown) = found.address();
    if unknown.is_empty() {
        return Ok(Redirect::to(address));
    }
    let told = format!("This view is older than the page, which does not know any more: {}.", unknown.join(", "));
    Redirect::with(&request, address, &Flash::warn(told))
}

#[derive(Debug, Serialize)]
struct EditView {
    action: String,
    open: String,
    name: String,
    page_title: &'static str,
    query: Vec<Part>,
    is_shared: bool,
}

/// A part of the question.
#[derive(Debug, Serialize)]
struct Part {
    name: String,
    value: String,
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: SavedViewId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let actor = who.actor.clone();
    let found = desk.run(move |desk| saved_views::find(desk, &who, id)).await?;
    if !found.is_of(&actor) {
        return Err(WebError::not_found());
    }
    let pairs = url::form_urlencoded::parse(found.wish.query.as_bytes());
    let view = EditView {
        action: format!("{LIST}/{id}"),
        open: open_path(&found),
        name: found.wish.name.to_string(),
        page_title: found.wish.room.title(),
        query: pairs.map(|(name, value)| Part { name: name.into_owned(), value: value.into_owned() }).collect(),
        is_shared: found.wish.is_shared,
    };
    Page::new(request, view.name.clone())?.crumb("Views", LIST).form(form).render("views/edit.html", &view)
}

async fn edit(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&id)?, FormView::default()).await
}

async fn change(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, SavedViewId) = (caller(&request), id_in(&id)?);
    let form = posted.only(&["name", "shared"])?;
    let (name, is_shared) = (form.text("name").to_owned(), form.has("shared"));
    match desk.run(move |desk| saved_views::change(desk, &who, id, (&name, is_shared))).await {
        Ok(view) => {
            let told = Flash::good(format!("The view “{}” is kept.", view.wish.name));
            Redirect::with(&request, LIST, &told)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

async fn delete(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let (who, id): (_, SavedViewId) = (caller(&request), id_in(&id)?);
    let gone = desk.run(move |desk| saved_views::delete(desk, &who, id)).await?;
    let told = Flash::good(format!("The view “{}” is deleted.", gone.wish.name));
    Redirect::with(&request, LIST, &told)
}

#[cfg(test)]
mod tests;
