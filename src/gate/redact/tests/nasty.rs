//! Bodies made to leak, and what becomes of them. The secret is `s3cr3t` or `-73.4081571`; neither may come out.

use bytes::BytesMut;

use super::{json, plan, redact, redact_in, setting};
use crate::gate::redact::lexer::DEPTH_MAX;
use crate::gate::redact::{BodyKind, HELD_MAX, Redactor, Unreadable};

const SECRET: &str = "s3cr3t";

/// Everything that went out, whether or not the body was refused in the end.
fn goes_out(lines: &[&str], kind: BodyKind, body: &[u8], size: usize) -> (String, Result<(), Unreadable>) {
    let mut redactor = Redactor::new(plan(lines), kind, &setting());
    let mut out = BytesMut::new();
    let pushed = body.chunks(size).try_for_each(|piece| redactor.push(piece, &mut out));
    let done = pushed.and_then(|()| redactor.finish(&mut out));
    (String::from_utf8_lossy(&out).into_owned(), done)
}

fn must_not_leak(lines: &[&str], kind: BodyKind, body: &[u8]) -> Result<(), Unreadable> {
    let mut outcome = Ok(());
    for size in [1, 2, 3, 7, 64, body.len().max(1)] {
        let (out, done) = goes_out(lines, kind, body, size);
        assert!(!out.contains(SECRET) && !out.contains("4081571"), "{} gave {out}", String::from_utf8_lossy(body));
        outcome = done;
    }
    outcome
}

#[test]
fn no_spelling_of_a_name_slips_through() {
    let bodies = [
        r#"{"plate":"s3cr3t"}"#,
        r#"{"pl\u0061te":"s3cr3t"}"#,
        r#"{"\u0070\u006c\u0061\u0074\u0065":"s3cr3t"}"#,
        r#"{"\u0070\u006C\u0061\u0074\u0065" : "s3cr3t"}"#,
        r#"{"plate":1,"plate":"s3cr3t"}"#,
        r#"{"plate":"s3cr3t","plate":"s3cr3t","pl\u0061te":["s3cr3t"]}"#,
        "{\"plate\"\r\n\t :\n\n \"s3cr3t\"}",
        r#"{"plate":{"plate":{"plate":"s3cr3t"}}}"#,
        r#"[[[[{"plate":[["s3cr3t",{"a":"s3cr3t"}]]}]]]]"#,
        r#"{"a":{"b":{"plate":"\"s3cr3t\\"}}}"#,
        r#"{"features":{"plate":"s3cr3t"},"plate":"s3cr3t"}"#,
        r#"{"plate":{"type":"Property","type":"Text","value":"s3cr3t"}}"#,
        r#"{"plate":{"type":"Property","value":{"type":"Property","value":"s3cr3t"},"previousValue":"s3cr3t"}}"#,
        r#"{"plate":{"type":"Property","v\u0061lue":"s3cr3t"}}"#,
        r#"{"plate":{"type":"Text","value":"a","metadata":{"previousValue":{"type":"Text","value":"s3cr3t"}}}}"#,
    ];
    for treatment in ["drop", "mask", "keyed_hash", "round_time 15", "coarsen_position"] {
        for body in bodies {
            let done = must_not_leak(&[&format!("**.plate: {treatment}")], BodyKind::Json, body.as_bytes());
            assert_eq!(done, Ok(()), "{treatment} {body}");
        }
    }
}

