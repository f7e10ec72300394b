//! Evidence bundles for auditors, written as they are made.

use actix_web::{HttpRequest, HttpResponse, web};

use super::asked::texts;
use super::readers;
use crate::cases::bundle::{self, BundleSubject};
use crate::cases::{Caller, CaseError, Desk};
use crate::web::case::{DeskData, caller};
use crate::web::{FormErrors, Query, WebError, stream};

/// `/audit/bundles/{kind}?of=`, and for a point in time `/audit/bundles/readers` with that question.
pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    kind: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let kind = kind.into_inner();
    let [of, dataset, day, to, time] = texts(query, ["of", "dataset", "day", "to", "time"]);
    let (who, desk) = (caller(&request), desk.into_inner());
    let asker = who.clone();
    let ticket = desk
        .run(move |desk| {
            let subject = match kind.as_str() {
                "readers" => of_readers(desk, &[dataset, day, to, time])?,
                kind => bundle::subject(desk, kind, &of)?,
            };
            bundle::take(desk, &asker, subject)
        })
        .await?;
    send(desk, who, ticket)
}

fn of_readers(desk: &Desk, asked: &[String; 4]) -> Result<BundleSubject, CaseError> {
    let mut errors = FormErrors::default();
    let found = readers::read(desk, asked, &mut errors)?.ok_or(CaseError::Missing)?;
    Ok(BundleSubject::Readers(found.dataset, found.span))
}

fn send(desk: std::sync::Arc<Desk>, who: Caller, ticket: bundle::BundleTicket) -> Result<HttpResponse, WebError> {
    let name = ticket.name.clone();
    stream::file(&name, "application/zip", move |outlet| {
        bundle::write(&desk, &who, &ticket, (outlet, Box::new(|_files| {})))?;
        Ok(())
    })
}
