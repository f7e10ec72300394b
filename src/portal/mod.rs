//! Server-rendered pages: parse, call a case, show. Reads through store views and load functions, changes only through
//! cases, and holds no rule.

pub mod account;
pub mod admin;
mod announced;
pub mod appealed;
pub mod applicant;
pub mod auditor;
mod calls;
mod changes;
pub mod clerk;
pub mod conduct;
pub mod copies;
pub mod deadlines;
pub mod developers;
pub mod errands;
pub mod holding;
pub mod letters;
pub mod mailbox;
mod map;
pub mod public;
pub mod records;
pub mod replays;
pub mod review;
pub mod rules;
#[cfg(test)]
mod rules_tests;
mod sampled;
pub mod saved_views;
pub mod session;
pub mod shared;
pub mod sightings;
pub mod steward;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod tests;

use crate::cases::CaseError;
use crate::domain::id::Id;
use crate::web::case::shown_on_form;
use crate::web::{FormErrors, Room, Routes, WebError};

/// Every page. `is_demo` adds the pages of the demonstration.
#[must_use]
pub fn routes(is_demo: bool) -> Routes {
    let routes = Routes::new(Room::Portal);
    let routes = public::routes(routes);
    let routes = replays::routes(rules::routes(routes));
    let routes = conduct::routes(routes);
    let routes = deadlines::routes(routes);
    let routes = sightings::routes(routes);
    let routes = developers::routes(routes);
    let routes = account::routes(routes);
    let routes = applicant::routes(routes);
    let routes = letters::routes(routes);
    let routes = copies::routes(routes);
    let routes = admin::routes(routes);
    let routes = review::routes(routes);
    let routes = steward::routes(routes);
    let routes = clerk::routes(routes);
    let routes = records::routes(routes);
    let routes = auditor::routes(routes);
    let routes = saved_views::routes(routes);
    if is_demo { mailbox::routes(routes) } else { routes }
}

/// Reads an id from an address; a text that is no id names nothing.
pub(crate) fn id_in<K>(text: &str) -> Result<Id<K>, WebError> {
    text.parse().map_err(|_not_an_id| WebError::not_found())
}

/// The errors of a form, where an empty field is called by its label: in the list on top of the page nobody sees which
/// field is meant by “fill this in”.
pub(crate) fn named_errors(error: CaseError, labels: &[(&str, &str)]) -> Result<FormErrors, WebError> {
    let mut named = FormErrors::default();
    for error in shown_on_form(error)?.iter() {
        let label = labels.iter().find(|(field, _)| error.code == "required" && *field == error.field);
        let message = label.map_or_else(|| error.message.clone(), |(_, label)| format!("Fill in “{label}”."));
        named.add_coded(error.field.clone(), error.code.clone(), message);
    }
    Ok(named)
}
