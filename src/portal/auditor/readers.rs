//! The question of who could read, and the explanation of one request. Shows what the cases answer, to auditors alone.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::Serialize;

use super::asked::{day, start_of, texts};
use super::entries::{EntryRow, Titles, row};
use crate::cases::readers::{self, AgreementReaders, Approval, ExplainedCall, KeyReader, Readers};
use crate::cases::{CaseError, Desk};
use crate::domain::hold::Hold;
use crate::domain::id::DatasetId;
use crate::domain::readers::{Span, Spans};
use crate::domain::time::{Day, Instant, day_in};
use crate::portal::applicant::usage::outcome_words;
use crate::portal::shared::{Names, limit_words, tier_words};
use crate::web::case::{DeskData, caller};
use crate::web::{FormErrors, FormView, Page, Query, WebError, markdown, sheet};

const NAMES: [&str; 4] = ["dataset", "day", "to", "time"];
/// Requests have ids of ours or of a proxy; a longer text is none.
const REQUEST_MAX: usize = 200;

#[derive(Debug, Serialize)]
pub(super) struct ReadersView {
    pub(super) answer: Option<AnswerView>,
}

#[derive(Debug, Serialize)]
pub(super) struct AnswerView {
    pub(super) dataset: String,
    pub(super) slug: String,
    pub(super) story: String,
    pub(super) tier: &'static str,
    pub(super) span: Span,
    pub(super) is_moment: bool,
    pub(super) is_open: bool,
    pub(super) is_cut: bool,
    pub(super) keys: usize,
    pub(super) under: Vec<AgreementView>,
    pub(super) csv: String,
    pub(super) bundle: String,
}

