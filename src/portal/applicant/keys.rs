//! Making a key: the form, and the one page that ever shows its text. The text goes into that page and nowhere else.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::usage::last_day;
use crate::cases::keys::{self, Issued, KeyForm, LIVE_KEYS_MAX, SHOWN_ONCE};
use crate::cases::{Caller, CaseError, Desk, agree};
use crate::domain::agreement::Agreement;
use crate::domain::catalogue::Dataset;
use crate::domain::id::AgreementId;
use crate::domain::key::{Key, KeyState, Mode, OVERLAP_MAX_DAYS};
use crate::domain::scope::{Operation, PathPattern, Scope};
use crate::domain::time::Instant;
use crate::portal::calls::{Call, Credential, calls};
use crate::portal::shared::{Choice, Tag, id_in, limit_words};
use crate::store::datasets;
use crate::store::keys::StoredKey;
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{FormErrors, FormView, Once, Page, Posted, Site, WebError};

/// A key in a list.
#[derive(Debug, Serialize)]
pub(super) struct KeyLine {
    href: String,
    name: String,
    hint: String,
    mode: &'static str,
    tag: Tag,
    scopes: usize,
    last_used_at: Option<Instant>,
    last_day: Option<Instant>,
}

/// A key as its agreement's page lists it.
pub(super) fn key_line(stored: &StoredKey, is_held: bool, now: Instant) -> KeyLine {
    let key = &stored.key;
    KeyLine {
        href: format!("/keys/{}", key.id),
        name: key.name.clone(),
        hint: key.hint.clone(),
        mode: mode_words(key.mode),
        tag: tag(key, is_held, now),
        scopes: key.scopes.len(),
        last_used_at: stored.last_used_at,
        last_day: key.ends_at().map(last_day),
    }
}

/// Where a key stands at this moment, holds included.
pub(super) fn tag(key: &Key, is_held: bool, now: Instant) -> Tag {
    let (text, tone) = match &key.state {
        KeyState::Revoked { .. } => ("Revoked", "bad"),
        KeyState::Superseded { at, .. } if *at <= now => ("Replaced", "neutral"),
        KeyState::Expired { .. } => ("Expired", "neutral"),
        KeyState::Active | KeyState::Superseded { .. } if !key.works_at(now) => ("Expired", "neutral"),
        KeyState::Active | KeyState::Superseded { .. } if is_held => ("On hold", "warn"),
        KeyState::Superseded { .. } => ("Being replaced", "info"),
        KeyState::Active => ("Works", "good"),
    };
    Tag { text, tone }
}

/// The kind of key in words.
pub(super) const fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "Live",
        Mode::Test => "Test",
    }
}

/// What `applicant/key_new.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct NewView {
    agreement: String,
    number: String,
    title: String,
    last_day: Option<Instant>,
    modes: Vec<Choice>,
    scopes: Vec<Choice>,
    limits: Vec<String>,
    working_max: usize,
}

pub(super) fn new_view(agreement: &Agreement) -> NewView {
    let scopes = agreement.schedules.iter().flat_map(|schedule| {
        let scope = move |operation: &String| format!("{}:{operation}", schedule.slug);
        schedule
            .operations
            .iter()
            .map(move |one| Choice::new(scope(one), format!("{} ({})", schedule.title, scope(one))))
    });
    let limits = agreement
        .schedules
        .iter()
        .map(|schedule| format!("{}: {}", schedule.title, limit_words(&schedule.limits).join(", ")));
    NewView {
        agreement: agreement.id.to_string(),
        number: agreement.number.clone(),
        title: agreement.title.clone(),
        last_day: agreement.execution().map(|execution| last_day(execution.ends_at)),
        modes: vec![
            Choice::new("live", "Live").hint("For your running service."),
            Choice::new("test", "Test").hint("For trying things out. It opens the same data under the same limits."),
        ],
        scopes: scopes.collect(),
        limits: limits.collect(),
        working_max: LIVE_KEYS_MAX,
    }
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: AgreementId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let agreement = desk.run(move |desk| Ok(agree::mine(desk, &who, id)?.agreement)).await?;
    let form = if form.has_errors() { form } else { FormView::with(all_scopes(&agreement)) };
    let page = Page::new(request, "Make a key")?.crumb("My agreements", "/agreements");
    let page = page.crumb(agreement.number.clone(), format!("/agreements/{id}")).form(form);
    page.render("applicant/key_new.html", &new_view(&agreement))
}

/// A fresh form has every scope ticked and asks for a live key.
fn all_scopes(agreement: &Agreement) -> Vec<(&'static str, String)> {
    let scopes = agreement.scopes().into_iter().map(|scope| ("scopes", scope));
    scopes.chain([("mode", "live".to_owned())]).collect()
}

pub(super) async fn new_page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

