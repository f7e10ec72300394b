//! The city's profile as it is in force, with the file and line of each value; and a changed file tried by the checks of
//! the start. Nothing is changed here: the profile is a file of the operator.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::place::{self, Fault, ProfileSource, Tried, VALUES};
use crate::domain::profile::sheet::{Changed, Value};
use crate::portal::changes::{ChangeView, change_views, count_of_changes};
use crate::portal::named_errors;
use crate::portal::shared::Choice;
use crate::web::case::{DeskData, caller};
use crate::web::{FormView, Page, Posted, WebError};

/// What `admin/profile.html` shows.
#[derive(Serialize)]
struct ProfileView {
    name: String,
    version: String,
    is_shipped: bool,
    faults: Vec<FaultView>,
    groups: Vec<Group>,
    differs: Vec<ChangedView>,
    files: Vec<String>,
}

/// The values under one name at the top of the file.
#[derive(Serialize)]
struct Group {
    name: String,
    first_line: usize,
    values: Vec<ValueView>,
}

#[derive(Serialize)]
struct ValueView {
    key: String,
    line: usize,
    text: String,
}

#[derive(Serialize)]
struct FaultView {
    place: String,
    message: String,
}

#[derive(Serialize)]
struct ChangedView {
    key: String,
    line: usize,
    before: String,
    after: String,
    is_new: bool,
    is_gone: bool,
}

fn fault_view(fault: Fault) -> FaultView {
    let place = fault.line.map_or_else(|| fault.file.clone(), |line| format!("{}:{line}", fault.file));
    FaultView { place, message: fault.message }
}

fn changed_view(changed: Changed) -> ChangedView {
    let text = |value: &Option<Value>| value.as_ref().map(|value| value.text.clone()).unwrap_or_default();
    ChangedView {
        line: changed.after.as_ref().or(changed.before.as_ref()).map_or(0, |value| value.line),
        before: text(&changed.before),
        after: text(&changed.after),
        is_new: changed.before.is_none(),
        is_gone: changed.after.is_none(),
        key: changed.key,
    }
}

fn groups(values: Vec<Value>) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    for value in values {
        let end = value.key.find(['.', '[']).unwrap_or(value.key.len());
        let top = if end == value.key.len() { "" } else { value.key.get(..end).unwrap_or_default() };
        let place = found.iter().position(|group| group.name == top);
        let shown = ValueView { key: value.key.clone(), line: value.line, text: value.text };
        match place.and_then(|place| found.get_mut(place)) {
            Some(group) => group.values.push(shown),
            None => found.push(Group { name: top.to_owned(), first_line: value.line, values: vec![shown] }),
        }
    }
    found
}

/// The page.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    source: web::Data<ProfileSource>,
) -> Result<HttpResponse, WebError> {
    let (who, known) = (caller(&request), source.clone());
    let shown = desk.run(move |desk| place::shown(desk, &who, &known)).await?;
    let view = ProfileView {
        name: source.name.clone(),
        version: desk.profile.version.to_string(),
        is_shipped: source.is_shipped,
        faults: shown.faults.into_iter().map(fault_view).collect(),
        groups: groups(shown.values),
        differs: shown.differs.into_iter().map(changed_view).collect(),
        files: shown.files,
    };
    Page::new(&request, "Profile")?.crumb("Administration", "/admin").render("admin/profile.html", &view)
}

/// What `admin/profile_check.html` shows.
#[derive(Serialize)]
struct CheckView {
    files: Vec<Choice>,
    outcome: Option<Outcome>,
}

#[derive(Serialize)]
struct Outcome {
    faults: Vec<FaultView>,
    values: Vec<ChangedView>,
    texts: Vec<ChangeView>,
    count: usize,
}

impl From<Tried> for Outcome {
    fn from(tried: Tried) -> Self {
        Self {
            count: tried.values.len().saturating_add(count_of_changes(&tried.texts)),
            faults: tried.faults.into_iter().map(fault_view).collect(),
            values: tried.values.into_iter().map(changed_view).collect(),
            texts: change_views(&tried.texts),
        }
    }
}

async fn show_check(
    (request, desk, source): (&HttpRequest, &DeskData, &web::Data<ProfileSource>),
    form: FormView,
    outcome: Option<Outcome>,
) -> Result<HttpResponse, WebError> {
    let (who, known) = (caller(request), source.clone());
    let shown = desk.run(move |desk| place::shown(desk, &who, &known)).await?;
    let files = std::iter::once(VALUES.to_owned()).chain(shown.files);
    let view = CheckView { files: files.map(|file| Choice::new(file.clone(), file)).collect(), outcome };
    Page::new(request, "Check a changed profile")?
        .crumb("Administration", "/admin")
        .crumb("Profile", "/admin/profile")
        .form(form)
        .render("admin/profile_check.html", &view)
}

/// The form on which a changed file is pasted, with the values in force to begin from.
pub(super) async fn check_page(
    request: HttpRequest,
    desk: DeskData,
    source: web::Data<ProfileSource>,
) -> Result<HttpResponse, WebError> {
    let form = FormView::with([("file", VALUES.to_owned()), ("text", source.text.clone())]);
    show_check((&request, &desk, &source), form, None).await
}

/// Checks the file.
pub(super) async fn check(
    request: HttpRequest,
    desk: DeskData,
    source: web::Data<ProfileSource>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["file", "text"])?;
    let (who, known) = (caller(&request), source.clone());
    let (file, text) = (form.text("file").to_owned(), form.exact("text").to_owned());
    match desk.run(move |desk| place::tried(desk, &who, &known, (&file, &text))).await {
        Ok(tried) => {
            let form = form.view(&crate::web::FormErrors::default());
            show_check((&request, &desk, &source), form, Some(tried.into())).await
        }
        Err(error) => {
            let errors = named_errors(error, &[])?;
            show_check((&request, &desk, &source), form.view(&errors), None).await
        }
    }
}
