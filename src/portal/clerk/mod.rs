//! The clerk's desk: the board of what is due; denials with both appeal dates side by side, and the holds that are the
//! clerk's to place and lift. Never hides the state's date behind the clerk's own review.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::{Caller, CaseError, Desk, denials, enforce};
use crate::domain::hold::{Hold, HoldTarget, Office};
use crate::domain::id::HoldId;
use crate::domain::people::Role;
use crate::portal::holding::{HoldView, reasons, suspension};
use crate::portal::shared::{Choice, Names, id_in, still_on_the_form};
use crate::store::{agreements, keys, people};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Access, Flash, Form, FormErrors, FormView, Once, Page, Posted, Redirect, Routes, WebError};

#[cfg(test)]
mod appeal_tests;
mod appeals;
mod board;
#[cfg(test)]
mod board_tests;
#[cfg(test)]
mod tests;

const CLERK: Access = Access::Staff(&[Role::Clerk]);

/// Adds the routes of this desk.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/clerk", CLERK, "What is due, and what comes next on each matter", board::page)
        .get("/clerk/holds", CLERK, "Denials with both dates, and the clerk's holds", page)
        .get("/clerk/denials/{application}", CLERK, "The denial letter of one application", letter)
        .post("/clerk/holds", CLERK, "Place a hold", place)
        .with_preview()
        .post("/clerk/holds/lift", CLERK, "Lift one hold", lift)
        .get("/clerk/appeals", CLERK, "Appeals, those to be decided first at the top", appeals::list)
        .get("/clerk/appeals/{appeal}", CLERK, "One appeal with everything that can be done to it", appeals::page)
        .post("/clerk/appeals/{appeal}/admit", CLERK, "Hear an appeal that came late", appeals::admit)
        .post("/clerk/appeals/{appeal}/turn-away", CLERK, "Do not hear an appeal that came late", appeals::turn_away)
        .post("/clerk/appeals/{appeal}/acknowledge", CLERK, "Acknowledge an appeal", appeals::acknowledge)
        .post("/clerk/appeals/{appeal}/record", CLERK, "Compile the record", appeals::compile)
        .post("/clerk/appeals/{appeal}/hearing", CLERK, "Set a hearing, or move it", appeals::hearing)
        .post("/clerk/appeals/{appeal}/decide", CLERK, "Decide an appeal", appeals::decide)
        .with_preview()
}

#[derive(Debug, Serialize)]
struct ClerkView {
    denials: Vec<Denial>,
    ours: Vec<HoldView>,
    others: Vec<HoldView>,
    targets: Vec<Choice>,
    reasons: Vec<Choice>,
    clerk_name: String,
    state_name: String,
}

#[derive(Debug, Serialize)]
struct Denial {
    href: String,
    number: String,
    title: String,
    requester: String,
    datasets: String,
    denied_on: chrono::NaiveDate,
    clerk_by: chrono::NaiveDate,
    clerk_is_over: bool,
    state_by: chrono::NaiveDate,
    state_is_over: bool,
}

async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show(&request, &desk, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let view = desk.run(move |desk| view(desk, &caller)).await?;
    Page::new(request, "Denials and holds")?.crumb("Clerk", "/clerk").form(form).render("clerk/clerk.html", &view)
}

fn view(desk: &Desk, caller: &Caller) -> Result<ClerkView, CaseError> {
    let names = Names::of(desk)?;
    let held = enforce::in_force(desk, caller)?;
    let (ours, others): (Vec<_>, Vec<_>) =
        held.iter().partition(|hold| hold.office == Office::Clerk || hold.is_by_misuse_rule());
    let shown = |holds: Vec<&Hold>| -> Result<Vec<HoldView>, CaseError> {
        holds
            .into_iter()
            .map(|hold| {
                let (what, href) = target(desk, hold.target)?;
                Ok(HoldView::new(hold, what, href, &names, &caller.actor))
            })
            .collect()
    };
    let appeals = &desk.profile.appeals;
    Ok(ClerkView {
        denials: denials::list(desk, caller)?.into_iter().map(denial).collect(),
        ours: shown(ours)?,
        others: shown(others)?,
        targets: vec![
            Choice::new("agreement", "Every key of the agreement"),
            Choice::new("requester", "Every key of its holder, under any agreement"),
        ],
        reasons: reasons(),
        clerk_name: appeals.clerk.name.to_string(),
        state_name: appeals.state.name.to_string(),
    })
}

