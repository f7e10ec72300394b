//! What the city keeps running: lights, water gauges, plows.

use std::f64::consts::TAU;

use serde_json::{Value, json};

use super::feed::{
    Bulk, CSV, Feed, GEOJSON, NGSI_LD, SITE, Site, WHEN, as_csv, as_geojson, as_ngsi_ld, indirect, plain, sensitive,
    site, view,
};
use super::moment::{Moment, count, to_digits};
use crate::domain::tier::Tier;

/// Networked streetlights.
pub(super) const STREETLIGHTS: Feed = Feed {
    slug: "streetlights",
    title: "Streetlight states and power",
    description: "State, dimming and power of networked streetlights in East Norwalk, every five minutes, with faults as the \
                  controllers report them. Circuit and cabinet names are withheld from most uses: together with \
                  outages they show how the network can be cut.",
    department: "public-works",
    tier: Tier::Conditioned,
    keywords: &["streetlights", "lighting", "energy", "outage", "infrastructure", "NGSI-LD"],
    fields: &[
        SITE,
        WHEN,
        plain("powerState", "string", "on, off or low"),
        plain("status", "string", "ok or defectiveLamp"),
        plain("illuminanceLevel", "number", "Dimming, 0 to 1"),
        indirect("activePower", "number", "Power drawn in watts"),
        sensitive("circuit", "string", "Circuit and feeder cabinet; how the network could be cut"),
    ],
    sample_path: "/streetlights/latest",
    interval_seconds: 300,
    sites: &[
        site("sl-0101", "East Avenue, pole 101", -73.4045, 41.1050, 90.0),
        site("sl-0102", "East Avenue, pole 102", -73.4044, 41.1055, 90.0),
        site("sl-0117", "East Avenue, pole 117", -73.4042, 41.1074, 90.0),
        site("sl-0204", "Fitch Street, pole 204", -73.4020, 41.1068, 54.0),
        site("sl-0211", "Osborne Avenue, pole 211", -73.4010, 41.1064, 40.0),
        site("sl-0305", "Gregory Boulevard, pole 305", -73.4017, 41.0969, 54.0),
        site("sl-0309", "Gregory Boulevard, pole 309", -73.4016, 41.0953, 54.0),
        site("sl-0402", "Seaview Avenue, pole 402", -73.4093, 41.0992, 72.0),
        site("sl-0408", "Seaview Avenue, pole 408", -73.4100, 41.0984, 72.0),
        site("sl-0501", "Calf Pasture Beach Road, pole 501", -73.3959, 41.0911, 54.0),
        site("sl-0516", "Calf Pasture Beach Road, pole 516", -73.3944, 41.0883, 54.0),
        site("sl-0602", "Ludlow Parkway, pole 602", -73.4063, 41.0929, 40.0),
        site("sl-0704", "Van Zant Street, pole 704", -73.4071, 41.1010, 72.0),
        site("sl-0803", "Strawberry Hill Avenue, pole 803", -73.3957, 41.1104, 72.0),
    ],
    observe: |now, site| {
        // Dark below two degrees under the horizon; dimmed between midnight and five.
        let is_dark = now.sun() < -0.035;
        let level = if !is_dark {
            0.0
        } else if now.city_hour() < 5.0 {
            0.5
        } else {
            1.0
        };
        let is_broken = now.wander(site.id, 9_000) > 0.93;
        let drawn = if is_broken { 0.0 } else { level * site.size * (0.97 + 0.06 * now.wander(site.name, 20)) };
        json!({
            "powerState": if level >= 1.0 { "on" } else if level > 0.0 { "low" } else { "off" },
            "status": if is_broken { "defectiveLamp" } else { "ok" },
            "illuminanceLevel": level,
            "activePower": to_digits(drawn, 1),
            "circuit": format!("EN-{}", site.id.get(3..5).unwrap_or("00")),
        })
    },
    views: &[
        view("latest", NGSI_LD, |feed, now, _| Some(as_ngsi_ld(feed, now, "Streetlight"))),
        view("latest.geojson", GEOJSON, as_geojson),
    ],
    bulk: Bulk::NdJson,
};

/// Water levels of harbor and brooks.
pub(super) const FLOOD: Feed = Feed {
    slug: "flood-gauges",
    title: "Tide and flood gauges",
    description: "Water level at harbor and brook gauges above NAVD 88, every six minutes, with the level at which the \
                  nearest street floods. Ice and wakes disturb single readings; use medians for warnings. Not a substitute \
                  for official warnings.",
    department: "harbor",
    tier: Tier::Open,
    keywords: &["flood", "tide", "water level", "harbor", "resilience", "coastal"],
    fields: &[
        SITE,
        WHEN,
        plain("water_level_m", "number", "Water level in meters above NAVD 88"),
        plain("trend", "string", "rising, falling or steady, against six minutes before"),
        plain("flood_stage_m", "number", "Level at which the nearest street floods"),
        plain("is_flooding", "boolean", "Whether the level is at or above the flood stage"),
    ],
    sample_path: "/flood-gauges/latest",
    interval_seconds: 360,
    sites: &[
        site("fg-01", "Norwalk Harbor, Veterans Park dock", -73.4120, 41.0987, 1.95),
        site("fg-02", "Calf Pasture Beach pier", -73.3925, 41.0850, 1.85),
        site("fg-03", "Cove Avenue tide gate", -73.3963, 41.0947, 1.55),
        site("fg-04", "Ludlow Parkway outfall", -73.4068, 41.0924, 1.60),
        site("fg-05", "Charles Creek at Seaview Avenue", -73.4079, 41.0993, 1.50),
    ],
    observe: |now, site| {
        let level = tide(now, site);
        let change = level - tide(now.earlier(360), site);
        let trend = if change > 0.01 {
            "rising"
        } else if change < -0.01 {
            "falling"
        } else {
            "steady"
        };
        json!({
            "water_level_m": to_digits(level, 3),
            "trend": trend,
            "flood_stage_m": site.size,
            "is_flooding": level >= site.size,
        })
    },
    views: &[view("latest", GEOJSON, as_geojson), view("latest.csv", CSV, as_csv)],
    bulk: Bulk::Csv,
};

