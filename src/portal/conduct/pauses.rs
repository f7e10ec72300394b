//! Datasets paused for every key: the list, and the forms that begin and end a pause.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::cases::conduct::pause as cases;
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::misuse::pause::may_pause;
use crate::portal::shared::{Choice, id_in, still_on_the_form};
use crate::store::datasets;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError};

fn view(desk: &Desk, who: &Caller) -> Result<serde_json::Value, CaseError> {
    let found = cases::list(desk, who)?;
    let is_ours = |department| may_pause(department, &who.actor).is_ok();
    let all = desk.read(datasets::published)?;
    let ours = all.into_iter().filter(|dataset| is_ours(dataset.department));
    let choices: Vec<_> = ours.map(|dataset| Choice::new(dataset.slug, dataset.metadata.title.to_string())).collect();
    let rows: Vec<_> = found
        .iter()
        .map(|pause| {
            serde_json::json!({
                "id": pause.id, "number": pause.number, "title": pause.title, "reason": pause.reason,
                "since": pause.since, "by": pause.by_name, "keys": pause.holds.len(),
                "is_ours": is_ours(pause.department),
            })
        })
        .collect();
    Ok(serde_json::json!({ "pauses": rows, "datasets": choices }))
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let view = desk.run(move |desk| view(desk, &who)).await?;
    let page = Page::new(request, "Paused datasets")?.crumb("Cases", "/cases").form(form);
    page.render("conduct/pauses.html", &view)
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show(&request, &desk, FormView::default()).await
}

pub(super) async fn begin(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["dataset", "reason"])?;
    let (who, slug, reason) = (caller(&request), form.text("dataset").to_owned(), form.text("reason").to_owned());
    match desk.run(move |desk| cases::begin(desk, &who, &slug, &reason)).await {
        Ok(pause) => {
            let told = format!("Paused. {} keys are stopped, and their holders are told.", pause.holds.len());
            Redirect::with(&request, "/dataset-pauses", &Flash::good(told))
        }
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the pauses", "/dataset-pauses"))?;
            let errors = shown_on_form(error)?;
            show(&request, &desk, form.view(&errors)).await
        }
    }
}

pub(super) async fn end(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, form) = (id_in(&path)?, posted.only(&["end_reason"])?);
    let (who, reason) = (caller(&request), form.text("end_reason").to_owned());
    match desk.run(move |desk| cases::end(desk, &who, id, &reason)).await {
        Ok(_) => Redirect::with(
            &request,
            "/dataset-pauses",
            &Flash::good("The pause is over, and its suspensions are lifted."),
        ),
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the pauses", "/dataset-pauses"))?;
            let mut errors = crate::web::FormErrors::default();
            for problem in shown_on_form(error)?.iter() {
                let field = if problem.field == "reason" { "end_reason" } else { problem.field.as_str() };
                errors.add_coded(field, problem.code.clone(), problem.message.clone());
            }
            show(&request, &desk, form.view(&errors)).await
        }
    }
}
