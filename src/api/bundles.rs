//! Evidence bundles, written as they are made.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::readers;
use crate::cases::bundle::{self, BundleSubject};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Query, WebError, stream};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
const ASKS: &[&str] = &["of", "dataset", "at", "from", "until"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get(
        "/audit/bundles/{kind}",
        AUDITOR,
        "Everything that proves what became of an application, agreement, key or case, or who could read, as a ZIP",
        file,
    )
    .asks(ASKS)
    .gives_other("application/zip")
    .refuses(&["not_found"])
}

async fn file(
    request: HttpRequest,
    desk: DeskData,
    kind: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let (kind, query) = (kind.into_inner(), query.only(ASKS)?);
    let span = readers::asked(&query, desk.clock.now())?;
    let of = query.get("of").unwrap_or_default().to_owned();
    let (who, desk) = (caller(&request), desk.into_inner());
    let asker = who.clone();
    let ticket = desk
        .run(move |desk| {
            let subject = match kind.as_str() {
                "readers" => BundleSubject::Readers(readers::dataset(desk, &span.0)?, span.1),
                kind => bundle::subject(desk, kind, &of)?,
            };
            bundle::take(desk, &asker, subject)
        })
        .await?;
    let name = ticket.name.clone();
    stream::file(&name, "application/zip", move |outlet| {
        bundle::write(&desk, &who, &ticket, (outlet, Box::new(|_files| {})))?;
        Ok(())
    })
}
