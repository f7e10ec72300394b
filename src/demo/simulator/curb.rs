//! What stands at the curb: parked cars, shared bikes, chargers.

use serde_json::{Value, json};

use super::feed::{
    Bulk, CSV, Feed, GEOJSON, JSON, SITE, Site, WHEN, as_csv, as_geojson, as_json, indirect, plain, site, view,
};
use super::moment::{Moment, count, to_digits};
use crate::domain::tier::Tier;

/// Occupancy of lots and metered blocks.
pub(super) const PARKING: Feed = Feed {
    slug: "parking-occupancy",
    title: "Parking occupancy of lots and metered blocks",
    description: "Free and taken spaces in city lots, garages and metered blocks, from in-ground sensors and gate counters, \
                  once a minute. A space under snow reads as taken. Sums only: no single space, permit or vehicle.",
    department: "parking-authority",
    tier: Tier::Registered,
    keywords: &["parking", "occupancy", "garage", "meters", "curb", "spaces"],
    fields: &[
        SITE,
        WHEN,
        plain("total_spaces", "integer", "Spaces in service"),
        plain("occupied_spaces", "integer", "Spaces taken"),
        plain("available_spaces", "integer", "Spaces free"),
        plain("occupancy_percent", "integer", "Taken spaces of all, in percent"),
        plain("status", "string", "open, nearly_full or full"),
    ],
    sample_path: "/parking-occupancy/latest",
    interval_seconds: 60,
    sites: &[
        site("pk-station-east", "East Norwalk Station lot, east side", -73.4039, 41.1044, 138.0),
        site("pk-station-west", "East Norwalk Station lot, west side", -73.4053, 41.1040, 96.0),
        site("pk-vets-park", "Veterans Memorial Park lot", -73.4105, 41.0981, 210.0),
        site("pk-calf-pasture", "Calf Pasture Beach lot", -73.3934, 41.0864, 640.0),
        site("pk-haviland", "Haviland Street deck", -73.4189, 41.0979, 182.0),
        site("pk-webster", "Webster Street lot", -73.4206, 41.0968, 322.0),
        site("pk-maritime", "Maritime Garage", -73.4158, 41.1009, 760.0),
        site("pk-wall-yankee", "Yankee Doodle Garage", -73.4113, 41.1177, 540.0),
        site("pk-east-ave-100", "East Avenue, 100 block meters", -73.4045, 41.1053, 24.0),
        site("pk-east-ave-200", "East Avenue, 200 block meters", -73.4043, 41.1066, 18.0),
        site("pk-van-zant", "Van Zant Street meters", -73.4069, 41.1010, 16.0),
        site("pk-cemetery", "Cemetery Street meters", -73.4011, 41.0986, 14.0),
    ],
    observe: |now, site| {
        let share = (0.12 + 0.8 * now.bustle() + 0.25 * (now.wander(site.id, 90) - 0.5)).clamp(0.02, 1.0);
        let (total, occupied) = (count(site.size), count(site.size * share));
        let percent = occupied * 100 / total.max(1);
        let status = if percent >= 98 {
            "full"
        } else if percent >= 85 {
            "nearly_full"
        } else {
            "open"
        };
        json!({
            "total_spaces": total,
            "occupied_spaces": occupied,
            "available_spaces": total - occupied,
            "occupancy_percent": percent,
            "status": status,
        })
    },
    views: &[view("latest", GEOJSON, as_geojson), view("latest.csv", CSV, as_csv)],
    bulk: Bulk::Csv,
};

/// Docks of the bike share.
pub(super) const BIKES: Feed = Feed {
    slug: "bike-share",
    title: "Bike share stations",
    description: "Stations of the shared bikes and how many bikes and docks are free, in the manner of the General \
                  Bikeshare Feed Specification. Trips and riders are not part of it.",
    department: "transportation",
    tier: Tier::Registered,
    keywords: &["bike share", "GBFS", "micromobility", "cycling", "docks"],
    fields: &[
        SITE,
        WHEN,
        plain("num_bikes_available", "integer", "Bikes ready to rent"),
        plain("num_ebikes_available", "integer", "Of these, with a motor"),
        plain("num_bikes_disabled", "integer", "Bikes waiting for repair"),
        plain("num_docks_available", "integer", "Docks that take a bike"),
        plain("is_renting", "boolean", "Whether bikes are given out now"),
    ],
    sample_path: "/bike-share/station_status",
    interval_seconds: 30,
    sites: &[
        site("bs-01", "East Norwalk Station", -73.4047, 41.1043, 23.0),
        site("bs-02", "Veterans Memorial Park", -73.4103, 41.0983, 19.0),
        site("bs-03", "Calf Pasture Beach", -73.3930, 41.0860, 27.0),
        site("bs-04", "Gregory Boulevard at Cemetery Street", -73.4017, 41.0984, 15.0),
        site("bs-05", "Washington Street", -73.4171, 41.0987, 23.0),
        site("bs-06", "South Norwalk Station", -73.4214, 41.0957, 31.0),
        site("bs-07", "Wall Street", -73.4117, 41.1173, 19.0),
        site("bs-08", "City Hall, East Avenue", -73.4072, 41.1151, 15.0),
    ],
    observe: observe_bikes,
    views: &[
        view("gbfs", JSON, |feed, now, _| Some(gbfs_index(feed, now))),
        view("station_information", JSON, |feed, now, _| Some(gbfs(feed, now, station_information))),
        view("station_status", JSON, |feed, now, _| Some(gbfs(feed, now, station_status))),
    ],
    bulk: Bulk::Csv,
};

