//! Stopping the mails of a group by the link in one of them: by one click of a mail program (RFC 8058), or by a page
//! that asks first, because programs also open links to look at them.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::notices;
use crate::web::case::{DeskData, caller};
use crate::web::{Page, Query, WebError};

/// What `account/leave.html` shows.
#[derive(Serialize)]
struct Leave {
    group: &'static str,
    token: String,
    is_done: bool,
}

fn show(request: &HttpRequest, view: &Leave) -> Result<HttpResponse, WebError> {
    Page::new(request, "Stop these mails")?.render("account/leave.html", view)
}

fn token_in(query: Query) -> Result<String, WebError> {
    Ok(query.only(&["token"])?.get("token").unwrap_or_default().to_owned())
}

/// Asks before anything is changed.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let token = token_in(query)?;
    let group = notices::left_by(&desk, &token)?;
    show(&request, &Leave { group: group.as_str(), token, is_done: false })
}

/// Stops them. The token in the address is the whole proof; the form says nothing.
pub(super) async fn stop(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let (caller, token) = (caller(&request), token_in(query)?);
    let group = desk.run(move |desk| notices::leave(desk, &caller, &token)).await?;
    show(&request, &Leave { group: group.as_str(), token: String::new(), is_done: true })
}
