//! The simulator's HTTP side: finds the feed, checks the upstream credential, pages the past. Shapes are the feeds' own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::LINK;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use super::FEEDS;
use super::feed::{Bulk, CSV, Feed, JSON, NDJSON, Site, csv_of};
use super::moment::{Moment, ZONE};
use crate::clock::Clock;
use crate::domain::scope::PathPattern;
use crate::domain::time::{Instant, day_in};

/// Where the upstream's own credential travels. The gate puts it there; no client ever holds it.
pub const CREDENTIAL_HEADER: &str = "X-Feed-Token";

/// Seconds between two records of the past; a feed that reports less often keeps its own step.
const HISTORY_STEP_SECONDS: u32 = 300;
/// How far the past reaches back.
const HISTORY_DAYS: i64 = 90;
/// The longest span one request may ask for.
const SPAN_DAYS_MAX: i64 = 31;
/// Records on a page unless told.
const PAGE_DEFAULT: usize = 200;
/// Records on a page at most.
const PAGE_MAX: usize = 1_000;

/// What the simulated city needs to know: the time, its seed, and the credential it asks for.
#[derive(Clone, Debug)]
pub struct SimulatorState {
    clock: Clock,
    seed: u64,
    credential: Arc<str>,
}

impl SimulatorState {
    /// A city that lives by `clock`. Restricted feeds answer only who shows `credential` in [`CREDENTIAL_HEADER`].
    #[must_use]
    pub fn new(clock: Clock, seed: u64, credential: &str) -> Self {
        Self { clock, seed, credential: credential.into() }
    }
}

/// A running simulator.
#[derive(Debug)]
pub struct Simulator {
    /// Where it listens, without a slash at the end: `http://127.0.0.1:41234`. Feeds are at `{url}/{slug}`.
    pub url: String,
    /// Stops it.
    pub handle: ServerHandle,
}

/// Starts the simulator on `address` (port 0: any free one) in the running Tokio runtime. It leaves signals alone: stop
/// it by its handle.
///
/// # Errors
/// When the address cannot be bound.
pub async fn start(address: SocketAddr, state: SimulatorState) -> io::Result<Simulator> {
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new().configure(move |cfg| configure(cfg, state))
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .bind(address)?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Simulator { url: format!("http://{bound}"), handle })
}

/// Mounts every feed under `/{slug}/`.
pub fn configure(cfg: &mut web::ServiceConfig, state: SimulatorState) {
    cfg.app_data(web::Data::new(state))
        .service(web::resource("/{slug}/{rest:.*}").route(web::get().to(answer)).route(web::head().to(answer)));
}

