//! From an application to requests for records: which datasets, and whether the application ends with it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::page_of;
use crate::cases::apply;
use crate::cases::records::convert::{self, ConvertWish};
use crate::domain::id::{ApplicationId, ItemId};
use crate::domain::time::day_in;
use crate::portal::appealed::DateView;
use crate::portal::shared::{Choice, id_in};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, FormView, Once, Page, Posted, Redirect, WebError};

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let application = desk.run(move |desk| desk.store.read(|conn| apply::mine(conn, &who, id))).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let clocks = desk.profile.records_clocks(today);
    let items: Vec<_> =
        application.items.iter().map(|item| Choice::new(item.id.to_string(), item.title.clone())).collect();
    let chosen: Vec<_> = application.items.iter().map(|item| item.id.to_string()).collect();
    let may_end = ["submitted", "info_requested", "denied"].contains(&application.state.as_str());
    let view = serde_json::json!({
        "id": id.to_string(),
        "right": desk.profile.notices.records_request.text("en"),
        "state": desk.profile.appeals.state.name.as_str(),
        "due": DateView::new(&clocks.due, today),
        "appeal": DateView::new(&clocks.appeal, today),
        "items": items,
        "chosen": chosen,
        "may_end": may_end,
    });
    let page: Page = page_of(request, &application, "Ask for the records instead")?;
    page.form(form).render("applicant/records.html", &view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

pub(super) async fn convert(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
    once: Once,
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&path)?;
    let form = posted.only(&["items[]", "text", "ends"])?;
    let items = form.all("items").into_iter().map(id_in::<crate::domain::id::ItemKind>);
    let items: Vec<ItemId> = items.collect::<Result<_, _>>()?;
    let wish = ConvertWish { items, text: form.text("text").to_owned(), ends_application: form.has("ends") };
    let who = caller_once(&request, once);
    match desk.run(move |desk| convert::from_application(desk, &who, id, &wish)).await {
        Ok(made) => {
            let numbers: Vec<_> = made.iter().map(|request| request.number.clone()).collect();
            let flash = Flash::good(format!("Filed as {}. The answer is due by the day shown.", numbers.join(" and ")));
            Redirect::with(&request, "/records/mine", &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}
