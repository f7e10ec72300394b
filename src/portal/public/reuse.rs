//! Asking for the reuse statement of a dataset that has none. Neither a name nor a purpose is needed.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::reuse::{self, Question};
use crate::domain::time::day_in;
use crate::portal::appealed::DateView;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, Site, WebError, robots};

/// What `reuse/ask.html` shows.
#[derive(Serialize)]
struct AskView {
    slug: String,
    title: String,
    is_askable: bool,
    due: DateView,
    opened: String,
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: String,
    (form, typed): (FormView, Option<&Form>),
) -> Result<HttpResponse, WebError> {
    let asked = slug.clone();
    let (title, is_askable) = desk.run(move |desk| reuse::askable(desk, &asked)).await?;
    let now = desk.clock.now();
    let today = day_in(desk.profile.zone, now);
    let due = desk.profile.calendar.after(today, desk.profile.records.reuse_answer);
    let opened = robots::opened_again(&*Site::of(request)?, typed, now);
    let page = Page::new(request, "Under which terms may it be used?")?;
    let page = page.crumb("Catalogue", "/datasets").crumb(title.clone(), format!("/datasets/{slug}"));
    let view = AskView { slug, title, is_askable, due: DateView::new(&due, today), opened };
    page.form(form).render("reuse/ask.html", &view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, slug.into_inner(), (FormView::default(), None)).await
}

pub(super) async fn ask(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let slug = slug.into_inner();
    let form = posted.only(&["name", "email", "what_for", robots::OPENED_FIELD, robots::TRAP_FIELD])?;
    let mut errors = FormErrors::default();
    robots::check(&*Site::of(&request)?, &form, desk.clock.now(), &mut errors);
    if !errors.is_empty() {
        return show(&request, &desk, slug, (form.view(&errors), Some(&form))).await;
    }
    let text = |name: &str| form.text(name).to_owned();
    let question = Question { name: text("name"), email: text("email"), what_for: text("what_for") };
    let (who, asked) = (caller(&request), slug.clone());
    match desk.run(move |desk| reuse::ask(desk, &who, &asked, &question)).await {
        Ok(request_made) => {
            let by = crate::domain::calendar::in_words(request_made.due.due);
            let flash = Flash::good(format!("{}: the department answers by {by}, on this page.", request_made.number));
            Redirect::with(&request, format!("/datasets/{slug}"), &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, slug, (form.view(&errors), Some(&form))).await
        }
    }
}
