//! Stopping a key on the word of whoever shows its text; no account is needed. Whoever cannot show it learns nothing.

use actix_web::{HttpRequest, HttpResponse};

use crate::cases::keys::{self, Killed};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormErrors, FormView, Page, Posted, Redirect, WebError};

fn show(request: &HttpRequest, form: FormView) -> Result<HttpResponse, WebError> {
    Page::new(request, "Stop a leaked key")?.form(form).render("public/kill.html", &serde_json::json!({}))
}

pub(super) async fn page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    show(&request, FormView::default())
}

pub(super) async fn kill(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["key_secret"])?;
    let caller = caller(&request);
    let text = zeroize::Zeroizing::new(form.text("key_secret").to_owned());
    let said = match desk.run(move |desk| keys::kill_text(desk, &caller, &text)).await {
        Ok(Killed::Now) => "The key works no longer. Its holder is told. Thank you.",
        Ok(Killed::Before) => "This key had stopped working before.",
        Err(error) => {
            let mut errors = FormErrors::default();
            for error in shown_on_form(error)?.iter() {
                errors.add_coded("key_secret", error.code.clone(), error.message.clone());
            }
            return show(&request, form.view(&errors));
        }
    };
    Redirect::with(&request, "/keys/kill", &Flash::good(said))
}
