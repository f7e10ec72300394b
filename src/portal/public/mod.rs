//! Pages that anybody may open: start page, catalogue, terms, help, and tools that need no account. They must never
//! show anything about an applicant.

mod catalogue;
mod check;
mod eligibility;
mod home;
mod kill;
mod register;
mod reuse;
mod terms;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use crate::web::{Access, Routes, tongue};

pub(crate) use terms::family_name;

/// A copy of an agreement may be pasted whole.
const COPY_BYTES_MAX: usize = 1024 * 1024;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    let open = Access::Public;
    routes
        .get("/", open, "Start page", home::page)
        .get("/datasets", open, "Search the catalogue", catalogue::search)
        .get("/datasets/{dataset}", open, "One dataset", catalogue::dataset)
        .get("/datasets/{dataset}/sample.json", open, "Its sample as a file", catalogue::sample)
        .get("/datasets/{dataset}/reuse", open, "Ask for the reuse statement of a dataset", reuse::page)
        .post("/datasets/{dataset}/reuse", open, "Ask for the reuse statement of a dataset", reuse::ask)
        .get("/data.json", open, "The catalogue as DCAT-US 1.1", catalogue::data_json)
        .get("/terms", open, "Terms that bind now", terms::list)
        .get("/terms/{family}", open, "Present version of one family of terms", terms::present)
        .get("/terms/{family}/{number}", open, "One version of terms", terms::version)
        .get("/terms/{family}/{number}/changes", open, "What a version of terms changes", terms::changes)
        .get("/terms/{family}/{number}/text", open, "The exact text of a version, as hashed", terms::text)
        .get("/public-register", open, "Agreements in force, and how the city decides", register::page)
        .get("/public-register.json", open, "The public register for programs", register::json)
        .get("/public-register.atom", open, "New and ended agreements as a feed", register::atom)
        .get("/public-register/{table}.csv", open, "One table of the public register as CSV", register::csv)
        .get("/check-eligibility", open, "What to expect before one asks", eligibility::page)
        .get("/check-agreement", open, "Check a copy of an agreement", check::page)
        .post("/check-agreement", open, "Check a copy of an agreement", check::check)
        .with_body_max(COPY_BYTES_MAX)
        .get("/keys/kill", open, "Stop a leaked key by its text", kill::page)
        .post("/keys/kill", open, "Stop a leaked key by its text", kill::kill)
        .get("/language/{tag}", open, "Read the portal in another language", tongue::switch)
        .get("/help", open, "How this works", texts::help)
        .get("/privacy", open, "What is kept about people", texts::privacy)
        .get("/accessibility", open, "Accessibility statement", texts::accessibility)
        .get("/.well-known/security.txt", open, "Where to report a weakness (RFC 9116)", texts::security_txt)
        .get("/.well-known/change-password", open, "Where passwords are changed", texts::change_password)
}
