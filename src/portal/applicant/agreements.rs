//! Own agreements: the list, and one with its text, hash, evidence, schedules, keys and usage.

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::acts::at_field;
use super::holds::{self, HoldView};
use super::keys::{KeyLine, key_line};
use super::left::{LeftRow, rows as left_rows};
use super::newterms::{OwedView, owed_view};
use super::sign::{TextView, text_view};
use super::usage::{UsageView, last_day, usage};
use crate::cases::agree::{self, AgreementView};
use crate::cases::left::{self, Left};
use crate::cases::{Caller, CaseError, Desk, appeals, changes, destruction, keys, redaction, renewal, reterms};
use crate::domain::agreement::{Agreement, AgreementState, Evidence, Schedule};
use crate::domain::appeal::Appealed;
use crate::domain::hold::Hold;
use crate::domain::id::AgreementId;
use crate::domain::profile::Profile;
use crate::domain::terms::{TermsVersion, canonical};
use crate::domain::time::{Instant, day_in};
use crate::portal::announced::ChangeView;
use crate::portal::shared::{
    ConditionView, Names, Tag, agreement_tag, clock_words, conditions, day_words, id_in, limit_words, tier_words,
};
use crate::store::keys::StoredKey;
use crate::store::views::usage::Whose;
use crate::store::{holds as held, terms};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError};

/// What `applicant/agreements.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ListView {
    pub(super) live: Vec<Line>,
    pub(super) others: Vec<Line>,
}

#[derive(Debug, Serialize)]
pub(super) struct Line {
    href: String,
    number: String,
    title: String,
    datasets: String,
    tag: Tag,
    /// The last day, or when it ended or was offered.
    at: Instant,
}

fn line(agreement: &Agreement) -> Line {
    let titles: Vec<&str> = agreement.schedules.iter().map(|schedule| schedule.title.as_str()).collect();
    let (href, at) = match &agreement.state {
        AgreementState::Offered { lapses_at, .. } => {
            (format!("/applications/{}/offer", agreement.application), *lapses_at)
        }
        AgreementState::Executed { execution } => {
            (format!("/agreements/{}", agreement.id), last_day(execution.ends_at))
        }
        AgreementState::Expired { at, .. }
        | AgreementState::Terminated { at, .. }
        | AgreementState::Superseded { at, .. }
        | AgreementState::Closed { at } => (format!("/agreements/{}", agreement.id), *at),
    };
    Line {
        href,
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        datasets: titles.join(", "),
        tag: agreement_tag(agreement.state.as_str()),
        at,
    }
}

pub(super) fn list_view(all: &[Agreement]) -> ListView {
    let is_open = |agreement: &&Agreement| {
        matches!(agreement.state, AgreementState::Offered { .. } | AgreementState::Executed { .. })
    };
    ListView {
        live: all.iter().filter(is_open).map(line).collect(),
        others: all.iter().filter(|agreement| !is_open(agreement)).map(line).collect(),
    }
}

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let all = desk.run(move |desk| agree::list(desk, &who)).await?;
    Page::new(&request, "My agreements")?.render("applicant/agreements.html", &list_view(&all))
}

/// What `applicant/agreement.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct AgreementPage {
    pub(super) changes: Vec<ChangeView>,
    id: String,
    number: String,
    title: String,
    holder: String,
    tag: Tag,
    /// What the state means now.
    sentence: String,
    is_live: bool,
    offer_href: String,
    application_href: String,
    application_number: String,
    previous_href: String,
    successor_href: String,
    executed_at: Option<Instant>,
    last_day: Option<Instant>,
    holds: Vec<HoldView>,
    /// Where to appeal its end, where an office ended it.
    appeal: String,
    /// New terms to accept.
    owed: Option<OwedView>,
    renewal: Option<RenewalView>,
    certificate: Option<CertificateLine>,
    schedules: Vec<ScheduleView>,
    keys: Vec<KeyLine>,
    usage: UsageView,
    left: Vec<LeftRow>,
    text: TextView,
    evidence: Option<Evidence>,
    signature: String,
    signed_line: String,
    public_key: String,
}

/// How the agreement stands towards its renewal.
#[derive(Debug, Serialize)]
pub(super) struct RenewalView {
    /// The renewal that is pending.
    href: String,
    is_open: bool,
    opens_on: String,
    obstacle: String,
}

fn renewal_view(prospect: &renewal::Prospect) -> RenewalView {
    let pending = prospect.renewal.as_ref().filter(|renewal| renewal.state.is_pending());
    RenewalView {
        href: pending.map(crate::domain::renewal::Renewal::path).unwrap_or_default(),
        is_open: prospect.is_open,
        opens_on: prospect.opens_on.map(day_words).unwrap_or_default(),
        obstacle: prospect.obstacle.clone(),
    }
}