/// What a hold stops, and where one reads more.
fn target(desk: &Desk, target: HoldTarget) -> Result<(String, String), CaseError> {
    match target {
        HoldTarget::Agreement(id) => {
            let agreement = desk.read(|conn| agreements::by_id(conn, id))?;
            let what = format!("Agreement {}, {}", agreement.number, agreement.requester_name);
            Ok((what, format!("/review/agreements/{id}")))
        }
        HoldTarget::Key(id) => {
            let stored = desk.read(|conn| keys::by_id(conn, id))?;
            let what = format!("Key “{}” ({})", stored.key.name, stored.key.hint);
            Ok((what, format!("/review/agreements/{}", stored.key.agreement)))
        }
        HoldTarget::Requester(id) => {
            let account = desk.read(|conn| people::account_by_id(conn, id))?;
            Ok((format!("Every key of {}", account.name), String::new()))
        }
    }
}

fn denial(denial: denials::Denial) -> Denial {
    let denials::Denial { application, letter, clerk_by, is_clerk_over, state_by, is_state_over } = denial;
    let titles: Vec<_> = letter.parts.iter().map(|part| part.dataset.as_str()).collect();
    Denial {
        href: format!("/clerk/denials/{application}"),
        datasets: titles.join(", "),
        number: letter.number,
        title: letter.title,
        requester: letter.to,
        denied_on: letter.day,
        clerk_by,
        clerk_is_over: is_clerk_over,
        state_by,
        state_is_over: is_state_over,
    }
}

/// The letter as the requester has it.
async fn letter(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, id) = (caller(&request), id_in(&id)?);
    let letter = desk.run(move |desk| denials::letter(desk, &caller, id)).await?;
    let page = Page::new(&request, format!("Denial of {}", letter.number))?.crumb("Clerk", "/clerk");
    let page = page.crumb("Denials and holds", "/clerk/holds");
    page.render("clerk/letter.html", &serde_json::json!({ "letter": letter }))
}

async fn place(request: HttpRequest, desk: DeskData, posted: Posted, once: Once) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["number", "target", "reason", "explanation"])?;
    let mut errors = FormErrors::default();
    let number = form.text("number").to_uppercase();
    let found = desk.run(move |desk| desk.read(|conn| agreements::by_number(conn, &number))).await;
    let target = match found {
        Ok(agreement) if form.text("target") == "requester" => Some(HoldTarget::Requester(agreement.requester)),
        Ok(agreement) => Some(HoldTarget::Agreement(agreement.id)),
        Err(CaseError::Missing) => {
            errors.add("number", "There is no agreement with this number. It looks like DSA-2026-0017.");
            None
        }
        Err(other) => return Err(other.into()),
    };
    let Some(wish) = suspension(&form, target, &mut errors) else {
        return show(&request, &desk, form.view(&errors)).await;
    };
    let caller = caller_once(&request, once);
    let done = desk.run(move |desk| enforce::suspend(desk, &caller, &wish)).await;
    finish(&request, &desk, &form, done, "The hold is placed. The gate refuses the next call.").await
}

async fn lift(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["hold", "lift_reason.*"])?;
    let hold: HoldId = id_in(form.text("hold"))?;
    let field = format!("lift_reason.{hold}");
    let (caller, reason) = (caller(&request), form.text(&field).to_owned());
    let done = desk.run(move |desk| enforce::lift(desk, &caller, hold, &reason)).await;
    let done = done.map_err(|error| match error {
        CaseError::Invalid(problems) => CaseError::Invalid(
            problems
                .into_iter()
                .map(|problem| crate::domain::text::Invalid { field: field.clone(), ..problem })
                .collect(),
        ),
        other @ (CaseError::Refused(_)
        | CaseError::Missing
        | CaseError::Stale
        | CaseError::Undone(_)
        | CaseError::Wait(_)
        | CaseError::Store(_)) => other,
    });
    finish(&request, &desk, &form, done, "The hold is lifted.").await
}

async fn finish(
    request: &HttpRequest,
    desk: &DeskData,
    form: &Form,
    done: Result<Hold, CaseError>,
    told: &str,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(_) => Redirect::with(request, "/clerk/holds", &Flash::good(told)),
        Err(error) => {
            let errors = shown_on_form(still_on_the_form(error, ("Back to the clerk's desk", "/clerk/holds"))?)?;
            show(request, desk, form.view(&errors)).await
        }
    }
}
