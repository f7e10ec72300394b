//! Server-rendered pages: parse, call a case, show. Reads through store views and load functions, changes only through
//! cases, and holds no rule.

pub mod account;
pub mod admin;
pub mod applicant;
pub mod auditor;
pub mod clerk;
pub mod holding;
pub mod mailbox;
pub mod public;
pub mod review;
pub mod session;
pub mod shared;
pub mod steward;
#[cfg(test)]
pub(crate) mod testing;

use crate::domain::id::Id;
use crate::web::{Room, Routes, WebError};

/// Every page. `is_demo` adds the pages of the demonstration.
#[must_use]
pub fn routes(is_demo: bool) -> Routes {
    let routes = Routes::new(Room::Portal);
    let routes = public::routes(routes);
    let routes = account::routes(routes);
    let routes = applicant::routes(routes);
    let routes = admin::routes(routes);
    let routes = review::routes(routes);
    let routes = steward::routes(routes);
    let routes = clerk::routes(routes);
    let routes = auditor::routes(routes);
    if is_demo { mailbox::routes(routes) } else { routes }
}

/// Reads an id from an address; a text that is no id names nothing.
pub(crate) fn id_in<K>(text: &str) -> Result<Id<K>, WebError> {
    text.parse().map_err(|_not_an_id| WebError::not_found())
}
