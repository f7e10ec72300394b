//! What sees people: cameras, and plate readers, which stand here only so that a test can show that nothing reaches them.

use serde_json::{Value, json};

use super::feed::{
    Bulk, Feed, Field, GEOJSON, JSON, SITE, Site, View, WHEN, as_geojson, as_json, indirect, plain, sensitive, site,
    view,
};
use super::moment::{Moment, count, to_digits};
use crate::domain::catalogue::Sensitivity;
use crate::domain::tier::Tier;

/// Traffic cameras: a list of sites, and stills.
pub(super) const CAMERAS: Feed = Feed {
    slug: "traffic-cameras",
    title: "Traffic camera sites and stills",
    description: "Sites and states of the traffic-safety cameras, and one still image of each, renewed every minute and kept \
                  nowhere. Stills can show people, vehicles and homes: they are for named users, are not to be stored, and \
                  faces and plates must be blurred before anything is shown on.",
    department: "police",
    tier: Tier::Restricted,
    keywords: &["cameras", "CCTV", "video", "traffic", "stills"],
    fields: &[
        SITE,
        WHEN,
        plain("device_status", "string", "ok or error"),
        indirect("direction", "string", "Where the camera looks"),
        sensitive("still", "string", "Path of the still image; images can show people, plates and homes"),
    ],
    sample_path: "/traffic-cameras/latest",
    interval_seconds: 60,
    sites: &[
        site("cam-01", "East Avenue at I-95 Exit 16", -73.4040, 41.1086, 6.0),
        site("cam-02", "East Avenue at East Norwalk Station", -73.4045, 41.1043, 4.0),
        site("cam-03", "Seaview Avenue at Veterans Memorial Park", -73.4100, 41.0987, 3.0),
        site("cam-04", "Strawberry Hill Avenue at Westport Avenue", -73.3946, 41.1223, 5.0),
        site("cam-05", "Stroffolino Bridge", -73.4139, 41.0992, 5.0),
        site("cam-06", "Washington Street at Water Street", -73.4168, 41.0987, 3.0),
    ],
    observe: |now, site| {
        let looks = ["north", "east", "south", "west"];
        let direction = looks.get(site.name.len() % looks.len());
        let is_down = now.wander(site.id, 600) > 0.94;
        json!({
            "device_status": if is_down { "error" } else { "ok" },
            "direction": direction,
            "still": format!("stills/{}", site.id),
        })
    },
    views: &[
        view("latest", GEOJSON, as_geojson),
        View { operation: "stills", path: "stills/{camera}", media_type: "image/bmp", show: still },
    ],
    bulk: Bulk::NdJson,
};

const WIDTH: u32 = 96;
const HEIGHT: u32 = 64;

/// A small picture of a road: a sky as bright as the hour, and cars that come and go with the traffic.
fn still(feed: &Feed, now: Moment, camera: &str) -> Option<Vec<u8>> {
    let camera = feed.sites.iter().find(|site| site.id == camera)?;
    let cars: Vec<(f64, u32)> = (0..count(camera.size * (0.2 + now.bustle())))
        .map(|car| (now.draw(camera.id, now.at().timestamp() * 16 + car), u32::try_from(car % 3).unwrap_or(0)))
        .collect();
    let pixel = |x: u32, y: u32| -> [u8; 3] {
        let is_car = |(at, lane): &(f64, u32)| {
            let (left, top) = (at * f64::from(WIDTH - 10), 36 + lane * 9);
            (left..left + 10.0).contains(&f64::from(x)) && (top..top + 5).contains(&y)
        };
        match y {
            0..28 => [200, 150, 90].map(|part| shade(part, now.sun().max(0.08))),
            28..34 => [70, 110, 80],
            _ if cars.iter().any(is_car) => [60, 60, 200],
            _ => [90, 90, 90],
        }
    };
    let mut image = bitmap_header();
    // A bitmap's rows run from the bottom up, its colors blue, green, red.
    image.extend((0..HEIGHT).rev().flat_map(|y| (0..WIDTH).flat_map(move |x| [(x, y)])).flat_map(|(x, y)| pixel(x, y)));
    Some(image)
}

fn shade(part: u8, light: f64) -> u8 {
    u8::try_from(count(f64::from(part) * (0.2 + light).min(1.0))).unwrap_or(u8::MAX)
}

/// The 54 bytes in front of an uncompressed 24-bit bitmap whose rows need no padding.
fn bitmap_header() -> Vec<u8> {
    let pixels = WIDTH * HEIGHT * 3;
    let mut header = b"BM".to_vec();
    for word in [54 + pixels, 0, 54, 40, WIDTH, HEIGHT, 1 | 24 << 16, 0, pixels, 2_835, 2_835, 0, 0] {
        header.extend(word.to_le_bytes());
    }
    header
}

/// Plate readers. Prohibited by law as a dataset: nothing may ever be granted on it.
pub(super) const PLATES: Feed = Feed {
    slug: "plate-readers",
    title: "License plate readers",
    description: "Reads of license plates at fixed readers. Confidential by Connecticut law since 2026-10-01 (Public Act \
                  26-14, section 13): not a public record, kept 21 days at most, and shared with nobody outside a closed \
                  list of agencies. Listed so that it can be seen that it exists and cannot be asked for.",
    department: "police",
    tier: Tier::Prohibited,
    keywords: &["license plate", "ALPR", "LPR", "police", "vehicles"],
    fields: &[
        SITE,
        WHEN,
        prohibited("plate", "Characters of the plate"),
        prohibited("vehicle", "Kind and color of the vehicle"),
        prohibited("direction", "Where it was heading"),
        prohibited("confidence", "How sure the reader is, 0 to 1"),
    ],
    sample_path: "/plate-readers/latest",
    interval_seconds: 10,
    sites: &[
        site("lpr-01", "East Avenue at I-95 Exit 16", -73.4040, 41.1085, 1.0),
        site("lpr-02", "Westport Avenue at Strawberry Hill Avenue", -73.3946, 41.1222, 1.0),
        site("lpr-03", "Stroffolino Bridge", -73.4140, 41.0992, 1.0),
    ],
    observe: observe_plate,
    views: &[view("latest", JSON, as_json)],
    bulk: Bulk::NdJson,
};

const fn prohibited(name: &'static str, description: &'static str) -> Field {
    Field { name, kind: "string", sensitivity: Sensitivity::Prohibited, description }
}

/// Plates of a form that Connecticut does not issue.
fn observe_plate(now: Moment, site: &Site) -> Value {
    let read = |what: &str| now.draw(&format!("{} {what}", site.id), now.at().timestamp());
    let colors = ["white sedan", "black suv", "blue pickup", "silver van", "red hatchback"];
    let vehicle = colors.get(usize::try_from(count(4.0 * read("vehicle"))).unwrap_or(0));
    json!({
        "plate": format!("SIM-{:04}", count(9_999.0 * read("plate"))),
        "vehicle": vehicle,
        "direction": if read("direction") < 0.5 { "northbound" } else { "southbound" },
        "confidence": to_digits(0.9 + 0.1 * read("confidence"), 2),
    })
}
