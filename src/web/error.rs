//! The one error of portal and api: what the person may read and do next, apart from what the operator needs. The edge
//! turns it into a page or a problem document; nothing here knows which.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::form::FormErrors;
use super::matrix::role_name;
use crate::domain::letter::Letter;
use crate::domain::net::HeadBounds;
use crate::domain::people::Role;
use crate::domain::refusal::Refusal;

type Code = Cow<'static, str>;
type Cause = Box<dyn StdError + Send + Sync>;

/// A refusal or failure on its way to the person.
pub struct WebError(Box<Inner>);

struct Inner {
    kind: Kind,
    code: Code,
    detail: String,
    next: Vec<WayOut>,
    errors: Vec<FieldError>,
    changed: Vec<ChangedField>,
    letters: Vec<Letter>,
    cause: Option<(&'static str, Cause)>,
}

/// The closed list of what can go wrong at the edge; each is one status.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Previewed,
    BadRequest,
    SignInNeeded,
    Forbidden,
    NotFound,
    MethodNotAllowed { allow: String },
    TimedOut,
    Conflict,
    Stale,
    PreconditionFailed,
    TooLarge,
    UnsupportedMedia,
    Invalid,
    PreconditionRequired,
    TooMany { retry_after: u64 },
    HeadersTooLarge,
    Internal,
    Unavailable { retry_after: u64 },
}

/// A way on from an error: a link with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayOut {
    /// What the link says.
    pub label: Cow<'static, str>,
    /// Where it leads; a path of this site.
    pub href: Cow<'static, str>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name, or its path in a JSON body (`items[0].dataset`).
    pub field: String,
    /// A stable code for programs.
    pub code: Code,
    /// A sentence for people.
    pub message: String,
}

/// A field that somebody else changed while this person was editing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedField {
    /// The field as people know it.
    pub label: String,
    /// What is stored now.
    pub theirs: String,
    /// What this person sent.
    pub yours: String,
}

