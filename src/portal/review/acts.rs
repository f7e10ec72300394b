//! The acts of the review desk: read the form, call the case, go back to the case page.

use actix_web::{HttpRequest, HttpResponse, web};

use super::case::show;
use super::decision;
use crate::cases::{Caller, CaseError, Desk, review};
use crate::domain::application::State;
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::domain::review::Advice;
use crate::portal::shared::{id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{CaseStaff, ChangedField, Flash, Form, FormErrors, Manager, Once, Posted, Redirect, Signed, WebError};

type Written = fn(&Desk, &Caller, ApplicationId, DepartmentId, &str) -> Result<(), CaseError>;

/// What the page says after an act, and which field its complaints belong to.
struct Told {
    field: &'static str,
    done: &'static str,
}

/// Asks the applicant.
pub(super) async fn ask(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let told = Told { field: "question", done: "The question is sent. The application waits for the answer." };
    let (id, form) = (id_in(&id)?, posted.only(&["question", "department", "about", "text.*"])?);
    let (caller, department) = (caller(&request), id_in(form.text("department"))?);
    let (text, about) = (form.text("question").to_owned(), form.text("about").to_owned());
    let about = Some(about).filter(|about| !about.is_empty());
    let asked = move |desk: &Desk| review::ask_about(desk, &caller, id, department, (&text, about.as_deref()));
    let done = desk.run(asked).await;
    finish(&request, &desk, (id, None), &form, &told, done).await
}

/// Writes to the applicant.
pub(super) async fn message(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let told = Told { field: "message", done: "The message is sent." };
    written(&request, &desk, id_in(&id)?, &posted.only(&["message", "department", "text.*"])?, told, review::message)
        .await
}

/// Writes a private note.
pub(super) async fn note(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let told = Told { field: "note", done: "The note is kept." };
    written(&request, &desk, id_in(&id)?, &posted.only(&["note", "department", "text.*"])?, told, review::note).await
}

/// Steps aside.
pub(super) async fn recuse(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let told = Told { field: "recusal", done: "You have stepped aside. A colleague decides." };
    written(&request, &desk, id_in(&id)?, &posted.only(&["recusal", "department"])?, told, review::recuse).await
}

async fn written(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    form: &Form,
    told: Told,
    act: Written,
) -> Result<HttpResponse, WebError> {
    let (caller, department) = (caller(request), id_in(form.text("department"))?);
    let text = form.text(told.field).to_owned();
    let done = desk.run(move |desk| act(desk, &caller, id, department, &text)).await;
    finish(request, desk, (id, None), form, &told, done).await
}

/// Back to the case with a word, or the case with the complaint at its field.
async fn finish<T>(
    request: &HttpRequest,
    desk: &DeskData,
    (id, item): (ApplicationId, Option<ItemId>),
    form: &Form,
    told: &Told,
    done: Result<T, CaseError>,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(_) => Redirect::with(request, format!("/review/{id}"), &Flash::good(told.done)),
        Err(error) => {
            let error = still_on_the_form(error, ("Read the application again", &format!("/review/{id}")))?;
            let mut errors = FormErrors::default();
            for error in shown_on_form(error)?.iter() {
                errors.add_coded(told.field, error.code.clone(), error.message.clone());
            }
            show(request, desk, id, item, Some((form.clone(), errors))).await
        }
    }
}

/// Advises the manager.
pub(super) async fn recommend(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let form = posted.only(&["advice", "advice_text"])?;
    let told = Told { field: "advice_text", done: "Your recommendation is kept." };
    let Some(advice) = Advice::from_word(form.text("advice")) else {
        let mut errors = FormErrors::default();
        errors.add("advice", "Choose what you recommend.");
        return show(&request, &desk, id, Some(item), Some((form, errors))).await;
    };
    let (caller, text) = (caller(&request), form.text("advice_text").to_owned());
    let done = desk.run(move |desk| review::recommend(desk, &caller, id, item, (advice, &text))).await;
    finish(&request, &desk, (id, Some(item)), &form, &told, done).await
}

/// Decides one item.
pub(super) async fn decide(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    path: web::Path<(String, String)>,
    posted: Posted,
    once: Once,
) -> Result<HttpResponse, WebError> {
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let form = posted.only(decision::FIELDS)?;
    must_have_seen_the_latest(&request, &desk, id, &form).await?;
    let mut errors = FormErrors::default();
    let Some(decided) = decision::read(&form, &desk.profile, &mut errors) else {
        return show(&request, &desk, id, Some(item), Some((form, errors))).await;
    };
    let (caller, statement) = (caller_once(&request, once), form.text("statement").to_owned());
    let decide = move |desk: &Desk| {
        let state = review::decide(desk, &caller, id, item, decided, &statement)?;
        let (application, _) = review::read(desk, &caller, id)?;
        let waits_for_second = application.item(item).is_some_and(super::queue::is_pending);
        Ok((state, waits_for_second))
    };
    let done = desk.run(decide).await;
    match done {
        Ok(done) => Redirect::with(&request, format!("/review/{id}"), &Flash::good(told(&done))),
        Err(error) => {
            let next = format!("/review/{id}");
            let errors = shown_on_form(still_on_the_form(error, ("Read the application again", &next))?)?;
            let errors = decision::at_conditions(&form, &errors);
            show(&request, &desk, id, Some(item), Some((form, errors))).await
        }
    }
}

/// A decision is about what was read: if the applicant has sent the application again since, it must be read again.
async fn must_have_seen_the_latest(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    form: &Form,
) -> Result<(), WebError> {
    let caller = caller(request);
    let (application, _) = desk.run(move |desk| review::read(desk, &caller, id)).await?;
    if form.text("seen").parse() == Ok(application.submissions.len()) {
        return Ok(());
    }
    let changed = application.differences().into_iter().map(|difference| ChangedField {
        label: difference.label,
        theirs: difference.after,
        yours: difference.before,
    });
    Err(WebError::stale(changed.collect()).with_next("Read the application again", format!("/review/{id}")))
}

fn told((state, waits_for_second): &(State, bool)) -> &'static str {
    match state {
        State::Submitted { .. } | State::InfoRequested { .. } if *waits_for_second => {
            "Your approval is kept. A different manager must give the second one; they are told by mail."
        }
        State::Submitted { .. } | State::InfoRequested { .. } => {
            "Your decision is kept. Other items are still to be decided."
        }
        State::Offered { .. } => "Decided. The applicant has been offered the agreement and must sign it.",
        State::Executed { .. } => "Decided. The agreement is in force; the applicant can make keys now.",
        State::Denied { .. } => "Decided. The denial letter is ready, with both ways to appeal.",
        State::Draft | State::Withdrawn { .. } | State::Lapsed { .. } | State::Converted { .. } => {
            "Your decision is kept."
        }
    }
}
