//! From a request to a case and back: the caller of a case, and what its refusal means on the web. The only place that
//! turns [`CaseError`] into a status.

use actix_web::http::header;
use actix_web::{HttpRequest, web};

use super::edge::request_id;
use super::error::WebError;
use super::form::FormErrors;
use super::headers::IdempotencyKey;
use super::headers::Once;
use super::preview::intent_of;
use super::visitor::actor_of;
use crate::cases::{Caller, CaseError, Desk, Undone};
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::store::StoreError;

/// Seconds after which a busy store is worth another try.
const RETRY_SECONDS: u64 = 3;

/// The desk of this application.
pub type DeskData = web::Data<Desk>;

/// Who calls a case with this request.
#[must_use]
pub fn caller(request: &HttpRequest) -> Caller {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id = request_id(request);
    Caller {
        actor: actor_of(request),
        request: Some(id.to_owned()).filter(|id| !id.is_empty()),
        agent: agent.chars().take(300).collect(),
        idempotency: None,
        intent: intent_of(request),
    }
}

/// The caller of an act that must not happen twice.
#[must_use]
pub fn caller_once(request: &HttpRequest, once: Once) -> Caller {
    Caller { idempotency: once.0.map(IdempotencyKey::into_text), ..caller(request) }
}

impl From<CaseError> for WebError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Refused(refusal) => refused(refusal),
            CaseError::Invalid(problems) => Self::invalid(form_errors(problems)),
            CaseError::Missing => Self::not_found(),
            CaseError::Stale => Self::stale(Vec::new()),
            CaseError::Wait(seconds) => {
                Self::too_many(seconds, format!("Too many tries. Wait {seconds} seconds, then try again."))
            }
            CaseError::Undone(Undone::Letters(letters)) => Self::previewed(letters),
            // The page that asked for its form back takes it by `shown_on_form`; elsewhere there is no form.
            CaseError::Undone(Undone::Form) => {
                Self::bad_request("nothing_done", "Nothing was done. Go back to the form.")
            }
            CaseError::Store(StoreError::Taken) => {
                Self::conflict("conflict", "The same thing was done at the same moment. Look at it again.")
            }
            CaseError::Store(error @ StoreError::Unavailable(_)) => {
                Self::unavailable(RETRY_SECONDS, "use the store", error)
            }
            CaseError::Store(error) => Self::internal("use the store", error),
        }
    }
}

/// The problems of a case as the errors of a form.
#[must_use]
pub fn form_errors(problems: Vec<Invalid>) -> FormErrors {
    let mut errors = FormErrors::default();
    for problem in problems {
        errors.add_coded(problem.field, problem.code, problem.message);
    }
    errors
}

/// What a page should show beside its form instead of leaving it: the errors of a refused or invalid act. Everything
/// else (missing, stale, waiting, store) leaves the form by `Err`.
///
/// # Errors
/// Whatever is not about the form.
pub fn shown_on_form(error: CaseError) -> Result<FormErrors, WebError> {
    match error {
        CaseError::Invalid(problems) => Ok(form_errors(problems)),
        CaseError::Undone(Undone::Form) => Ok(FormErrors::default()),
        CaseError::Refused(refusal) if !is_hidden(&refusal) => {
            let mut errors = FormErrors::default();
            errors.add_coded("", refusal.code, refusal.detail);
            Ok(errors)
        }
        other @ (CaseError::Refused(_)
        | CaseError::Missing
        | CaseError::Stale
        | CaseError::Wait(_)
        | CaseError::Undone(Undone::Letters(_))
        | CaseError::Store(_)) => Err(other.into()),
    }
}

/// Refusals that must look like "there is no such thing".
fn is_hidden(refusal: &Refusal) -> bool {
    matches!(refusal.code, "not_your_department" | "not_the_requester")
}

/// A rule said no.
pub(super) fn refused(refusal: Refusal) -> WebError {
    match refusal.code {
        _ if is_hidden(&refusal) => WebError::not_found(),
        "wrong_login" | "not_signed_in" => WebError::wrong_login(refusal.code, refusal.detail),
        "own_application"
        | "recused"
        | "decided_before"
        | "second_person_needed"
        | "other_offices_hold"
        | "registration_closed" => WebError::forbidden(refusal.code, refusal.detail),
        "link_invalid" => WebError::bad_request(refusal.code, refusal.detail),
        // 422 is what draft-ietf-httpapi-idempotency-key-header asks for; 409 is its word for a twin at work.
        "idempotency_key_reused" => WebError::unprocessable(refusal.code, refusal.detail),
        code if code.ends_with("_needed") || code.ends_with("_empty") || code.ends_with("_too_wide") => {
            let mut errors = FormErrors::default();
            errors.add_coded("", refusal.code, refusal.detail);
            WebError::invalid(errors)
        }
        _ => WebError::conflict(refusal.code, refusal.detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_case_error_has_its_status() {
        let refusal = |code| CaseError::from(Refusal::new(code, "because"));
        let rows = [
            (refusal("not_your_department"), 404),
            (refusal("not_the_requester"), 404),
            (CaseError::Missing, 404),
            (CaseError::Stale, 409),
            (refusal("wrong_state"), 409),
            (refusal("own_application"), 403),
            (refusal("statement_needed"), 422),
            (refusal("idempotency_key_reused"), 422),
            (refusal("request_in_progress"), 409),
            (refusal("wrong_login"), 401),
            (CaseError::from(Invalid::new("title", "required", "Say it.")), 422),
            (CaseError::Wait(7), 429),
            (CaseError::Store(StoreError::Taken), 409),
            (CaseError::Store(StoreError::Unavailable("locked".to_owned())), 503),
            (CaseError::Store(StoreError::Setup("odd".to_owned())), 500),
        ];
        for (error, status) in rows {
            let text = format!("{error:?}");
            assert_eq!(WebError::from(error).status().as_u16(), status, "{text}");
        }
        let missing = WebError::from(CaseError::Missing);
        let hidden = WebError::from(refusal("not_your_department"));
        assert_eq!((missing.code(), missing.detail()), (hidden.code(), hidden.detail()), "alike to the byte");
    }
}
