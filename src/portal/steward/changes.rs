//! Changes of a dataset: announced to those who call it, after a look at who they are; then who still does.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use serde::Serialize;

use super::dataset::{PartView, Read, SetView, read};
use crate::cases::changes::{self, BACK_DAYS, Concerned};
use crate::domain::change::{ChangeKind, Draft, Window};
use crate::domain::time::{Day, Instant};
use crate::portal::announced::ChangeView;
use crate::portal::shared::Choice;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// Times that the form offers.
const WINDOW_ROWS: usize = 4;
const FIELDS: &[&str] = &["kind", "operations[]", "text", "on", "sunset", "windows.*", "days", "act", "version"];

/// What `steward/changes.html` shows.
#[derive(Debug, Serialize)]
struct View {
    standing: Vec<ChangeView>,
    past: Vec<ChangeView>,
    kinds: Vec<Choice>,
    operations: Vec<Choice>,
    rows: Vec<usize>,
    zone: String,
    is_previewed: bool,
    concerned: Vec<Concern>,
    callers: usize,
}

/// Somebody whom a change concerns.
#[derive(Debug, Serialize)]
struct Concern {
    number: String,
    title: String,
    holder: String,
    href: String,
    is_live: bool,
    calls: i64,
    last_day: String,
}

fn concern(concerned: &Concerned) -> Concern {
    Concern {
        number: concerned.number.clone(),
        title: concerned.title.clone(),
        holder: concerned.holder.clone(),
        href: format!("/review/agreements/{}", concerned.agreement),
        is_live: concerned.is_live,
        calls: concerned.calls,
        last_day: concerned.last_day.clone(),
    }
}

fn kinds() -> Vec<Choice> {
    let hint = |kind| match kind {
        ChangeKind::Change => "Other fields, paths or meanings from a day on.",
        ChangeKind::Deprecation => "There is something better; it ends on a day. The gate says so on every answer.",
        ChangeKind::Brownout => "For some hours the gate refuses it, so that who still calls it notices in time.",
        ChangeKind::End => "It ends on a day. The gate says so on every answer.",
    };
    ChangeKind::ALL
        .into_iter()
        .map(|kind| Choice::new(kind.as_str(), changes::in_words(kind)).hint(hint(kind)))
        .collect()
}

fn view(read: &Read, zone: Tz, (today, now): (Day, Instant), concerned: Option<&[Concerned]>) -> View {
    let dataset = &read.dataset;
    let (mut standing, mut past) = (Vec::new(), Vec::new());
    for change in dataset.changes.iter().rev() {
        let line = ChangeView::of(change, "", zone);
        if change.is_current(today, now) { standing.push(line) } else { past.push(line) }
    }
    let found = concerned.unwrap_or_default();
    View {
        standing,
        past,
        kinds: kinds(),
        operations: dataset
            .operations
            .iter()
            .map(|operation| Choice::new(operation.name().as_ref(), format!("{}:{}", dataset.slug, operation.name())))
            .collect(),
        rows: (0..WINDOW_ROWS).collect(),
        zone: zone.name().to_owned(),
        is_previewed: concerned.is_some(),
        callers: found.iter().filter(|one| one.calls > 0).count(),
        concerned: found.iter().map(concern).collect(),
    }
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Option<(&Form, &FormErrors)>,
    concerned: Option<&[Concerned]>,
) -> Result<HttpResponse, WebError> {
    let (caller, own_slug) = (caller(request), slug.to_owned());
    let read = desk.run(move |desk| read(desk, &caller, &own_slug)).await?;
    let stored = || FormView::with([("days", BACK_DAYS.to_string()), ("kind", "change".to_owned())]);
    let form = typed.map_or_else(stored, |(form, errors)| form.view(errors));
    let mut set = SetView::new(&read, "changes");
    if let Some(version) = typed.and_then(|(form, _)| form.version().ok()) {
        set.version = version;
    }
    let (zone, now) = (desk.profile.zone, desk.clock.now());
    let view = view(&read, zone, (crate::domain::time::day_in(zone, now), now), concerned);
    let title = read.dataset.metadata.title.as_str();
    let page = Page::new(request, "Changes")?.crumb("Stewardship", "/stewardship").crumb(title, &set.path);
    page.form(form).render("steward/changes.html", &PartView { set, own: view })
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, None, None).await
}

/// A day of the form; an empty one is none.
fn day(form: &Form, name: &str, errors: &mut FormErrors) -> Option<Day> {
    let text = form.text(name);
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        errors.add(name, "Write a day as 2026-12-31.");
    }
    day
}

/// An instant of the form, in the city's time. An hour that the clock passes twice is the first.
fn moment(text: &str, zone: Tz) -> Option<Instant> {
    let text = text.replace(' ', "T");
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let naive = read.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())?;
    zone.from_local_datetime(&naive).earliest().map(|at| at.to_utc())
}

