//! Requests for public records: the form that needs no account, the page behind the private link, and the office's desk.
//! Parses, calls a case, shows; holds no rule, and asks nobody who they are or why they ask.

mod acts;
mod ask;
mod desk;
mod follow;
#[cfg(test)]
mod tests;
mod view;

use crate::domain::people::Role;
use crate::web::{Access, Routes};

/// Who reads requests at their office.
const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
/// Who works on them.
const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);
/// Who answers them.
const OFFICIAL: Access = Access::Staff(&[Role::Manager, Role::Clerk]);

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    desk_routes(open_routes(routes))
}

fn open_routes(routes: Routes) -> Routes {
    let (open, link) = (Access::Public, Access::SignedLink);
    routes
        .get("/records/new", open, "Ask for public records", ask::page)
        .post("/records/new", open, "Ask for public records", ask::file)
        .get("/records/follow", link, "One request by its private link: dates, answer, files", follow::page)
        .post("/records/follow/withdraw", link, "Take a request back", follow::withdraw)
        .post("/records/follow/application", Access::Requester, "Begin an application from it", follow::convert)
        .get("/records/follow/file", link, "One file that was produced", follow::file)
        .get("/records/follow/letter.pdf", link, "One letter about it, to keep", follow::letter)
        .get("/records/follow/packet.zip", link, "The papers for the state's commission", follow::packet)
        .get("/records/mine", Access::Requester, "Own requests for records", follow::mine)
}

fn desk_routes(routes: Routes) -> Routes {
    routes
        .get("/records", READERS, "Requests for records, what is due first at the top", desk::list)
        .get("/records/{request}", READERS, "One request with everything that can be done to it", desk::page)
        .get("/records/{request}/files/{file}", READERS, "One file that was produced", desk::file)
        .get("/records/{request}/packet.zip", READERS, "The papers for the state's commission", desk::packet)
        .post("/records/{request}/acknowledge", DESK, "Acknowledge a request", acts::acknowledge)
        .with_preview()
        .post("/records/{request}/route", DESK, "Give it to another department", acts::route)
        .post(
            "/records/{request}/lengthen",
            OFFICIAL,
            "Give the longer time: an employee is told first",
            acts::lengthen,
        )
        .post("/records/{request}/estimate", DESK, "Say what copies cost at most", acts::estimate)
        .with_preview()
        .post("/records/{request}/waive", OFFICIAL, "Ask no fee", acts::waive)
        .post("/records/{request}/fee", DESK, "Write a charge or a payment into the ledger", acts::fee)
        .post("/records/{request}/refer", DESK, "Refer a safety question to the State", acts::refer)
        .post("/records/{request}/finding", DESK, "Write down what the State found", acts::finding)
        .post("/records/{request}/answer", OFFICIAL, "Answer a request", acts::answer)
        .for_files()
        .with_preview()
        .post("/records/{request}/message", DESK, "Write to the requester", acts::message)
        .post("/records/{request}/note", DESK, "Write a note for staff", acts::note)
}