#[test]
fn what_is_not_quite_json_is_refused_and_leaks_nothing() {
    let bodies: [&[u8]; 16] = [
        br#"{"a":1}{"plate":"s3cr3t"}"#,
        br#"{"a":1} {"plate":"s3cr3t"}"#,
        br"{'plate':'s3cr3t'}",
        br#"{plate:"s3cr3t"}"#,
        br#"{/*"*/"plate":"s3cr3t"}"#,
        b"{\"x\":\"\xff\",\"plate\":\"s3cr3t\"}",
        b"{\"plate\xc0\xae\":\"s3cr3t\"}",
        b"{\"plate\":\"s3cr3t\xe2\x82\"}",
        b"\xfe\xff\0{\0\"\0p\0l\0a\0t\0e\0\"\0:\0\"\0s\x003\0c\0r\0",
        b"{\0\"\0p\0l\0a\0t\0e\0\"\0:\0",
        b"{\"\0plate\":\"s3cr3t\"}",
        b"{\"plate\":\"s3cr3t",
        b"callback({\"plate\":\"s3cr3t\"})",
        b")]}'\n{\"plate\":\"s3cr3t\"}",
        b"<xml plate='s3cr3t'/>",
        b"plate,speed\ns3cr3t,5\n",
    ];
    for body in bodies {
        assert!(must_not_leak(&["**.plate: drop"], BodyKind::Json, body).is_err(), "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn tables_that_two_readers_could_read_differently_are_refused() {
    let bodies: [(&[u8], Unreadable); 12] = [
        (b"plate,x\ns3cr3t,1,2\n", Unreadable::Malformed),
        (b"plate,x\ns3cr3t\n", Unreadable::Malformed),
        (b"x,plate\n\"a\"b,s3cr3t\n", Unreadable::Malformed),
        (b"x,plate\na\"b,s3cr3t\n", Unreadable::Malformed),
        (b"x,plate\n\"a,s3cr3t\n", Unreadable::CutOff),
        (b"x,plate\ra,s3cr3t\r", Unreadable::Malformed),
        (b"plate;x\ns3cr3t;1\n", Unreadable::Malformed),
        (b"plate\tx\ns3cr3t\t1\n", Unreadable::Malformed),
        (b"plate|x\ns3cr3t|1\n", Unreadable::Malformed),
        (b"pl\xe4te,x\ns3cr3t,1\n", Unreadable::NotUtf8),
        (b"", Unreadable::CutOff),
        (b"\xef\xbb\xbf", Unreadable::CutOff),
    ];
    for (body, problem) in bodies {
        let done = must_not_leak(&["plate: drop"], BodyKind::Csv, body);
        assert_eq!(done, Err(problem), "{}", String::from_utf8_lossy(body));
    }
    for body in
        ["\u{feff}Plate,x\ns3cr3t,1\n", "\" plate \",x\n\"s3\"\"cr3t s3cr3t\",1\n", "x,PLATE,x,plate\n,s3cr3t,,s3cr3t"]
    {
        assert_eq!(must_not_leak(&["vehicle.plate: keyed_hash"], BodyKind::Csv, body.as_bytes()), Ok(()), "{body}");
    }
}

#[test]
fn a_position_hides_nowhere() {
    let bodies = [
        r#"{"geometry":{"type":"Point","coordinates":[-73.4081571,41.1]},"bbox":[-73.4081571,41.1,-73.4081571,41.1]}"#,
        r#"{"bbox":[-73.4081571,41.1,-73.4081571,41.1],"features":[{"bbox":[-73.4081571,0,41.1,-73.4081571,1,41.1],"geometry":null}]}"#,
        r#"{"geometry":{"type":"Point","coordinates":[-73.4081571,41.1,-73.4081571]}}"#,
        r#"{"geometry":{"coordinates":["-73.4081571","41.1"]}}"#,
        r#"{"geometry":{"x":-73.4081571,"y":41.1}}"#,
        r#"{"geometry":{"type":"Point","coordinates":{"lon":-73.4081571,"lat":41.1}}}"#,
        r#"{"geometry":{"lon":-73.4081571}}"#,
        r#"{"geometry":"POINT (-73.4081571 41.1)"}"#,
        r#"{"geometry":"at -73.4081571 41.1"}"#,
        r#"{"geometry":[-73.4081571]}"#,
        r#"{"geometry":[1,2,3,4,-73.4081571]}"#,
        r#"{"geometry":[null,-73.4081571,41.1]}"#,
        r#"{"geometry":[[-73.4081571,41.1],"x",{"a":-73.4081571}]}"#,
        r#"{"geometry":{"type":"GeoProperty","value":{"type":"Point","coordinates":[-73.4081571,41.1]},"note":"-73.4081571"}}"#,
        r#"{"geometry":{"rings":[[[-73.4081571,41.1]]],"hasZ":false,"spatialReference":{"wkt":"x-73.4081571"}}}"#,
        r#"{"geometry":-73.4081571}"#,
        r#"{"geometry":{"coordinates":[-734081571e-7,41.1]}}"#,
        r#"{"geometry":{"coordinates":[-73.4081571,410.1]}}"#,
    ];
    for body in bodies {
        assert_eq!(must_not_leak(&["geometry: coarsen_position"], BodyKind::Json, body.as_bytes()), Ok(()), "{body}");
    }
    let twice = br#"{"lat":41.1,"lat":41.1,"lon":-73.4081571}"#;
    assert_eq!(must_not_leak(&["lat: coarsen_position"], BodyKind::Json, twice), Err(Unreadable::Repeated));
}

#[test]
fn a_young_record_does_not_slip_out_in_parts() {
    let young = r#""t":"2026-11-23T16:59:00Z""#;
    let bodies = [
        format!(r#"[{{"a":"s3cr3t",{young}}}]"#),
        format!(r#"[{{{young},"a":"s3cr3t"}}]"#),
        r#"[{"a":"s3cr3t","t":null},{"a":"s3cr3t"},"s3cr3t",{"a":"s3cr3t","t":{"x":1}}]"#.to_owned(),
        r#"{"features":[],"a":1}"#.to_owned(),
        format!(r#"[[{{"a":["s3cr3t"],{young}}}],[]]"#),
        format!(r#"[{{"lon":-73.4081571,"a":"s3cr3t",{young},"lat":41.1}}]"#),
    ];
    for body in bodies {
        let done = must_not_leak(&["t: delay 60", "lat: coarsen_position"], BodyKind::Json, body.as_bytes());
        assert!(matches!(done, Ok(()) | Err(Unreadable::Timeless)), "{body} {done:?}");
    }
    let whole = format!(r#"{{"a":"s3cr3t",{young}}}"#);
    assert_eq!(must_not_leak(&["t: delay 60"], BodyKind::Json, whole.as_bytes()), Err(Unreadable::TooRecent));
}

#[test]
fn what_is_kept_back_is_bounded_to_the_byte() {
    let text = |length: usize| format!(r#"{{"p":"{}"}}"#, "x".repeat(length));
    let quotes = 2;
    assert!(json_quickly(&["p: keyed_hash"], &text(HELD_MAX - quotes)).is_ok());
    assert_eq!(json_quickly(&["p: keyed_hash"], &text(HELD_MAX - quotes + 1)), Err(Unreadable::TooLarge));
    for treatment in ["drop", "mask"] {
        assert!(
            json_quickly(&[&format!("p: {treatment}")], &text(4 * HELD_MAX)).is_ok(),
            "nothing is kept to {treatment}"
        );
    }
    assert!(json_quickly(&["q: drop"], &text(4 * HELD_MAX)).is_ok(), "what passes is not kept");
    let record = |length: usize| format!(r#"[{{"a":"{}","t":1}}]"#, "x".repeat(length));
    assert!(json_quickly(&["t: delay 60"], &record(HELD_MAX / 2)).is_ok());
    assert_eq!(json_quickly(&["t: delay 60"], &record(HELD_MAX)), Err(Unreadable::TooLarge));
    let longitude = format!(r#"{{"lon":1.5,"a":"{}","lat":2}}"#, "x".repeat(HELD_MAX));
    assert_eq!(json_quickly(&["lat: coarsen_position"], &longitude), Err(Unreadable::TooLarge));
    let blanks = format!(r#"{{"a":1,{}"p":2}}"#, " ".repeat(2 * HELD_MAX));
    assert_eq!(json_quickly(&["p: drop"], &blanks), Err(Unreadable::TooLarge));
    let row = |length: usize| format!("p,q\n{},1\n", "x".repeat(length));
    assert_eq!(in_pieces(&["p: drop"], BodyKind::Csv, &row(HELD_MAX - 2)), Err(Unreadable::TooLarge));
    assert!(in_pieces(&["p: drop"], BodyKind::Csv, &row(HELD_MAX - 4)).is_ok());
}

fn json_quickly(lines: &[&str], body: &str) -> Result<usize, Unreadable> {
    in_pieces(lines, BodyKind::Json, body)
}

fn in_pieces(lines: &[&str], kind: BodyKind, body: &str) -> Result<usize, Unreadable> {
    redact_in(&plan(lines), kind, body.as_bytes(), &[16 * 1024]).map(|(out, _)| out.len())
}

#[test]
fn depth_is_bounded_and_work_within_work_too() {
    let nested = |depth: usize| format!("{}{}", "{\"p\":[".repeat(depth / 2), "]}".repeat(depth / 2));
    for rules in [["**.q: drop"], ["**.p: keyed_hash"], ["p: coarsen_position"]] {
        assert!(json(&rules, &nested(DEPTH_MAX)).is_ok(), "{rules:?}");
        assert_eq!(json(&rules, &nested(DEPTH_MAX + 2)), Err(Unreadable::TooDeep), "{rules:?}");
    }
    let attributes = |depth: usize| {
        let open = r#"{"type":"Property","value":"#.repeat(depth);
        format!(r#"{{"p":{open}"s3cr3t"{}}}"#, "}".repeat(depth))
    };
    assert_eq!(must_not_leak(&["p: mask"], BodyKind::Json, attributes(8).as_bytes()), Ok(()));
    assert_eq!(must_not_leak(&["p: mask"], BodyKind::Json, attributes(9).as_bytes()), Err(Unreadable::TooDeep));
    let halves: Vec<String> = (0..65).map(|at| format!("\"a{at}_lon\":1.5")).collect();
    assert_eq!(json(&["**.*: coarsen_position"], &format!("{{{}}}", halves.join(","))), Err(Unreadable::TooLarge));
}

#[test]
fn long_numbers_and_texts_pass_as_they_are() {
    let body = |times: usize| {
        let digits = "1234567890".repeat(times);
        format!(r#"{{"a":{digits}.{digits}e-{digits},"b":"{}","p":1}}"#, "\\u00e9\\\\".repeat(times))
    };
    let long = body(100_000);
    let (out, _) = redact_in(&plan(&["p: drop"]), BodyKind::Json, long.as_bytes(), &[4_097]).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), long.replace(r#","p":1"#, ""));
    let plan = plan(&["a: coarsen_position", "b: round_time 5"]);
    assert_eq!(redact_in(&plan, BodyKind::Json, long.as_bytes(), &[4_097]), Err(Unreadable::TooLarge));
    let (out, _) = redact_in(&plan, BodyKind::Json, body(10_000).as_bytes(), &[4_097]).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), r#"{"a":null,"b":null,"p":1}"#);
    assert_eq!(redact(&["p: mask"], BodyKind::JsonLines, "\"p\"\n"), Ok("\"p\"\n".to_owned()));
}
