//! Standing texts: help, privacy, accessibility, and the well-known addresses. What they say of times and offices comes
//! from the profile of the place.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::domain::application::{PARAMETERS, question};
use crate::store::people;
use crate::web::case::DeskData;
use crate::web::{Page, Redirect, Site, WebError};

/// Days for which a security.txt holds (RFC 9116 section 2.5.5 asks for less than a year).
const SECURITY_TXT_DAYS: i64 = 180;

/// What `public/help.html` shows.
#[derive(Serialize)]
struct Help {
    departments: Vec<(String, String)>,
    decision_days: u16,
    offer_days: u16,
    term_months: u16,
    overlap_days: u16,
    terms_notice_days: u16,
    clerk: String,
    clerk_days: u16,
    state_body: String,
    state_days: u16,
    records_request: String,
    purposes: Vec<(String, String)>,
    prohibited_uses: Vec<String>,
    /// What a link to the form may bring: the name, and the question it answers.
    prefill: Vec<(&'static str, &'static str)>,
    prefill_example: String,
    email: String,
}

pub(super) async fn help(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let departments = desk.run(|desk| desk.read(people::departments)).await?;
    let profile = &desk.profile;
    let purpose = |purpose: &crate::domain::profile::Purpose| {
        (purpose.title.text("en").to_owned(), purpose.hint.text("en").to_owned())
    };
    let view = Help {
        departments: departments.into_iter().map(|known| (known.name, known.email)).collect(),
        decision_days: profile.clocks.decision_goal.days,
        offer_days: profile.agreement.offer_lapses_days,
        term_months: profile.agreement.term_months,
        overlap_days: profile.agreement.roll_overlap_max_days,
        terms_notice_days: profile.agreement.terms_notice_days,
        clerk: profile.appeals.clerk.name.to_string(),
        clerk_days: profile.appeals.clerk.within.days,
        state_body: profile.appeals.state.name.to_string(),
        state_days: profile.appeals.state.within.days,
        records_request: profile.notices.records_request.text("en").to_owned(),
        purposes: profile.purposes.iter().map(purpose).collect(),
        prohibited_uses: profile.prohibited_uses.iter().map(|known| known.text.text("en").to_owned()).collect(),
        prefill_example: Site::of(&request)?.portal_link(
            "/applications/new?dataset=parking-occupancy&purpose=research&project=Where%20bays%20are%20free",
        ),
        prefill: PARAMETERS
            .iter()
            .filter_map(|(parameter, asked)| Some((*parameter, question(asked)?.label)))
            .collect(),
        email: profile.agreement.notices_email.to_string(),
    };
    Page::new(&request, "How this works")?.render("public/help.html", &view)
}

/// What `public/privacy.html` shows.
#[derive(Serialize)]
struct Privacy {
    log_days: u16,
    session_hours: i64,
    idle_minutes: i64,
    public_record: String,
    email: String,
}

pub(super) async fn privacy(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let view = Privacy {
        log_days: desk.profile.agreement.access_log_days,
        session_hours: desk.options.session_absolute.num_hours(),
        idle_minutes: desk.options.session_idle.num_minutes(),
        public_record: desk.profile.notices.public_record.text("en").to_owned(),
        email: desk.profile.agreement.notices_email.to_string(),
    };
    Page::new(&request, "Privacy")?.render("public/privacy.html", &view)
}

pub(super) async fn accessibility(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let view = serde_json::json!({ "email": desk.profile.agreement.notices_email.as_str() });
    Page::new(&request, "Accessibility")?.render("public/accessibility.html", &view)
}

pub(super) async fn security_txt(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let site = Site::of(&request)?;
    let expires = desk.clock.now() + chrono::Duration::days(SECURITY_TXT_DAYS);
    let text = format!(
        "Contact: mailto:{}\nExpires: {}\nPreferred-Languages: {}\nCanonical: {}\nPolicy: {}\n",
        desk.profile.agreement.notices_email,
        expires.format("%Y-%m-%dT00:00:00Z"),
        desk.profile.languages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        site.portal_link("/.well-known/security.txt"),
        site.portal_link("/help#security"),
    );
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .body(text))
}

/// Password managers send people here.
pub(super) async fn change_password() -> HttpResponse {
    Redirect::to("/account/password")
}
