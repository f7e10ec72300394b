//! The problems that an operation may answer with: which statuses, and under each the stable codes. What every route of
//! a kind shares is written once among the document's components.

use std::collections::BTreeMap;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};

use crate::domain::refusal::Refusal;
use crate::web::{Access, FormErrors, WebError};

/// What decides which problems a route shares with others.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Traits {
    pub(super) has_path_parameter: bool,
    pub(super) has_query: bool,
    pub(super) has_body: bool,
    pub(super) is_write: bool,
    pub(super) is_versioned: bool,
    pub(super) is_once: bool,
}

/// A problem answer that many routes share.
struct Shared {
    name: &'static str,
    status: &'static str,
    about: &'static str,
    codes: &'static [&'static str],
}

const SHARED: &[Shared] = &[
    Shared {
        name: "UnreadableQuery",
        status: "400",
        about: "The query cannot be read.",
        codes: &[
            "query_invalid",
            "field_unknown",
            "field_repeated",
            "field_encoding",
            "limit_invalid",
            "cursor_invalid",
            "preview_unknown",
        ],
    },
    Shared {
        name: "UnreadableBody",
        status: "400",
        about: "The body is not JSON, or has a field that is not known.",
        codes: &["body_missing", "json_broken", "field_unknown", "preview_unknown"],
    },
    Shared {
        name: "NoPreview",
        status: "400",
        about: "A preview was asked for, and this act has none.",
        codes: &["preview_unknown"],
    },
    Shared {
        name: "SignInNeeded",
        status: "401",
        about: "No token, or one that has ended.",
        codes: &["sign_in_needed"],
    },
    Shared {
        name: "NotAllowed",
        status: "403",
        about: "Known, but not in the role that this needs; or a write with a session cookie without its proof.",
        codes: &["role_needed", "csrf_proof_missing"],
    },
    Shared {
        name: "NotFound",
        status: "404",
        about: "There is no such thing, or none that you may know of: both answer alike.",
        codes: &["not_found"],
    },
    Shared { name: "TooSlow", status: "408", about: "The body did not arrive in time.", codes: &["body_timed_out"] },
    Shared {
        name: "AlreadyAtWork",
        status: "409",
        about: "Somebody else was faster, or a request with this Idempotency-Key is still at work.",
        codes: &["stale", "conflict", "request_in_progress"],
    },
    Shared {
        name: "OldVersion",
        status: "412",
        about: "The version in If-Match is not the present one.",
        codes: &["version_mismatch"],
    },
    Shared { name: "TooLarge", status: "413", about: "The body is too large.", codes: &["too_large"] },
    Shared {
        name: "WrongMediaType",
        status: "415",
        about: "The body is not sent as the type that is asked for.",
        codes: &["unsupported_media_type"],
    },
    Shared {
        name: "NotAcceptable",
        status: "422",
        about: "Understood, but not as it must be: errors names each field.",
        codes: &["invalid"],
    },
    Shared {
        name: "KeyReused",
        status: "422",
        about: "As it must not be (errors names each field), or the Idempotency-Key belongs to another request.",
        codes: &["invalid", "idempotency_key_reused"],
    },
    Shared { name: "VersionNeeded", status: "428", about: "If-Match is missing.", codes: &["if_match_missing"] },
    Shared {
        name: "TooManyTries",
        status: "429",
        about: "Too many tries; come back after Retry-After seconds.",
        codes: &["too_many_requests"],
    },
    Shared {
        name: "Unavailable",
        status: "503",
        about: "The store is busy; come back after Retry-After seconds.",
        codes: &["unavailable"],
    },
];

/// The shared problem answers, for the document's components.
pub(super) fn components() -> impl Iterator<Item = (&'static str, Response)> {
    SHARED.iter().map(|shared| (shared.name, answer(shared.about, shared.codes.iter().copied(), &[])))
}

fn answer<'a>(about: &str, codes: impl Iterator<Item = &'a str>, field_codes: &[&str]) -> Response {
    let codes: Vec<&str> = codes.collect();
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut extensions = ExtensionsBuilder::new().add("x-codes", codes);
    if !field_codes.is_empty() {
        extensions = extensions.add("x-field-codes", field_codes.to_vec());
    }
    ResponseBuilder::new()
        .description(about)
        .content("application/problem+json", problem)
        .extensions(Some(extensions.build()))
        .build()
}

/// The problem answers of one route, by status. `own` are codes that only it has.
pub(super) fn answers(access: Access, traits: Traits, own: &[&'static str]) -> Vec<(String, RefOr<Response>)> {
    let mut names = Vec::new();
    let mut add = |is_so: bool, name: &'static str| {
        if is_so {
            names.push(name);
        }
    };
    add(traits.has_query && !traits.has_body, "UnreadableQuery");
    add(traits.has_body, "UnreadableBody");
    add(traits.is_write && !traits.has_body && !traits.has_query, "NoPreview");
    add(access != Access::Public && access != Access::SignedLink, "SignInNeeded");
    add(matches!(access, Access::Staff(_)) || traits.is_write, "NotAllowed");
    add(traits.has_path_parameter, "NotFound");
    add(traits.has_body, "TooSlow");
    add(traits.is_once, "AlreadyAtWork");
    add(traits.is_versioned, "OldVersion");
    add(traits.has_body, "TooLarge");
    add(traits.has_body, "WrongMediaType");
    add(traits.has_body && !traits.is_once, "NotAcceptable");
    add(traits.is_once, "KeyReused");
    add(traits.is_versioned, "VersionNeeded");
    add(true, "Unavailable");
    let mut by_status: BTreeMap<String, Problem> = BTreeMap::new();
    for shared in SHARED.iter().filter(|shared| names.contains(&shared.name)) {
        by_status.insert(shared.status.to_owned(), Problem { shared: Some(shared), ..Problem::default() });
    }
    for code in own {
        let error = error_of(code);
        let status = error.status().as_str().to_owned();
        let shared = SHARED.iter().find(|shared| shared.status == status && shared.codes.contains(&error.code()));
        let problem = by_status.entry(status).or_default();
        problem.shared = problem.shared.or(shared);
        if error.code() != *code {
            problem.field_codes.push(code);
        } else if shared.is_none() {
            problem.codes.push(code);
        }
    }
    by_status.into_iter().map(|(status, problem)| (status, problem.answer())).collect()
}

/// How a code is answered.
fn error_of(code: &'static str) -> WebError {
    match code {
        "not_found" => WebError::not_found(),
        "invalid" => WebError::invalid(FormErrors::default()),
        "too_many_requests" => WebError::too_many(1, ""),
        refusal => WebError::from(Refusal::new(refusal, "")),
    }
}

/// One problem answer in the making.
#[derive(Default)]
struct Problem {
    shared: Option<&'static Shared>,
    /// Codes that only this route has.
    codes: Vec<&'static str>,
    /// Codes that stand under `errors`, beside the field.
    field_codes: Vec<&'static str>,
}

impl Problem {
    fn answer(self) -> RefOr<Response> {
        let Self { shared, codes, field_codes } = self;
        match shared {
            Some(shared) if codes.is_empty() && field_codes.is_empty() => Ref::from_response_name(shared.name).into(),
            Some(shared) => answer(shared.about, shared.codes.iter().copied().chain(codes), &field_codes).into(),
            None => answer("This cannot be done now, or not by you.", codes.into_iter(), &field_codes).into(),
        }
    }
}