/// The certificate of destruction owed or given under it.
#[derive(Debug, Serialize)]
pub(super) struct CertificateLine {
    href: String,
    is_owed: bool,
    due: String,
    tag: Tag,
}

fn certificate_line(desk: &Desk, id: AgreementId) -> Result<Option<CertificateLine>, CaseError> {
    let today = day_in(desk.profile.zone, desk.clock.now());
    Ok(destruction::known(desk, id)?.map(|known| CertificateLine {
        href: known.path(),
        is_owed: known.state.as_str() == "owed",
        due: day_words(known.due),
        tag: super::destruction::tag(&known.state, known.is_overdue(today)),
    }))
}

/// What is granted of one dataset, ready to print.
#[derive(Debug, Serialize)]
struct ScheduleView {
    title: String,
    slug: String,
    department: String,
    tier: &'static str,
    scopes: Vec<String>,
    limits: Vec<String>,
    networks: String,
    hours: String,
    redaction: String,
    redactions: Vec<String>,
    conditions: Vec<ConditionView>,
}

fn schedule_view(names: &Names, schedule: &Schedule, redactions: &[String]) -> ScheduleView {
    let networks = schedule.networks.as_ref().map(|list| {
        let all: Vec<String> = list.networks().iter().map(ToString::to_string).collect();
        all.join(", ")
    });
    let hours =
        schedule.hours.map(|(from, to)| format!("{} to {}, the city's time", clock_words(from), clock_words(to)));
    ScheduleView {
        title: schedule.title.clone(),
        slug: schedule.slug.clone(),
        department: names.get(schedule.department).to_owned(),
        tier: tier_words(Some(schedule.tier)),
        scopes: schedule.operations.iter().map(|operation| format!("{}:{operation}", schedule.slug)).collect(),
        limits: limit_words(&schedule.limits),
        networks: networks.unwrap_or_else(|| "Any network".to_owned()),
        hours: hours.unwrap_or_else(|| "At any time".to_owned()),
        redaction: schedule.redaction.as_ref().map(|name| format!("Profile {name}")).unwrap_or_default(),
        redactions: redactions.to_vec(),
        conditions: conditions(&schedule.conditions),
    }
}

/// Everything the page is made from.
pub(super) struct Facts {
    pub(super) shown: AgreementView,
    pub(super) terms: TermsVersion,
    pub(super) names: Names,
    pub(super) holds: Vec<Hold>,
    pub(super) keys: Vec<(StoredKey, bool)>,
    pub(super) usage: UsageView,
    pub(super) left: Vec<Left>,
    /// What is taken out of each schedule, in their order.
    pub(super) redactions: Vec<Vec<String>>,
    pub(super) now: Instant,
    /// Whether its end can be appealed.
    pub(super) is_appealable: bool,
    pub(super) owed: Option<OwedView>,
    pub(super) renewal: Option<RenewalView>,
    pub(super) certificate: Option<CertificateLine>,
    pub(super) changes: Vec<ChangeView>,
}

pub(super) fn load(desk: &Desk, who: &Caller, id: AgreementId) -> Result<Facts, CaseError> {
    let shown = agree::mine(desk, who, id)?;
    let (terms, holds, redactions) = desk.read(|conn| {
        let terms = terms::by_id(conn, shown.agreement.terms)?;
        let schedules = shown.agreement.schedules.iter();
        let redactions = schedules.map(|schedule| redaction::in_words(conn, schedule)).collect::<Result<_, _>>()?;
        Ok((terms, held::on_agreement_or_party(conn, &shown.agreement)?, redactions))
    })?;
    Ok(Facts {
        redactions,
        terms,
        holds,
        names: Names::of(desk)?,
        keys: keys::list(desk, who, id)?,
        usage: usage(desk, Whose { agreement: Some(id), ..Whose::default() })?,
        left: left::of_agreement(desk, who, id)?,
        now: desk.clock.now(),
        is_appealable: appeals::is_open_to(desk, who, Appealed::Termination { agreement: id }),
        owed: reterms::find(desk, who, id)?.map(|owed| owed_view(desk, &owed)),
        renewal: shown
            .agreement
            .is_live(desk.clock.now())
            .then(|| renewal::prospect(desk, &shown.agreement))
            .transpose()?
            .as_ref()
            .map(renewal_view),
        certificate: certificate_line(desk, id)?,
        changes: changes::of_agreement(desk, &shown.agreement)?
            .iter()
            .map(|(title, change)| ChangeView::of(change, title, desk.profile.zone))
            .collect(),
        shown,
    })
}