/// The Sound's three main tidal constituents, with surge and the gauge's own chop.
fn tide(now: Moment, site: &Site) -> f64 {
    let astronomical = 1.02 * now.cycle(12.4206, 0.31) + 0.20 * now.cycle(12.0, 0.12) + 0.21 * now.cycle(12.6583, 0.77);
    let surge = 0.55 * (now.wander("surge", 1_500) - 0.35);
    astronomical + surge + 0.04 * (now.wander(site.id, 12) - 0.5)
}

/// Positions of plows and spreaders, which are also traces of the people who drive them.
pub(super) const PLOWS: Feed = Feed {
    slug: "snow-plow-avl",
    title: "Snow plow and spreader locations",
    description: "Position, speed and equipment state of city plows, spreaders and sweepers every ten seconds. The traces \
                  follow employees through their working day, breaks included: drivers' numbers are personal data, and \
                  positions are delayed and coarsened for most uses.",
    department: "public-works",
    tier: Tier::Restricted,
    keywords: &["snow", "plow", "AVL", "fleet", "winter", "vehicle location"],
    fields: &[
        SITE,
        WHEN,
        sensitive("operator_id", "string", "Employee number of the driver"),
        sensitive("longitude", "number", "Position of the vehicle, degrees east"),
        sensitive("latitude", "number", "Position of the vehicle, degrees north"),
        indirect("speed_kph", "number", "Speed over ground in km/h"),
        plain("heading_deg", "integer", "Direction of travel, degrees from north"),
        plain("plow_down", "boolean", "Whether the blade is down"),
        plain("spreading", "boolean", "Whether salt or brine is spread"),
    ],
    sample_path: "/snow-plow-avl/latest",
    interval_seconds: 10,
    sites: &[
        site("plow-11", "Plow 11, East Avenue route", -73.4043, 41.1066, 41.0),
        site("plow-14", "Plow 14, Gregory Boulevard route", -73.4015, 41.0958, 34.0),
        site("plow-17", "Plow 17, Strawberry Hill route", -73.3958, 41.1102, 47.0),
        site("plow-21", "Spreader 21, Cove and Canfield route", -73.3968, 41.0938, 38.0),
        site("plow-23", "Spreader 23, Seaview and Van Zant route", -73.4085, 41.1000, 29.0),
        site("sweeper-3", "Sweeper 3, East Norwalk", -73.4025, 41.1010, 56.0),
    ],
    observe: observe_plow,
    views: &[view("latest", GEOJSON, as_geojson)],
    bulk: Bulk::NdJson,
};

/// Meters in a degree of latitude; a degree of longitude here has three quarters of it.
const METERS_PER_DEGREE: f64 = 111_195.0;
const LONGITUDE_SHRINK: f64 = 0.7535;

fn observe_plow(now: Moment, site: &Site) -> Value {
    let (here, before) = (plow_position(now, site), plow_position(now.earlier(10), site));
    let east = (here[0] - before[0]) * METERS_PER_DEGREE * LONGITUDE_SHRINK;
    let north = (here[1] - before[1]) * METERS_PER_DEGREE;
    let is_wintry = now.warmth() < -0.3 && now.wander("snowfall", 600) > 0.55;
    json!({
        "operator_id": format!("E{:04}", 1_200 + count(700.0 * now.draw(site.id, i64::from(now.day_of_year())))),
        "longitude": to_digits(here[0], 6),
        "latitude": to_digits(here[1], 6),
        "speed_kph": to_digits(east.hypot(north) / 10.0 * 3.6, 1),
        "heading_deg": count(east.atan2(north).to_degrees().rem_euclid(360.0)) % 360,
        "plow_down": is_wintry && !site.id.starts_with("sweeper"),
        "spreading": is_wintry && site.name.starts_with("Spreader"),
    })
}

/// A rounded loop of about two kilometers around the site, `size` minutes long, driven unevenly.
fn plow_position(now: Moment, site: &Site) -> [f64; 2] {
    let phase = now.cycle(site.size / 60.0, 0.0).atan2(now.cycle(site.size / 60.0, 0.25));
    let angle = phase + 0.35 * (phase * 3.0).sin() + TAU * now.draw(site.id, 0);
    let radius = 0.0052 * (1.0 + 0.25 * (angle * 2.0).cos());
    let [lon, lat] = site.position;
    [lon + radius * angle.cos() / LONGITUDE_SHRINK, lat + radius * 0.8 * angle.sin()]
}
