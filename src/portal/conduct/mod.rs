//! Misuse cases on pages: for the offices that handle them, for the holder they are about, and the form on which anybody
//! reports misuse. Decides nothing.

mod complain;
mod holder;
mod office;
mod opening;
mod pauses;
#[cfg(test)]
mod tests;
mod triage;
mod view;

use crate::domain::people::Role;
use crate::web::{Access, Routes};

/// Who reads cases for the city.
const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
/// Who handles them.
const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);
/// Who decides them.
const DECIDERS: Access = Access::Staff(&[Role::Manager, Role::Clerk]);
const MINE: Access = Access::Requester;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    reports(holders(offices(routes)))
}

fn offices(routes: Routes) -> Routes {
    routes
        .get("/cases", READERS, "Misuse cases, what is due first at the top", office::list)
        .get("/cases/new", OFFICES, "A new misuse case", opening::page)
        .post("/cases", OFFICES, "Open a misuse case", opening::open)
        .with_preview()
        .get("/cases/{case}", READERS, "One misuse case with everything that can be done in it", office::page)
        .get("/cases/{case}/evidence/{name}", READERS, "A piece of frozen evidence", office::evidence)
        .get("/cases/{case}/files/{file}", READERS, "A file that the holder handed in", office::file)
        .post("/cases/{case}/notify", OFFICES, "Give the notice of violation", office::notify)
        .with_preview()
        .post("/cases/{case}/hearing", OFFICES, "Set a hearing, or move it", office::hearing)
        .post("/cases/{case}/suspend", DECIDERS, "Suspend at once", office::suspend)
        .with_preview()
        .post("/cases/{case}/order", DECIDERS, "Order to cease or to take down", office::order)
        .with_preview()
        .post("/cases/{case}/proof", DECIDERS, "Accept a proof, or ask again", office::proof)
        .post("/cases/{case}/find", DECIDERS, "Find a violation and take measures", office::find)
        .with_preview()
        .post("/cases/{case}/measure", DECIDERS, "Take another measure", office::measure)
        .with_preview()
        .post("/cases/{case}/lift", DECIDERS, "Lift one suspension", office::lift)
        .post("/cases/{case}/dismiss", DECIDERS, "Dismiss the case", office::dismiss)
        .with_preview()
        .post("/cases/{case}/close", DECIDERS, "Close the case", office::close)
        .get("/dataset-pauses", READERS, "Datasets paused for every key", pauses::page)
        .post("/dataset-pauses", DECIDERS, "Pause a dataset for every key", pauses::begin)
        .post("/dataset-pauses/{pause}/end", DECIDERS, "End a pause", pauses::end)
}

fn holders(routes: Routes) -> Routes {
    routes
        .get("/my-cases", MINE, "Misuse cases about you", holder::list)
        .get("/my-cases/{case}", MINE, "One misuse case about you", holder::page)
        .get("/my-cases/{case}/evidence/{name}", MINE, "A piece of evidence", office::evidence)
        .get("/my-cases/{case}/files/{file}", MINE, "A file that you handed in", office::file)
        .post("/my-cases/{case}/answer", MINE, "Answer the notice", holder::answer)
        .for_files()
        .post("/my-cases/{case}/acknowledge", MINE, "Say that you have read the order", holder::acknowledge)
        .post("/my-cases/{case}/proof", MINE, "Prove that you complied", holder::prove)
        .for_files()
}

fn reports(routes: Routes) -> Routes {
    routes
        .get("/report-misuse", Access::Public, "Report misuse of data", complain::page)
        .post("/report-misuse", Access::Public, "Send a report of misuse", complain::send)
        .for_files()
        .get("/complaints", READERS, "Reports of misuse that wait to be read", triage::list)
        .get("/complaints/{complaint}", READERS, "One report of misuse", triage::page)
        .get("/complaints/{complaint}/files/{file}", READERS, "A file of a report", triage::file)
        .post("/complaints/{complaint}/set-aside", OFFICES, "Set a report aside", triage::set_aside)
}
