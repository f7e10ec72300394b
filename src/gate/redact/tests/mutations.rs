//! A bounded run of mutations over a small corpus, always the same: no panic, no leak, and what comes out whole parses.
//!
//! The corpus holds a secret under the field `plate` and nowhere else. A mutation may move it somewhere else: a plain
//! reader of its own, in this file, follows each mutated body as far as it can be read and says whether it did.

use std::sync::Arc;

use bytes::BytesMut;

use super::{plan, setting};
use crate::gate::redact::{BodyKind, Plan, Redactor};
use crate::tests::fuzz::{self, Variety, mutate};

const SECRET: &str = "s3cr3t";
const ROUNDS: usize = 4_000;
const MARKS: [&[u8]; 22] = [
    b"{", b"}", b"[", b"]", b"\"", b",", b":", b"\\", b" ", b"\n", b"\r", b"0", b"1", b"-", b".", b"e", b"u", b"/",
    b";", b"\0", b"\xff", b"\xef",
];

fn corpus() -> Vec<(String, BodyKind, Vec<u8>)> {
    let kind = |name: &str| match std::path::Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("json") => BodyKind::Json,
        Some("ndjson") => BodyKind::JsonLines,
        Some("csv") => BodyKind::Csv,
        other => panic!("{other:?}"),
    };
    let files = fuzz::files("redaction/corpus");
    files.into_iter().map(|(name, bytes)| (name.clone(), kind(&name), bytes)).collect()
}

fn plans() -> Vec<Arc<Plan>> {
    vec![
        plan(&["**.plate: drop"]),
        plan(&["**.plate: mask", "geometry: coarsen_position", "location: coarsen_position", "**.seen: round_time 15"]),
        plan(&["**.plate: keyed_hash", "**.lat: coarsen_position", "**.note: drop", "n[*]: drop"]),
        plan(&["**.plate: drop", "properties.seen: delay 60", "geometry: coarsen_position"]),
        plan(&["**.plate: mask", "seen: delay 60", "seen: round_time 1440"]),
        plan(&["**.plate: keyed_hash", "rows.seen: delay 60", "rows.lat: coarsen_position", "seen: drop"]),
    ]
}

/// Reads JSON as far as it goes and notes whether the secret stands anywhere but under `plate`.
struct Plain<'a> {
    rest: &'a [u8],
    is_elsewhere: bool,
}

impl Plain<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn text(&mut self) -> Option<String> {
        let mut end = 1;
        loop {
            match self.rest.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let (text, rest) = self.rest.split_at(end + 1);
        self.rest = rest;
        serde_json::from_slice(text).ok()
    }

    fn value(&mut self, is_plate: bool, depth: usize) -> Option<()> {
        self.blank();
        if depth > 300 {
            return None;
        }
        match self.rest.first()? {
            b'{' => self.members(is_plate, depth),
            b'[' => loop {
                self.rest = &self.rest[1..];
                self.blank();
                if self.rest.first() != Some(&b']') {
                    self.value(is_plate, depth + 1)?;
                    self.blank();
                }
                match self.rest.first()? {
                    b',' => {}
                    b']' => {
                        self.rest = &self.rest[1..];
                        return Some(());
                    }
                    _ => return None,
                }
            },
            b'"' => {
                // Cut off within the text is as bad as whole.
                self.is_elsewhere |= !is_plate && self.rest.windows(SECRET.len()).next().is_some() && {
                    let line = String::from_utf8_lossy(self.rest);
                    line[1..].split('"').next().unwrap_or_default().contains(SECRET)
                };
                let text = self.text()?;
                self.is_elsewhere |= !is_plate && text.contains(SECRET);
                Some(())
            }
            _ => {
                let end = self.rest.iter().position(|byte| b",]} \r\n\t".contains(byte)).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                serde_json::from_slice::<serde_json::Value>(word).ok().map(|_| ())
            }
        }
    }