impl WebError {
    fn new(kind: Kind, code: impl Into<Code>, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            code: code.into(),
            detail: detail.into(),
            next: Vec::new(),
            errors: Vec::new(),
            changed: Vec::new(),
            letters: Vec::new(),
            cause: None,
        }))
    }

    /// 200: the act was only tried, as was asked, and nothing was done; these letters it would have sent.
    #[must_use]
    pub fn previewed(letters: Vec<Letter>) -> Self {
        let mut error = Self::new(Kind::Previewed, "previewed", "Nothing was done and nothing was sent.");
        error.0.letters = letters;
        error
    }

    /// 400: the request itself cannot be understood.
    #[must_use]
    pub fn bad_request(code: impl Into<Code>, detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, code, detail)
    }

    /// 401: nobody is signed in. Pages are sent to the sign-in page instead.
    #[must_use]
    pub fn sign_in_needed() -> Self {
        Self::new(Kind::SignInNeeded, "sign_in_needed", "This needs an account that is signed in.")
    }

    /// 401: what was shown to sign in is wrong; not which part of it.
    #[must_use]
    pub fn wrong_login(code: impl Into<Code>, detail: impl Into<String>) -> Self {
        Self::new(Kind::SignInNeeded, code, detail)
    }

    /// 403: the person is known and may not do this.
    #[must_use]
    pub fn forbidden(code: impl Into<Code>, detail: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, code, detail)
    }

    /// 403 for a row that asks for one of these roles.
    #[must_use]
    pub fn role_needed(roles: &[Role]) -> Self {
        let names: Vec<_> = roles.iter().map(|role| role_name(*role)).collect();
        Self::forbidden("role_needed", format!("This is for people with the role {}.", names.join(" or ")))
    }

    /// 404, the same to the byte for what does not exist and for what is not this person's to see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not_found", "There is nothing at this address, or nothing that you may see.")
    }

    /// 405 with the methods that the address does answer to.
    #[must_use]
    pub fn method_not_allowed(allow: impl Into<String>) -> Self {
        let allow = allow.into();
        let detail = format!("This address answers only to {allow}.");
        Self::new(Kind::MethodNotAllowed { allow }, "method_not_allowed", detail)
    }

    /// 408: the body did not arrive in time.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::new(Kind::TimedOut, "body_timed_out", "What you sent did not arrive in time. Send it again.")
    }

    /// 409: the thing is in a state, or a rule holds, in which this cannot be done.
    #[must_use]
    pub fn conflict(code: impl Into<Code>, detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, detail)
    }

    /// 409: somebody else saved first. `changed` says what is different now.
    #[must_use]
    pub fn stale(changed: Vec<ChangedField>) -> Self {
        let mut error = Self::new(
            Kind::Stale,
            "stale",
            "Somebody else saved a newer version while you were working on this. Nothing of yours was saved.",
        );
        error.0.changed = changed;
        error
    }

    /// 412: the version named in `If-Match` is not the present one.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::new(
            Kind::PreconditionFailed,
            "version_mismatch",
            "The version in If-Match is not the present one. Read it again, then send your change with its ETag.",
        )
    }

    /// 428: an update must say which version it was made from.
    #[must_use]
    pub fn precondition_required() -> Self {
        Self::new(
            Kind::PreconditionRequired,
            "if_match_missing",
            "Send the ETag of the version you changed in the header If-Match.",
        )
    }

    /// 413 with the limit in bytes.
    #[must_use]
    pub fn too_large(limit_bytes: usize) -> Self {
        Self::new(Kind::TooLarge, "too_large", format!("What you sent is larger than {limit_bytes} bytes."))
    }

    /// 413 for files that are more than is taken, with what to do.
    #[must_use]
    pub fn files_too_large(files: usize, mib: usize) -> Self {
        let detail = format!(
            "The files are too large to be read: at most {files} files of {mib} MB each. Go back (most browsers still have \
             what you typed), choose smaller files and send the form again."
        );
        Self::new(Kind::TooLarge, "too_large", detail)
    }

    /// 431 with both limits.
    #[must_use]
    pub fn headers_too_large(bounds: HeadBounds) -> Self {
        let HeadBounds { headers_max, bytes_max } = bounds;
        let detail = format!(
            "The headers of this request are too many or too long: at most {headers_max} with {bytes_max} bytes together."
        );
        Self::new(Kind::HeadersTooLarge, "headers_too_large", detail)
    }

    /// 415 with the type that is wanted.
    #[must_use]
    pub fn unsupported_media(wanted: &str) -> Self {
        Self::new(Kind::UnsupportedMedia, "unsupported_media_type", format!("Send the body as {wanted}."))
    }

    /// 422: understood, and not acceptable as it is; each field says why.
    #[must_use]
    pub fn invalid(errors: FormErrors) -> Self {
        Self::new(Kind::Invalid, "invalid", "Some of what you sent needs to be corrected.").with_errors(errors)
    }

    /// 422: understood, and not acceptable as a whole.
    #[must_use]
    pub fn unprocessable(code: impl Into<Code>, detail: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, detail)
    }

    /// 422 for a JSON body of the wrong shape.
    pub(crate) fn invalid_json(detail: String) -> Self {
        Self::new(Kind::Invalid, "invalid", detail)
    }

    /// 429 with the seconds to wait.
    #[must_use]
    pub fn too_many(retry_after: u64, detail: impl Into<String>) -> Self {
        Self::new(Kind::TooMany { retry_after }, "too_many_requests", detail)
    }

    /// 500: our fault. `tried` and `cause` go to the log only.
    #[must_use]
    pub fn internal(tried: &'static str, cause: impl Into<Cause>) -> Self {
        let mut error = Self::new(
            Kind::Internal,
            "internal",
            "Something went wrong on our side. Nothing was changed. Tell us the request number if it happens again.",
        );
        error.0.cause = Some((tried, cause.into()));
        error
    }

    /// 503: a part that we need does not answer; worth trying again after `retry_after` seconds.
    #[must_use]
    pub fn unavailable(retry_after: u64, tried: &'static str, cause: impl Into<Cause>) -> Self {
        let mut error = Self::new(
            Kind::Unavailable { retry_after },
            "unavailable",
            "The service is busy or being repaired. Nothing was changed. Try again in a moment.",
        );
        error.0.cause = Some((tried, cause.into()));
        error
    }

    /// What to say for an error of the framework that reached the edge.
    #[must_use]
    pub fn foreign(status: StatusCode, text: String) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(Kind::TooLarge, "too_large", "What you sent is larger than this address accepts.")
            }
            StatusCode::REQUEST_TIMEOUT => Self::timed_out(),
            status if status.is_client_error() => Self::bad_request("bad_request", text),
            _ => Self::internal("answer a request", text),
        }
    }

    /// Adds a way on.
    #[must_use]
    pub fn with_next(mut self, label: impl Into<Cow<'static, str>>, href: impl Into<Cow<'static, str>>) -> Self {
        self.0.next.push(WayOut { label: label.into(), href: href.into() });
        self
    }

    /// Adds what is wrong with single fields.
    #[must_use]
    pub fn with_errors(mut self, errors: FormErrors) -> Self {
        self.0.errors.extend(errors.into_list());
        self
    }

    /// The status this becomes.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.0.kind {
            Kind::Previewed => StatusCode::OK,
            Kind::BadRequest => StatusCode::BAD_REQUEST,
            Kind::SignInNeeded => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Kind::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Kind::Conflict | Kind::Stale => StatusCode::CONFLICT,
            Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Kind::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Kind::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Kind::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A short heading for this kind of error.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.0.kind {
            Kind::Previewed => "Nothing was sent",
            Kind::BadRequest => "This request could not be read",
            Kind::SignInNeeded => "Sign in to continue",
            Kind::Forbidden => "You may not do this",
            Kind::NotFound => "Not found",
            Kind::MethodNotAllowed { .. } => "This address works differently",
            Kind::TimedOut => "This took too long to arrive",
            Kind::Conflict => "This cannot be done now",
            Kind::Stale => "Somebody else was faster",
            Kind::PreconditionFailed => "This is no longer the present version",
            Kind::TooLarge => "This is too large",
            Kind::UnsupportedMedia => "This kind of content is not accepted here",
            Kind::Invalid => "There is a problem",
            Kind::PreconditionRequired => "Say which version you changed",
            Kind::TooMany { .. } => "Too many tries",
            Kind::HeadersTooLarge => "The headers of this request are too large",
            Kind::Internal => "Something went wrong",
            Kind::Unavailable { .. } => "Not available right now",
        }
    }

    /// The stable code for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The sentence for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Ways on.
    #[must_use]
    pub fn next(&self) -> &[WayOut] {
        &self.0.next
    }

    /// What is wrong with single fields.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// What somebody else changed.
    #[must_use]
    pub fn changed(&self) -> &[ChangedField] {
        &self.0.changed
    }

    /// The letters of an act that was only tried.
    #[must_use]
    pub fn letters(&self) -> Option<&[Letter]> {
        (self.0.kind == Kind::Previewed).then_some(self.0.letters.as_slice())
    }

    /// The methods the address answers to, on a 405.
    #[must_use]
    pub fn allow(&self) -> Option<&str> {
        if let Kind::MethodNotAllowed { allow } = &self.0.kind { Some(allow) } else { None }
    }

    /// Seconds to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        if let Kind::TooMany { retry_after } | Kind::Unavailable { retry_after } = self.0.kind {
            return Some(retry_after);
        }
        None
    }

    /// Writes what the operator needs, once, at the edge; a refusal with whose it was, empty for a visitor's.
    pub(crate) fn log(&self, account: &str) {
        let status = self.status().as_u16();
        if let Some((tried, cause)) = &self.0.cause {
            tracing::error!(status, code = self.code(), cause = chain(cause.as_ref()), account, "could not {tried}");
            return;
        }
        let told = if self.0.kind == Kind::Previewed { "previewed" } else { "refused" };
        tracing::info!(status, code = self.code(), detail = self.detail(), account, "{told}");
    }
}

