//! The review desk: the queue of a department, one case with its decision form, and the department's agreements.
//! Decides nothing: it reads what was typed, calls the case and shows what came of it.

mod acts;
mod agreement;
mod assignments;
mod case;
mod countered;
mod decision;
mod department;
mod effect;
mod endings;
mod queue;
mod similar;
#[cfg(test)]
mod tests;
mod texts;
mod thread;

use crate::domain::people::Role;
use crate::web::{Access, Routes};

/// Who works on cases.
const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);
/// Who decides.
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Adds the routes of this desk.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get("/review", DESK, "The queue of the department", queue::page)
        .get("/review/{application}", DESK, "One case beside its decision form", case::page)
        .post("/review/{application}/ask", DESK, "Ask the applicant", acts::ask)
        .post("/review/{application}/message", DESK, "Write to the applicant", acts::message)
        .post("/review/{application}/note", DESK, "Write a private note", acts::note)
        .post("/review/{application}/recuse", DESK, "Step aside", acts::recuse)
        .post("/review/{application}/items/{item}/recommend", DESK, "Advise the manager", acts::recommend)
        .post("/review/{application}/items/{item}/decide", MANAGER, "Decide one item", acts::decide)
        .with_preview()
        .post(
            "/review/{application}/items/{item}/effect",
            MANAGER,
            "What the decision as typed would open",
            effect::page,
        );
    let routes = assignments::routes(endings::routes(agreement::routes(routes)), DESK);
    department::routes(texts::routes(routes, DESK, MANAGER), DESK, MANAGER)
}
