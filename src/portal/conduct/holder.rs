//! Cases on the holder's pages: what was seen, the evidence, both dates, and the forms to answer, acknowledge and prove.

use actix_web::{HttpRequest, HttpResponse, web};

use super::view::{CaseView, Side};
use crate::cases::conduct::{self, holder as acts};
use crate::domain::id::CaseId;
use crate::domain::misuse::case::{CaseState, MeasureKind, MisuseCase};
use crate::domain::time::day_in;
use crate::portal::shared::{id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormView, Page, Posted, Redirect, WebError};

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| conduct::mine(desk, &who)).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let rows: Vec<_> = found.iter().map(|case| CaseView::new(case, Side::Holder, today)).collect();
    let page = Page::new(&request, "Cases about you")?.crumb("My agreements", "/agreements");
    page.render("conduct/my_cases.html", &serde_json::json!({ "cases": rows }))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

/// What can be appealed of what the case did: its label and its name.
fn appeals(case: &MisuseCase) -> Vec<(String, String)> {
    let held = case
        .in_force()
        .map(|stopped| (format!("{}: {}", stopped.noun(), stopped.what), format!("suspension:{}", stopped.hold)));
    let ended = case.measures.iter().filter_map(|measure| match &measure.kind {
        MeasureKind::RevokeKey { key } => Some(("Revocation of the key".to_owned(), format!("revocation:{key}"))),
        MeasureKind::EndAgreement => {
            Some(("End of the agreement".to_owned(), format!("termination:{}", case.subject.agreement)))
        }
        MeasureKind::Inform
        | MeasureKind::Warn
        | MeasureKind::ThrottleKey { .. }
        | MeasureKind::ThrottleAgreement { .. }
        | MeasureKind::SuspendKey { .. }
        | MeasureKind::SuspendDataset { .. }
        | MeasureKind::SuspendAgreement
        | MeasureKind::SuspendRequester
        | MeasureKind::Refer { .. } => None,
    });
    let found = case.finding.as_ref().filter(|finding| finding.stands());
    let found = found.map(|_| ("The finding of a violation".to_owned(), format!("finding:{}", case.id)));
    found.into_iter().chain(held).chain(ended).collect()
}

async fn show(request: &HttpRequest, desk: &DeskData, id: CaseId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let case = desk.run(move |desk| conduct::my_own(desk, &who, id)).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let open_order = case.order.as_ref().filter(|order| order.is_open() && case.state.is_open());
    let view = serde_json::json!({
        "case": CaseView::new(&case, Side::Holder, today),
        "may_answer": matches!(case.state, CaseState::Noticed | CaseState::Answered | CaseState::Unanswered),
        "may_acknowledge": open_order.is_some_and(|order| order.acknowledged.is_none()),
        "may_prove": open_order.is_some_and(|order| !order.has_new_proof()),
        "appeals": appeals(&case),
        "clerk": desk.profile.appeals.clerk.name.as_str(),
    });
    let page = Page::new(request, format!("Case {}", case.number))?.crumb("Cases about you", "/my-cases").form(form);
    page.render("conduct/my_case.html", &view)
}

async fn done(
    request: &HttpRequest,
    desk: &DeskData,
    id: CaseId,
    (form, told): (Form, &str),
    done: Result<MisuseCase, crate::cases::CaseError>,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(case) => Redirect::with(request, case.path(), &Flash::good(told)),
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the case", "/my-cases"))?;
            let errors = shown_on_form(error)?;
            show(request, desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn answer(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, form) = (id_in(&path)?, posted.only(&["text", "cure", "files"])?);
    let (text, cure, files) = (form.text("text").to_owned(), form.text("cure").to_owned(), form.files("files"));
    let who = caller(&request);
    let result = desk.run(move |desk| acts::answer(desk, &who, id, (&text, &cure, &files))).await;
    let late = result.as_ref().is_ok_and(|case| case.answers.last().is_some_and(|answer| answer.is_late));
    let told = if late {
        "Your answer came after the last day. It is kept and marked late; who decides reads it."
    } else {
        "Your answer is in. Who decides reads it."
    };
    done(&request, &desk, id, (form, told), result).await
}

pub(super) async fn acknowledge(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, form) = (id_in(&path)?, posted.only(&[])?);
    let who = caller(&request);
    let result = desk.run(move |desk| acts::acknowledge(desk, &who, id)).await;
    done(&request, &desk, id, (form, "Noted: you have read the order."), result).await
}

pub(super) async fn prove(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, form) = (id_in(&path)?, posted.only(&["proof", "files"])?);
    let (text, files) = (form.text("proof").to_owned(), form.files("files"));
    let who = caller(&request);
    let result = desk.run(move |desk| acts::prove(desk, &who, id, (&text, &files))).await;
    done(&request, &desk, id, (form, "Your proof is in. You are told what becomes of it."), result).await
}
