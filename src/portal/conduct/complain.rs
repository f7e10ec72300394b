//! The public form for reports of misuse and of personal data that got out. Kept from programs without an outside host and
//! without script: a field that people do not see, a signed time, and a bound for each address.

use actix_web::{HttpRequest, HttpResponse};

use crate::cases::conduct::complaints::{self, ComplaintGiven};
use crate::cases::{CaseError, Desk};
use crate::domain::misuse::complaint::ComplaintKind;
use crate::portal::shared::Choice;
use crate::store::{datasets, people};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{FormErrors, FormView, Page, Posted, WebError, json::Query};

/// The field that people do not see.
const TRAP: &str = "homepage";
const FIELDS: [&str; 10] = ["kind", "department", "dataset", "seen", "text", "name", "email", "files", TRAP, "shown"];

fn choices(desk: &Desk) -> Result<(Vec<Choice>, Vec<Choice>), CaseError> {
    let departments = desk.read(people::departments)?;
    let departments = departments.into_iter().map(|one| Choice::new(one.slug, one.name)).collect();
    let datasets = desk.read(datasets::published)?;
    let datasets = datasets.into_iter().map(|one| Choice::new(one.slug, one.metadata.title.to_string())).collect();
    Ok((departments, datasets))
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let (departments, datasets) = desk.run(choices).await?;
    let view = serde_json::json!({
        "departments": departments, "datasets": datasets, "shown": complaints::form_token(desk),
        "clerk": desk.profile.appeals.clerk.name.as_str(),
        "kinds": [
            Choice::new("misuse", "Data is used against its terms")
                .hint("Passed on, sold, used to follow people, shown without its source, and the like."),
            Choice::new("personal_data", "Personal data got out")
                .hint("Something published or passed on shows who a person is, where they live or where they were."),
        ],
    });
    Page::new(request, "Report misuse of data")?.form(form).render("conduct/report.html", &view)
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let dataset = query.lenient().get("dataset").unwrap_or_default().to_owned();
    show(&request, &desk, FormView::with([("dataset", dataset)])).await
}

pub(super) async fn send(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&FIELDS)?;
    let mut errors = FormErrors::default();
    if !form.text(TRAP).is_empty() {
        errors.add_coded(
            "",
            "form_trap",
            "Leave the field “homepage” empty. It is there to tell programs from people.",
        );
    }
    let kind = ComplaintKind::from_word(form.text("kind"));
    if kind.is_none() {
        errors.add("kind", "Choose what you report.");
    }
    if let Err(error) = complaints::check_token(&desk, form.text("shown")) {
        for problem in shown_on_form(error)?.iter() {
            errors.add_coded("", problem.code.clone(), problem.message.clone());
        }
    }
    let (Some(kind), true) = (kind, errors.is_empty()) else {
        return show(&request, &desk, form.view(&errors)).await;
    };
    let text = |name: &str| form.text(name).to_owned();
    let given = ComplaintGiven {
        kind,
        department: text("department"),
        dataset: text("dataset"),
        seen: text("seen"),
        text: text("text"),
        name: text("name"),
        email: text("email"),
        files: form.files("files"),
    };
    let is_reachable = !given.email.is_empty();
    let who = caller(&request);
    match desk.run(move |desk| complaints::file(desk, &who, &given)).await {
        Ok(receipt) => {
            let view = serde_json::json!({
                "number": receipt.number, "is_known": receipt.is_known, "is_reachable": is_reachable,
            });
            Page::new(&request, "Thank you")?.render("conduct/thanks.html", &view)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, form.view(&errors)).await
        }
    }
}
