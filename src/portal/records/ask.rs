//! The form for a request for records. It asks which records and how to answer, and nothing else must be filled in.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::records::{self, Wish};
use crate::cases::{CaseError, Desk};
use crate::domain::records::{Format, WaiverGround};
use crate::domain::time::day_in;
use crate::portal::appealed::DateView;
use crate::portal::shared::Choice;
use crate::store::people;
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::visitor::visitor_of;
use crate::web::{
    Flash, Form, FormErrors, FormView, Once, Page, Posted, Redirect, Site, WebError, json::Query, robots,
};

const FIELDS: &[&str] = &[
    "name",
    "email",
    "other_way",
    "department",
    "description",
    "format",
    "waiver",
    "language",
    robots::OPENED_FIELD,
    robots::TRAP_FIELD,
];

/// What `records/new.html` shows.
#[derive(Serialize)]
struct NewView {
    right: String,
    fees: Vec<String>,
    clerk: String,
    clerk_email: String,
    state: String,
    departments: Vec<Choice>,
    formats: Vec<Choice>,
    waivers: Vec<Choice>,
    languages: Vec<Choice>,
    due: DateView,
    appeal: DateView,
    opened: String,
    /// The address of who is signed in; their answer goes there.
    own_email: String,
    description: String,
    department: String,
}

fn departments(desk: &Desk) -> Result<Vec<Choice>, CaseError> {
    let all = desk.read(people::departments)?;
    let unsure = Choice::new("", "I am not sure: the clerk finds out");
    let known = all.into_iter().map(|department| Choice::new(department.slug, department.name));
    Ok(std::iter::once(unsure).chain(known).collect())
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    (form, typed): (FormView, Option<&Form>),
    (department, dataset): (&str, &str),
) -> Result<HttpResponse, WebError> {
    let site = Site::of(request)?;
    let now = desk.clock.now();
    let today = day_in(desk.profile.zone, now);
    let departments = desk.run(departments).await?;
    let clocks = desk.profile.records_clocks(today);
    let rules = desk.profile.fees.rules();
    let visitor = visitor_of(request);
    let appeals = &desk.profile.appeals;
    let view = NewView {
        right: desk.profile.notices.records_request.text("en").to_owned(),
        fees: vec![
            format!("A page costs at most {}.", rules.page_max),
            "Files cost at most what making the copy costs the city; searching costs nothing.".to_owned(),
            "Looking at records in the office is free.".to_owned(),
        ],
        clerk: appeals.clerk.name.to_string(),
        clerk_email: appeals.clerk.email.to_string(),
        state: appeals.state.name.to_string(),
        departments,
        formats: Format::ALL.into_iter().map(|format| Choice::new(format.as_str(), format.in_words())).collect(),
        waivers: waivers(),
        languages: vec![Choice::new("en", "English"), Choice::new("es", "Español")],
        due: DateView::new(&clocks.due, today),
        appeal: DateView::new(&clocks.appeal, today),
        opened: robots::opened_again(&site, typed, now),
        own_email: visitor.as_ref().map(|visitor| visitor.email.clone()).unwrap_or_default(),
        description: if dataset.is_empty() { String::new() } else { format!("The records behind “{dataset}”: ") },
        department: department.to_owned(),
    };
    Page::new(request, "Ask for public records")?.form(form).render("records/new.html", &view)
}

fn waivers() -> Vec<Choice> {
    let none = Choice::new("", "No ground");
    let grounds = WaiverGround::ALL.into_iter().filter(|ground| ground.is_for_requesters());
    std::iter::once(none).chain(grounds.map(|ground| Choice::new(ground.as_str(), ground.in_words()))).collect()
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let department = query.get("department").unwrap_or_default();
    let dataset: String = query.get("dataset").unwrap_or_default().chars().take(200).collect();
    show(&request, &desk, (FormView::default(), None), (department, &dataset)).await
}

pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    posted: Posted,
    once: Once,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(FIELDS)?;
    let mut errors = FormErrors::default();
    robots::check(&*Site::of(&request)?, &form, desk.clock.now(), &mut errors);
    if !errors.is_empty() {
        return show(&request, &desk, (form.view(&errors), Some(&form)), ("", "")).await;
    }
    let text = |name: &str| form.text(name).to_owned();
    let wish = Wish {
        name: text("name"),
        email: text("email"),
        other_way: text("other_way"),
        department: text("department"),
        description: text("description"),
        format: text("format"),
        waiver: text("waiver"),
        language: text("language"),
    };
    let who = if visitor_of(&request).is_some() { caller_once(&request, once) } else { caller(&request) };
    match desk.run(move |desk| records::file(desk, &who, &wish)).await {
        Ok(filed) => {
            let said = format!("{} came in. This page is your receipt: keep its address.", filed.request.number);
            Redirect::with(&request, format!("/records/follow?token={}", filed.token), &Flash::good(said))
        }
        Err(error) => {
            let mut named = FormErrors::default();
            for error in shown_on_form(error)?.iter() {
                let is_empty = error.code == "required" && error.field == "description";
                let message = if is_empty { "Say which records you ask for." } else { error.message.as_str() };
                named.add_coded(error.field.clone(), error.code.clone(), message);
            }
            show(&request, &desk, (form.view(&named), Some(&form)), ("", "")).await
        }
    }
}
