//! A draft of terms looked at before it is published: what it changes, from when it would bind, whom it concerns, what
//! they would be told, and how a real agreement would read.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::terms::{family_in, moved_on, path};
use crate::cases::CaseError;
use crate::cases::mailroom::{Links, MailReader};
use crate::cases::terms::drafts::{self as terms_drafts, Asked, Review};
use crate::domain::agreement::Agreement;
use crate::domain::id::{AgreementId, MessageId};
use crate::domain::language::Language;
use crate::domain::notice::{MailState, Notice};
use crate::domain::terms::{TermsFamily, TermsVersion};
use crate::domain::time::{Instant, day_in};
use crate::portal::changes::{ChangeView, change_views, count_of_changes};
use crate::portal::shared::Choice;
use crate::store::outbox::Message;
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError, json::Query, markdown};

/// Agreements listed; all are counted.
const LISTED_MAX: usize = 100;

/// What `admin/terms_review.html` shows.
#[derive(Serialize)]
struct ReviewView {
    family: &'static str,
    draft_path: String,
    version: i64,
    by: String,
    saved: String,
    problems: Vec<String>,
    number: u32,
    effective: String,
    is_material: bool,
    notice_days: u16,
    against: Option<u32>,
    versions: Vec<Choice>,
    changes: Vec<ChangeView>,
    changed: usize,
    concerned: usize,
    told: usize,
    agreements: Vec<AgreementLine>,
    choices: Vec<Choice>,
    sample_number: String,
    html: String,
    mails: Vec<Mail>,
    is_cut: bool,
}

#[derive(Serialize)]
struct AgreementLine {
    number: String,
    title: String,
    holder: String,
    ends: String,
}

/// A mail that would go.
#[derive(Serialize)]
struct Mail {
    language: &'static str,
    subject: String,
    text: String,
}

/// The page.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    family: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let (who, family) = (caller(&request), family_in(&family)?);
    let query = query.lenient();
    let against = query.get("against").and_then(|number| number.parse().ok());
    let agreement = query.get("agreement").and_then(|id| id.parse::<AgreementId>().ok());
    let asked = Asked { against, agreement };
    let review = desk.run(move |desk| terms_drafts::review(desk, &who, family, asked)).await?;
    let now = desk.clock.now();
    let zone = desk.profile.zone;
    let days = desk.profile.agreement.terms_notice_days;
    let mut form = vec![("against", review.against.as_ref().map_or(String::new(), |known| known.number.to_string()))];
    form.push(("agreement", agreement.map(|id| id.to_string()).unwrap_or_default()));
    let view = view(&reader, &review, (family, days), |at| day_in(zone, at).to_string(), now)?;
    Page::new(&request, "Look at the draft")?
        .crumb("Administration", "/admin")
        .crumb("Terms", "/admin/terms")
        .crumb("The draft", path(family))
        .form(FormView::with(form))
        .render("admin/terms_review.html", &view)
}

fn view(
    reader: &MailReader,
    review: &Review,
    (family, notice_days): (TermsFamily, u16),
    day: impl Fn(Instant) -> String,
    now: Instant,
) -> Result<ReviewView, WebError> {
    let planned = review.planned.as_ref();
    let next = review.versions.iter().map(|version| version.number).max().unwrap_or(0).saturating_add(1);
    let text = match (&review.sample, planned) {
        (Some(sample), _) => sample.text.clone(),
        (None, Some(version)) => version.preview(),
        (None, None) => String::new(),
    };
    let mails = review.notice.as_ref().map_or(Ok(Vec::new()), |notice| mails(reader, notice, now))?;
    Ok(ReviewView {
        family: family.as_str(),
        draft_path: path(family),
        version: review.draft.version,
        by: review.draft.by_name.clone(),
        saved: review.draft.saved_at.to_rfc3339(),
        problems: review.problems.iter().map(|problem| problem.message.clone()).collect(),
        number: next,
        effective: planned.map(|version| version.effective_at.to_rfc3339()).unwrap_or_default(),
        is_material: review.draft.is_material,
        notice_days,
        against: review.against.as_ref().map(|version| version.number),
        versions: review.versions.iter().map(version_choice).collect(),
        changed: count_of_changes(&review.differences),
        changes: change_views(&review.differences),
        concerned: review.concerned.len(),
        told: review.told,
        agreements: review.concerned.iter().take(LISTED_MAX).map(|one| agreement_line(one, &day)).collect(),
        choices: review.concerned.iter().take(LISTED_MAX).map(agreement_choice).collect(),
        sample_number: review.sample.as_ref().map(|sample| sample.number.clone()).unwrap_or_default(),
        html: markdown::to_html(&text),
        mails,
        is_cut: review.concerned.len() > LISTED_MAX,
    })
}

fn version_choice(version: &TermsVersion) -> Choice {
    Choice::new(version.number.to_string(), format!("Version {}", version.number))
}

fn agreement_choice(agreement: &Agreement) -> Choice {
    Choice::new(agreement.id.to_string(), agreement.number.clone())
}

fn agreement_line(agreement: &Agreement, day: &impl Fn(Instant) -> String) -> AgreementLine {
    AgreementLine {
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        holder: agreement.requester_name.clone(),
        ends: agreement.execution().map(|execution| day(execution.ends_at)).unwrap_or_default(),
    }
}

/// What the holders would be told, in each language that mails are written in.
fn mails(reader: &MailReader, notice: &Notice, now: Instant) -> Result<Vec<Mail>, WebError> {
    let write = |language: Language| {
        let message = Message {
            id: MessageId::from_uuid(uuid::Uuid::nil()),
            created_at: now,
            account: None,
            address: String::new(),
            name: String::new(),
            language: language.tag().to_owned(),
            kind: notice.kind,
            facts: notice.facts.clone(),
            link: None,
            state: MailState::Kept.as_str().to_owned(),
            attempts: 0,
            sent_at: None,
            error: String::new(),
        };
        let written = reader.read(&message, Links::Cut)?;
        Ok(Mail { language: language.name(), subject: written.subject, text: written.text })
    };
    let done: Result<Vec<Mail>, CaseError> = [Language::English, Language::Spanish].into_iter().map(write).collect();
    Ok(done?)
}

/// Publishes the draft that was looked at.
pub(super) async fn publish(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["version"])?;
    let (who, family, version) = (caller(&request), family_in(&family)?, form.version()?);
    let done = desk.run(move |desk| terms_drafts::publish(desk, &who, family, version)).await;
    let published = match done {
        Ok(published) => published,
        // The page itself says what keeps it from being published.
        Err(CaseError::Invalid(_)) => return Ok(Redirect::to(format!("{}/review", path(family)))),
        Err(error) => return Err(moved_on(error, family)),
    };
    let said = format!("Version {} is published.", published.number);
    Redirect::with(&request, "/admin/terms", &Flash::good(said))
}
