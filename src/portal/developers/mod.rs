//! The page for developers: the OpenAPI document, readable by people. Made from the very document that programs get; it
//! must never say anything that is not in it.

mod reading;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use self::reading::ApiView;
use crate::web::{Access, Page, Routes, WebError};

/// The document, read once for the page; put into the application data by the composition root.
#[derive(Clone, Debug)]
pub struct ApiDocument(Arc<ApiView>);

impl ApiDocument {
    /// Reads a document.
    #[must_use]
    pub fn new(document: &Value) -> Self {
        Self(Arc::new(ApiView::of(document)))
    }
}

/// Adds the routes of this page.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes.get("/developers/api", Access::Public, "The API, operation by operation", api)
}

async fn api(request: HttpRequest, document: web::Data<ApiDocument>) -> Result<HttpResponse, WebError> {
    Page::new(&request, "API for developers")?.render("developers/api.html", document.0.as_ref())
}