/// Why the simulator does not answer with data.
enum Trouble {
    NoCredential,
    NotHere,
    BadQuery(&'static str),
}

async fn answer(request: HttpRequest, state: web::Data<SimulatorState>) -> HttpResponse {
    match respond(&request, &state) {
        Ok(response) => response,
        Err(Trouble::NoCredential) => error(StatusCode::UNAUTHORIZED, "this feed asks for its upstream credential"),
        Err(Trouble::NotHere) => error(StatusCode::NOT_FOUND, "there is no such feed or view"),
        Err(Trouble::BadQuery(why)) => error(StatusCode::BAD_REQUEST, why),
    }
}

fn error(status: StatusCode, message: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": message }))
}

fn respond(request: &HttpRequest, state: &SimulatorState) -> Result<HttpResponse, Trouble> {
    let parts = request.match_info();
    let feed = FEEDS.iter().find(|feed| feed.slug == parts.query("slug")).ok_or(Trouble::NotHere)?;
    if feed.needs_credential() && !shows(request, &state.credential) {
        return Err(Trouble::NoCredential);
    }
    let now = Moment::new(state.seed, state.clock.now());
    match parts.query("rest") {
        "history" => history(feed, now, request),
        "bulk" => bulk(feed, now, request.query_string()),
        rest => present(feed, now, rest),
    }
}

fn shows(request: &HttpRequest, credential: &str) -> bool {
    let shown = request.headers().get(CREDENTIAL_HEADER).map_or(&b""[..], |value| value.as_bytes());
    bool::from(shown.ct_eq(credential.as_bytes()))
}

fn present(feed: &Feed, now: Moment, rest: &str) -> Result<HttpResponse, Trouble> {
    let path = format!("/{rest}");
    let fits = |pattern: &str| format!("/{pattern}").parse::<PathPattern>().is_ok_and(|pattern| pattern.matches(&path));
    let view = feed.views.iter().find(|view| fits(view.path)).ok_or(Trouble::NotHere)?;
    let last_segment = rest.rsplit('/').next().unwrap_or(rest);
    let body = (view.show)(feed, now.on_the_beat(feed.interval_seconds), last_segment).ok_or(Trouble::NotHere)?;
    Ok(data(view.media_type, body))
}

fn data(media_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok().content_type(media_type).insert_header(("Cache-Control", "no-cache")).body(body)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    from: Option<Instant>,
    to: Option<Instant>,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

/// The records between two instants, oldest first, in pages; the last hour unless told.
fn history(feed: &Feed, now: Moment, request: &HttpRequest) -> Result<HttpResponse, Trouble> {
    let Ok(span) = web::Query::<Span>::from_query(request.query_string()) else {
        return Err(Trouble::BadQuery("from and to are RFC 3339 instants, offset and limit whole numbers"));
    };
    let to = span.to.unwrap_or(now.at()).min(now.at());
    let from = span.from.unwrap_or(to - TimeDelta::hours(1));
    if from > to {
        return Err(Trouble::BadQuery("from must not be after to"));
    }
    if to - from > TimeDelta::days(SPAN_DAYS_MAX) {
        return Err(Trouble::BadQuery("ask for 31 days at most"));
    }
    if now.at() - from > TimeDelta::days(HISTORY_DAYS) {
        return Err(Trouble::BadQuery("the past is kept for 90 days"));
    }
    let limit = span.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Trouble::BadQuery("limit is 1 to 1000"));
    }
    let mut rows = past(feed, now, from, to).skip(span.offset);
    let page: Vec<_> = rows.by_ref().take(limit).map(|(when, site)| feed.record(when, site)).collect();
    let next = rows.next().is_some().then(|| {
        let (from, to) = (Moment::new(0, from).stamp(), Moment::new(0, to).stamp());
        format!("history?from={from}&to={to}&offset={}&limit={limit}", span.offset + limit)
    });
    let mut response = HttpResponse::Ok();
    if let Some(next) = &next {
        response.insert_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.content_type(JSON).json(json!({ "count": page.len(), "next": next, "observations": page })))
}

/// Every instant and site of the past between two instants, both included, oldest first. Nothing is computed yet.
fn past(feed: &Feed, city: Moment, from: Instant, to: Instant) -> impl Iterator<Item = (Moment, &'static Site)> {
    let step = feed.interval_seconds.max(HISTORY_STEP_SECONDS);
    let last = city.earlier((city.at() - to).num_seconds()).on_the_beat(step);
    let steps = (last.at() - from).num_seconds().div_euclid(i64::from(step));
    let sites = feed.sites;
    (0..=steps).rev().flat_map(move |back| {
        let when = last.earlier(back * i64::from(step));
        sites.iter().map(move |site| (when, site))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    day: Option<NaiveDate>,
}

/// One whole day of the city as a file; yesterday unless told.
fn bulk(feed: &Feed, now: Moment, query: &str) -> Result<HttpResponse, Trouble> {
    let Ok(asked) = web::Query::<Whole>::from_query(query) else {
        return Err(Trouble::BadQuery("day is a date such as 2026-11-22"));
    };
    let today = day_in(ZONE, now.at());
    let day = asked.day.or_else(|| today.pred_opt()).ok_or(Trouble::NotHere)?;
    if day >= today || (today - day).num_days() > HISTORY_DAYS {
        return Err(Trouble::BadQuery("a day before today, 90 days back at most"));
    }
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_local_timezone(ZONE).earliest();
    let (Some(from), Some(to)) = (midnight(day), day.succ_opt().and_then(midnight)) else {
        return Err(Trouble::NotHere);
    };
    let records =
        past(feed, now, from.to_utc(), to.to_utc() - TimeDelta::seconds(1)).map(|(when, site)| feed.record(when, site));
    match feed.bulk {
        Bulk::Csv => csv_of(records).map(|body| data(CSV, body)).ok_or(Trouble::NotHere),
        Bulk::NdJson => Ok(data(NDJSON, lines(records))),
    }
}

fn lines(records: impl Iterator<Item = Map<String, Value>>) -> Vec<u8> {
    records.flat_map(|record| format!("{}\n", Value::Object(record)).into_bytes()).collect()
}
