//! Reports of misuse for the office they went to: the list, and one report with the way into a case or aside.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::view::{FileView, file as file_view};
use crate::cases::conduct::complaints as cases;
use crate::cases::{CaseError, Desk};
use crate::domain::id::{AttachmentId, ComplaintId};
use crate::domain::misuse::complaint::{Complaint, ComplaintKind, ComplaintState};
use crate::domain::people::Actor;
use crate::domain::time::Instant;
use crate::portal::shared::{Names, Tag, id_in, still_on_the_form};
use crate::store::datasets;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::upload::download;
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError, json::Query};

#[derive(Debug, Serialize)]
struct ComplaintView {
    id: String,
    number: String,
    kind: Tag,
    tag: Tag,
    to: String,
    dataset: String,
    seen: String,
    text: String,
    from: String,
    at: Instant,
    files: Vec<FileView>,
    is_open: bool,
    may_act: bool,
    case_href: String,
    outcome: String,
}

fn view(desk: &Desk, complaint: &Complaint, actor: &Actor) -> Result<ComplaintView, CaseError> {
    let names = Names::of(desk)?;
    let dataset = match complaint.dataset {
        Some(id) => desk.read(|conn| datasets::by_id(conn, id))?.metadata.title.to_string(),
        None => String::new(),
    };
    let (text, tone) = match complaint.kind {
        ComplaintKind::Misuse => ("Use against the terms", "info"),
        ComplaintKind::PersonalData => ("Personal data got out", "bad"),
    };
    let kind = Tag { text, tone };
    let (tag, case_href, outcome) = match &complaint.state {
        ComplaintState::Received => (Tag { text: "To be read", tone: "warn" }, String::new(), String::new()),
        ComplaintState::TakenUp { case, number, by_name, .. } => (
            Tag { text: "Case opened", tone: "good" },
            format!("/cases/{case}"),
            format!("{by_name} opened case {number}."),
        ),
        ComplaintState::SetAside { by_name, reason, .. } => {
            (Tag { text: "Set aside", tone: "neutral" }, String::new(), format!("{by_name}: {reason}"))
        }
    };
    let from = match (complaint.name.as_str(), complaint.email.as_str()) {
        ("", "") if complaint.account.is_some() => "Somebody with an account here".to_owned(),
        ("", "") => "They gave no name and no address".to_owned(),
        (name, "") => name.to_owned(),
        ("", email) => email.to_owned(),
        (name, email) => format!("{name}, {email}"),
    };
    let is_open = complaint.state == ComplaintState::Received;
    let path = format!("/complaints/{}", complaint.id);
    Ok(ComplaintView {
        id: complaint.id.to_string(),
        number: complaint.number.clone(),
        kind,
        tag,
        to: complaint.to.map_or("the City Clerk", |id| names.get(id)).to_owned(),
        dataset,
        seen: complaint.seen.clone(),
        text: complaint.text.clone(),
        from,
        at: complaint.at,
        files: complaint.files.iter().map(|one| file_view(one, &path)).collect(),
        is_open,
        may_act: is_open && complaint.office(actor).is_ok(),
        case_href,
        outcome,
    })
}

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let is_all = query.lenient().get("show") == Some("all");
    let who = caller(&request);
    let rows = desk
        .run(move |desk| {
            let found = cases::list(desk, &who, is_all)?;
            found.iter().map(|complaint| view(desk, complaint, &who.actor)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let page = Page::new(&request, "Reports of misuse")?.crumb("Cases", "/cases");
    page.render("conduct/complaints.html", &serde_json::json!({ "complaints": rows, "is_all": is_all }))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: ComplaintId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let view = desk
        .run(move |desk| {
            let complaint = cases::read(desk, &who, id)?;
            view(desk, &complaint, &who.actor)
        })
        .await?;
    let page = Page::new(request, format!("Report {}", view.number))?.crumb("Cases", "/cases");
    let page = page.crumb("Reports of misuse", "/complaints").form(form);
    page.render("conduct/complaint.html", &serde_json::json!({ "complaint": view }))
}

pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, file) = path.into_inner();
    let (who, id, file): (_, ComplaintId, AttachmentId) = (caller(&request), id_in(&id)?, id_in(&file)?);
    let (attachment, content) = desk.run(move |desk| cases::attachment(desk, &who, id, file)).await?;
    Ok(download(&attachment, content))
}

pub(super) async fn set_aside(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, form) = (id_in(&path)?, posted.only(&["reason"])?);
    let (who, reason) = (caller(&request), form.text("reason").to_owned());
    match desk.run(move |desk| cases::set_aside(desk, &who, id, &reason)).await {
        Ok(_) => Redirect::with(
            &request,
            "/complaints",
            &Flash::good("Set aside. Who sent it is told why, if they can be reached."),
        ),
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the reports", "/complaints"))?;
            let errors = shown_on_form(error)?;
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}
