//! Acts on an application that are one form on its page: answer, message, withdraw, reopen.

use actix_web::{HttpRequest, HttpResponse, web};

use super::application::show;
use crate::cases::{Caller, CaseError, Desk, again, apply};
use crate::domain::id::ApplicationId;
use crate::portal::shared::id_in;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, Posted, Redirect, WebError};

/// The same errors, all at one field: a case calls its text `text`, the page has several texts.
pub(super) fn at_field(errors: &FormErrors, field: &str) -> FormErrors {
    let mut moved = FormErrors::default();
    for error in errors.iter() {
        moved.add_coded(field, error.code.clone(), error.message.clone());
    }
    moved
}

/// Runs one act; its errors are shown at `field` of the application's page.
async fn act(
    request: HttpRequest,
    desk: DeskData,
    id: ApplicationId,
    (form, field): (Form, &'static str),
    done: &'static str,
    case: impl FnOnce(&Desk, &Caller) -> Result<(), CaseError> + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    match desk.run(move |desk| case(desk, &who)).await {
        Ok(()) => Redirect::with(&request, format!("/applications/{id}"), &Flash::good(done)),
        Err(error) => {
            let errors = at_field(&shown_on_form(error)?, field);
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn answer(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["answer"])?;
    let text = form.text("answer").to_owned();
    let done = "Your answer is sent. The review goes on.";
    act(request, desk, id, (form, "answer"), done, move |desk, who| apply::answer(desk, who, id, &text)).await
}

pub(super) async fn message(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["message", "department"])?;
    let department = id_in(form.text("department"))?;
    let text = form.text("message").to_owned();
    let done = "Your message is sent.";
    let case = move |desk: &Desk, who: &Caller| apply::message(desk, who, id, department, &text);
    act(request, desk, id, (form, "message"), done, case).await
}

pub(super) async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["reason"])?;
    let reason = form.text("reason").to_owned();
    let done = "It is taken back. You can reopen it at any time with the same answers.";
    act(request, desk, id, (form, "reason"), done, move |desk, who| apply::withdraw(desk, who, id, &reason)).await
}

pub(super) async fn reopen(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let id = id_in(&path)?;
    let who = caller(&request);
    let new = desk.run(move |desk| again::reopen(desk, &who, id)).await?;
    let flash = Flash::good("A new draft is begun with your earlier answers. Change what should differ, then sign it.");
    Redirect::with(&request, format!("/applications/{new}"), &flash)
}
