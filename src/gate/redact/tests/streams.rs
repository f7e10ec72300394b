//! A body of 200 MB, made piece by piece, passes in little memory.

use std::sync::Arc;

use bytes::BytesMut;

use super::{plan, setting};
use crate::gate::redact::{BodyKind, Redactor};

const BODY_BYTES: usize = 200 * 1000 * 1000;
const PIECE_BYTES: usize = 16 * 1024;
/// The most that buffers may keep for records of a few hundred bytes.
const KEPT_MAX: usize = 4 * 1024;

#[test]
fn a_geojson_of_200_mb_passes_in_little_memory() {
    let rules = [
        "**.plate: keyed_hash",
        "geometry: coarsen_position",
        "properties.seen: round_time 15",
        "properties.owner: drop",
        "properties.seen: delay 60",
    ];
    let feature = |at: usize| {
        let day = at % 23 + 1;
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[-73.4{at:03},41.1{at:03}]}},"properties":{{"plate":"AB-{at}","owner":{{"name":"Ann"}},"seen":"2026-11-{day:02}T10:07:00-05:00","note":"{}"}}}}"#,
            // Most of a big body is text that no rule reaches; it costs the test little time.
            "A long remark about nothing. ".repeat(600)
        )
    };
    let features: Vec<String> = (0..200).map(feature).collect();
    let features = features.join(",");
    let mut redactor = Redactor::new(Arc::clone(&plan(&rules)), BodyKind::Json, &setting());
    let mut out = BytesMut::with_capacity(2 * PIECE_BYTES);
    let (mut came, mut went, mut kept, mut waiting) = (0, 0, 0, 0);
    redactor.push(br#"{"type":"FeatureCollection","features":["#, &mut out).unwrap();
    while came < BODY_BYTES {
        if came > 0 {
            redactor.push(b",", &mut out).unwrap();
        }
        for piece in features.as_bytes().chunks(PIECE_BYTES) {
            redactor.push(piece, &mut out).unwrap();
            (came, went) = (came + piece.len(), went + out.len());
            kept = kept.max(redactor.kept_bytes());
            waiting = waiting.max(out.len());
            out.clear();
        }
    }
    redactor.push(b"]}", &mut out).unwrap();
    redactor.finish(&mut out).unwrap();
    let tally = redactor.tally().clone();
    let records = u64::try_from(came / features.len() * 200).unwrap();
    // What was seen on the 23rd at 10:07 in New York is 15:07 UTC, more than an hour before 17:00: nothing is young.
    assert_eq!((tally.changed, tally.withheld), (vec![records, records, records, records, 0], 0));
    assert!(went > came / 2 && waiting < 3 * PIECE_BYTES, "{went} of {came}, {waiting} at once");
    assert!(kept < 40 * KEPT_MAX, "{kept} bytes kept");
}
