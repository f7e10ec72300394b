//! What is kept about a person, as JSON for them.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::cases::own_data::{self, OwnFile};
use crate::web::case::{DeskData, caller};
use crate::web::{Access, WebError};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.post("/account/data", Access::SignedIn, "What is kept about you, as files", take).gives::<OwnData>(200)
}

/// What is kept about you.
#[derive(Debug, Serialize, ToSchema)]
struct OwnData {
    files: Vec<OwnFileView>,
}

/// One file.
#[derive(Debug, Serialize, ToSchema)]
struct OwnFileView {
    #[schema(example = "account.json")]
    name: String,
    sha256: String,
    /// JSON, or the text of an agreement or letter.
    text: String,
}

impl From<OwnFile> for OwnFileView {
    fn from(file: OwnFile) -> Self {
        Self { sha256: file.sha256(), name: file.name, text: file.text }
    }
}

async fn take(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let files = desk.run(move |desk| own_data::take(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(OwnData { files: files.into_iter().map(Into::into).collect() }))
}
