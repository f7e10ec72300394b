//! Terms: every version, and the page on which a new one is written, looked at and published. A published version is
//! never changed.

use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeZone as _;
use serde::Serialize;

use crate::cases::terms::{self, NewTerms};
use crate::cases::{CaseError, Desk};
use crate::domain::terms::{AGREEMENT_PARAMETERS, TermsFamily, TermsVersion, fill};
use crate::domain::text::Invalid;
use crate::domain::time::{Day, Instant};
use crate::portal::named_errors;
use crate::portal::public::family_name;
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, Form, FormView, Page, Posted, Redirect, WebError, json::Query, markdown};

/// What `admin/terms.html` shows.
#[derive(Serialize)]
struct List {
    families: Vec<Family>,
}

#[derive(Serialize)]
struct Family {
    word: &'static str,
    name: &'static str,
    versions: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    number: u32,
    title: String,
    published: String,
    effective: String,
    state: &'static str,
    tone: &'static str,
    is_material: bool,
}

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let now = desk.clock.now();
    let all = desk
        .run(|desk| TermsFamily::ALL.into_iter().map(|family| Ok((family, terms::versions(desk, family)?))).collect())
        .await;
    let all: Vec<(TermsFamily, Vec<TermsVersion>)> = all?;
    let families = all
        .into_iter()
        .map(|(family, versions)| {
            let current = crate::domain::terms::current(&versions, family, now).map(|version| version.number);
            let versions = versions.iter().map(|version| line(version, current, now)).collect();
            Family { word: family.as_str(), name: family_name(family), versions }
        })
        .collect();
    Page::new(&request, "Terms")?.crumb("Administration", "/admin").render("admin/terms.html", &List { families })
}

fn line(version: &TermsVersion, current: Option<u32>, now: Instant) -> Line {
    let (state, tone) = match version.effective_at > now {
        true => ("Announced", "info"),
        false if Some(version.number) == current => ("Binds now", "good"),
        false => ("Replaced", "neutral"),
    };
    Line {
        number: version.number,
        title: version.title.as_str().to_owned(),
        published: version.published_at.to_rfc3339(),
        effective: version.effective_at.to_rfc3339(),
        state,
        tone,
        is_material: version.material,
    }
}

/// What `admin/terms_new.html` shows.
#[derive(Serialize)]
struct Writing {
    families: Vec<Choice>,
    agreement_parameters: Vec<&'static str>,
    place_parameters: Vec<(String, String)>,
    notice_days: u16,
    preview: String,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
}

fn show(request: &HttpRequest, desk: &Desk, form: FormView, preview: String) -> Result<HttpResponse, WebError> {
    let choice = |family: TermsFamily| Choice { value: family.as_str(), label: family_name(family) };
    let view = Writing {
        families: TermsFamily::ALL.into_iter().map(choice).collect(),
        agreement_parameters: AGREEMENT_PARAMETERS.to_vec(),
        place_parameters: desk.profile.terms_parameters().into_iter().collect(),
        notice_days: desk.profile.agreement.terms_notice_days,
        preview,
    };
    Page::new(request, "Write a version of terms")?
        .crumb("Administration", "/admin")
        .crumb("Terms", "/admin/terms")
        .form(form)
        .render("admin/terms_new.html", &view)
}

/// The form, with the text of the version that binds now to begin from when a family is named.
pub(super) async fn new_page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let Some(family) = query.get("family").and_then(TermsFamily::from_name) else {
        return show(&request, &desk, FormView::default(), String::new());
    };
    let newest = desk.run(move |desk| terms::versions(desk, family)).await?.into_iter().next();
    let (title, text) = newest.map(|version| (version.title.as_str().to_owned(), version.markdown)).unwrap_or_default();
    let form = FormView::with([("family", family.as_str().to_owned()), ("title", title), ("markdown", text)]);
    show(&request, &desk, form, String::new())
}

pub(super) async fn publish(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["family", "title", "markdown", "is_material", "effective_at", "act"])?;
    if form.text("act") != "publish" {
        return match fill(form.exact("markdown"), &desk.profile.terms_parameters()) {
            Ok(text) => show(&request, &desk, form.view(&crate::web::FormErrors::default()), markdown::to_html(&text)),
            Err(invalid) => refused(&request, &desk, &form, invalid.into()),
        };
    }
    let new = match asked(&form, &desk) {
        Ok(new) => new,
        Err(invalid) => return refused(&request, &desk, &form, invalid.into()),
    };
    let caller = caller(&request);
    match desk.run(move |desk| terms::publish(desk, &caller, &new)).await {
        Ok(version) => {
            let said = format!("Version {} is published.", version.number);
            Redirect::with(&request, "/admin/terms", &Flash::good(said))
        }
        Err(error) => refused(&request, &desk, &form, error),
    }
}

fn refused(request: &HttpRequest, desk: &Desk, form: &Form, error: CaseError) -> Result<HttpResponse, WebError> {
    let errors = named_errors(error, &[("title", "Title")])?;
    show(request, desk, form.view(&errors), String::new())
}

/// What the form asks for; a day begins at midnight of the city.
fn asked(form: &Form, desk: &Desk) -> Result<NewTerms, Invalid> {
    let family = TermsFamily::from_name(form.text("family"))
        .ok_or_else(|| Invalid::new("family", "required", "Choose which terms this is a version of."))?;
    let day = form.text("effective_at");
    let effective_at = if day.is_empty() { None } else { Some(midnight(day, desk)?) };
    Ok(NewTerms {
        family,
        title: form.text("title").to_owned(),
        markdown: form.exact("markdown").to_owned(),
        is_material: form.has("is_material"),
        effective_at,
    })
}

fn midnight(day: &str, desk: &Desk) -> Result<Instant, Invalid> {
    let wrong = || Invalid::new("effective_at", "not_a_day", "Write the day as 2027-03-31.");
    let day: Day = day.parse().map_err(|_not_a_day| wrong())?;
    let begins = desk.profile.zone.from_local_datetime(&day.and_time(chrono::NaiveTime::MIN)).earliest();
    begins.map(|at| at.with_timezone(&chrono::Utc)).ok_or_else(wrong)
}
