//! Appeals at the clerk's desk: the list with what is due first at the top, and one appeal with everything that can be
//! done to it now. Never hides the state's date behind the clerk's own.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::appeals::desk::{self as cases, Ruled};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::appeal::{Appeal, AppealState, Outcome, Timeliness};
use crate::domain::id::AppealId;
use crate::domain::time::{Day, day_in};
use crate::portal::appealed::AppealView;
use crate::portal::shared::{Choice, id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Once, Page, Posted, Redirect, WebError, json::Query};

fn today(desk: &Desk) -> Day {
    day_in(desk.profile.zone, desk.clock.now())
}

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let is_all = query.lenient().get("show") == Some("all");
    let who = caller(&request);
    let all = desk.run(move |desk| cases::list(desk, &who, is_all)).await?;
    let today = today(&desk);
    let appeals: Vec<_> = all.iter().map(|appeal| AppealView::new(appeal, today)).collect();
    let page = Page::new(&request, "Appeals")?.crumb("Clerk", "/clerk");
    page.render("clerk/appeals.html", &serde_json::json!({ "appeals": appeals, "is_all": is_all }))
}

/// What can be done now.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one form, and any may stand alone")]
struct May {
    admit: bool,
    acknowledge: bool,
    compile: bool,
    set_hearing: bool,
    decide: bool,
}

/// What `clerk/appeal.html` shows.
#[derive(Debug, Serialize)]
struct ClerkAppeal {
    appeal: AppealView,
    may: May,
    /// Why this person may not act on it; empty where they may.
    kept_out: &'static str,
    outcomes: Vec<Choice>,
    state: String,
}

fn view(desk: &Desk, who: &Caller, appeal: &Appeal) -> ClerkAppeal {
    let is_before = who.actor.account.is_some_and(|account| appeal.contested.by.contains(&account));
    let kept_out = if is_before {
        "You took the decision that is appealed. Somebody else must handle the appeal."
    } else if who.actor.has_stake(appeal.requester, appeal.organisation) {
        "You are of the side that appeals. Somebody else must handle the appeal."
    } else {
        ""
    };
    let is_free = kept_out.is_empty();
    let is_late = matches!(appeal.timeliness, Timeliness::Late);
    let is_filed = matches!(appeal.state, AppealState::Filed);
    let is_ready = matches!(appeal.state, AppealState::RecordCompiled | AppealState::HearingSet { .. });
    ClerkAppeal {
        appeal: AppealView::new(appeal, today(desk)),
        may: May {
            admit: is_free && is_filed && is_late,
            acknowledge: is_free && is_filed && !is_late,
            compile: is_free && matches!(appeal.state, AppealState::Acknowledged),
            set_hearing: is_free && is_ready,
            decide: is_free && is_ready,
        },
        kept_out,
        outcomes: appeal.contested.of.outcomes().iter().map(|outcome| choice(*outcome)).collect(),
        state: desk.profile.appeals.state.name.to_string(),
    }
}

fn choice(outcome: Outcome) -> Choice {
    let (label, hint) = match outcome {
        Outcome::Affirmed => ("Affirm", "The decision stands. Nothing changes."),
        Outcome::Modified => ("Modify", "It stands in part: somebody else in the department decides as you instruct."),
        Outcome::Reversed => ("Reverse", "It does not stand. What can be undone is undone at once."),
        Outcome::Remanded => ("Send back", "The same office looks at it again, with your instructions."),
    };
    Choice::new(outcome.as_str(), label).hint(hint)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, id: AppealId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let view = desk
        .run(move |desk| {
            let appeal = cases::read(desk, &who, id)?;
            Ok::<_, CaseError>((appeal.number.clone(), view(desk, &who, &appeal)))
        })
        .await?;
    let page = Page::new(request, format!("Appeal {}", view.0))?.crumb("Clerk", "/clerk");
    page.crumb("Appeals", "/clerk/appeals").form(form).render("clerk/appeal.html", &view.1)
}

/// The same errors at the fields of this page, which has several forms.
fn moved(errors: &FormErrors, names: &[(&str, &str)]) -> FormErrors {
    let mut found = FormErrors::default();
    for error in errors.iter() {
        let to = names.iter().find(|(from, _)| *from == error.field).map_or(error.field.as_str(), |(_, to)| to);
        found.add_coded(to, error.code.clone(), error.message.clone());
    }
    found
}

/// One act of this page: its form, the names of its fields, what the person reads when it is done.
async fn act(
    request: &HttpRequest,
    desk: &DeskData,
    id: AppealId,
    (form, names, told): (Form, &[(&str, &str)], &str),
    done: Result<Appeal, CaseError>,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(_) => Redirect::with(request, format!("/clerk/appeals/{id}"), &Flash::good(told)),
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the appeals", "/clerk/appeals"))?;
            let errors = moved(&shown_on_form(error)?, names);
            show(request, desk, id, form.view(&errors)).await
        }
    }
}

type Done = Result<HttpResponse, WebError>;

pub(super) async fn admit(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["late_reason"])?);
    let (who, reason) = (caller(&request), form.text("late_reason").to_owned());
    let done = desk.run(move |desk| cases::admit(desk, &who, id, &reason)).await;
    act(&request, &desk, id, (form, &[("reason", "late_reason")], "It is heard."), done).await
}

pub(super) async fn turn_away(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["away_reason"])?);
    let (who, reason) = (caller(&request), form.text("away_reason").to_owned());
    let done = desk.run(move |desk| cases::turn_away(desk, &who, id, &reason)).await;
    act(&request, &desk, id, (form, &[("reason", "away_reason")], "It is closed, and the appellant is told."), done)
        .await
}

pub(super) async fn acknowledge(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["word"])?);
    let (who, text) = (caller(&request), form.text("word").to_owned());
    let done = desk.run(move |desk| cases::acknowledge(desk, &who, id, &text)).await;
    act(&request, &desk, id, (form, &[("text", "word")], "Acknowledged, and the appellant is told."), done).await
}

pub(super) async fn compile(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&[])?);
    let who = caller(&request);
    let done = desk.run(move |desk| cases::compile(desk, &who, id)).await;
    act(&request, &desk, id, (form, &[], "The record is compiled; each part is kept with its hash."), done).await
}

pub(super) async fn hearing(request: HttpRequest, desk: DeskData, path: web::Path<String>, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["hearing_on", "hearing_place"])?);
    let mut errors = FormErrors::default();
    let on: Option<Day> = form.parse("hearing_on", &mut errors, "Give the day as 2026-12-31.");
    let Some(on) = on else { return show(&request, &desk, id, form.view(&errors)).await };
    let (who, place) = (caller(&request), form.text("hearing_place").to_owned());
    let done = desk.run(move |desk| cases::set_hearing(desk, &who, id, on, &place)).await;
    let names = [("on", "hearing_on"), ("place", "hearing_place")];
    act(&request, &desk, id, (form, &names, "The hearing is set, and both sides are told."), done).await
}

pub(super) async fn decide(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
    once: Once,
) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["outcome", "reasons", "instructions"])?);
    let Some(outcome) = Outcome::from_word(form.text("outcome")) else {
        let mut errors = FormErrors::default();
        errors.add("outcome", "Choose how it is decided.");
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let (reasons, instructions) = (form.text("reasons").to_owned(), form.text("instructions").to_owned());
    let (who, ruled) = (caller_once(&request, once), Ruled { outcome, reasons, instructions });
    let done = desk.run(move |desk| cases::decide(desk, &who, id, &ruled)).await;
    act(&request, &desk, id, (form, &[], "Decided. Both sides are told, and what follows is done."), done).await
}