pub(super) async fn create(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AgreementId = id_in(&path)?;
    let form = posted.only(&["name", "mode", "scopes[]", "limits", "networks", "expires_on"])?;
    let typed = KeyForm {
        name: form.text("name").to_owned(),
        mode: form.text("mode").to_owned(),
        scopes: form.all("scopes").into_iter().map(str::to_owned).collect(),
        limits: form.text("limits").to_owned(),
        networks: form.text("networks").to_owned(),
        expires_on: form.text("expires_on").to_owned(),
    };
    let who = caller_once(&request, once);
    let made = desk.run(move |desk| {
        let wish = typed.read(desk.profile.zone)?;
        with_example(desk, keys::create(desk, &who, id, &wish)?)
    });
    match made.await {
        Ok(made) => show_made(&request, &made, None),
        Err(error) => {
            let errors = at_fields(&shown_on_form(error)?);
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

/// The rules of keys know no form; each of their refusals belongs to a field.
pub(super) fn at_fields(errors: &FormErrors) -> FormErrors {
    let mut moved = FormErrors::default();
    for error in errors.iter() {
        let field = match error.code.as_ref() {
            "key_name" => "name",
            "key_scopes_missing" | "key_scope_exceeds" => "scopes",
            "key_limit_exceeds" => "limits",
            "key_expiry_exceeds" | "key_expiry_past" => "expires_on",
            "key_overlap" => "overlap_days",
            _ => error.field.as_str(),
        };
        moved.add_coded(field, error.code.clone(), as_sentence(&error.message));
    }
    moved
}

fn as_sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// A key just made, with a call to try it on.
pub(super) struct Made {
    issued: Issued,
    /// Path below the gate's address.
    example: Option<String>,
}

/// Adds a path that the key's first scope opens.
pub(super) fn with_example(desk: &Desk, issued: Issued) -> Result<Made, CaseError> {
    Ok(Made { example: example(desk, &issued.key.scopes)?, issued })
}

/// A path below the gate's address that the first scope that has one opens.
pub(super) fn example<'a>(
    desk: &Desk,
    scopes: impl IntoIterator<Item = &'a Scope>,
) -> Result<Option<String>, CaseError> {
    for scope in scopes {
        let dataset = desk.read(|conn| datasets::by_slug(conn, scope.dataset()))?;
        if let Some(path) = example_path(&dataset, scope) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// A path without parameters that the scope covers.
fn example_path(dataset: &Dataset, scope: &Scope) -> Option<String> {
    let operation: &Operation = dataset.operation(scope.operation())?;
    let plain = operation.paths().iter().map(PathPattern::template).find(|path| !path.contains('{'))?;
    Some(format!("/{}{}", dataset.slug, plain.trim_end_matches("/**").trim_end_matches('/')))
}

/// What `applicant/key_made.html` shows.
#[derive(Serialize)]
pub(super) struct MadeView {
    href: String,
    agreement_href: String,
    name: String,
    hint: String,
    mode: &'static str,
    /// The key's text; empty when it was shown before.
    text: String,
    shown_once: &'static str,
    /// Calls that return data; empty where no path is known.
    calls: Vec<Call>,
    /// Until when the key before it works; `None` for a first key.
    old_until: Option<Instant>,
    is_roll: bool,
}

pub(super) fn made_view(made: &Made, gate_url: &str, old_until: Option<Instant>) -> MadeView {
    let key = &made.issued.key;
    let text = made.issued.text.as_ref().map(|text| text.expose_secret().to_owned()).unwrap_or_default();
    let calls = match &made.example {
        Some(path) if !text.is_empty() => calls(&format!("{gate_url}{path}"), Credential::Text(&text)),
        Some(_) | None => Vec::new(),
    };
    MadeView {
        href: format!("/keys/{}", key.id),
        agreement_href: format!("/agreements/{}", key.agreement),
        name: key.name.clone(),
        hint: key.hint.clone(),
        mode: mode_words(key.mode),
        text,
        shown_once: SHOWN_ONCE,
        calls,
        old_until,
        is_roll: key.predecessor.is_some(),
    }
}

/// The only page with the text of a key; like every page behind a login it is never stored by a browser or a proxy.
pub(super) fn show_made(
    request: &HttpRequest,
    made: &Made,
    old_until: Option<Instant>,
) -> Result<HttpResponse, WebError> {
    let site = Site::of(request)?;
    let gate_url = site.options().gate_url.as_str().trim_end_matches('/').to_owned();
    let title = if made.issued.text.is_some() { "Copy your key now" } else { "This key was made before" };
    let page = Page::new(request, title)?.crumb("My agreements", "/agreements");
    page.render("applicant/key_made.html", &made_view(made, &gate_url, old_until))
}

/// Days of overlap to choose from.
pub(super) fn overlaps() -> Vec<Choice> {
    (0..=OVERLAP_MAX_DAYS)
        .map(|days| match days {
            0 => Choice::new("0", "None: the old key stops at once"),
            1 => Choice::new("1", "1 day"),
            more => Choice::new(more.to_string(), format!("{more} days")),
        })
        .collect()
}

/// Rolls a key; the answer shows the successor's text once.
pub(super) fn roll(
    desk: &Desk,
    who: &Caller,
    id: crate::domain::id::KeyId,
    overlap_days: u8,
) -> Result<(Made, Option<Instant>), CaseError> {
    let wish = keys::RollWish { overlap_days, ..keys::RollWish::default() };
    let issued = keys::roll(desk, who, id, &wish)?;
    let old = keys::view(desk, who, id)?.stored.key;
    Ok((with_example(desk, issued)?, old.ends_at()))
}
