//! What becomes of one value: text in, text out. Never looks at where the value stands.

use std::sync::Arc;

use super::hash::Salts;
use super::plan::Plan;
use super::{Setting, Unreadable};
use crate::domain::redaction::grid::{Grid, Row, coarse_text, degrees};
use crate::domain::redaction::{Rotation, moment};
use crate::domain::time::Instant;
use chrono::TimeDelta;
use chrono_tz::Tz;

/// Everything that treats values under one plan in one answer.
#[derive(Debug)]
pub(super) struct Treat {
    pub(super) plan: Arc<Plan>,
    salts: Salts,
    zone: Tz,
    now: Instant,
}

impl Treat {
    pub(super) fn new(plan: Arc<Plan>, setting: &Setting) -> Self {
        Self { plan, salts: setting.salts.clone(), zone: setting.zone, now: setting.now }
    }

    pub(super) fn code(&self, rotates: Rotation, value: &[u8]) -> [u8; super::hash::CODE_LENGTH] {
        self.salts.code(rotates, value)
    }

    /// Whether a record that says this time is old enough to be passed on; `None` where it says no time.
    pub(super) fn is_old_enough(&self, text: &[u8]) -> Option<bool> {
        let minutes = self.plan.delay_minutes().unwrap_or(u32::MAX);
        let measured = moment::latest_instant(std::str::from_utf8(text).ok()?, self.zone)?;
        let old_enough_at = measured.checked_add_signed(TimeDelta::minutes(i64::from(minutes)))?;
        Some(old_enough_at <= self.now)
    }
}

/// A time rounded down; `None` where it is none.
pub(super) fn rounded(text: &[u8], minutes: u32) -> Option<String> {
    moment::rounded(std::str::from_utf8(text).ok()?, minutes)
}

/// A position in text; `None` where it is none.
pub(super) fn coarse(text: &[u8], grid: Grid) -> Option<String> {
    coarse_text(grid, std::str::from_utf8(text).ok()?)
}

/// The row of a latitude that is written so; `None` where it is none.
pub(super) fn row(text: &[u8], grid: Grid) -> Option<Row> {
    grid.row(decimal(text)?)
}

/// The longitude in the middle of its cell of the row; `None` where it is none.
pub(super) fn longitude(text: &[u8], row: Option<Row>) -> Option<String> {
    row?.longitude(decimal(text)?).map(degrees)
}

fn decimal(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if is_plain { text.parse().ok() } else { None }
}

/// A list of numbers as a position or a box; `None` where it is neither.
pub(super) fn coarse_numbers(list: &[u8], grid: Grid, is_box: bool) -> Option<String> {
    let inside = std::str::from_utf8(list).ok()?.trim().strip_prefix('[')?.strip_suffix(']')?;
    if inside.trim_ascii().is_empty() {
        return Some("[]".to_owned());
    }
    let numbers: Vec<f64> =
        inside.split(',').take(7).map(|number| decimal(number.as_bytes())).collect::<Option<_>>()?;
    let pair = |first: f64, second: f64| {
        let (first, second) = grid.centre_of_pair(first, second)?;
        Some(format!("{},{}", degrees(first), degrees(second)))
    };
    match numbers.as_slice() {
        [west, south, east, north] | [west, south, _, east, north, _] if is_box => {
            Some(format!("[{},{}]", pair(*west, *south)?, pair(*east, *north)?))
        }
        [first, second] | [first, second, _] | [first, second, _, _] if !is_box => {
            Some(format!("[{}]", pair(*first, *second)?))
        }
        _ => None,
    }
}

