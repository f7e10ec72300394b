//! One application: where it stands, who has it, what comes next, its datasets, its story, and what may be done now.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::form::{StepLink, steps};
use super::list::title;
use super::standing::{ItemView, Standing, item, standing};
use super::story::{Ahead, Entry, ahead, story};
use crate::cases::{Caller, CaseError, Desk, apply, department, review};
use crate::domain::application::{Answers, Application, ItemState, RemarkKind, STEPS, State};
use crate::domain::department::Goals;
use crate::domain::id::{ApplicationId, DepartmentId};
use crate::domain::profile::Profile;
use crate::domain::text::Invalid;
use crate::portal::shared::{Choice, Names, answer_words, id_in};
use crate::store::applications::Remark;
use crate::web::case::{DeskData, caller};
use crate::web::{FormView, Page, WebError};

/// What `applicant/application.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ApplicationView {
    id: String,
    number: String,
    title: String,
    standing: Standing,
    items: Vec<ItemView>,
    story: Vec<Entry>,
    ahead: Vec<Ahead>,
    /// The form's steps, while it may be edited.
    steps: Vec<StepLink>,
    /// How many answers are still missing.
    gaps: usize,
    /// The question that waits for an answer; may be empty.
    question: String,
    sent: Vec<AnswerSection>,
    departments: Vec<Choice>,
    may: May,
    links: Links,
}

/// What the state leaves open to the requester.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one button, and any may stand alone")]
struct May {
    edit: bool,
    answer: bool,
    message: bool,
    withdraw: bool,
    sign: bool,
    reopen: bool,
    copy: bool,
}

/// Where the page leads on; empty where nowhere.
#[derive(Debug, Serialize)]
struct Links {
    /// Where its datasets are asked for as records.
    records: String,
    agreement: String,
    letter: String,
    reopened_as: String,
    follows: String,
    amends: String,
}

/// The answers of one step, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct AnswerSection {
    pub(super) step: &'static str,
    pub(super) title: &'static str,
    pub(super) rows: Vec<AnswerRow>,
}

/// One answer, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct AnswerRow {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) text: String,
}

/// All answers by step.
pub(super) fn sections(profile: &Profile, answers: &Answers) -> Vec<AnswerSection> {
    STEPS
        .iter()
        .map(|(step, title)| AnswerSection {
            step,
            title,
            rows: answers
                .iter()
                .filter(|(question, _)| question.step == *step)
                .map(|(question, text)| AnswerRow {
                    name: question.name,
                    label: question.label,
                    text: answer_words(profile, question, text),
                })
                .collect(),
        })
        .collect()
}

/// Everything the page is made from.
pub(super) struct Facts {
    pub(super) application: Application,
    pub(super) remarks: Vec<Remark>,
    pub(super) gaps: Vec<Invalid>,
    pub(super) names: Names,
    pub(super) goals: Goals,
}

pub(super) fn load(desk: &Desk, who: &Caller, id: ApplicationId) -> Result<Facts, CaseError> {
    let application = desk.store.read(|conn| apply::mine(conn, who, id))?;
    Ok(Facts {
        remarks: review::remarks_for_requester(desk, id)?,
        gaps: if is_editable(&application) { apply::gaps(desk, who, id)? } else { Vec::new() },
        names: Names::of(desk)?,
        goals: department::goals(desk)?,
        application,
    })
}

/// Whether the form is open.
pub(super) const fn is_editable(application: &Application) -> bool {
    match application.state {
        State::Draft | State::InfoRequested { .. } => true,
        State::Submitted { .. }
        | State::Offered { .. }
        | State::Executed { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => false,
    }
}

const fn may(application: &Application) -> May {
    let none =
        May { edit: false, answer: false, message: false, withdraw: false, sign: false, reopen: false, copy: false };
    match application.state {
        State::Draft => May { edit: true, withdraw: true, ..none },
        State::Submitted { .. } => May { message: true, withdraw: true, ..none },
        State::InfoRequested { .. } => May { edit: true, answer: true, message: true, withdraw: true, ..none },
        State::Offered { .. } => May { message: true, sign: true, ..none },
        State::Executed { .. } => May { message: true, reopen: application.reopened_as.is_none(), copy: true, ..none },
        State::Denied { .. } | State::Withdrawn { .. } | State::Lapsed { .. } | State::Converted { .. } => {
            May { reopen: application.reopened_as.is_none(), copy: true, ..none }
        }
    }
}

fn links(application: &Application) -> Links {
    let to = |id: Option<String>, start: &str| id.map(|id| format!("{start}{id}")).unwrap_or_default();
    let agreement = match &application.state {
        State::Executed { agreement, .. } => Some(agreement.to_string()),
        State::Draft
        | State::Submitted { .. }
        | State::InfoRequested { .. }
        | State::Offered { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => None,
    };
    let has_letter = application.items.iter().any(|item| matches!(item.state, ItemState::Denied { .. }));
    let is_askable = matches!(
        application.state,
        State::Submitted { .. } | State::InfoRequested { .. } | State::Denied { .. } | State::Lapsed { .. }
    );
    Links {
        records: if is_askable { format!("/applications/{}/records", application.id) } else { String::new() },
        agreement: to(agreement, "/agreements/"),
        letter: if has_letter { format!("/applications/{}/letter", application.id) } else { String::new() },
        reopened_as: to(application.reopened_as.map(|id| id.to_string()), "/applications/"),
        follows: to(application.follows.map(|id| id.to_string()), "/applications/"),
        amends: to(application.amends.map(|id| id.to_string()), "/agreements/"),
    }
}

fn question(remarks: &[Remark], state: &State) -> String {
    let State::InfoRequested { .. } = state else { return String::new() };
    let last = remarks.iter().rev().find(|remark| remark.kind == RemarkKind::Question);
    last.map(|remark| remark.text.clone()).unwrap_or_default()
}

pub(super) fn view(profile: &Profile, facts: &Facts) -> ApplicationView {
    let Facts { application, remarks, gaps, names, goals } = facts;
    let mut departments: Vec<DepartmentId> = application.items.iter().map(|item| item.department).collect();
    departments.sort_unstable();
    departments.dedup();
    let may = may(application);
    ApplicationView {
        id: application.id.to_string(),
        number: application.number.clone(),
        title: title(application),
        standing: standing(profile, (names, goals), application),
        items: application.items.iter().map(|one| item(names, one)).collect(),
        story: story(names, application, remarks),
        ahead: ahead(profile, (names, goals), application),
        steps: if may.edit { steps(application, gaps, "") } else { Vec::new() },
        gaps: gaps.len(),
        question: question(remarks, &application.state),
        sent: application.submitted().map(|sent| sections(profile, &sent.answers)).unwrap_or_default(),
        departments: names.choices(&departments),
        may,
        links: links(application),
    }
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

/// The page, with a form on it that had errors or with none.
pub(super) async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let facts = desk.run(move |desk| load(desk, &who, id)).await?;
    let view = view(&desk.profile, &facts);
    let page = Page::new(request, view.title.clone())?.crumb("My applications", "/applications").form(form);
    page.render("applicant/application.html", &view)
}
