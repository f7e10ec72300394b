//! What others need to know of our tokens: where they come from (RFC 8414), with which keys they are signed (RFC 7517),
//! and, for services with a credential, whether one is good at this moment (RFC 7662).

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use serde::Serialize;

use super::form::{Form, Wrong};
use super::{Claims, may_be};
use crate::gate::answer::{self, Answer, Fault};
use crate::gate::call::Call;
use crate::gate::check::token::is_good;
use crate::gate::is_read;
use crate::gate::verify::{is_from_service, is_of_kind, unknown_service, whole_body};

/// How long anybody may keep these papers, in seconds; a key is shown a day before it signs.
const KEPT: u32 = 300;

/// Metadata of the issuer (RFC 8414, 2).
#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    token_endpoint: String,
    jwks_uri: String,
    introspection_endpoint: String,
    grant_types_supported: [&'static str; 1],
    /// Needed by RFC 8414, although there is no authorization endpoint whose responses it could name.
    response_types_supported: [&'static str; 0],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    introspection_endpoint_auth_methods_supported: [&'static str; 1],
}

/// Answers `GET /.well-known/oauth-authorization-server`. Scopes are not listed: they would name datasets to who may not
/// know of them.
pub(in crate::gate) fn about(call: &Call, request: &Request<Incoming>) -> Answer {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    let issuer = call.worker.shared.options().issuer.as_str();
    let metadata = Metadata {
        issuer,
        token_endpoint: format!("{issuer}/oauth/token"),
        jwks_uri: format!("{issuer}/oauth/jwks"),
        introspection_endpoint: format!("{issuer}/oauth/introspect"),
        grant_types_supported: ["client_credentials"],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        introspection_endpoint_auth_methods_supported: ["Bearer"],
    };
    answer::public_json(call, &metadata, KEPT)
}

/// Answers `GET /oauth/jwks`: the keys that signed tokens which may still be in use, that sign now, and that will.
pub(in crate::gate) fn keys(call: &Call, request: &Request<Incoming>) -> Answer {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    let keys = call.worker.shared.grants().token_keys();
    answer::public_json(call, &keys.published(call.now.utc), KEPT)
}

/// The answer about a token (RFC 7662, 2.2).
#[derive(Serialize)]
struct Introspected<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(flatten)]
    claims: Option<&'a Claims<'static>>,
}

/// Answers `POST /oauth/introspect`: whether the key behind a token is in force now, not only whether the token is
/// genuine. From where the token's calls come is not known here and not judged; nothing is counted.
pub(in crate::gate) async fn introspect(call: Call, request: Request<Incoming>) -> Answer {
    if !is_from_service(&call, &request) {
        return unknown_service(&call);
    }
    let wrong = |detail: &str| {
        let fault = Fault {
            status: 400,
            code: "bad_form",
            title: "The form cannot be read",
            detail: detail.to_owned(),
            next: "Send the token as the parameter “token” of a form.",
        };
        answer::faulty(&call, &fault)
    };
    if !is_of_kind(&request, "application/x-www-form-urlencoded") {
        return wrong("The body must be sent as application/x-www-form-urlencoded.");
    }
    let body = match whole_body(&call, request.into_body()).await {
        Ok(body) => body,
        Err(fault) => return answer::faulty(&call, &fault),
    };
    let form = match Form::read(&body, "") {
        Ok(form) => form,
        Err(Wrong::Request(detail) | Wrong::Client(detail)) => return wrong(detail),
    };
    let Some(text) = form.get("token") else { return wrong("The parameter “token” is missing.") };
    let grants = call.worker.shared.grants();
    let token = may_be(text).then(|| call.worker.tokens.read(text, &grants.token_keys(), call.now.utc));
    let token = token.and_then(Result::ok).filter(|token| is_good(token, grants, &call.now));
    let told = Introspected {
        active: token.is_some(),
        token_type: token.as_ref().map(|_| "Bearer"),
        claims: token.as_ref().map(|token| &token.claims),
    };
    answer::json(&call, StatusCode::OK, &told)
}
