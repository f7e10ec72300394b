//! Server-rendered pages: parse, call a case, show. Reads through the store's views, changes only through cases.

use crate::web::{Room, Routes};

pub mod applicant;
pub mod shared;

/// Every page. `is_demo` adds the pages of the demonstration.
#[must_use]
pub fn routes(_is_demo: bool) -> Routes {
    let routes = Routes::new(Room::Portal);
    applicant::routes(routes)
}
