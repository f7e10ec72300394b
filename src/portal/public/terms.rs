//! Terms as anybody may read them: every version, each with its hash and its exact text.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::{CaseError, terms};
use crate::domain::terms::{TermsFamily, TermsVersion, current};
use crate::domain::time::Instant;
use crate::portal::changes::{ChangeView, count_of_changes, public_change_views};
use crate::web::case::DeskData;
use crate::web::{Page, Query, WebError, markdown};

/// What a family is called on pages.
pub(crate) const fn family_name(family: TermsFamily) -> &'static str {
    match family {
        TermsFamily::Standard => "Standard terms",
        TermsFamily::ClickThrough => "Terms for registered keys",
        TermsFamily::Restricted => "Terms for restricted data",
    }
}

const fn family_about(family: TermsFamily) -> &'static str {
    match family {
        TermsFamily::Standard => "For datasets on which a department decides. They become part of each agreement.",
        TermsFamily::ClickThrough => "For datasets that need a key but no decision.",
        TermsFamily::Restricted => "The standard terms with an annex, for data about people or protected places.",
    }
}

/// What `public/terms.html` shows.
#[derive(Serialize)]
struct List {
    families: Vec<Family>,
}

#[derive(Serialize)]
struct Family {
    name: &'static str,
    about: &'static str,
    href: String,
    present: Option<Line>,
    announced: Vec<Line>,
}

/// One version in a list.
#[derive(Serialize)]
struct Line {
    number: u32,
    title: String,
    effective: String,
    href: String,
    state: &'static str,
    tone: &'static str,
    is_shown: bool,
}

fn line(version: &TermsVersion, present: Option<u32>, now: Instant) -> Line {
    let (state, tone) = if version.effective_at > now {
        ("Announced", "info")
    } else if Some(version.number) == present {
        ("Binds now", "good")
    } else {
        ("Replaced", "neutral")
    };
    Line {
        number: version.number,
        title: version.title.as_str().to_owned(),
        effective: version.effective_at.to_rfc3339(),
        href: format!("/terms/{}/{}", version.family.as_str(), version.number),
        state,
        tone,
        is_shown: false,
    }
}

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let now = desk.clock.now();
    let all = desk
        .run(|desk| TermsFamily::ALL.into_iter().map(|family| Ok((family, terms::versions(desk, family)?))).collect());
    let all: Vec<(TermsFamily, Vec<TermsVersion>)> = all.await?;
    let family = |(family, versions): (TermsFamily, Vec<TermsVersion>)| {
        let present = current(&versions, family, now);
        let number = present.map(|version| version.number);
        let announced = versions.iter().filter(|version| version.effective_at > now);
        Family {
            name: family_name(family),
            about: family_about(family),
            href: format!("/terms/{}", family.as_str()),
            present: present.map(|version| line(version, number, now)),
            announced: announced.map(|version| line(version, number, now)).collect(),
        }
    };
    let view = List { families: all.into_iter().map(family).collect() };
    Page::new(&request, "Terms")?.render("public/terms.html", &view)
}

/// What `public/terms_version.html` shows.
#[derive(Serialize)]
struct VersionView {
    line: Line,
    published: String,
    is_material: bool,
    hash: String,
    text_href: String,
    /// Where what it changes is shown; empty for the first version.
    changes_href: String,
    html: String,
    clauses: Vec<(String, String)>,
    versions: Vec<Line>,
}

pub(super) async fn present(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &family, None).await
}

pub(super) async fn version(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (family, number) = path.into_inner();
    show(&request, &desk, &family, Some(parse(&number)?)).await
}

fn parse(number: &str) -> Result<u32, WebError> {
    number.parse().map_err(|_not_a_number| WebError::not_found())
}

async fn versions(desk: &DeskData, family: &str) -> Result<(TermsFamily, Vec<TermsVersion>), WebError> {
    let family = TermsFamily::from_name(family).ok_or_else(WebError::not_found)?;
    Ok((family, desk.run(move |desk| terms::versions(desk, family)).await?))
}

/// The version of that number, or the one that binds now.
async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    family: &str,
    number: Option<u32>,
) -> Result<HttpResponse, WebError> {
    let now = desk.clock.now();
    let (family, all) = versions(desk, family).await?;
    let present = current(&all, family, now).map(|version| version.number);
    let wanted = number.or(present);
    let shown = all.iter().find(|version| Some(version.number) == wanted).ok_or(CaseError::Missing)?;
    let line_of =
        |version: &TermsVersion| Line { is_shown: version.number == shown.number, ..line(version, present, now) };
    let view = VersionView {
        line: line_of(shown),
        published: shown.published_at.to_rfc3339(),
        is_material: shown.material,
        hash: shown.hash.to_string(),
        text_href: format!("/terms/{}/{}/text", family.as_str(), shown.number),
        changes_href: changes_href(family, shown.number, &all),
        html: markdown::to_html(&shown.preview()),
        clauses: shown.clauses().iter().map(|clause| (clause.anchor(), clause.to_string())).collect(),
        versions: all.iter().map(line_of).collect(),
    };
    Page::new(request, format!("{}, version {}", family_name(family), shown.number))?
        .crumb("Terms", "/terms")
        .render("public/terms_version.html", &view)
}

fn changes_href(family: TermsFamily, number: u32, all: &[TermsVersion]) -> String {
    let has_earlier = all.iter().any(|version| version.number < number);
    if has_earlier { format!("/terms/{}/{number}/changes", family.as_str()) } else { String::new() }
}

/// What `public/terms_changes.html` shows.
#[derive(Serialize)]
struct ChangesView {
    family: &'static str,
    number: u32,
    since: Option<u32>,
    effective: String,
    is_material: bool,
    changed: usize,
    changes: Vec<ChangeView>,
    /// The earlier versions that it can be compared with.
    others: Vec<u32>,
}

/// What a version changes against the one before it, or an earlier one.
pub(super) async fn changes(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let (family, number) = path.into_inner();
    let (number, query) = (parse(&number)?, query.lenient());
    let since = query.get("since").and_then(|since| since.parse().ok());
    let (family, all) = versions(&desk, &family).await?;
    let found = desk.run(move |desk| terms::changes(desk, family, number, since)).await?;
    let view = ChangesView {
        family: family.as_str(),
        number,
        since: found.since.as_ref().map(|version| version.number),
        effective: found.version.effective_at.to_rfc3339(),
        is_material: found.version.material,
        changed: count_of_changes(&found.differences),
        changes: public_change_views(&found.differences),
        others: all.iter().map(|version| version.number).filter(|other| *other < number).collect(),
    };
    let title = format!("{}, version {number}", family_name(family));
    Page::new(&request, format!("What version {number} changes"))?
        .crumb("Terms", "/terms")
        .crumb(title, format!("/terms/{}/{number}", family.as_str()))
        .render("public/terms_changes.html", &view)
}

/// The canonical Markdown, to the byte that was hashed.
pub(super) async fn text(desk: DeskData, path: web::Path<(String, String)>) -> Result<HttpResponse, WebError> {
    let (family, number) = path.into_inner();
    let number = parse(&number)?;
    let (_, all) = versions(&desk, &family).await?;
    let shown = all.into_iter().find(|version| version.number == number).ok_or(CaseError::Missing)?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(shown.markdown))
}
