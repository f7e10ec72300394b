//! What the feeds promise: shapes that parse, plausible ranges, values that move with the clock, and a closed door.

use std::collections::BTreeSet;

use actix_web::App;
use actix_web::http::StatusCode;
use actix_web::test as web_test;
use serde_json::Value;

use super::moment::Moment;
use super::{CREDENTIAL_HEADER, FEEDS, Feed, SimulatorState, configure, start};
use crate::clock::Clock;
use crate::domain::scope::{PathPattern, check_operation, check_slug};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

const NOON: &str = "2026-11-23T17:03:20Z";

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Asks a city of seed 7 at an instant, with the credential, and gives status, media type and body.
async fn ask(when: &str, path: &str) -> (StatusCode, String, Vec<u8>) {
    let state = SimulatorState::new(Clock::standing_at(at(when)), 7, "upstream-secret");
    let app = web_test::init_service(App::new().configure(|cfg| configure(cfg, state))).await;
    let request =
        web_test::TestRequest::get().uri(path).insert_header((CREDENTIAL_HEADER, "upstream-secret")).to_request();
    let response = web_test::call_service(&app, request).await;
    let media_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    (status, media_type.unwrap_or_default(), web_test::read_body(response).await.to_vec())
}

async fn json(when: &str, path: &str) -> Value {
    let (status, _, body) = ask(when, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

fn rows_of_csv(body: &[u8]) -> usize {
    let mut reader = csv::Reader::from_reader(body);
    let columns = reader.headers().unwrap().len();
    assert!(columns >= 3);
    reader.records().map(|record| assert_eq!(record.unwrap().len(), columns)).count()
}

#[actix_web::test]
async fn every_view_of_every_feed_parses_as_what_it_says_it_is() {
    for feed in FEEDS {
        for view in feed.views {
            let path = format!("/{}/{}", feed.slug, view.path.replace("{camera}", "cam-02"));
            let (status, media_type, body) = ask(NOON, &path).await;
            assert_eq!((status, media_type.as_str()), (StatusCode::OK, view.media_type), "{path}");
            if view.media_type.starts_with("text/csv") {
                assert_eq!(rows_of_csv(&body), feed.sites.len(), "{path}");
            } else if view.media_type == "image/bmp" {
                let size = u32::from_le_bytes(body[2..6].try_into().unwrap());
                assert_eq!((&body[..2], usize::try_from(size).unwrap()), (&b"BM"[..], body.len()));
            } else {
                serde_json::from_slice::<Value>(&body).unwrap();
            }
        }
    }
}

#[actix_web::test]
async fn geojson_lists_every_site_with_a_position_in_norwalk() {
    for feed in FEEDS {
        for view in feed.views.iter().filter(|view| view.media_type == super::feed::GEOJSON) {
            let collection = json(NOON, &format!("/{}/{}", feed.slug, view.path)).await;
            assert_eq!(collection["type"], "FeatureCollection");
            let features = collection["features"].as_array().unwrap();
            assert_eq!(features.len(), feed.sites.len());
            for feature in features {
                let first = feature["geometry"]["coordinates"].as_array().unwrap();
                let point = first[0].as_array().unwrap_or(first);
                assert!((-73.46..-73.36).contains(&point[0].as_f64().unwrap()), "{feature}");
                assert!((41.06..41.16).contains(&point[1].as_f64().unwrap()), "{feature}");
                assert!(feature["properties"]["site_id"].is_string());
            }
        }
    }
}

#[actix_web::test]
async fn ngsi_ld_entities_carry_their_type_location_and_instant() {
    for (path, kind) in [
        ("/traffic-counts/latest", "TrafficFlowObserved"),
        ("/air-quality/latest", "AirQualityObserved"),
        ("/streetlights/latest", "Streetlight"),
    ] {
        for entity in json(NOON, path).await.as_array().unwrap() {
            assert_eq!(entity["type"], kind);
            assert!(entity["id"].as_str().unwrap().starts_with("urn:ngsi-ld:"));
            assert_eq!(entity["location"]["type"], "GeoProperty");
            assert_eq!(entity["location"]["value"]["type"], "Point");
            assert!(entity["dateObserved"]["value"]["@value"].as_str().unwrap().starts_with("2026-11-23T17:0"));
        }
    }
}

#[actix_web::test]
async fn work_zones_and_bike_share_have_the_shape_of_their_standards() {
    let zones = json(NOON, "/work-zones/latest").await;
    assert_eq!(zones["feed_info"]["version"], "4.2");
    assert_eq!(zones["features"][0]["properties"]["core_details"]["event_type"], "work-zone");
    assert_eq!(zones["features"][0]["geometry"]["type"], "LineString");
    let information = json(NOON, "/bike-share/station_information").await;
    let status = json(NOON, "/bike-share/station_status").await;
    for (station, state) in
        information["data"]["stations"].as_array().unwrap().iter().zip(status["data"]["stations"].as_array().unwrap())
    {
        assert_eq!(station["station_id"], state["station_id"]);
        let whole = |name: &str| state[name].as_i64().unwrap();
        let docks = whole("num_bikes_available") + whole("num_bikes_disabled") + whole("num_docks_available");
        assert_eq!(station["capacity"].as_i64().unwrap(), docks);
    }
}

#[actix_web::test]
async fn values_change_with_time_and_repeat_for_the_same_instant() {
    for feed in FEEDS.iter().filter(|feed| feed.slug != "work-zones") {
        let (_, _, morning) = ask("2026-11-23T13:10:00Z", feed.sample_path).await;
        let (_, _, again) = ask("2026-11-23T13:10:00Z", feed.sample_path).await;
        let (_, _, evening) = ask("2026-11-23T22:40:00Z", feed.sample_path).await;
        assert_eq!(morning, again, "{}", feed.slug);
        assert_ne!(morning, evening, "{}", feed.slug);
    }
}

#[test]
fn readings_stay_in_plausible_ranges_over_a_week() {
    let ranges = [
        ("traffic-counts", "averageVehicleSpeed", 10.0, 60.0),
        ("parking-occupancy", "occupancy_percent", 0.0, 100.0),
        ("pedestrian-counters", "inbound", 0.0, 200.0),
        ("air-quality", "airQualityIndex", 1.0, 100.0),
        ("noise-levels", "laeq_db", 30.0, 85.0),
        ("weather-stations", "temperature_c", -15.0, 38.0),
        ("weather-stations", "relative_humidity_percent", 20.0, 100.0),
        ("flood-gauges", "water_level_m", -2.0, 2.2),
        ("snow-plow-avl", "speed_kph", 0.0, 60.0),
        ("ev-chargers", "load_kw", 0.0, 60.0),
    ];
    for (slug, name, low, high) in ranges {
        let feed = FEEDS.iter().find(|feed| feed.slug == slug).unwrap();
        for hour in 0..7 * 24 {
            for site in feed.sites {
                let record = feed.record(Moment::new(7, at(NOON)).earlier(hour * 3_600), site);
                let value = record[name].as_f64().unwrap();
                assert!((low..=high).contains(&value), "{slug} {record:?}");
            }
        }
    }
}

#[actix_web::test]
async fn restricted_feeds_refuse_who_does_not_show_the_credential() {
    let state = SimulatorState::new(Clock::standing_at(at(NOON)), 7, "upstream-secret");
    let app = web_test::init_service(App::new().configure(|cfg| configure(cfg, state))).await;
    for feed in FEEDS {
        let rest = ["", "/history", "/bulk"].map(|view| format!("/{}{view}", feed.slug));
        for path in [feed.sample_path].into_iter().chain(rest.iter().skip(1).map(String::as_str)) {
            for shown in ["", "upstream-secreT"] {
                let request =
                    web_test::TestRequest::get().uri(path).insert_header((CREDENTIAL_HEADER, shown)).to_request();
                let expected = if feed.needs_credential() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
                assert_eq!(web_test::call_service(&app, request).await.status(), expected, "{path}");
            }
        }
    }
}

#[actix_web::test]
async fn history_pages_join_without_gap_or_repeat() {
    let mut path = "history?from=2026-11-23T12:00:00Z&to=2026-11-23T13:00:00Z&limit=50".to_owned();
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    loop {
        let page = json(NOON, &format!("/traffic-counts/{path}")).await;
        for observation in page["observations"].as_array().unwrap() {
            assert!(seen.insert(format!("{} {}", observation["observed_at"], observation["site_id"])));
        }
        pages += 1;
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    // 13 instants five minutes apart, both ends included, at 20 sites.
    assert_eq!((seen.len(), pages), (13 * 20, 6));
}

#[actix_web::test]
async fn questions_about_the_past_have_limits() {
    let status = async |query: &str| ask(NOON, &format!("/air-quality/{query}")).await.0;
    for (query, expected) in [
        ("history?limit=1000", StatusCode::OK),
        ("history?limit=1001", StatusCode::BAD_REQUEST),
        ("history?limit=0", StatusCode::BAD_REQUEST),
        ("history?from=2026-10-23T17:03:20Z", StatusCode::OK),
        ("history?from=2026-10-23T17:03:19Z", StatusCode::BAD_REQUEST),
        ("history?from=2026-08-25T17:03:20Z&to=2026-08-26T00:00:00Z", StatusCode::OK),
        ("history?from=2026-08-25T17:03:19Z&to=2026-08-26T00:00:00Z", StatusCode::BAD_REQUEST),
        ("history?from=2026-11-23T13:00:00Z&to=2026-11-23T12:00:00Z", StatusCode::BAD_REQUEST),
        ("history?from=yesterday", StatusCode::BAD_REQUEST),
        ("history?since=1", StatusCode::BAD_REQUEST),
        ("bulk?day=2026-11-22", StatusCode::OK),
        ("bulk?day=2026-11-23", StatusCode::BAD_REQUEST),
        ("bulk?day=2026-08-25", StatusCode::OK),
        ("bulk?day=2026-08-24", StatusCode::BAD_REQUEST),
        ("nothing", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(status(query).await, expected, "{query}");
    }
}

#[actix_web::test]
async fn a_bulk_file_holds_exactly_one_day_of_the_city() {
    let (_, _, body) = ask(NOON, "/air-quality/bulk?day=2026-11-22").await;
    assert_eq!(rows_of_csv(&body), 288 * 7);
    // The day the clocks went back had 25 hours.
    let (_, _, body) = ask(NOON, "/air-quality/bulk?day=2026-11-01").await;
    assert_eq!(rows_of_csv(&body), 300 * 7);
    let (_, _, body) = ask(NOON, "/snow-plow-avl/bulk").await;
    let lines: Vec<Value> = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 288 * 6);
    assert_eq!(lines[0]["observed_at"], "2026-11-22T05:00:00Z");
}

#[actix_web::test]
async fn an_unknown_camera_has_no_still() {
    assert_eq!(ask(NOON, "/traffic-cameras/stills/cam-99").await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(NOON, "/traffic-cameras/stills/cam-01/x").await.0, StatusCode::NOT_FOUND);
}

fn matches(feed: &Feed, path: &str) -> bool {
    let fits = |pattern: &String| pattern.parse::<PathPattern>().unwrap().matches(path);
    feed.operations().iter().any(|operation| operation.paths.iter().any(fits))
}

#[test]
fn catalogue_facts_fit_the_rules_of_datasets_and_scopes() {
    let slugs: BTreeSet<_> = FEEDS.iter().map(|feed| feed.slug).collect();
    assert_eq!(slugs.len(), FEEDS.len());
    assert!(FEEDS.len() >= 13);
    for tier in Tier::ALL {
        assert!(FEEDS.iter().any(|feed| feed.tier == tier), "no feed of tier {}", tier.as_str());
    }
    for feed in FEEDS {
        check_slug(feed.slug).unwrap();
        for operation in feed.operations() {
            check_operation(operation.name).unwrap();
        }
        let rest = feed.sample_path.strip_prefix(&format!("/{}", feed.slug)).unwrap();
        assert!(matches(feed, rest), "{}", feed.sample_path);
        let names: BTreeSet<_> = feed.fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), feed.fields.len(), "{}", feed.slug);
        let moment = Moment::new(7, at(NOON));
        let record = feed.record(moment, &feed.sites[0]);
        let written: BTreeSet<_> = record.keys().map(String::as_str).collect();
        assert_eq!(names, written, "the documented fields of {} are those it sends", feed.slug);
    }
    assert_eq!(FEEDS.iter().find(|feed| feed.slug == "noise-levels").unwrap().update_frequency(), "R/PT10S");
    assert_eq!(FEEDS.iter().find(|feed| feed.slug == "air-quality").unwrap().update_frequency(), "R/PT5M");
}

#[actix_web::test]
async fn a_started_simulator_answers_on_its_own_port_and_stops() {
    let state = SimulatorState::new(Clock::standing_at(at(NOON)), 7, "upstream-secret");
    let simulator = start(([127, 0, 0, 1], 0).into(), state).await.unwrap();
    let body: Value = reqwest::get(format!("{}/work-zones/latest", simulator.url)).await.unwrap().json().await.unwrap();
    assert_eq!(body["type"], "FeatureCollection");
    simulator.handle.stop(true).await;
    assert!(reqwest::get(format!("{}/work-zones/latest", simulator.url)).await.is_err());
}
