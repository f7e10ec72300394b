//! What a requester sees and does: applications, agreements, keys. Parses, calls a case, shows; holds no rule, and shows
//! nothing that a case did not hand to this caller.

mod acts;
mod agreements;
mod appeals;
mod application;
#[cfg(test)]
mod asking_tests;
mod bargain;
mod begin;
#[cfg(test)]
mod copy_tests;
mod datasets;
mod destruction;
mod form;
mod holds;
mod key;
mod keys;
mod left;
mod letter;
mod list;
mod newterms;
mod offer;
mod records;
mod renewal;
mod review;
mod sign;
mod standing;
mod story;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub(in crate::portal) mod usage;

use crate::web::{Access, Routes};

pub(super) use destruction::{CertificateView, certificate_view, tag as certificate_tag};
pub(super) use renewal::{ContactView, QuestionView, contacts, questions, tag as renewal_tag};

/// Whose things these are.
const MINE: Access = Access::Requester;

/// The routes of this module.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    ending_routes(appeal_routes(key_routes(agreement_routes(application_routes(routes)))))
}

fn application_routes(routes: Routes) -> Routes {
    routes
        .get("/applications", MINE, "Own applications", list::page)
        .post("/applications", MINE, "Start an application", begin::start)
        .get("/applications/new", MINE, "Choose datasets to ask for", begin::page)
        .get(
            "/applications/{application}",
            MINE,
            "One application: where it stands and what comes next",
            application::page,
        )
        .get("/applications/{application}/edit/datasets", MINE, "Datasets and scopes of a draft", datasets::page)
        .post("/applications/{application}/edit/datasets", MINE, "Keep datasets and scopes", datasets::save)
        .get("/applications/{application}/edit/{step}", MINE, "One step of the form", form::page)
        .post("/applications/{application}/edit/{step}", MINE, "Keep the answers of a step", form::save)
        .get("/applications/{application}/review", MINE, "Check everything before signing", review::page)
        .get("/applications/{application}/review/text", MINE, "The agreement text as it would be signed", review::text)
        .post("/applications/{application}/submit", MINE, "Sign and send", review::submit)
        .post("/applications/{application}/answer", MINE, "Answer a department's question", acts::answer)
        .post("/applications/{application}/message", MINE, "Write to a department", acts::message)
        .post("/applications/{application}/withdraw", MINE, "Take it back, or decline an offer", acts::withdraw)
        .post("/applications/{application}/reopen", MINE, "Ask again from the same answers", acts::reopen)
        .post("/applications/{application}/copy", MINE, "Begin a new one from its answers", begin::copy)
        .get("/applications/{application}/records", MINE, "Ask for its datasets as records", records::page)
        .post("/applications/{application}/records", MINE, "Ask for its datasets as records", records::convert)
        .get("/applications/{application}/letter", MINE, "The denial letter with both appeal dates", letter::page)
        .get("/applications/{application}/offer", MINE, "The agreement offered, with its conditions", offer::page)
        .post("/applications/{application}/sign", MINE, "Sign the offer", offer::sign)
        .post("/applications/{application}/counter", MINE, "Propose other conditions", offer::counter)
}

fn appeal_routes(routes: Routes) -> Routes {
    routes
        .get("/appeals", MINE, "Own appeals", appeals::list)
        .get("/appeals/new", MINE, "What would be appealed, with both dates", appeals::new_page)
        .post("/appeals", MINE, "Appeal a decision", appeals::file)
        .get("/appeals/{appeal}", MINE, "One appeal: where it stands, both dates, what comes next", appeals::page)
        .get("/appeals/{appeal}/packet.zip", MINE, "The packet for the state's commission", appeals::packet)
        .post("/appeals/{appeal}/withdraw", MINE, "Take an appeal back", appeals::withdraw)
}

fn agreement_routes(routes: Routes) -> Routes {
    routes
        .get("/agreements", MINE, "Own agreements", agreements::list)
        .get("/agreements/{agreement}", MINE, "One agreement: text, evidence, schedules, keys, usage", agreements::page)
        .get("/agreements/{agreement}/text", MINE, "The signed text, to keep", agreements::text)
        .post("/agreements/{agreement}/terminate", MINE, "End an agreement", agreements::terminate)
}

fn ending_routes(routes: Routes) -> Routes {
    routes
        .post("/agreements/{agreement}/renew", MINE, "Open a renewal", renewal::open)
        .get("/renewals/{renewal}", MINE, "One renewal: what to attest, and where it stands", renewal::page)
        .post("/renewals/{renewal}/answers", MINE, "Keep what is attested", renewal::answer)
        .get("/renewals/{renewal}/review", MINE, "Check a renewal before signing", renewal::review_page)
        .get("/renewals/{renewal}/review/text", MINE, "The new agreement as it would be signed", renewal::review_text)
        .post("/renewals/{renewal}/sign", MINE, "Sign a renewal", renewal::sign)
        .post("/renewals/{renewal}/withdraw", MINE, "Take a renewal back", renewal::withdraw)
        .get("/agreements/{agreement}/terms", MINE, "New terms to accept", newterms::page)
        .get("/agreements/{agreement}/terms/text", MINE, "The agreement as it reads under new terms", newterms::text)
        .post("/agreements/{agreement}/terms", MINE, "Accept new terms", newterms::accept)
        .get("/agreements/{agreement}/destruction", MINE, "The certificate of destruction", destruction::page)
        .post("/agreements/{agreement}/destruction/check", MINE, "See the text before signing it", destruction::check)
        .post("/agreements/{agreement}/destruction", MINE, "Sign a certificate of destruction", destruction::certify)
}

fn key_routes(routes: Routes) -> Routes {
    routes
        .get("/agreements/{agreement}/keys/new", MINE, "The form for a new key", keys::new_page)
        .post("/agreements/{agreement}/keys", MINE, "Make a key; its text is shown once", keys::create)
        .get("/keys/{key}", MINE, "One key: scopes, limits, networks, holds, usage", key::page)
        .post("/keys/{key}/roll", MINE, "Put a successor in its place", key::roll)
        .post("/keys/{key}/revoke", MINE, "End a key for good", key::revoke)
        .post("/keys/{key}/network", MINE, "Set where a key may be used from", key::restrict)
        .post("/keys/{key}/name", MINE, "Call a key something else", key::rename)
        .post("/keys/{key}/pause", MINE, "Pause a key", key::pause)
        .post("/keys/{key}/resume", MINE, "Lift an own pause", key::resume)
}
