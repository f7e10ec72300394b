//! Where a dataset flows from. The credential is written and never read back.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::Serialize;

use super::dataset::{save_part, show_part};
use super::parts::at_field;
use crate::cases::catalogue::{self, Edit};
use crate::domain::catalogue::{Upstream, UpstreamBounds};
use crate::portal::shared::still_on_the_form;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Posted, Redirect, WebError};

#[derive(Debug, Serialize)]
pub(super) struct UpstreamView {
    pub(super) url: String,
    pub(super) header: String,
    pub(super) timeout_ms: u32,
    pub(super) answer_max_kib: Option<u32>,
    pub(super) request_max_kib: Option<u32>,
    pub(super) headers_max_kib: Option<u32>,
    pub(super) keep_seconds: u32,
    pub(super) has_credential: bool,
    pub(super) allows_query_key: bool,
}

/// The page.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Option<(&Form, &FormErrors)>,
) -> Result<HttpResponse, WebError> {
    let usual = desk.options.upstream_wait_ms;
    show_part(request, desk, slug, "upstream", typed, |read, _| {
        let upstream = read.dataset.upstream.as_ref();
        let bounds = upstream.map(|upstream| upstream.bounds).unwrap_or_default();
        let view = UpstreamView {
            url: upstream.map(|upstream| upstream.url.clone()).unwrap_or_default(),
            header: upstream.and_then(|upstream| upstream.credential_header.clone()).unwrap_or_default(),
            timeout_ms: upstream.map_or(usual, |upstream| upstream.timeout_ms),
            answer_max_kib: bounds.answer_max_kib,
            request_max_kib: bounds.request_max_kib,
            headers_max_kib: bounds.headers_max_kib,
            keep_seconds: bounds.keep_seconds,
            has_credential: read.has_credential,
            allows_query_key: read.dataset.allows_query_key,
        };
        let stored = FormView::with([
            ("url", view.url.clone()),
            ("header", view.header.clone()),
            ("timeout_ms", view.timeout_ms.to_string()),
            ("answer_max_kib", view.answer_max_kib.map(|kib| kib.to_string()).unwrap_or_default()),
            ("request_max_kib", view.request_max_kib.map(|kib| kib.to_string()).unwrap_or_default()),
            ("headers_max_kib", view.headers_max_kib.map(|kib| kib.to_string()).unwrap_or_default()),
            ("keep_seconds", view.keep_seconds.to_string()),
        ]);
        (view, stored)
    })
    .await
}

/// Saves the upstream; an empty address takes it away.
pub(super) async fn save(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let bounded = ["answer_max_kib", "request_max_kib", "headers_max_kib", "keep_seconds"];
    let form = posted.only(&[&["url", "header", "timeout_ms", "version"], bounded.as_slice()].concat())?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    let timeout = form.parse::<u32>("timeout_ms", &mut errors, "Give whole milliseconds, such as 10000.");
    let bounds = bounds(&form, &mut errors);
    if let (Some(timeout_ms), Some(bounds)) = (timeout, bounds) {
        let header = Some(form.text("header").to_owned()).filter(|header| !header.is_empty());
        let url = form.text("url").to_owned();
        let upstream = (!url.is_empty()).then_some(Upstream { url, credential_header: header, timeout_ms, bounds });
        let told = ("upstream", "Saved. The gate uses the new address at once.");
        match save_part(&request, &desk, &slug, (Edit::Upstream(upstream), version), told).await? {
            Ok(done) => return Ok(done),
            Err(found) => {
                for error in found.iter() {
                    let field = match error.field.as_str() {
                        "upstream" | "" => "url",
                        "credential_header" => "header",
                        field => field,
                    };
                    errors.add_coded(field, error.code.clone(), error.message.clone());
                }
            }
        }
    }
    show(&request, &desk, &slug, Some((&form, &errors))).await
}

/// The bounds as they were typed; an empty one is the gate's own.
fn bounds(form: &Form, errors: &mut FormErrors) -> Option<UpstreamBounds> {
    let mut whole = |name: &str, sentence: &'static str| match form.text(name) {
        "" => Some(None),
        _ => form.parse::<u32>(name, errors, sentence).map(Some),
    };
    let answer = whole("answer_max_kib", "Give whole KiB, such as 2048, or leave it empty.");
    let request = whole("request_max_kib", "Give whole KiB, such as 64, or leave it empty.");
    let headers = whole("headers_max_kib", "Give whole KiB, such as 64, or leave it empty.");
    let keep = whole("keep_seconds", "Give whole seconds, or 0 to keep nothing.");
    Some(UpstreamBounds {
        answer_max_kib: answer?,
        request_max_kib: request?,
        headers_max_kib: headers?,
        keep_seconds: keep?.unwrap_or_default(),
    })
}

/// Sets or clears the credential.
pub(super) async fn save_credential(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["credential", "clear", "version"])?;
    let version = form.version()?;
    let clears = form.has("clear");
    let credential = (!clears).then(|| SecretString::from(form.exact("credential").to_owned()));
    let (caller, own_slug) = (caller(&request), slug.clone());
    let saved = desk.run(move |desk| catalogue::set_credential(desk, &caller, &own_slug, credential.as_ref(), version));
    match saved.await {
        Ok(_) => {
            let done = if clears { "The credential is removed." } else { "The credential is kept, sealed." };
            Redirect::with(&request, format!("/stewardship/{slug}/upstream"), &Flash::good(done))
        }
        Err(error) => {
            let here = format!("/stewardship/{slug}/upstream");
            let error = still_on_the_form(error, ("Look at the dataset again", &here))?;
            let errors = at_field(&shown_on_form(error)?, "credential");
            show(&request, &desk, &slug, Some((&form, &errors))).await
        }
    }
}

/// Says whether a key may travel in the address.
pub(super) async fn save_query_key(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["allow", "version"])?;
    let version = form.version()?;
    let allows = form.text("allow") == "yes";
    let done = if allows { "Keys may travel in the address now." } else { "Keys in the address are refused now." };
    match save_part(&request, &desk, &slug, (Edit::QueryKey(allows), version), ("upstream", done)).await? {
        Ok(done) => Ok(done),
        Err(errors) => show(&request, &desk, &slug, Some((&form, &errors))).await,
    }
}
