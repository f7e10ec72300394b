//! Samples: what bodies hold, where records are, and what may be shown to anybody.

use serde_json::json;

use super::*;
use crate::domain::catalogue::{Field, Sensitivity};

#[test]
fn records_are_found_in_every_shape_a_feed_may_have() {
    let rows: [(&str, Form, bool, usize); 12] = [
        (r#"[{"a":1},{"a":2}]"#, Form::Json, false, 2),
        (r#"{"type":"FeatureCollection","features":[{"type":"Feature"},{"type":"Feature"}]}"#, Form::Json, false, 2),
        (r#"{"updated_at":"x","observations":[{"a":1}]}"#, Form::Json, false, 1),
        (r#"{"ttl":1,"data":{"stations":[{"lat":1},{"lat":2},{"lat":3}]}}"#, Form::Json, false, 3),
        (r#"{"a":1,"tags":["x"]}"#, Form::Json, false, 1),
        (r#"[{"a":1},{"a":2},{"a":"#, Form::Json, true, 1),
        (r#"{"features":[{"g":{"c":[1,2]}},{"g":{"c":[3,4]}},{"g":{"c":[5"#, Form::Json, true, 1),
        ("{\"a\":1}\n\n{\"a\":2}\n", Form::Lines, false, 2),
        ("{\"a\":1}\n{\"a\":2}\n{\"a", Form::Lines, true, 2),
        ("a,b\n1,\"x, y\"\n2,z\n", Form::Table, false, 2),
        ("a,b\n1,x\n2,", Form::Table, true, 1),
        ("a,b\n1,x\n2,y\n", Form::Table, true, 2),
    ];
    for (text, form, is_cut, count) in rows {
        assert_eq!(records(text, form, is_cut).map(|found| found.len()), Ok(count), "{text}");
    }
    for (text, form, why) in [
        ("{", Form::Json, Unread::Broken),
        ("<p>", Form::Json, Unread::Broken),
        ("[]", Form::Json, Unread::Empty),
        ("{}", Form::Json, Unread::Empty),
        ("", Form::Lines, Unread::Empty),
        ("a,b\n", Form::Table, Unread::Empty),
    ] {
        assert_eq!(records(text, form, false), Err(why), "{text}");
    }
}

#[test]
fn a_field_has_the_same_name_in_every_frame() {
    let names = |record: Value| leaves(&record).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(json!({ "a": 1, "b": { "c": 2 }, "d": [1] })), ["a", "b.c", "d"]);
    let feature = json!({ "type": "Feature", "id": 7, "geometry": { "type": "Point", "coordinates": [1, 2] },
        "properties": { "speed": 4 } });
    assert_eq!(names(feature), ["id", "geometry", "speed"]);
    let entity = json!({ "id": "u", "type": "Sensor", "@context": [], "pm25": { "type": "Property", "value": 3.1 },
        "location": { "type": "GeoProperty", "value": { "type": "Point", "coordinates": [1, 2] } },
        "seen": { "type": "Property", "value": { "@type": "DateTime", "@value": "2026-01-01T00:00:00Z" } } });
    assert_eq!(names(entity), ["id", "type", "pm25", "location", "seen"]);
}

#[test]
fn a_place_is_found_where_the_record_says_it_is_and_nowhere_else() {
    let rows: [(Value, Option<(f64, f64)>); 13] = [
        (
            json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [-73.4, 41.1] } }),
            Some((41.1, -73.4)),
        ),
        (
            json!({ "geometry": { "type": "LineString", "coordinates": [[-73.0, 41.0], [-72.0, 42.0]] } }),
            Some((41.5, -72.5)),
        ),
        (
            json!({ "g": { "type": "Polygon", "coordinates": [[[0, 1], [2, 1], [2, 3], [0, 3], [0, 1]]] } }),
            Some((2.0, 1.0)),
        ),
        (
            json!({ "location": { "type": "GeoProperty", "value": { "type": "Point", "coordinates": [-73.4, 41.1] } } }),
            Some((41.1, -73.4)),
        ),
        (json!({ "lat": 41.1, "lon": -73.4 }), Some((41.1, -73.4))),
        (json!({ "Latitude": "41.1", "Longitude": "-73.4" }), Some((41.1, -73.4))),
        (json!({ "position": { "latitude": 41.1, "longitude": -73.4 } }), Some((41.1, -73.4))),
        (json!({ "where": "POINT (-73.4 41.1)" }), Some((41.1, -73.4))),
        (json!({ "from": { "lat": 41.1 }, "to": { "lon": -73.4 } }), None),
        (json!({ "lat": 141.1, "lon": -73.4 }), None),
        (json!({ "lat": 0, "lon": 0 }), None),
        (json!({ "lat": null, "lon": null }), None),
        (json!({ "flat": 3, "long_name": "x" }), None),
    ];
    for (record, expected) in rows {
        let found = place_of(&record).map(|place| (place.latitude, place.longitude));
        assert_eq!(found, expected, "{record}");
    }
    let named = json!({ "id": 3, "name": "Pier", "lat": 41.1, "lon": -73.4 });
    assert_eq!(place_of(&named).unwrap().label, "Pier");
}

#[test]
fn a_mile_is_a_mile_at_the_latitude_of_the_city() {
    let extent = Extent::of([(-73.41, 41.09), (-73.39, 41.11)].into_iter()).unwrap();
    let (width, height) = extent.feet();
    assert!((width / 5_280.0 - 1.041).abs() < 0.01, "{width}");
    assert!((height / 5_280.0 - 1.382).abs() < 0.01, "{height}");
    assert_eq!(Extent::of(std::iter::empty()), None);
}

fn sample(origin: Origin, records: &[Value]) -> Sample {
    let at = "2026-11-27T12:00:00Z".parse().unwrap();
    Sample::of(DatasetId::from_uuid(uuid::Uuid::nil()), origin, records, (at, "Rosa")).unwrap()
}

#[test]
fn a_sample_holds_so_many_records_and_bytes_and_not_one_more() {
    let many: Vec<Value> = (0..=RECORDS_MAX).map(|at| json!({ "at": at })).collect();
    assert_eq!(sample(Origin::MadeUp, &many).count, RECORDS_MAX);
    let long: Vec<Value> = (0..3).map(|_| json!({ "text": "y".repeat(BYTES_MAX / 2 - 40) })).collect();
    let held = sample(Origin::MadeUp, &long);
    assert!(held.count == 2 && held.text.len() <= BYTES_MAX, "{}", held.text.len());
    assert_eq!(held.records().len(), 2);
    let at = "2026-11-27T12:00:00Z".parse().unwrap();
    let none = Sample::of(DatasetId::from_uuid(uuid::Uuid::nil()), Origin::MadeUp, &[], (at, "Rosa"));
    assert_eq!(none.unwrap_err().code, "no_sample");
}

#[test]
fn what_the_tier_or_a_field_keeps_in_is_never_released() {
    let mut dataset = crate::domain::catalogue::testing::bare();
    let field = |name: &str, sensitivity| Field {
        name: name.to_owned(),
        kind: "string".to_owned(),
        description: String::new(),
        sensitivity,
    };
    dataset.fields = vec![field("plate", Sensitivity::Sensitive), field("zone", Sensitivity::None)];
    dataset.redactions = vec![crate::domain::redaction::RedactionProfile {
        name: "public".to_owned(),
        title: "Public".to_owned(),
        revision: 1,
        is_retired: false,
        rules: vec![crate::domain::redaction::Rule {
            path: "**.plate".parse().unwrap(),
            treatment: crate::domain::redaction::Treatment::Mask { with: "***".to_owned() },
            reason: "It names its owner.".to_owned(),
        }],
    }];
    let live = |profile: Option<&str>| Origin::Live {
        path: "/latest".to_owned(),
        profile: profile.map(|name| (name.to_owned(), 1)),
    };
    let plate = [json!({ "plate": "AB-1", "zone": "North" })];
    let plain = [json!({ "zone": "North" })];
    let rows = [
        (None, Origin::MadeUp, &plain, Some("no_tier_yet")),
        (Some(Tier::Open), live(None), &plain, None),
        (Some(Tier::Open), live(None), &plate, Some("sensitive_field_shown")),
        (Some(Tier::Registered), live(Some("public")), &plate, None),
        (Some(Tier::Conditioned), live(None), &plain, Some("redaction_needed")),
        (Some(Tier::Conditioned), live(Some("public")), &plate, None),
        (Some(Tier::Restricted), live(None), &plain, Some("redaction_needed")),
        (Some(Tier::Restricted), live(Some("other")), &plate, Some("sensitive_field_shown")),
        (Some(Tier::Restricted), Origin::MadeUp, &plate, None),
        (Some(Tier::Prohibited), Origin::MadeUp, &plain, Some("prohibited")),
        (Some(Tier::Prohibited), live(Some("public")), &plate, Some("prohibited")),
    ];
    for (tier, origin, records, expected) in rows {
        dataset.tier = tier;
        let told = sample(origin.clone(), records).must_be_releasable(&dataset);
        assert_eq!(told.err().map(|refusal| refusal.code), expected, "{tier:?} {origin:?}");
    }
    dataset.tier = Some(Tier::Open);
    dataset.fields = vec![field("plate", Sensitivity::Prohibited)];
    let told = sample(live(Some("public")), &plate).must_be_releasable(&dataset);
    assert_eq!(told.unwrap_err().code, "sensitive_field_shown", "what is prohibited stays in, treated or not");
}
