//! Server-rendered pages: parse, call a case, show. Reads through the store's views, changes only through cases.

use crate::web::{Room, Routes};

pub mod auditor;
pub mod clerk;
pub mod holding;
pub mod review;
pub mod shared;
pub mod steward;

/// Every page. `is_demo` adds the pages of the demonstration.
#[must_use]
pub fn routes(_is_demo: bool) -> Routes {
    let routes = Routes::new(Room::Portal);
    let routes = review::routes(routes);
    let routes = steward::routes(routes);
    let routes = clerk::routes(routes);
    auditor::routes(routes)
}
