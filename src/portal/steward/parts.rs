//! The small parts of a dataset: tier, operations, limits, publishing.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::dataset::{Check, checks, save_part, show_part};
use crate::cases::catalogue::Edit;
use crate::domain::catalogue::Dataset;
use crate::domain::limits::Limits;
use crate::domain::scope::{Method, Operation, PathPattern};
use crate::domain::tier::Tier;
use crate::portal::shared::{Choice, limit_words, tier_words};
use crate::web::case::DeskData;
use crate::web::{Form, FormErrors, FormView, Posted, WebError};

type Typed<'a> = Option<(&'a Form, &'a FormErrors)>;

#[derive(Debug, Serialize)]
pub(super) struct TierView {
    pub(super) tiers: Vec<Choice>,
    pub(super) suggested: &'static str,
    pub(super) because: Vec<String>,
    pub(super) prohibition: Option<String>,
}

/// The page of the tier.
pub(super) async fn tier_page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_tier(&request, &desk, &slug, None).await
}

async fn show_tier(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Typed<'_>,
) -> Result<HttpResponse, WebError> {
    show_part(request, desk, slug, "tier", typed, |read, _| {
        let view = TierView {
            tiers: Tier::ALL.into_iter().map(tier_choice).collect(),
            suggested: tier_words(Some(read.suggestion.tier)),
            because: read.suggestion.because.clone(),
            prohibition: read.prohibition.clone(),
        };
        let stored = read.dataset.tier.map(|tier| ("tier", tier.as_str()));
        (view, FormView::with(stored))
    })
    .await
}

fn tier_choice(tier: Tier) -> Choice {
    let hint = match tier {
        Tier::Open => "No key, no agreement. Limits for each address.",
        Tier::Registered => "A registered key under click-through terms; nobody has to decide.",
        Tier::Conditioned => "A manager decides on each application.",
        Tier::Restricted => "Named users; two different managers must approve.",
        Tier::Prohibited => "A law forbids sharing. It cannot be granted to anybody.",
    };
    Choice::new(tier.as_str(), tier_words(Some(tier))).hint(hint)
}

/// Sets the tier.
pub(super) async fn save_tier(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["tier", "version"])?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    match Tier::from_mark(form.text("tier")) {
        None => errors.add("tier", "Choose a tier."),
        Some(tier) => {
            let told = ("tier", "The tier is set. The gate follows at once.");
            match save_part(&request, &desk, &slug, (Edit::Tier(tier), version), told).await? {
                Ok(done) => return Ok(done),
                Err(found) => errors = at_field(&found, "tier"),
            }
        }
    }
    show_tier(&request, &desk, &slug, Some((&form, &errors))).await
}

/// Every complaint at the one field of the form.
pub(super) fn at_field(errors: &FormErrors, field: &str) -> FormErrors {
    let mut placed = FormErrors::default();
    for error in errors.iter() {
        placed.add_coded(field, error.code.clone(), error.message.clone());
    }
    placed
}

#[derive(Debug, Serialize)]
pub(super) struct OperationsView {
    pub(super) lines: Vec<String>,
    pub(super) row_count: usize,
}

/// The page of the operations.
pub(super) async fn operations_page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_operations(&request, &desk, &slug, None).await
}

async fn show_operations(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Typed<'_>,
) -> Result<HttpResponse, WebError> {
    show_part(request, desk, slug, "operations", typed, |read, _| {
        let lines = operation_lines(&read.dataset);
        let stored = FormView::with([("operations", lines.join("\n"))]);
        (OperationsView { row_count: lines.len() + 4, lines }, stored)
    })
    .await
}

/// The operations as people type them: `name METHODS pattern pattern`.
pub(super) fn operation_lines(dataset: &Dataset) -> Vec<String> {
    let line = |operation: &Operation| {
        let methods: Vec<_> = operation.methods().iter().map(|method| method.as_str()).collect();
        let paths: Vec<_> = operation.paths().iter().map(|path| path.template().as_ref()).collect();
        format!("{} {} {}", operation.name(), methods.join(","), paths.join(" "))
    };
    dataset.operations.iter().map(line).collect()
}

/// Reads what was typed, naming the line that cannot be read.
fn operations(text: &str) -> Result<Vec<Operation>, String> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty());
    lines.map(|(at, line)| operation(line).map_err(|message| format!("Line {at}: {message}."))).collect()
}

