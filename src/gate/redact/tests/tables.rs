//! One row for each treatment and kind of body.

use super::{code, json, redact};
use crate::gate::redact::{BodyKind, Unreadable};

/// Rules, body, and what comes out.
type Row<'a> = (&'a [&'a str], &'a str, &'a str);

fn check(kind: BodyKind, rows: &[Row<'_>]) {
    for (rules, body, expected) in rows {
        assert_eq!(redact(rules, kind, body).as_deref(), Ok(*expected), "{rules:?} on {body}");
    }
}

/// Rules, body and what comes out, from the table of JSON bodies.
pub(super) fn json_table() -> Vec<(Vec<&'static str>, String, String)> {
    let text = include_str!("../../../../tests/fixtures/redaction/json.txt");
    let mut rows = Vec::new();
    for block in text.split("\n\n") {
        let lines: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
        let joined = |mark: &str| {
            let lines = lines.iter().filter_map(|line| line.strip_prefix(mark)).collect::<Vec<_>>();
            lines.join("\n")
        };
        let rules: Vec<_> = lines.iter().copied().filter(|line| !line.starts_with(['<', '>'])).collect();
        if !rules.is_empty() {
            rows.push((rules, joined("< "), joined("> ")));
        }
    }
    rows
}

/// Puts codes where `<value>` stands.
fn with_codes(text: &str) -> String {
    ["AB-1", "12", "true"].iter().fold(text.to_owned(), |text, value| text.replace(&format!("<{value}>"), &code(value)))
}

#[test]
fn json_comes_out_as_the_table_says() {
    let rows = json_table();
    assert!(rows.len() > 70, "{}", rows.len());
    for (rules, body, expected) in rows {
        assert_eq!(json(&rules, &body), Ok(with_codes(&expected)), "{rules:?} on {body}");
    }
}

#[test]
fn a_byte_order_mark_passes_in_front() {
    check(BodyKind::Json, &[(&["x: drop"], "\u{feff}{\"x\":1}", "\u{feff}{}")]);
    check(BodyKind::Csv, &[(&["b: drop"], "\u{feff}\"a\",\"b\"\n1,2\n", "\u{feff}\"a\"\n1\n")]);
    assert_eq!(json(&["x: drop"], "\u{feff}"), Err(Unreadable::CutOff));
    assert_eq!(json(&["x: drop"], "\u{feff}\u{feff}{}"), Err(Unreadable::Malformed));
}

#[test]
fn lines_are_redacted_each_for_itself() {
    let old = r#"{"t":"2026-11-23T16:00:00Z","n":1}"#;
    let young = r#"{"t":"2026-11-23T16:00:01Z","n":2}"#;
    let lines = format!("{young}\n{old}\n\n{{\"n\":3}}\r\n{old}");
    let hashed = format!("{{\"p\":\"{}\"}}\n", code("AB-1"));
    check(
        BodyKind::JsonLines,
        &[
            (&["p: drop"], "{\"p\":1}\n\n{\"a\":2,\"p\":[\"x\"]}\r\n3", "{}\n\n{\"a\":2}\r\n3"),
            (&["p: drop"], "[{\"p\":1}]\n", "[{}]\n"),
            (&["p: mask"], "{\"p\":\"s\"}\n{\"p\":1}", "{\"p\":\"***\"}\n{\"p\":null}"),
            (&["p: keyed_hash"], "{\"p\":\"AB-1\"}\n", &hashed),
            (&["lat: coarsen_position"], "{\"lon\":1.5}\n{\"lat\":95}\n", "{\"lon\":null}\n{\"lat\":null}\n"),
            (&["t: round_time 60"], "{\"t\":1573850008}", "{\"t\":1573848000}"),
            (&["t: delay 60"], &lines, &format!("{old}\n\n{old}")),
            (&["t: delay 60"], &format!("{old}\n{young}"), &format!("{old}\n")),
            (&["t: delay 60"], "1\n\"a\"\n\n", "\n"),
        ],
    );
}

#[test]
fn tables_lose_columns_and_keep_their_shape() {
    check(
        BodyKind::Csv,
        &[
            (&["plate: drop"], "id,plate,speed\r\n1,\"A,B\",5\r\n", "id,speed\r\n1,5\r\n"),
            (&["properties.plate: drop"], "Plate,x\n1,\"a \"\"b\"\"\nc\"\n", "x\n\"a \"\"b\"\"\nc\"\n"),
            (&["**.plate: drop"], "plate, PLATE \n1,2\n", "\n\n"),
            (&["missing: drop"], "a,b\n1,2", "a,b\n1,2"),
            (&["b: drop"], "a,b\n1,2\n\n3,4", "a\n1\n\n3"),
            (&["\"pm2.5\": drop"], "pm2.5,x\n1,2\n", "x\n2\n"),
            (&["a: mask -,-"], "a,b\nx,1\n\"\",2\n", "a,b\n\"-,-\",1\n\"-,-\",2\n"),
            (&["a: drop"], "a", ""),
        ],
    );
}

#[test]
fn cells_are_treated_by_their_column() {
    let plate = code("AB-1");
    let hashed = format!("p,q\n{plate},1\n\"{plate}\",2\n,3\n");
    // The cell of 41.117744, -73.408157.
    let (lat, lon) = ("41.118111", "-73.411041");
    let halves = format!("id,longitude,latitude\n1,{lon},{lat}\n2,,\n3,,{lat}\n");
    let pairs = format!("start_lat,start_lng,end_lat,end_lng\n{lat},{lon},0.502125,0.501306\n");
    let texts = format!("the_geom,n\nPOINT ({lon} {lat}),1\n\"({lat}, {lon})\",2\n,3\n");
    check(
        BodyKind::Csv,
        &[
            (&["p: keyed_hash"], "p,q\nAB-1,1\n\"AB-1\",2\n,3\n", &hashed),
            (
                &["latitude: coarsen_position"],
                "id,longitude,latitude\n1,-73.408157,41.117744\n2,,\n3,x,41.117744\n",
                &halves,
            ),
            (
                &["start_lat: coarsen_position", "end_lat: coarsen_position"],
                "start_lat,start_lng,end_lat,end_lng\n41.117744,-73.408157,0.5,0.5\n",
                &pairs,
            ),
            (
                &["the_geom: coarsen_position"],
                "the_geom,n\nPOINT (-73.408157 41.117744),1\n\"(41.117744, -73.408157)\",2\nhome,3\n",
                &texts,
            ),
            (
                &["t: round_time 60"],
                "t,n\n11/23/2026 12:14:59 PM,1\n,2\nsoon,3\n",
                "t,n\n11/23/2026 12:00:00 PM,1\n,2\n,3\n",
            ),
        ],
    );
}

#[test]
fn young_rows_are_withheld() {
    let rules: &[&str] = &["t: delay 60"];
    check(
        BodyKind::Csv,
        &[
            (
                rules,
                "t,n\n2026-11-23T16:00:00Z,1\n2026-11-23T16:00:01Z,2\n,3\nx,4\n1795449599,5\n",
                "t,n\n2026-11-23T16:00:00Z,1\n1795449599,5\n",
            ),
            (rules, "n\n1\n2\n", "n\n"),
            (&["t: delay 60", "t: drop"], "t,n\n2026-11-23T16:00:00Z,1\n2026-11-23T16:30:00Z,2\n", "n\n1\n"),
        ],
    );
}

#[test]
fn a_body_that_is_one_record_is_refused_when_it_is_withheld() {
    let refused = [
        (r#"{"t":"2026-11-23T16:00:01Z","n":2}"#, Unreadable::TooRecent),
        (r#"{"n":3}"#, Unreadable::Timeless),
        (r#"{"t":"yesterday","n":4}"#, Unreadable::Timeless),
        ("7", Unreadable::Timeless),
        (r#"{"t":"2026-11-23T12:00:00Z","t":"2026-11-23T16:59:00Z"}"#, Unreadable::Repeated),
        (r#"[{"t":"2026-11-23T12:00:00Z","t":"soon"}]"#, Unreadable::Repeated),
    ];
    for (body, problem) in refused {
        assert_eq!(json(&["t: delay 60"], body), Err(problem), "{body}");
    }
}

#[test]
fn columns_are_named_by_position_in_a_list_of_rows() {
    let body = r#"{"fields":["id","name","lat"],"data":[[1,"Ann",41.5],[2,"Bob",41.6]]}"#;
    let expected = r#"{"fields":["id","name","lat"],"data":[[1,"***",null],[2,"***",null]]}"#;
    assert_eq!(json(&["data[*][1]: mask", "data[*][2]: coarsen_position"], body).as_deref(), Ok(expected));
}
