//! The auditor's pages: entries of the chain, whole stories, who could read when, use of the gate, what is unusual about it, the access log, the
//! check of the chain, and all of it as files. Reads everything but secrets and changes nothing but its reader's own exports.

mod anomalies;
pub(crate) mod asked;
mod bundles;
mod entries;
mod exports;
mod log;
mod readers;
mod story;
#[cfg(test)]
mod tests;
mod usage;
mod verify;

use crate::domain::people::Role;
use crate::web::{Access, Routes};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/audit", AUDITOR, "Search the audit, newest first", entries::page)
        .get("/audit/entries.csv", AUDITOR, "Entries as CSV", entries::sheet)
        .get("/audit/entries/{number}", AUDITOR, "One entry with before and after", entries::one)
        .get("/audit/stories", AUDITOR, "Find a story by number, name or id", story::find)
        .get("/audit/stories/{kind}/{id}", AUDITOR, "Everything that happened to one thing", story::page)
        .get("/audit/usage", AUDITOR, "Use of the gate over a range of days", usage::page)
        .get("/audit/usage.csv", AUDITOR, "Use of the gate as CSV", usage::sheet)
        .get("/audit/anomalies", AUDITOR, "Unusual use that no rule acts on", anomalies::page)
        .get("/audit/access-log", AUDITOR, "The access log, newest first", log::page)
        .get("/audit/access-log.csv", AUDITOR, "The access log as CSV", log::sheet)
        .get("/audit/readers", AUDITOR, "Who could read a dataset, and under which text", readers::page)
        .get("/audit/readers.csv", AUDITOR, "The same as CSV", readers::file)
        .get(
            "/audit/requests/{request}",
            AUDITOR,
            "The clause that allowed a request, or what refused it",
            readers::request,
        )
        .get("/audit/bundles/{kind}", AUDITOR, "Evidence to hand on, as a ZIP", bundles::file)
        .get("/audit/exports", AUDITOR, "Whole tables to take along", exports::page)
        .post("/audit/exports", AUDITOR, "Take a whole table, or have it made", exports::ask)
        .post("/audit/exports/{export}/cancel", AUDITOR, "Call an export off", exports::cancel)
        .get("/audit/exports/{export}/file", AUDITOR, "The file of an export", exports::kept_file)
        .get("/audit/exports/file", AUDITOR, "A whole table, as CSV, JSON or NDJSON", exports::file)
        .get("/audit/verify", AUDITOR, "Check the chain", verify::page)
}
