//! What comes out of a redactor, for every treatment and every kind of body, and what never does.

mod feeds;
mod mutations;
mod nasty;
mod pieces;
mod reference;
mod streams;
mod tables;

use secrecy::SecretBox;

use super::*;
use crate::domain::id::DatasetId;
use crate::domain::redaction::{Rule, Treatment};

/// The present of these tests.
pub(super) const NOW: &str = "2026-11-23T17:00:00Z";

/// Rules as lines: `path: treatment parameter`.
pub(super) fn rules(lines: &[&str]) -> Vec<Rule> {
    let rule = |line: &&str| {
        let (path, treatment) = line.rsplit_once(": ").expect("path: treatment");
        let (word, parameter) = treatment.split_once(' ').unwrap_or((treatment, ""));
        Rule {
            path: path.parse().unwrap_or_else(|problem| panic!("{path}: {problem}")),
            treatment: Treatment::from_form("treatment", word, parameter).unwrap(),
            reason: String::new(),
        }
    };
    lines.iter().map(rule).collect()
}

pub(super) fn plan(lines: &[&str]) -> Arc<Plan> {
    Arc::new(Plan::new(rules(lines)).unwrap())
}

pub(super) fn setting() -> Setting {
    let (zone, now) = (chrono_tz::America::New_York, NOW.parse().unwrap());
    let key = RedactionKey::new(SecretBox::new(Box::new([7; 32])));
    Setting { salts: key.salts(DatasetId::from_uuid(uuid::Uuid::from_u128(1)), zone, now), zone, now }
}

/// Redacts a body that comes in pieces of these sizes; the last is that of all others, none means whole.
pub(super) fn redact_in(
    plan: &Arc<Plan>,
    kind: BodyKind,
    body: &[u8],
    sizes: &[usize],
) -> Result<(Vec<u8>, Tally), Unreadable> {
    let mut redactor = Redactor::new(Arc::clone(plan), kind, &setting());
    let mut out = BytesMut::new();
    let mut rest = body;
    let mut sizes = sizes.iter().copied();
    let mut size = body.len();
    while !rest.is_empty() {
        size = sizes.next().unwrap_or(size).max(1);
        let (piece, after) = rest.split_at(size.min(rest.len()));
        redactor.push(piece, &mut out)?;
        rest = after;
    }
    redactor.finish(&mut out)?;
    Ok((out.to_vec(), redactor.tally().clone()))
}

/// Redacts whole and byte by byte, which must be the same.
pub(super) fn redact(lines: &[&str], kind: BodyKind, body: &str) -> Result<String, Unreadable> {
    let plan = plan(lines);
    let whole = redact_in(&plan, kind, body.as_bytes(), &[]);
    let slowly = redact_in(&plan, kind, body.as_bytes(), &[1]);
    assert_eq!(slowly, whole, "byte by byte: {body}");
    whole.map(|(out, _)| String::from_utf8(out).unwrap())
}

pub(super) fn json(lines: &[&str], body: &str) -> Result<String, Unreadable> {
    redact(lines, BodyKind::Json, body)
}

/// The code of a value today.
pub(super) fn code(value: &str) -> String {
    let code = setting().salts.code(crate::domain::redaction::Rotation::Day, value.as_bytes());
    String::from_utf8(code.to_vec()).unwrap()
}

#[test]
fn the_kind_of_a_body_is_told_by_its_content_type() {
    let cases = [
        ("application/json", Some(BodyKind::Json)),
        ("Application/JSON; charset=UTF-8", Some(BodyKind::Json)),
        ("application/geo+json", Some(BodyKind::Json)),
        ("application/ld+json;charset=\"utf-8\"", Some(BodyKind::Json)),
        ("application/vnd.geo+json; profile=x", Some(BodyKind::Json)),
        ("application/x-ndjson", Some(BodyKind::JsonLines)),
        ("application/jsonl", Some(BodyKind::JsonLines)),
        ("text/csv; charset=us-ascii; header=present", Some(BodyKind::Csv)),
        ("text/csv; header=absent", None),
        ("text/csv; charset=windows-1252", None),
        ("application/json; charset=utf-16", None),
        ("application/geo+json-seq", None),
        ("application/json-seq", None),
        ("text/html", None),
        ("text/plain", None),
        ("text/event-stream", None),
        ("application/xml", None),
        ("application/octet-stream", None),
        ("multipart/byteranges; boundary=x", None),
        ("application/javascript", None),
        ("image/svg+json", None),
        ("application/json, text/html", None),
        ("", None),
    ];
    for (content_type, kind) in cases {
        assert_eq!(BodyKind::of(content_type), kind, "{content_type}");
    }
}

#[test]
fn a_refused_redactor_stays_refused() {
    let mut redactor = Redactor::new(plan(&["a: drop"]), BodyKind::Json, &setting());
    let mut out = BytesMut::new();
    assert_eq!(redactor.push(b"{]", &mut out), Err(Unreadable::Malformed));
    assert_eq!(redactor.push(b"{}", &mut out), Err(Unreadable::Refused));
    assert_eq!(redactor.finish(&mut out), Err(Unreadable::Refused));
}
