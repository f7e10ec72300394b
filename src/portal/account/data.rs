//! What is kept about a person, as one file for them. Decides nothing about what that is.

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse};

use crate::cases::own_data;
use crate::domain::time::day_in;
use crate::web::case::{DeskData, caller};
use crate::web::{Page, Posted, WebError};

pub(super) async fn page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    Page::new(&request, "Download my data")?
        .crumb("Your account", "/account")
        .render("account/data.html", &serde_json::json!({}))
}

pub(super) async fn download(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let who = caller(&request);
    let day = day_in(desk.profile.zone, desk.clock.now());
    let bytes = desk.run(move |desk| own_data::zipped(&own_data::take(desk, &who)?)).await?;
    let name = DispositionParam::Filename(format!("my-data-{day}.zip"));
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header(ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] })
        .body(bytes))
}