    fn members(&mut self, is_plate: bool, depth: usize) -> Option<()> {
        loop {
            self.rest = &self.rest[1..];
            self.blank();
            match self.rest.first()? {
                b'"' => {
                    let raw = String::from_utf8_lossy(self.rest).into_owned();
                    self.is_elsewhere |= !is_plate && raw[1..].split('"').next().unwrap_or_default().contains(SECRET);
                    let name = self.text()?;
                    self.blank();
                    if self.rest.first() != Some(&b':') {
                        return None;
                    }
                    self.rest = &self.rest[1..];
                    // The type of an attribute is free to say anything, and stays.
                    self.value((is_plate && name != "type") || name == "plate", depth + 1)?;
                    self.blank();
                }
                b'}' => {}
                _ => return None,
            }
            match self.rest.first()? {
                b',' => {}
                b'}' => {
                    self.rest = &self.rest[1..];
                    return Some(());
                }
                _ => return None,
            }
        }
    }
}

/// Whether the secret stands outside the field `plate` in what a plain reader reads before it gives up.
fn is_elsewhere(kind: BodyKind, body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match kind {
        BodyKind::Json | BodyKind::JsonLines => {
            let mut plain = Plain { rest: body, is_elsewhere: false };
            while plain.value(false, 0).is_some() && kind == BodyKind::JsonLines {}
            plain.is_elsewhere
        }
        BodyKind::Csv => {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body);
            let Ok(header) = reader.byte_headers().cloned() else { return false };
            let named = |at: usize| header.get(at).is_some_and(|name| name.trim_ascii().eq_ignore_ascii_case(b"plate"));
            let has = |cell: &[u8]| String::from_utf8_lossy(cell).contains(SECRET);
            header.iter().any(has)
                || reader
                    .byte_records()
                    .map_while(Result::ok)
                    .any(|row| row.iter().enumerate().any(|(at, cell)| !named(at) && has(cell)))
        }
    }
}

fn check(name: &str, kind: BodyKind, body: &[u8], plan: &Arc<Plan>, size: usize) -> bool {
    let mut redactor = Redactor::new(Arc::clone(plan), kind, &setting());
    let mut out = BytesMut::new();
    let pushed = body.chunks(size).try_for_each(|piece| redactor.push(piece, &mut out));
    let is_whole = pushed.and_then(|()| redactor.finish(&mut out)).is_ok();
    let shown = || format!("{name}: {:?} gave {:?}", String::from_utf8_lossy(body), String::from_utf8_lossy(&out));
    let has_secret = out.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    assert!(!has_secret || is_elsewhere(kind, body), "leaked: {}", shown());
    if is_whole {
        let unmarked = out.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&out);
        let reads = match kind {
            BodyKind::Json => serde_json::from_slice::<serde::de::IgnoredAny>(unmarked).is_ok(),
            BodyKind::JsonLines => unmarked
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.trim_ascii().is_empty())
                .all(|line| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()),
            BodyKind::Csv => csv::Reader::from_reader(unmarked).byte_records().all(|row| row.is_ok()),
        };
        assert!(reads, "unreadable: {}", shown());
    }
    is_whole
}

#[test]
fn mutated_bodies_neither_leak_nor_panic_nor_come_out_broken() {
    let plans = plans();
    let mut variety = Variety::new();
    let (mut whole, mut refused) = (0, 0);
    for (name, kind, body) in corpus() {
        assert!(!is_elsewhere(kind, &body), "{name} holds the secret elsewhere");
        for round in 0..fuzz::rounds(ROUNDS) {
            let mutated = if round == 0 { body.clone() } else { mutate(&body, &[], &MARKS, &mut variety) };
            let plan = &plans[variety.below(plans.len())];
            let size = 1 + variety.below(if round % 2 == 0 { 9 } else { 4_096 });
            *if check(&name, kind, &mutated, plan, size) { &mut whole } else { &mut refused } += 1;
        }
    }
    assert!(whole > 3_000 && refused > 3_000, "{whole} whole, {refused} refused: the run tells little");
}