/// Bikes, broken bikes and free docks always add up to the docks of the station.
fn observe_bikes(now: Moment, site: &Site) -> Value {
    let docks = count(site.size);
    let disabled = count(2.2 * now.wander(site.name, 3_000)).min(docks);
    let present = count(site.size * (0.1 + 0.8 * now.wander(site.id, 150))).min(docks - disabled);
    json!({
        "num_bikes_available": present,
        "num_ebikes_available": present * 2 / 5,
        "num_bikes_disabled": disabled,
        "num_docks_available": docks - disabled - present,
        "is_renting": true,
    })
}

fn station_information(_: &Feed, _: Moment, site: &Site) -> Value {
    let [lon, lat] = site.position;
    json!({ "station_id": site.id, "name": site.name, "lat": lat, "lon": lon, "capacity": count(site.size) })
}

fn station_status(feed: &Feed, now: Moment, site: &Site) -> Value {
    let mut status = feed.record(now, site);
    status.remove("observed_at");
    status.remove("site_id");
    status.insert("station_id".to_owned(), json!(site.id));
    status.insert("is_installed".to_owned(), json!(true));
    status.insert("is_returning".to_owned(), json!(true));
    status.insert("last_reported".to_owned(), json!(now.at().timestamp()));
    Value::Object(status)
}

fn gbfs(feed: &Feed, now: Moment, station: fn(&Feed, Moment, &Site) -> Value) -> Vec<u8> {
    let stations: Vec<Value> = feed.sites.iter().map(|site| station(feed, now, site)).collect();
    envelope(feed, now, &json!({ "stations": stations }))
}

fn gbfs_index(feed: &Feed, now: Moment) -> Vec<u8> {
    let feeds = ["station_information", "station_status"].map(|name| json!({ "name": name, "url": name }));
    envelope(feed, now, &json!({ "en": { "feeds": feeds } }))
}

fn envelope(feed: &Feed, now: Moment, data: &Value) -> Vec<u8> {
    json!({ "last_updated": now.at().timestamp(), "ttl": feed.interval_seconds, "version": "2.3", "data": data })
        .to_string()
        .into_bytes()
}

/// Public chargers.
pub(super) const CHARGERS: Feed = Feed {
    slug: "ev-chargers",
    title: "Electric vehicle chargers in public lots",
    description: "State and load of the public charging ports in lots and garages, once a minute. Sessions, accounts and \
                  payment are not part of it.",
    department: "parking-authority",
    tier: Tier::Conditioned,
    keywords: &["charging", "electric vehicles", "energy", "utility"],
    fields: &[
        SITE,
        WHEN,
        plain("ports_total", "integer", "Charging ports"),
        plain("ports_in_use", "integer", "Ports with a vehicle charging"),
        indirect("load_kw", "number", "Power drawn in kilowatts; shows where the electric network is near its limit"),
    ],
    sample_path: "/ev-chargers/latest",
    interval_seconds: 60,
    sites: &[
        site("ev-station", "East Norwalk Station lot", -73.4041, 41.1045, 8.0),
        site("ev-maritime", "Maritime Garage, level 1", -73.4157, 41.1008, 4.0),
        site("ev-calf-pasture", "Calf Pasture Beach lot", -73.3936, 41.0866, 6.0),
        site("ev-library", "East Norwalk Library", -73.4026, 41.0987, 2.0),
    ],
    observe: |now, site| {
        let in_use = count(site.size * (0.15 + 0.75 * now.bustle()) * (0.6 + 0.6 * now.wander(site.id, 45)));
        let in_use = in_use.min(count(site.size));
        let each = 5.2 + 1.8 * now.wander(site.name, 25);
        let load: f64 = (0..in_use).map(|_| each).sum();
        json!({
            "ports_total": count(site.size),
            "ports_in_use": in_use,
            "load_kw": to_digits(load, 1),
        })
    },
    views: &[view("latest", JSON, as_json), view("latest.geojson", GEOJSON, as_geojson)],
    bulk: Bulk::NdJson,
};
