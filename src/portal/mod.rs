//! Server-rendered pages; read through store views, change only through cases.

use crate::web::{Room, Routes};

pub mod auditor;
pub mod clerk;
pub mod review;
pub mod staff;
pub mod steward;
#[cfg(test)]
mod testing;

/// Every page of the portal.
#[must_use]
pub fn routes() -> Routes {
    let routes = Routes::new(Room::Portal);
    let routes = review::routes(routes);
    let routes = steward::routes(routes);
    let routes = clerk::routes(routes);
    auditor::routes(routes)
}