/// The bytes that a JSON text stands for. Half a surrogate pair alone, which stands for nothing, keeps bytes of its own.
pub(super) fn unescape(raw: &[u8]) -> Vec<u8> {
    let inside = raw.strip_prefix(b"\"").unwrap_or(raw);
    let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let Some((escaped, after)) = rest.split_first() else { break };
        rest = after;
        match escaped {
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let (unit, after) = unit(rest);
                rest = after;
                let low = rest.strip_prefix(b"\\u").map(unit_of).filter(|low| (0xdc00..0xe000).contains(low));
                match low.filter(|_| (0xd800..0xdc00).contains(&unit)) {
                    Some(low) => {
                        rest = rest.get(6..).unwrap_or_default();
                        let letter = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        push_letter(letter, &mut out);
                    }
                    None => push_letter(unit, &mut out),
                }
            }
            other => out.push(*other),
        }
    }
    out
}

fn unit_of(digits: &[u8]) -> u32 {
    unit(digits).0
}

/// Four hexadecimal digits off the front.
fn unit(digits: &[u8]) -> (u32, &[u8]) {
    let (four, rest) = digits.split_at(digits.len().min(4));
    let value =
        four.iter().filter_map(|digit| char::from(*digit).to_digit(16)).fold(0, |value, digit| value * 16 + digit);
    (value, rest)
}

/// A letter as UTF-8; half a surrogate pair in the same way, as no letter is written.
fn push_letter(letter: u32, out: &mut Vec<u8>) {
    if let Some(letter) = char::from_u32(letter) {
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        return;
    }
    let byte = |bits: u32| u8::try_from(bits & 0xff).unwrap_or(0);
    out.extend([byte(0xe0 | letter >> 12), byte(0x80 | (letter >> 6 & 0x3f)), byte(0x80 | (letter & 0x3f))]);
}

/// A text of ours as JSON.
pub(super) fn quoted(text: &str) -> Result<Vec<u8>, Unreadable> {
    serde_json::to_vec(text).map_err(|_no_text_is_refused| Unreadable::Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_of_numbers_are_positions_or_boxes_or_nothing() {
        let grid = Grid::of_feet(1_750);
        let place = "-73.411041,41.118111";
        let cases = [
            ("[-73.408157,41.117744]", false, Some(format!("[{place}]"))),
            ("[ -73.408157 , 41.117744 , 12.5 ]", false, Some(format!("[{place}]"))),
            ("[-73.408157,41.117744,1,2]", false, Some(format!("[{place}]"))),
            ("[-73.408157,41.117744,-73.408157,41.117744]", true, Some(format!("[{place},{place}]"))),
            ("[-73.408157,41.117744,1,-73.408157,41.117744,9]", true, Some(format!("[{place},{place}]"))),
            ("[-7.3408157e1,41.117744]", false, Some(format!("[{place}]"))),
            ("[1]", false, None),
            ("[1,2]", true, None),
            ("[1,2,3,4,5]", false, None),
            ("[1,2,3,4,5,6,7]", true, None),
            ("[-56.6404505,168.370658]", false, Some("[-56.639439,168.367258]".to_owned())),
            ("[400,500]", false, None),
            ("[1,null]", false, None),
            ("[1,\"2\"]", false, None),
            ("[ ]", false, Some("[]".to_owned())),
        ];
        for (list, is_box, expected) in cases {
            assert_eq!(coarse_numbers(list.as_bytes(), grid, is_box), expected, "{list} {is_box}");
        }
    }

    #[test]
    fn half_a_pair_alone_is_no_letter_of_another_text() {
        assert_eq!(unescape(br#""\ud83d\ude00""#), "😀".as_bytes());
        assert_eq!(unescape(br#""\ud83d""#), [0xed, 0xa0, 0xbd]);
        assert_eq!(unescape(br#""\ude00\ud83dx""#), [0xed, 0xb8, 0x80, 0xed, 0xa0, 0xbd, b'x']);
        assert_eq!(unescape(br#""pl\u0061te\/\n""#), b"plate/\n");
    }

    proptest! {
        #[test]
        fn texts_read_as_serde_reads_them(text in "\\PC{0,20}") {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(json.as_bytes()), text.as_bytes());
        }
    }
}