/// The whole chain of causes in one line.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

impl fmt::Debug for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebError")
            .field("status", &self.status().as_u16())
            .field("code", &self.0.code)
            .field("detail", &self.0.detail)
            .field("errors", &self.0.errors)
            .field("cause", &self.0.cause)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.status().as_u16(), self.0.code, self.0.detail)
    }
}

impl From<Refusal> for WebError {
    fn from(refusal: Refusal) -> Self {
        super::case::refused(refusal)
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// Only a bare status: the edge replaces it by a page or a problem document.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_kept_for_the_operator_and_never_shown() {
        let error = WebError::internal("load the case", std::io::Error::other("disk gone"));
        assert!(!error.detail().contains("disk"));
        assert!(!error.to_string().contains("disk"));
        assert!(format!("{error:?}").contains("disk gone"));
    }

    #[test]
    fn a_chain_of_causes_is_one_line() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        assert_eq!(chain(&Outer(std::io::Error::other("inner"))), "outer: inner");
    }

    #[test]
    fn foreign_errors_keep_their_side() {
        assert_eq!(WebError::foreign(StatusCode::NOT_FOUND, String::new()).code(), "not_found");
        assert_eq!(WebError::foreign(StatusCode::URI_TOO_LONG, "long".into()).status(), StatusCode::BAD_REQUEST);
        assert_eq!(WebError::foreign(StatusCode::BAD_GATEWAY, "x".into()).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
