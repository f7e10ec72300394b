//! Whole tables to take along, written as they are read.

use actix_web::{HttpRequest, HttpResponse};

use super::Api;
use crate::cases::exports::{self, ExportWish};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Query, WebError, stream};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
const ASKS: &[&str] = &["what", "format", "from", "to"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get(
        "/audit/exports/file",
        AUDITOR,
        "Entries, usage, access log, agreements or keys, whole, as CSV, JSON or NDJSON",
        file,
    )
    .asks(ASKS)
    .gives_other("application/x-ndjson")
    .refuses(&["invalid"])
}

async fn file(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let (query, who, desk) = (query.only(ASKS)?, caller(&request), desk.into_inner());
    let ticket = desk
        .run(move |desk| {
            let wish = ExportWish::read(&|name| query.get(name).unwrap_or_default().to_owned())?;
            exports::take(desk, &who, wish)
        })
        .await?;
    let (name, media_type) = (ticket.name.clone(), ticket.wish.format.media_type());
    stream::file(&name, media_type, move |outlet| {
        exports::write(&desk, &ticket, (outlet, &mut |_rows| {}))?;
        Ok(())
    })
}