#[derive(Debug, Serialize)]
pub(super) struct AgreementView {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) holder: String,
    pub(super) href: String,
    pub(super) story: String,
    pub(super) could: bool,
    pub(super) in_force: Vec<Span>,
    pub(super) text_hash: String,
    pub(super) terms: String,
    pub(super) signed_by: String,
    pub(super) signed_at: Instant,
    pub(super) approvals: Vec<ApprovalView>,
    pub(super) scopes: String,
    pub(super) limits: Vec<String>,
    pub(super) conditions: Vec<String>,
    pub(super) holds: Vec<HoldRow>,
    pub(super) keys: Vec<KeyRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct ApprovalView {
    pub(super) how: &'static str,
    pub(super) by: String,
    pub(super) capacity: String,
    pub(super) department: String,
    pub(super) at: Instant,
    pub(super) entry: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct HoldRow {
    pub(super) sentence: String,
    pub(super) by: String,
    pub(super) since: Instant,
    pub(super) lifted: Option<Instant>,
    pub(super) lifted_by: String,
    pub(super) stops: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct KeyRow {
    pub(super) name: String,
    pub(super) hint: String,
    pub(super) href: String,
    pub(super) could: Vec<Span>,
    pub(super) could_not: Vec<WhyNot>,
    pub(super) networks: String,
    pub(super) holds: Vec<HoldRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct WhyNot {
    pub(super) why: String,
    pub(super) spans: Vec<Span>,
}

pub(super) struct Asked {
    pub(super) dataset: DatasetId,
    pub(super) span: Span,
    is_moment: bool,
}

/// What was typed; `None` where nothing was asked yet or something cannot be read.
pub(super) fn read(desk: &Desk, asked: &[String; 4], errors: &mut FormErrors) -> Result<Option<Asked>, CaseError> {
    let [named, first, last, time] = asked;
    if asked.iter().all(String::is_empty) {
        return Ok(None);
    }
    let dataset = match readers::dataset_named(desk, named) {
        Err(CaseError::Missing) => {
            errors.add("dataset", "No dataset is called so. Give its short name or its id.");
            None
        }
        other => Some(other?),
    };
    let zone = desk.profile.zone;
    let first = day("day", first, errors).unwrap_or_else(|| day_in(zone, desk.clock.now()));
    let last = day("to", last, errors);
    let moment = time_of(time, errors);
    let span = match (moment, last) {
        (Some(moment), _) => {
            let at = instant_of(zone, first, moment);
            Span::new(at, at + TimeDelta::microseconds(1))
        }
        (None, last) => days(zone, first, last.unwrap_or(first)),
    };
    if span.until <= span.from {
        errors.add("to", "The first day lies after the last.");
    } else if (span.until - span.from).num_days() > readers::DAYS_MAX {
        errors.add("to", "Choose at most 366 days.");
    }
    let dataset = dataset.filter(|_| errors.is_empty());
    Ok(dataset.map(|dataset| Asked { dataset, span, is_moment: moment.is_some() }))
}

fn time_of(text: &str, errors: &mut FormErrors) -> Option<NaiveTime> {
    if text.is_empty() {
        return None;
    }
    let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok());
    if read.is_none() {
        errors.add("time", "Give the time as hours and minutes, such as 14:30.");
    }
    read
}

fn days(zone: Tz, first: Day, last: Day) -> Span {
    let after = last.checked_add_days(Days::new(1)).unwrap_or(last);
    Span::new(start_of(zone, first), start_of(zone, after))
}

/// An hour that the clock skips is the one after it.
fn instant_of(zone: Tz, day: Day, time: NaiveTime) -> Instant {
    let local = day.and_time(time).and_local_timezone(zone).earliest();
    local.map_or_else(|| start_of(zone, day) + (time - NaiveTime::MIN), |local| local.to_utc())
}

/// The page `/audit/readers`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let form = FormView::with(NAMES.iter().zip(&asked).map(|(name, value)| (*name, value.clone())));
    let reader = caller(&request);
    let found = desk.run(move |desk| {
        let mut errors = FormErrors::default();
        let read = read(desk, &asked, &mut errors)?;
        let answer = read
            .map(|wanted| {
                let found = readers::readers(desk, &reader, wanted.dataset, wanted.span)?;
                Ok::<_, CaseError>(answer(&found, &asked, wanted.is_moment))
            })
            .transpose()?;
        Ok((ReadersView { answer }, errors))
    });
    let (view, errors) = found.await?;
    let page = Page::new(&request, "Who could read")?.crumb("Audit", "/audit").form(form.with_errors(&errors));
    page.render("auditor/readers.html", &view)
}

/// The same as a file.
pub(super) async fn file(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let reader = caller(&request);
    let found = desk.run(move |desk| {
        let mut errors = FormErrors::default();
        match read(desk, &asked, &mut errors)? {
            Some(wanted) => readers::sheet(desk, &reader, wanted.dataset, wanted.span).map(Ok),
            None if errors.is_empty() => Err(CaseError::Missing),
            None => Ok(Err(errors)),
        }
    });
    sheet::csv("readers.csv", found.await?.map_err(WebError::invalid)?, None)
}

fn answer(found: &Readers, asked: &[String; 4], is_moment: bool) -> AnswerView {
    let path = String::from("/audit/readers.csv?");
    let begin = path.len();
    let mut csv = url::form_urlencoded::Serializer::for_suffix(path, begin);
    csv.extend_pairs(NAMES.iter().zip(asked).filter(|(_, value)| !value.is_empty()));
    let csv = csv.finish();
    let could = |one: &&KeyReader| !one.reading.could.is_empty();
    AnswerView {
        dataset: found.dataset.metadata.title.to_string(),
        slug: found.dataset.slug.clone(),
        story: format!("/audit/stories/dataset/{}", found.dataset.id),
        tier: tier_words(found.tier),
        span: found.span,
        is_moment,
        is_open: !found.open.is_empty(),
        is_cut: found.is_cut,
        keys: found.agreements.iter().flat_map(|one| &one.keys).filter(could).count(),
        under: found.agreements.iter().map(of_agreement).collect(),
        bundle: csv.replacen("/audit/readers.csv", "/audit/bundles/readers", 1),
        csv,
    }
}

fn of_agreement(one: &AgreementReaders) -> AgreementView {
    let AgreementReaders { agreement, schedule, .. } = one;
    let scopes: Vec<String> = schedule.operations.iter().map(|name| format!("{}:{name}", schedule.slug)).collect();
    AgreementView {
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        holder: agreement.requester_name.clone(),
        href: format!("/review/agreements/{}", agreement.id),
        story: format!("/audit/stories/agreement/{}", agreement.id),
        could: !one.could().is_empty(),
        in_force: spans(&one.in_force),
        text_hash: agreement.text_hash.clone(),
        terms: one.terms.clone(),
        signed_by: one.bound_by.name.clone(),
        signed_at: one.bound_by.at,
        approvals: one.approvals.iter().map(of_approval).collect(),
        scopes: scopes.join(", "),
        limits: limit_words(&schedule.limits),
        conditions: schedule.conditions.iter().map(|condition| condition.text.clone()).collect(),
        holds: one.holds.iter().map(of_hold).collect(),
        keys: one.keys.iter().map(of_key).collect(),
    }
}

fn spans(spans: &Spans) -> Vec<Span> {
    spans.as_slice().to_vec()
}

fn of_approval(approval: &Approval) -> ApprovalView {
    ApprovalView {
        how: approval.how.as_str(),
        by: approval.by.clone(),
        capacity: approval.capacity.clone(),
        department: approval.department.clone(),
        at: approval.at,
        entry: approval.entry,
    }
}

fn of_hold(hold: &Hold) -> HoldRow {
    HoldRow {
        sentence: hold.sentence(),
        by: hold.by_name.clone(),
        since: hold.since,
        lifted: hold.lifted.as_ref().map(|lift| lift.at),
        lifted_by: hold.lifted.as_ref().map(|lift| lift.by_name.clone()).unwrap_or_default(),
        stops: hold.throttle.is_none(),
    }
}

fn of_key(key: &KeyReader) -> KeyRow {
    KeyRow {
        name: key.name.clone(),
        hint: key.hint.clone(),
        href: format!("/audit/stories/key/{}", key.id),
        could: spans(&key.reading.could),
        could_not: key
            .reading
            .could_not
            .iter()
            .map(|(why, when)| WhyNot { why: why.as_str().replace('_', "-"), spans: spans(when) })
            .collect(),
        networks: key.networks.join(", "),
        holds: key.holds.iter().map(of_hold).collect(),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct RequestView {
    pub(super) id: String,
    pub(super) calls: Vec<CallView>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) kept_days: u16,
}

#[derive(Debug, Serialize)]
pub(super) struct CallView {
    pub(super) at: Instant,
    pub(super) call: String,
    pub(super) scope: String,
    pub(super) outcome: String,
    pub(super) sentence: &'static str,
    pub(super) is_ok: bool,
    pub(super) status: i32,
    pub(super) client: String,
    pub(super) dataset: String,
    pub(super) dataset_href: String,
    pub(super) key_href: String,
    pub(super) agreement_href: String,
    pub(super) under: Option<AgreementView>,
    pub(super) key: Option<KeyRow>,
    pub(super) clause: String,
    pub(super) readers: String,
}

/// The page `/audit/requests/{request}`.
pub(super) async fn request(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = path.into_inner();
    if id.is_empty() || id.len() > REQUEST_MAX {
        return Err(WebError::not_found());
    }
    let reader = caller(&request);
    let view = desk
        .run(move |desk| {
            let found = readers::explain(desk, &reader, &id)?;
            let (names, mut titles) = (Names::of(desk)?, Titles::new(desk));
            let entries =
                found.entries.iter().map(|entry| row(entry, &names, &mut titles)).collect::<Result<_, _>>()?;
            let calls = found.calls.iter().map(|call| of_call(desk, call)).collect();
            Ok(RequestView { id: found.id, calls, entries, kept_days: desk.profile.agreement.access_log_days })
        })
        .await?;
    let page = Page::new(&request, format!("Request {}", view.id))?.crumb("Audit", "/audit");
    page.crumb("Access log", "/audit/access-log").render("auditor/request.html", &view)
}

fn of_call(desk: &Desk, call: &ExplainedCall) -> CallView {
    let line = &call.line.access;
    let link = |kind: &str, id: Option<String>| id.map(|id| format!("/audit/stories/{kind}/{id}")).unwrap_or_default();
    let slug = call.line.scope.split_once(':').map(|(slug, _)| slug.to_owned());
    let local = line.at.with_timezone(&desk.profile.zone);
    let readers = slug.or_else(|| line.of.dataset.map(|id| id.to_string())).map(|slug| {
        format!("/audit/readers?dataset={slug}&day={}&time={}", local.format("%Y-%m-%d"), local.format("%H:%M:%S"))
    });
    CallView {
        at: line.at,
        call: format!("{} {}", line.method, line.path),
        scope: call.line.scope.clone(),
        sentence: outcome_words(&line.of.outcome),
        is_ok: line.of.outcome == "ok",
        outcome: line.of.outcome.clone(),
        status: line.status,
        client: line.client.clone(),
        dataset: call.dataset.clone(),
        dataset_href: link("dataset", line.of.dataset.map(|id| id.to_string())),
        key_href: link("key", line.of.key.map(|id| id.to_string())),
        agreement_href: link("agreement", line.of.agreement.map(|id| id.to_string())),
        under: call.under.as_ref().map(of_agreement),
        key: call.key.as_ref().map(of_key),
        clause: if call.clause.is_empty() { String::new() } else { markdown::to_html(&call.clause) },
        readers: readers.unwrap_or_default(),
    }
}
