//! Requests at their office: the list with what is due first at the top, and one request with everything that can be done
//! to it now. Never hides the day on which silence becomes a denial.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::view::{Parts, RecordsLine, RecordsView, line};
use crate::cases::records;
use crate::cases::records::desk::{self as cases, Opened};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::id::RecordsId;
use crate::domain::profile::Profile;
use crate::domain::records::{NOT_HELD, Outcome, RecordsState, WaiverGround};
use crate::domain::time::day_in;
use crate::portal::shared::{Choice, Names, id_in};
use crate::store::people;
use crate::web::case::{DeskData, caller};
use crate::web::upload::{as_file, download};
use crate::web::{FormView, Page, WebError, json::Query};

/// Rows of the answer form; more can be given by the API.
pub(super) const ROWS: usize = 6;

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let is_all = query.lenient().get("show") == Some("all");
    let who = caller(&request);
    let (all, names) = desk.run(move |desk| Ok((cases::list(desk, &who, is_all)?, Names::of(desk)?))).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let department = |id: Option<_>| id.map_or_else(|| "Not known yet".to_owned(), |id| names.get(id).to_owned());
    let requests: Vec<RecordsLine> =
        all.iter().map(|request| line(request, department(request.department), today)).collect();
    let page = Page::new(&request, "Records requests")?;
    page.render("records/list.html", &serde_json::json!({ "requests": requests, "is_all": is_all }))
}

/// What can be done now.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one form, and any may stand alone")]
struct May {
    acknowledge: bool,
    route: bool,
    lengthen: bool,
    estimate: bool,
    fee: bool,
    waive: bool,
    refer: bool,
    find: bool,
    answer: bool,
    message: bool,
    note: bool,
}

/// What `records/desk.html` shows.
#[derive(Debug, Serialize)]
struct DeskView {
    request: RecordsView,
    may: May,
    is_own: bool,
    departments: Vec<Choice>,
    outcomes: Vec<Choice>,
    exemptions: Vec<Choice>,
    referrals: Vec<Choice>,
    grounds: Vec<Choice>,
    kinds: Vec<Choice>,
    findings: Vec<Choice>,
    rows: Vec<Row>,
    page_max: String,
    prepayment_from: String,
    state: String,
    personnel_due: String,
}

/// One row of what is withheld: the names of its fields.
#[derive(Debug, Serialize)]
struct Row {
    number: usize,
    record: String,
    field: String,
    exemption: String,
    sentence: String,
}

fn may(opened: &Opened) -> May {
    let (state, work, official) = (&opened.request.state, opened.may_work, opened.may_answer);
    let is_answered = matches!(state, RecordsState::Answered { .. });
    let is_produced = opened.request.answer().is_some_and(|answer| answer.outcome == Outcome::Produced);
    let is_over = matches!(state, RecordsState::Withdrawn { .. } | RecordsState::Converted { .. });
    let is_deemed = matches!(state, RecordsState::DeemedDenied { .. });
    let goes_on = !is_over && !is_produced;
    let referral = opened.request.referral.as_ref();
    May {
        acknowledge: work && matches!(state, RecordsState::Received),
        route: work && !is_over && !is_answered,
        lengthen: official && !is_over && !is_answered && !is_deemed && opened.request.employee_told.is_none(),
        estimate: work && goes_on && opened.request.waived.is_none(),
        fee: work && opened.request.estimate.is_some(),
        waive: official && opened.request.waived.is_none(),
        refer: work && goes_on && referral.is_none(),
        find: work && goes_on && referral.is_some_and(|referral| referral.finding.is_none()),
        answer: official && goes_on,
        message: work && !is_over,
        note: work,
    }
}

fn exemptions(profile: &Profile) -> Vec<Choice> {
    let listed = profile
        .exemptions
        .iter()
        .map(|known| Choice::new(known.code.as_str(), format!("{}: {}", known.code, known.title.text("en"))));
    let not_held = Choice::new(NOT_HELD, "This office does not have the record (no exemption)");
    listed.chain(std::iter::once(not_held)).collect()
}

fn view(desk: &Desk, opened: &Opened) -> Result<DeskView, CaseError> {
    let profile = &desk.profile;
    let today = day_in(profile.zone, desk.clock.now());
    let Opened { request, fees, department, files, letters, is_own, .. } = opened;
    let parts =
        Parts { request, fees, department: department.as_deref(), files, letters, pdf: ("/letters/", "/letter.pdf") };
    let others = desk.read(people::departments)?.into_iter().filter(|known| Some(known.id) != request.department);
    let rules = profile.fees.rules();
    let name = |part: &str, at: usize| format!("{part}.{at}");
    let outcome = |outcome: Outcome| Choice::new(outcome.as_str(), outcome.sentence());
    let referrals = profile.exemptions.iter().filter_map(|known| {
        let to = known.referral_to.as_ref()?;
        Some(Choice::new(known.code.as_str(), format!("{} ({to})", known.code)))
    });
    let grounds = WaiverGround::ALL.into_iter().map(|ground| Choice::new(ground.as_str(), ground.in_words()));
    let row = |at: usize| Row {
        number: at + 1,
        record: name("record", at),
        field: name("field", at),
        exemption: name("exemption", at),
        sentence: name("sentence", at),
    };
    Ok(DeskView {
        request: RecordsView::new(profile, &parts, today),
        may: may(opened),
        is_own: *is_own,
        departments: others.map(|known| Choice::new(known.id.to_string(), known.name)).collect(),
        outcomes: Outcome::ALL.into_iter().map(outcome).collect(),
        exemptions: exemptions(profile),
        referrals: referrals.collect(),
        grounds: grounds.collect(),
        kinds: vec![Choice::new("payment", "A payment came in"), Choice::new("charge", "Charge for copies made")],
        findings: vec![
            Choice::new("yes", "There are reasonable grounds to withhold"),
            Choice::new("no", "There are no such grounds"),
        ],
        rows: (0..ROWS).map(row).collect(),
        page_max: rules.page_max.to_string(),
        prepayment_from: rules.prepayment_from.to_string(),
        state: profile.appeals.state.name.to_string(),
        personnel_due: profile.records_clocks_personnel(request.received_on).due.explain(),
    })
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

pub(super) async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: RecordsId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who: Caller = caller(request);
    let view = desk
        .run(move |desk| {
            let opened = cases::read(desk, &who, id)?;
            view(desk, &opened)
        })
        .await?;
    let page = Page::new(request, format!("Records request {}", view.request.number))?;
    page.crumb("Records requests", "/records").form(form).render("records/desk.html", &view)
}

pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (key, file) = path.into_inner();
    let wanted = id_in(&file)?;
    let who = caller(&request);
    let (file, content) = desk.run(move |desk| records::produced(desk, &who, &key, wanted)).await?;
    Ok(download(&file, content))
}

pub(super) async fn packet(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let key = path.into_inner();
    let packet = desk.run(move |desk| records::packet(desk, &who, &key)).await?;
    Ok(as_file(&packet.name, "application/zip", packet.bytes))
}