/// The agreement that took the place of this one; empty where none did.
fn successor(state: &AgreementState) -> String {
    match state {
        AgreementState::Superseded { by, .. } => format!("/agreements/{by}"),
        AgreementState::Offered { .. }
        | AgreementState::Executed { .. }
        | AgreementState::Expired { .. }
        | AgreementState::Terminated { .. }
        | AgreementState::Closed { .. } => String::new(),
    }
}

pub(super) fn view(profile: &Profile, facts: Facts) -> AgreementPage {
    let Facts {
        shown,
        terms,
        names,
        holds,
        keys,
        usage,
        left,
        redactions,
        now,
        is_appealable,
        owed,
        renewal,
        certificate,
        changes,
    } = facts;
    let AgreementView { agreement, text, signature, public_key } = shown;
    let plain = format!("/agreements/{}/text", agreement.id);
    let execution = agreement.execution();
    let is_offered = matches!(agreement.state, AgreementState::Offered { .. });
    AgreementPage {
        changes,
        id: agreement.id.to_string(),
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        holder: agreement.requester_name.clone(),
        tag: agreement_tag(agreement.state.as_str()),
        sentence: sentence(&agreement, now),
        is_live: agreement.is_live(now),
        offer_href: if is_offered { format!("/applications/{}/offer", agreement.application) } else { String::new() },
        application_href: format!("/applications/{}", agreement.application),
        application_number: agreement.application_number.clone(),
        previous_href: agreement.previous.map(|id| format!("/agreements/{id}")).unwrap_or_default(),
        successor_href: successor(&agreement.state),
        executed_at: execution.map(|execution| execution.at),
        last_day: execution.map(|execution| last_day(execution.ends_at)),
        holds: holds::in_force(profile, &names, &holds, agreement.application),
        appeal: if is_appealable { format!("/appeals/new?of=termination:{}", agreement.id) } else { String::new() },
        owed,
        renewal,
        certificate,
        schedules: agreement
            .schedules
            .iter()
            .zip(&redactions)
            .map(|(schedule, redactions)| schedule_view(&names, schedule, redactions))
            .collect(),
        keys: keys.iter().map(|(stored, is_held)| key_line(stored, *is_held, now)).collect(),
        usage,
        left: left_rows(&left),
        text: text_view(&terms, (&agreement.number, &text, &agreement.text_hash), plain),
        evidence: execution.map(|execution| execution.signature.clone()),
        signature: signature.unwrap_or_default(),
        signed_line: execution.map(|execution| agree::signed_line(&agreement, execution)).unwrap_or_default(),
        public_key,
    }
}

fn sentence(agreement: &Agreement, now: Instant) -> String {
    match &agreement.state {
        AgreementState::Offered { .. } => "It waits for your signature. Nothing is granted yet.".to_owned(),
        AgreementState::Executed { .. } if agreement.is_live(now) => {
            "Its keys open what the schedules below name, and nothing else.".to_owned()
        }
        AgreementState::Executed { .. } | AgreementState::Expired { .. } => {
            "Its term is over and its keys have stopped. Reopen the application to ask again; delete the data as the terms say.".to_owned()
        }
        AgreementState::Terminated { by_name, reason, .. } => {
            format!("Ended by {by_name}: {reason} Its keys have stopped.")
        }
        AgreementState::Superseded { .. } => "A newer agreement took its place.".to_owned(),
        AgreementState::Closed { .. } => {
            "It was offered and never signed: declined, countered or lapsed. Nothing was granted.".to_owned()
        }
    }
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
    id: AgreementId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let facts = desk.run(move |desk| load(desk, &who, id)).await?;
    let view = view(&desk.profile, facts);
    let title = format!("{} {}", view.number, view.title);
    let page = Page::new(request, title)?.crumb("My agreements", "/agreements").form(form);
    page.render("applicant/agreement.html", &view)
}

/// The text to the byte under its number, to keep and to hash.
pub(super) async fn text(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let who = caller(&request);
    let shown = desk.run(move |desk| agree::mine(desk, &who, id)).await?;
    let name = DispositionParam::Filename(format!("{}.md", shown.agreement.number));
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(ContentDisposition { disposition: DispositionType::Inline, parameters: vec![name] })
        .body(canonical(&shown.text)))
}

pub(super) async fn terminate(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(&["reason"])?;
    let reason = form.text("reason").to_owned();
    let who = caller(&request);
    match desk.run(move |desk| agree::terminate(desk, &who, id, None, &reason)).await {
        Ok(()) => {
            let flash = Flash::good("The agreement is ended and its keys have stopped. Delete the data as it asks.");
            Redirect::with(&request, format!("/agreements/{id}"), &flash)
        }
        Err(error) => {
            let errors = at_field(&shown_on_form(error)?, "reason");
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}
