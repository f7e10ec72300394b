//! Stewardship: the datasets of a department, part by part, and the import of catalogues. Managers change, reviewers
//! read. Holds no rule: what may be said of a dataset is decided by the case.

mod about;
mod changes;
mod dataset;
mod feed;
mod import;
mod list;
mod parts;
mod redactions;
mod reuse;
mod rows;
mod sample;
#[cfg(test)]
mod tests;
mod upstream;

use crate::domain::people::Role;
use crate::web::{Access, Routes};

/// Who reads.
const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);
/// Who sees what visitors ask.
const TASKS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
/// Who changes.
const MANAGER: Access = Access::Staff(&[Role::Manager]);
/// Largest form with a pasted catalogue, in bytes: 16 MiB of JSON grow to at most three times that on the way.
const IMPORT_FORM_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Largest form with the fields of a dataset, in bytes: 200 descriptions of 500 letters.
const FIELDS_FORM_BYTES_MAX: usize = 1024 * 1024;
/// Largest form with records that a steward made up, in bytes: 64 KiB grow to at most three times that on the way.
const SAMPLE_FORM_BYTES_MAX: usize = 256 * 1024;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/reuse-requests", TASKS, "Reuse statements asked for, what is due first at the top", reuse::list)
        .get("/reuse-requests/{reuse}", TASKS, "One of them with its answer", reuse::page)
        .post("/reuse-requests/{reuse}/answer", MANAGER, "Answer it; the dataset gets the statement", reuse::answer)
        .get("/stewardship", READERS, "The department's datasets", list::page)
        .get("/stewardship/new", MANAGER, "Form of a new dataset", list::new_page)
        .post("/stewardship/new", MANAGER, "Make a dataset", list::create)
        .get("/stewardship/import", MANAGER, "Form of a catalogue import", import::form_page)
        .post("/stewardship/import", MANAGER, "Import a catalogue", import::run)
        .with_body_max(IMPORT_FORM_BYTES_MAX)
        .get("/stewardship/imports/{import}", READERS, "The report of an import, or how far it is", import::report)
        .post("/stewardship/imports/{import}/cancel", MANAGER, "Call an import off", import::cancel)
        .get("/stewardship/{slug}", READERS, "One dataset as staff see it", dataset::page)
        .get("/stewardship/{slug}/about", READERS, "What the catalogue says", about::page)
        .post("/stewardship/{slug}/about", MANAGER, "Save what the catalogue says", about::save)
        .with_body_max(FIELDS_FORM_BYTES_MAX)
        .get("/stewardship/{slug}/fields", READERS, "Fields and their sensitivity", rows::page)
        .post("/stewardship/{slug}/fields", MANAGER, "Save the fields", rows::save)
        .with_body_max(FIELDS_FORM_BYTES_MAX)
        .get("/stewardship/{slug}/tier", READERS, "The tier and what suggests it", parts::tier_page)
        .post("/stewardship/{slug}/tier", MANAGER, "Set the tier", parts::save_tier)
        .get("/stewardship/{slug}/operations", READERS, "What may be asked", parts::operations_page)
        .post("/stewardship/{slug}/operations", MANAGER, "Save the operations", parts::save_operations)
        .get("/stewardship/{slug}/limits", READERS, "Limits of an agreement", parts::limits_page)
        .post("/stewardship/{slug}/limits", MANAGER, "Save the limits", parts::save_limits)
        .get("/stewardship/{slug}/redactions", READERS, "What is taken out of it", redactions::page)
        .post("/stewardship/{slug}/redactions", MANAGER, "Save or try a redaction profile", redactions::save)
        .with_body_max(FIELDS_FORM_BYTES_MAX)
        .get("/stewardship/{slug}/new-redaction", MANAGER, "Form of a new redaction profile", redactions::new_page)
        .get("/stewardship/{slug}/redactions/{name}", MANAGER, "Form of a redaction profile", redactions::edit_page)
        .post("/stewardship/{slug}/redactions/{name}/retire", MANAGER, "Retire a redaction profile", redactions::retire)
        .post("/stewardship/{slug}/time-field", MANAGER, "Say which field tells the time", redactions::save_time_field)
        .get("/stewardship/{slug}/changes", READERS, "Announced changes", changes::page)
        .post("/stewardship/{slug}/changes", MANAGER, "Announce a change, or see who would be told", changes::announce)
        .get("/stewardship/{slug}/changes/{number}", READERS, "A change, and who still calls", changes::follow)
        .post("/stewardship/{slug}/changes/{number}/withdraw", MANAGER, "Take a change back", changes::withdraw)
        .get("/stewardship/{slug}/feed", READERS, "How the feed does, and its fields as seen", feed::page)
        .post("/stewardship/{slug}/feed/check", MANAGER, "Look at the feed right now", feed::check)
        .post("/stewardship/{slug}/feed/path", MANAGER, "Say which path is looked at", feed::save_path)
        .post("/stewardship/{slug}/feed/declare", MANAGER, "Declare fields as they were seen", feed::declare)
        .with_body_max(FIELDS_FORM_BYTES_MAX)
        .get("/stewardship/{slug}/sample", READERS, "The sample that anybody may look at", sample::page)
        .post("/stewardship/{slug}/sample", MANAGER, "Take a sample and look at it", sample::take)
        .with_body_max(SAMPLE_FORM_BYTES_MAX)
        .post("/stewardship/{slug}/sample/publish", MANAGER, "Publish the sample", sample::publish)
        .post("/stewardship/{slug}/sample/withdraw", MANAGER, "Withdraw a sample", sample::withdraw)
        .get("/stewardship/{slug}/publish", READERS, "Whether it stands in the catalogue", parts::publish_page)
        .post("/stewardship/{slug}/publish", MANAGER, "Publish or take back", parts::save_publish)
        .get("/stewardship/{slug}/upstream", READERS, "Where the data flows from", upstream::page)
        .post("/stewardship/{slug}/upstream", MANAGER, "Save where the data flows from", upstream::save)
        .post("/stewardship/{slug}/credential", MANAGER, "Set the upstream's credential", upstream::save_credential)
        .post("/stewardship/{slug}/query-key", MANAGER, "Allow keys in the address", upstream::save_query_key)
}
