//! Terms: every version, and the draft on which the next one is written. A published version is never changed; what is
//! published is the draft that was looked at.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::terms::drafts::{self as terms_drafts, Typed};
use crate::cases::{CaseError, Desk, terms};
use crate::domain::terms::{AGREEMENT_PARAMETERS, TermsFamily, TermsVersion, compare};
use crate::domain::text::Invalid;
use crate::domain::time::{Day, Instant};
use crate::portal::changes::{ChangeView, change_views};
use crate::portal::named_errors;
use crate::portal::public::family_name;
use crate::store::terms::Draft;
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

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
    draft: Option<Saved>,
}

/// Who saved a draft last, and when.
#[derive(Serialize)]
struct Saved {
    by: String,
    at: String,
}

impl From<&Draft> for Saved {
    fn from(draft: &Draft) -> Self {
        Self { by: draft.by_name.clone(), at: draft.saved_at.to_rfc3339() }
    }
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
    let caller = caller(&request);
    let of = |desk: &Desk, caller: &_, family| {
        Ok((family, terms::versions(desk, family)?, terms_drafts::find(desk, caller, family)?))
    };
    let all =
        desk.run(move |desk| TermsFamily::ALL.into_iter().map(|family| of(desk, &caller, family)).collect()).await;
    let all: Vec<(TermsFamily, Vec<TermsVersion>, Option<Draft>)> = all?;
    let families = all
        .into_iter()
        .map(|(family, versions, draft)| {
            let current = crate::domain::terms::current(&versions, family, now).map(|version| version.number);
            let versions = versions.iter().map(|version| line(version, current, now)).collect();
            let draft = draft.as_ref().map(Saved::from);
            Family { word: family.as_str(), name: family_name(family), versions, draft }
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

/// What `admin/terms_draft.html` shows.
#[derive(Serialize)]
struct Writing {
    family: &'static str,
    version: i64,
    saved: Option<Saved>,
    agreement_parameters: Vec<&'static str>,
    place_parameters: Vec<(String, String)>,
    notice_days: u16,
    /// What somebody else saved meanwhile, against what was typed.
    meanwhile: Option<Meanwhile>,
}

#[derive(Serialize)]
struct Meanwhile {
    by: String,
    at: String,
    title: String,
    markdown: String,
    changes: Vec<ChangeView>,
}

pub(super) fn family_in(text: &str) -> Result<TermsFamily, WebError> {
    TermsFamily::from_name(text).ok_or_else(WebError::not_found)
}

fn page(request: &HttpRequest, family: TermsFamily) -> Result<Page, WebError> {
    let title = match family {
        TermsFamily::Standard => "The next standard terms",
        TermsFamily::ClickThrough => "The next terms for registered keys",
        TermsFamily::Restricted => "The next terms for restricted data",
    };
    Ok(Page::new(request, title)?.crumb("Administration", "/admin").crumb("Terms", "/admin/terms"))
}

fn writing(desk: &Desk, family: TermsFamily, draft: Option<&Draft>) -> Writing {
    Writing {
        family: family.as_str(),
        version: draft.map_or(0, |draft| draft.version),
        saved: draft.map(Saved::from),
        agreement_parameters: AGREEMENT_PARAMETERS.to_vec(),
        place_parameters: desk.profile.terms_parameters().into_iter().collect(),
        notice_days: desk.profile.agreement.terms_notice_days,
        meanwhile: None,
    }
}

fn filled(draft: &Draft) -> FormView {
    let mut values = vec![("title", draft.title.clone()), ("markdown", draft.markdown.clone())];
    if draft.is_material {
        values.push(("is_material", "yes".to_owned()));
    }
    if let Some(day) = draft.effective_on {
        values.push(("effective_at", day.to_string()));
    }
    FormView::with(values)
}

/// The draft; where there is none, the text of the newest version to begin from.
pub(super) async fn draft_page(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let (caller, family) = (caller(&request), family_in(&family)?);
    let (draft, newest) = desk
        .run(move |desk| {
            let newest = terms::versions(desk, family)?.into_iter().next();
            Ok((terms_drafts::find(desk, &caller, family)?, newest))
        })
        .await?;
    let form = match (&draft, newest) {
        (Some(draft), _) => filled(draft),
        (None, Some(newest)) => {
            FormView::with([("title", newest.title.as_str().to_owned()), ("markdown", newest.markdown)])
        }
        (None, None) => FormView::default(),
    };
    page(&request, family)?.form(form).render("admin/terms_draft.html", &writing(&desk, family, draft.as_ref()))
}

/// Saves the draft, and goes on to look at it where that was asked.
pub(super) async fn save(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["title", "markdown", "is_material", "effective_at", "act", "version"])?;
    let (who, family, version) = (caller(&request), family_in(&family)?, form.version()?);
    let typed = match typed(&form) {
        Ok(typed) => typed,
        Err(invalid) => return shown_again(&request, &desk, (family, version), &form, invalid.into()).await,
    };
    match desk.run(move |desk| terms_drafts::save(desk, &who, family, &typed, version)).await {
        Ok(_) if form.text("act") == "review" => {
            Redirect::with(&request, format!("{}/review", path(family)), &Flash::good("The draft is saved."))
        }
        Ok(_) => Redirect::with(&request, path(family), &Flash::good("The draft is saved.")),
        Err(CaseError::Stale) => show_both(&request, &desk, family, &form).await,
        Err(error) => shown_again(&request, &desk, (family, version), &form, error).await,
    }
}

pub(super) fn path(family: TermsFamily) -> String {
    format!("/admin/terms/{}/draft", family.as_str())
}

fn typed(form: &Form) -> Result<Typed, Invalid> {
    let day = form.text("effective_at");
    let wrong = |_not_a_day| Invalid::new("effective_at", "not_a_day", "Write the day as 2027-03-31.");
    let effective_on = if day.is_empty() { None } else { Some(day.parse::<Day>().map_err(wrong)?) };
    Ok(Typed {
        title: form.text("title").to_owned(),
        markdown: form.exact("markdown").to_owned(),
        is_material: form.has("is_material"),
        effective_on,
    })
}

async fn shown_again(
    request: &HttpRequest,
    desk: &DeskData,
    (family, version): (TermsFamily, i64),
    form: &Form,
    error: CaseError,
) -> Result<HttpResponse, WebError> {
    let errors = named_errors(error, &[("title", "Title")])?;
    let (who, family_of) = (caller(request), family);
    let draft = desk.run(move |desk| terms_drafts::find(desk, &who, family_of)).await?;
    let view = Writing { version, ..writing(desk, family, draft.as_ref()) };
    page(request, family)?.form(form.view(&errors)).render("admin/terms_draft.html", &view)
}

/// Somebody saved, published or discarded the draft meanwhile: what was typed stays in the form, theirs stands beside it,
/// and saving again replaces theirs knowingly.
async fn show_both(
    request: &HttpRequest,
    desk: &DeskData,
    family: TermsFamily,
    form: &Form,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let draft = desk.run(move |desk| terms_drafts::find(desk, &who, family)).await?;
    let mut errors = FormErrors::default();
    errors.add_coded("", "stale", match &draft {
        Some(_) => "Somebody else saved this draft while you were writing. Yours is in the form and not saved; theirs stands below it. If you save now, yours replaces theirs.",
        None => "This draft was published or thrown away while you were writing. Yours is in the form and not saved. If you save now, it begins a new draft.",
    });
    let meanwhile = draft.as_ref().map(|draft| Meanwhile {
        by: draft.by_name.clone(),
        at: draft.saved_at.to_rfc3339(),
        title: draft.title.clone(),
        changes: change_views(&compare(&draft.markdown, form.exact("markdown"))),
        markdown: draft.markdown.clone(),
    });
    let view = Writing { meanwhile, ..writing(desk, family, draft.as_ref()) };
    page(request, family)?.form(form.view(&errors)).status(StatusCode::CONFLICT).render("admin/terms_draft.html", &view)
}

/// Throws the draft away.
pub(super) async fn discard(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["version"])?;
    let (who, family, version) = (caller(&request), family_in(&family)?, form.version()?);
    let done = desk.run(move |desk| terms_drafts::discard(desk, &who, family, version)).await;
    done.map_err(|error| moved_on(error, family))?;
    Redirect::with(&request, "/admin/terms", &Flash::good("The draft is thrown away. The published versions stay."))
}

/// A draft that is not what was looked at any more, with the way to what it is now.
pub(super) fn moved_on(error: CaseError, family: TermsFamily) -> WebError {
    match error {
        CaseError::Stale => WebError::from(error).with_next("Look at the draft as it is now", path(family)),
        CaseError::Refused(_) => WebError::from(error).with_next("Every version", "/admin/terms".to_owned()),
        CaseError::Invalid(_)
        | CaseError::Missing
        | CaseError::Wait(_)
        | CaseError::Undone(_)
        | CaseError::Store(_) => error.into(),
    }
}
