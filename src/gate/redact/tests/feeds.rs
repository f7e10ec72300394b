//! Real feeds of cities pass unharmed but for the fields that rules name, where they lie beside the project.

use serde_json::Value;

use super::{redact_in, rules};
use crate::gate::redact::{BodyKind, Plan};

/// Takes a field out of a whole document, wherever it stands.
fn without(value: &mut Value, name: &str) -> usize {
    match value {
        Value::Object(members) => {
            let own = usize::from(members.shift_remove(name).is_some());
            own + members.values_mut().map(|member| without(member, name)).sum::<usize>()
        }
        Value::Array(elements) => elements.iter_mut().map(|element| without(element, name)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Every number of a document, as written.
fn numbers(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| numbers(member, found)),
        Value::Array(elements) => elements.iter().for_each(|element| numbers(element, found)),
        Value::Number(number) => found.push(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn feeds() -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/feeds");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no real feeds at {}", folder.display());
        return Vec::new();
    };
    let mut feeds: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    feeds.sort();
    feeds
}

#[test]
fn real_feeds_pass_byte_for_byte_where_no_rule_reaches() {
    for (name, body) in feeds() {
        let plan = super::plan(&["nobody.here: drop", "**.no_such_field: mask", "nowhere: coarsen_position"]);
        let (out, _) =
            redact_in(&plan, BodyKind::Json, &body, &[1_000]).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        // A rule on positions brings the boxes of GeoJSON with it.
        let has_boxes = body.windows(6).any(|window| window == b"\"bbox\"");
        assert!(out == body || has_boxes, "{name} was changed");
    }
}

#[test]
fn real_feeds_lose_the_fields_that_rules_drop_and_nothing_else() {
    let dropped = [
        ("gbfs.station_status.chicago-divvy.json", "data.stations[*].last_reported", "last_reported", 611),
        ("grand-rapids.parking-meter-zones.geojson", "features[*].properties.cost_per_hour", "cost_per_hour", 64),
        ("ngsi-ld.OnStreetParking.normalized.jsonld", "areaServed", "areaServed", 1),
        ("ngsi.AnprFlowObserved.keyvalues.json", "observedVehicle.licensePlate", "licensePlate", 1),
        ("purpleair.sensors.columnar.json", "history[*].name", "name", 13),
        ("txdot-lufkin.cctv-cameras.geojson", "properties.intersecti", "intersecti", 31),
        ("wzdx-work-zones.scenario1.geojson", "**.contact_email", "contact_email", 3),
    ];
    let feeds = feeds();
    for (file, path, name, times) in dropped.into_iter().filter(|_| !feeds.is_empty()) {
        let body = &feeds.iter().find(|(name, _)| name == file).unwrap().1;
        let plan = super::plan(&[&format!("{path}: drop")]);
        let (out, tally) = redact_in(&plan, BodyKind::Json, body, &[777]).unwrap();
        let mut expected: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(without(&mut expected, name), times, "{file}");
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected, "{file}");
        assert_eq!(tally.changed, [u64::try_from(times).unwrap()], "{file}");
    }
}

#[test]
fn every_position_of_a_real_feed_is_coarsened() {
    let coarse = [
        ("grand-rapids.parking-meter-zones.geojson", vec!["geometry: coarsen_position"]),
        ("ngsi-ld.OnStreetParking.normalized.jsonld", vec!["location: coarsen_position"]),
        ("ngsi-ld.TrafficFlowObserved.normalized.jsonld", vec!["location: coarsen_position"]),
        ("ngsi.AirQualityObserved.normalized.json", vec!["location: coarsen_position"]),
        ("ngsi.AnprFlowObserved.keyvalues.json", vec!["location: coarsen_position"]),
        ("ngsi.Camera.keyvalues.json", vec!["location: coarsen_position"]),
        (
            "txdot-lufkin.cctv-cameras.geojson",
            vec!["geometry: coarsen_position", "properties.latitude: coarsen_position"],
        ),
        ("wzdx-device-feed.camera.geojson", vec!["geometry: coarsen_position"]),
    ];
    let feeds = feeds();
    for (file, lines) in coarse.into_iter().filter(|_| !feeds.is_empty()) {
        let body = &feeds.iter().find(|(name, _)| name == file).unwrap().1;
        let plan = std::sync::Arc::new(Plan::new(rules(&lines)).unwrap());
        let (out, _) = redact_in(&plan, BodyKind::Json, body, &[501]).unwrap();
        let (before, after): (Value, Value) =
            (serde_json::from_slice(body).unwrap(), serde_json::from_slice(&out).unwrap());
        let (mut old, mut new) = (Vec::new(), Vec::new());
        numbers(&before, &mut old);
        numbers(&after, &mut new);
        assert_eq!(old.len(), new.len(), "{file}: no number was lost");
        let fine = |number: &&String| number.split_once('.').is_some_and(|(_, digits)| digits.len() >= 5);
        let kept: Vec<_> = old.iter().filter(fine).filter(|number| new.contains(number)).collect();
        assert!(kept.is_empty(), "{file} still holds {kept:?}");
    }
}

#[test]
fn attributes_of_real_ngsi_keep_their_shape() {
    let feeds = feeds();
    let file = "ngsi-ld.TrafficFlowObserved.normalized.jsonld";
    let Some((_, body)) = feeds.iter().find(|(name, _)| name == file) else { return };
    let lines = ["averageVehicleSpeed: mask", "dateObserved: round_time 60", "laneId: keyed_hash", "address: mask"];
    let (out, _) = redact_in(&super::plan(&lines), BodyKind::Json, body, &[13]).unwrap();
    let after: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(after["averageVehicleSpeed"], serde_json::json!({ "type": "Property", "value": null }));
    assert_eq!(after["address"], serde_json::json!({ "type": "Property", "value": null }));
    assert_eq!(after["laneId"], serde_json::json!({ "type": "Property", "value": super::code("1") }));
    let at =
        serde_json::json!({ "type": "Property", "value": { "@type": "DateTime", "@value": "2016-12-07T11:00:00" } });
    assert_eq!(after["dateObserved"], at);
    assert_eq!(after["intensity"], serde_json::json!({ "type": "Property", "value": 197 }));
}
