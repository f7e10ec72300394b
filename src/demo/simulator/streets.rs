//! What moves on the streets: vehicles, people on foot, and the work that is in their way.

use chrono::{Datelike, NaiveDate, SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use super::feed::{
    Bulk, CSV, Feed, GEOJSON, JSON, NGSI_LD, SITE, Site, WHEN, as_csv, as_geojson, as_json, as_ngsi_ld, plain, site,
    view,
};
use super::moment::{Moment, ZONE, count, to_digits};
use crate::domain::tier::Tier;

/// Vehicle counts and speeds at signalised intersections.
pub(super) const TRAFFIC: Feed = Feed {
    slug: "traffic-counts",
    title: "Traffic flow at signalized intersections",
    description: "Vehicles counted by radar at 20 approaches in and around East Norwalk, with mean speed and lane occupancy \
                  over the last five minutes. No plate and no image is taken. Radar undercounts in heavy snow; a site \
                  that loses power reports nothing until it is back.",
    department: "transportation",
    tier: Tier::Registered,
    keywords: &["traffic", "volume", "speed", "intersection", "vehicles", "congestion", "NGSI-LD"],
    fields: &[
        SITE,
        WHEN,
        plain("intensity", "integer", "Vehicles per hour, all lanes of the approach"),
        plain("averageVehicleSpeed", "number", "Mean speed in km/h"),
        plain("occupancy", "number", "Part of the time the detector is covered, 0 to 1"),
        plain("congested", "boolean", "Whether occupancy is above 0.35"),
        plain("laneDirection", "string", "forward: towards the stop line"),
    ],
    sample_path: "/traffic-counts/latest",
    interval_seconds: 60,
    sites: &[
        site("tf-001", "East Avenue at Winfield Street", -73.4036, 41.1108, 940.0),
        site("tf-002", "East Avenue at I-95 Exit 16 north ramp", -73.4040, 41.1087, 1310.0),
        site("tf-003", "East Avenue at I-95 Exit 16 south ramp", -73.4041, 41.1077, 1240.0),
        site("tf-004", "East Avenue at Fitch Street", -73.4043, 41.1062, 1080.0),
        site("tf-005", "East Avenue at East Norwalk Station", -73.4046, 41.1041, 990.0),
        site("tf-006", "East Avenue at Van Zant Street", -73.4060, 41.1011, 870.0),
        site("tf-007", "Van Zant Street at Fort Point Street", -73.4083, 41.1008, 760.0),
        site("tf-008", "Seaview Avenue at Veterans Memorial Park", -73.4101, 41.0986, 640.0),
        site("tf-009", "Gregory Boulevard at Cemetery Street", -73.4018, 41.0983, 520.0),
        site("tf-010", "Gregory Boulevard at Marvin Street", -73.4016, 41.0948, 410.0),
        site("tf-011", "Cove Avenue at Cemetery Street", -73.3992, 41.0972, 330.0),
        site("tf-012", "Calf Pasture Beach Road at Canfield Avenue", -73.3956, 41.0906, 380.0),
        site("tf-013", "Strawberry Hill Avenue at Fitch Street", -73.3966, 41.1076, 690.0),
        site("tf-014", "Strawberry Hill Avenue at Winfield Street", -73.3951, 41.1126, 720.0),
        site("tf-015", "Westport Avenue at Strawberry Hill Avenue", -73.3946, 41.1224, 1680.0),
        site("tf-016", "Westport Avenue at Wolfpit Avenue", -73.4003, 41.1230, 1560.0),
        site("tf-017", "Winfield Street at County Street", -73.4001, 41.1117, 480.0),
        site("tf-018", "Saugatuck Avenue at Winfield Street", -73.3894, 41.1120, 560.0),
        site("tf-019", "Washington Street at Water Street", -73.4167, 41.0987, 610.0),
        site("tf-020", "Stroffolino Bridge, east approach", -73.4138, 41.0993, 1120.0),
    ],
    observe: |now, site| {
        let flow = site.size * now.bustle() * (0.85 + 0.3 * now.wander(site.id, 17));
        let occupancy = (0.05 + 0.42 * flow / site.size * (0.8 + 0.4 * now.wander(site.name, 11))).min(0.95);
        json!({
            "intensity": count(flow),
            "averageVehicleSpeed": to_digits(52.0 - 38.0 * occupancy, 1),
            "occupancy": to_digits(occupancy, 3),
            "congested": occupancy > 0.35,
            "laneDirection": "forward",
        })
    },
    views: &[
        view("latest", NGSI_LD, |feed, now, _| Some(as_ngsi_ld(feed, now, "TrafficFlowObserved"))),
        view("latest.geojson", GEOJSON, as_geojson),
    ],
    bulk: Bulk::Csv,
};

/// People counted on foot.
pub(super) const PEDESTRIANS: Feed = Feed {
    slug: "pedestrian-counters",
    title: "Pedestrian counters",
    description: "People on foot passing infrared counters on sidewalks, the station underpass and beach paths, by \
                  direction, in five-minute sums. Counters see warmth, not faces; groups walking abreast are undercounted.",
    department: "planning",
    tier: Tier::Registered,
    keywords: &["pedestrians", "walking", "footfall", "counts", "sidewalk"],
    fields: &[
        SITE,
        WHEN,
        plain("inbound", "integer", "People in five minutes towards the center or the station"),
        plain("outbound", "integer", "People in five minutes the other way"),
        plain("battery_percent", "integer", "Charge of the counter's battery"),
    ],
    sample_path: "/pedestrian-counters/latest",
    interval_seconds: 300,
    sites: &[
        site("pc-01", "East Norwalk Station underpass", -73.4045, 41.1039, 95.0),
        site("pc-02", "East Avenue sidewalk at Fitch Street", -73.4044, 41.1060, 40.0),
        site("pc-03", "Veterans Memorial Park path", -73.4109, 41.0979, 55.0),
        site("pc-04", "Calf Pasture Beach boardwalk", -73.3927, 41.0857, 120.0),
        site("pc-05", "Stroffolino Bridge, south walk", -73.4141, 41.0991, 62.0),
        site("pc-06", "Washington Street at North Water Street", -73.4172, 41.0988, 150.0),
        site("pc-07", "Cemetery Street at Gregory Boulevard", -73.4016, 41.0985, 22.0),
    ],
    observe: |now, site| {
        let comfort = 0.75 + 0.25 * now.warmth();
        let people = site.size * now.bustle() * comfort * (0.7 + 0.6 * now.wander(site.id, 13));
        let inbound = if now.city_hour() < 12.5 { 0.62 } else { 0.41 };
        json!({
            "inbound": count(people * inbound),
            "outbound": count(people * (1.0 - inbound)),
            "battery_percent": count(55.0 + 45.0 * now.wander(site.name, 40_000)),
        })
    },
    views: &[view("latest", JSON, as_json), view("latest.csv", CSV, as_csv)],
    bulk: Bulk::Csv,
};

/// Road works and lane closures.
pub(super) const WORK_ZONES: Feed = Feed {
    slug: "work-zones",
    title: "Work zones and lane closures",
    description: "Planned and running works in city streets, in the manner of the Work Zone Data Exchange (WZDx) 4: where, \
                  from when to when, which lanes are closed and the lowered speed limit. Emergency repairs appear within \
                  the hour. State highways are published by the state, not here.",
    department: "public-works",
    tier: Tier::Open,
    keywords: &["road work", "WZDx", "construction", "lane closure", "detour"],
    fields: &[
        SITE,
        WHEN,
        plain("event_status", "string", "planned, active or completed"),
        plain("vehicle_impact", "string", "all-lanes-open, some-lanes-closed or alternating-one-way"),
        plain("start_date", "datetime", "Begin of the works"),
        plain("end_date", "datetime", "Planned end"),
        plain("workers_present", "boolean", "Whether a crew is on site now"),
        plain("reduced_speed_limit_kph", "integer", "Speed limit through the zone"),
    ],
    sample_path: "/work-zones/latest",
    interval_seconds: 600,
    sites: &[
        site("wz-east-ave-bridge", "East Avenue", -73.4042, 41.1069, 3.0),
        site("wz-gregory-drain", "Gregory Boulevard", -73.4016, 41.0957, 1.0),
        site("wz-seaview-walk", "Seaview Avenue", -73.4090, 41.0998, 2.0),
        site("wz-strawberry-paving", "Strawberry Hill Avenue", -73.3958, 41.1099, 1.0),
        site("wz-cove-main", "Cove Avenue", -73.3979, 41.0956, 1.0),
        site("wz-van-zant-signal", "Van Zant Street", -73.4072, 41.1009, 2.0),
    ],
    observe: observe_works,
    views: &[view("latest", GEOJSON, |feed, now, _| Some(wzdx(feed, now)))],
    bulk: Bulk::NdJson,
};

/// Each zone works from Monday to a day of its own size in the weeks the draw gives it; size is whole weeks.
fn observe_works(now: Moment, site: &Site) -> Value {
    let week = monday(now);
    let waits = now.draw(site.id, i64::from(week.num_days_from_ce()) / 7) < 0.35;
    let begins = week + TimeDelta::weeks(i64::from(waits));
    let ends = begins + TimeDelta::days(count(site.size) * 7 - 3);
    let start = local(begins, 7);
    let end = local(ends, 16);
    let is_running = start <= now.at() && now.at() < end;
    let has_crew = is_running && !now.is_weekend() && (7.0..16.0).contains(&now.city_hour());
    let impact = match (has_crew, site.size < 1.5) {
        (true, true) => "alternating-one-way",
        (true, false) => "some-lanes-closed",
        (false, _) => "all-lanes-open",
    };
    let status = if is_running {
        "active"
    } else if now.at() < start {
        "planned"
    } else {
        "completed"
    };
    json!({
        "event_status": status,
        "vehicle_impact": impact,
        "start_date": start.to_rfc3339_opts(SecondsFormat::Secs, true),
        "end_date": end.to_rfc3339_opts(SecondsFormat::Secs, true),
        "workers_present": has_crew,
        "reduced_speed_limit_kph": 32,
    })
}

/// The Monday of the city's week.
fn monday(now: Moment) -> NaiveDate {
    now.at().with_timezone(&ZONE).date_naive().week(chrono::Weekday::Mon).first_day()
}

/// A whole hour of a city day; in the hour a clock change skips, the same hour in UTC.
fn local(day: NaiveDate, hour: u32) -> crate::domain::time::Instant {
    let time = day.and_hms_opt(hour, 0, 0).unwrap_or_default();
    time.and_local_timezone(ZONE).earliest().map_or_else(|| time.and_utc(), |at| at.to_utc())
}

fn wzdx(feed: &Feed, now: Moment) -> Vec<u8> {
    let features: Vec<Value> = feed.sites.iter().map(|site| zone_feature(feed, now, site)).collect();
    let info = json!({
        "update_date": now.stamp(),
        "publisher": "City of Norwalk, Operations and Public Works (simulated)",
        "version": "4.2",
        "update_frequency": feed.interval_seconds,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "data_sources": [{ "data_source_id": "dpw", "organization_name": "Operations and Public Works" }],
    });
    json!({ "feed_info": info, "type": "FeatureCollection", "features": features }).to_string().into_bytes()
}

fn zone_feature(feed: &Feed, now: Moment, site: &Site) -> Value {
    let mut properties = feed.record(now, site);
    let [lon, lat] = site.position;
    properties.insert(
        "core_details".to_owned(),
        json!({
            "data_source_id": "dpw",
            "event_type": "work-zone",
            "road_names": [site.name],
            "direction": "northbound",
            "update_date": now.stamp(),
        }),
    );
    properties.insert("location_method".to_owned(), json!("channel-device-method"));
    let line =
        json!({ "type": "LineString", "coordinates": [[lon, lat - 0.0006], [lon, lat], [lon + 0.0002, lat + 0.0007]] });
    json!({ "type": "Feature", "id": site.id, "geometry": line, "properties": properties })
}