fn draft(form: &Form, zone: Tz) -> Result<(Draft, i64), FormErrors> {
    let mut errors = FormErrors::default();
    let kind = ChangeKind::from_word(form.text("kind"));
    if kind.is_none() {
        errors.add("kind", "Choose what happens.");
    }
    let mut windows = Vec::new();
    for row in 0..WINDOW_ROWS {
        let [from, until] = ["from", "until"].map(|part| form.text(&format!("windows.{row}.{part}")));
        if from.is_empty() && until.is_empty() {
            continue;
        }
        match (moment(from, zone), moment(until, zone)) {
            (Some(from), Some(until)) => windows.push(Window { from, until }),
            _ => errors.add(format!("windows.{row}.from"), "Write both times as 2026-12-31 14:00."),
        }
    }
    let (on, sunset) = (day(form, "on", &mut errors), day(form, "sunset", &mut errors));
    let days = form.text("days").parse().unwrap_or(if form.text("days").is_empty() { BACK_DAYS } else { 0 });
    let operations = form.all("operations").into_iter().map(str::to_owned).collect();
    match kind {
        Some(kind) if errors.is_empty() => {
            let text = form.text("text").to_owned();
            Ok((Draft { kind, operations, text, on, sunset, windows }, days))
        }
        Some(_) | None => Err(errors),
    }
}

/// Shows who would be told, or announces.
pub(super) async fn announce(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(FIELDS)?;
    let version = form.version()?;
    let (draft, days) = match draft(&form, desk.profile.zone) {
        Ok(read) => read,
        Err(errors) => return show(&request, &desk, &slug, Some((&form, &errors)), None).await,
    };
    let (own_caller, own_slug, asked) = (caller(&request), slug.clone(), draft.clone());
    let none = FormErrors::default();
    if form.text("act") != "announce" {
        return match desk.run(move |desk| changes::preview(desk, &own_caller, &own_slug, &asked, days)).await {
            Ok(found) => show(&request, &desk, &slug, Some((&form, &none)), Some(&found)).await,
            Err(error) => show(&request, &desk, &slug, Some((&form, &shown_on_form(error)?)), None).await,
        };
    }
    let done = desk.run(move |desk| changes::announce(desk, &own_caller, &own_slug, (&asked, days), version)).await;
    match done {
        Ok(made) => {
            let told = format!("{} is announced. Told: {}.", made.number, made.told);
            Redirect::with(&request, format!("/stewardship/{slug}/changes"), &Flash::good(told))
        }
        Err(error) => show(&request, &desk, &slug, Some((&form, &shown_on_form(error)?)), None).await,
    }
}

/// What `steward/change.html` shows.
#[derive(Debug, Serialize)]
struct FollowView {
    change: ChangeView,
    callers: Vec<Concern>,
    still: usize,
    silent: usize,
}

/// One announcement and who still calls what it concerns.
pub(super) async fn follow(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (slug, number) = at.into_inner();
    let (caller, own_slug) = (caller(&request), slug.clone());
    let (read, followed) = desk
        .run(move |desk| Ok((read(desk, &caller, &own_slug)?, changes::follow(desk, &caller, &own_slug, &number)?)))
        .await?;
    let set = SetView::new(&read, "changes");
    let still = followed.callers.iter().filter(|one| one.calls > 0).count();
    let view = FollowView {
        change: ChangeView::of(&followed.announcement, "", desk.profile.zone),
        still,
        silent: followed.callers.len() - still,
        callers: followed.callers.iter().map(concern).collect(),
    };
    let title = read.dataset.metadata.title.as_str();
    let page = Page::new(&request, followed.announcement.number.clone())?.crumb("Stewardship", "/stewardship");
    let page = page.crumb(title, &set.path).crumb("Changes", format!("{}/changes", set.path));
    page.render("steward/change.html", &PartView { set, own: view })
}

/// Takes an announcement back.
pub(super) async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (slug, number) = at.into_inner();
    let version = posted.only(&["version"])?.version()?;
    let (caller, own_slug) = (caller(&request), slug.clone());
    desk.run(move |desk| changes::withdraw(desk, &caller, &own_slug, &number, version)).await?;
    let told = Flash::good("The announcement is taken back. Everybody whom it concerned is told.");
    Redirect::with(&request, format!("/stewardship/{slug}/changes"), &told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_time_of_the_city() {
        let zone = chrono_tz::America::New_York;
        let rows = [
            ("2026-12-01T10:00", Some("2026-12-01T15:00:00Z")),
            ("2026-12-01 10:00", Some("2026-12-01T15:00:00Z")),
            ("2026-07-01T10:00", Some("2026-07-01T14:00:00Z")),
            ("2026-11-01T01:30", Some("2026-11-01T05:30:00Z")),
            ("2026-03-08T02:30", None),
            ("soon", None),
        ];
        for (text, expected) in rows {
            assert_eq!(moment(text, zone), expected.map(|text| text.parse().unwrap()), "{text}");
        }
    }
}