fn operation(line: &str) -> Result<Operation, String> {
    let mut words = line.split_whitespace();
    let (Some(name), Some(methods)) = (words.next(), words.next()) else {
        return Err("write a name, its methods and at least one path, such as read GET /latest/**".to_owned());
    };
    let methods: Vec<Method> = methods
        .split(',')
        .map(|method| method.to_uppercase().parse())
        .collect::<Result<_, _>>()
        .map_err(|problem: crate::domain::scope::ScopeProblem| problem.to_string())?;
    let paths: Vec<PathPattern> = words
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|problem: crate::domain::scope::ScopeProblem| problem.to_string())?;
    Operation::new(name, methods, paths).map_err(|problem| problem.to_string())
}

/// Saves the operations.
pub(super) async fn save_operations(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["operations", "version"])?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    match operations(form.text("operations")) {
        Err(message) => errors.add("operations", message),
        Ok(all) => {
            let told = ("operations", "The operations are saved. The gate follows at once.");
            match save_part(&request, &desk, &slug, (Edit::Operations(all), version), told).await? {
                Ok(done) => return Ok(done),
                Err(found) => errors = at_field(&found, "operations"),
            }
        }
    }
    show_operations(&request, &desk, &slug, Some((&form, &errors))).await
}

#[derive(Debug, Serialize)]
pub(super) struct LimitsView {
    pub(super) limits: String,
    pub(super) default_limits: Vec<String>,
}

/// The page of the limits.
pub(super) async fn limits_page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_limits(&request, &desk, &slug, None).await
}

async fn show_limits(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Typed<'_>,
) -> Result<HttpResponse, WebError> {
    show_part(request, desk, slug, "limits", typed, |read, _| {
        let limits = read.dataset.limits.to_string();
        let stored = FormView::with([("limits", limits.clone())]);
        (LimitsView { limits, default_limits: limit_words(&read.default_limits) }, stored)
    })
    .await
}

/// Saves the limits.
pub(super) async fn save_limits(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["limits", "version"])?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    match Limits::parse(form.text("limits")) {
        Err(problem) => errors.add("limits", format!("Not saved: {problem}.")),
        Ok(limits) => {
            let told = ("limits", "The limits are saved. They hold for agreements made from now on.");
            match save_part(&request, &desk, &slug, (Edit::Limits(limits), version), told).await? {
                Ok(done) => return Ok(done),
                Err(found) => errors = at_field(&found, "limits"),
            }
        }
    }
    show_limits(&request, &desk, &slug, Some((&form, &errors))).await
}

#[derive(Debug, Serialize)]
pub(super) struct PublishView {
    pub(super) checks: Vec<Check>,
}

/// The page of publishing.
pub(super) async fn publish_page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_publish(&request, &desk, &slug, None).await
}

async fn show_publish(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Typed<'_>,
) -> Result<HttpResponse, WebError> {
    show_part(request, desk, slug, "publish", typed, |read, _| {
        (PublishView { checks: checks(read) }, FormView::default())
    })
    .await
}

/// Publishes or takes back.
pub(super) async fn save_publish(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["publish", "version"])?;
    let version = form.version()?;
    let is_published = form.text("publish") == "yes";
    let done = if is_published {
        "The dataset stands in the public catalogue now."
    } else {
        "The dataset is no longer in the public catalogue. Agreements that name it stay as they are."
    };
    match save_part(&request, &desk, &slug, (Edit::Publish(is_published), version), ("publish", done)).await? {
        Ok(done) => Ok(done),
        Err(errors) => show_publish(&request, &desk, &slug, Some((&form, &errors))).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_line_by_line_and_written_back_alike() {
        let text = "read GET / /latest/**\n\nwrite POST,PUT /items/{id}";
        let read = operations(text).unwrap();
        assert_eq!(read.len(), 2);
        let names: Vec<_> = read.iter().map(|operation| operation.name().as_ref().to_owned()).collect();
        assert_eq!(names, ["read", "write"]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for (text, part) in [
            ("read GET /a\nhistory", "Line 2"),
            ("read FETCH /a", "Line 1: “FETCH”"),
            ("Read GET /a", "Line 1: “Read”"),
            ("read GET", "no paths"),
            ("read GET a", "“a”"),
        ] {
            let message = operations(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
