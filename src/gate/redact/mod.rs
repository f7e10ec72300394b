//! Redaction of an answer's body as it streams: pure and synchronous. A [`Redactor`] is pushed the body in any pieces
//! and gives out what may be passed on; its memory is bounded whatever the size of the body.
//!
//! - What no rule touches passes **byte for byte**: blanks, the spelling of numbers, escapes, doubled names.
//! - What cannot be read beyond doubt is refused with an [`Unreadable`]; nothing of it has gone out then but what was
//!   redacted already. A refused redactor stays refused.
//! - At most [`HELD_MAX`] bytes are kept back for one decision: a value that is hashed, a list of numbers that may be a
//!   position, a record whose time is not known yet, a longitude that comes before its latitude. What needs more is
//!   refused.
//!
//! The kinds of body are those of [`BodyKind::of`]; any other is for the caller to refuse. What the treatments mean is
//! said in [`crate::domain::redaction`]; here are their edges:
//!
//! - **Attributes of NGSI**, normalized (`{"type": "Property", "value": …}`): a rule on the attribute reaches its `value`,
//!   `object` or `languageMap`, the previous ones, its attributes of its own and its metadata; `type`, `observedAt`,
//!   `unitCode` and the like stay. In key-values form it reaches the plain value. Drop takes the attribute whole.
//! - **Mask** makes null of an object, and masks a list element by element. **Keyed hash** goes into lists and objects
//!   and replaces every text, number and truth value there; null stays null.
//! - **Coarsen** goes into lists and objects: coordinates of any geometry, boxes, latitude and longitude (or x and y)
//!   beside each other, positions in text. Below such a rule every number that is no position becomes null, and every
//!   text with a digit in it that is none, save descriptions (`type`, `observedAt` …).
//! - **Delay** judges the innermost record around the time: the element of a list, the line, the row. A body that is one
//!   record is refused when it is too young. A record with two times, one of them too young, is refused.

mod csv;
mod hash;
mod json;
mod lexer;
mod outlet;
mod plan;
mod scan;
mod shape;
mod utf8;
mod value;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::BytesMut;
use chrono_tz::Tz;

pub use self::hash::{RedactionKey, Salts};
pub use self::plan::Plan;
use crate::domain::time::Instant;

/// The most bytes that are kept back for one decision.
pub const HELD_MAX: usize = 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why a body is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not what its content type says, or something that two readers could read differently.
    #[error("the body cannot be read beyond doubt")]
    Malformed,
    /// It ends before it is complete.
    #[error("the body is cut off")]
    CutOff,
    /// More brackets are open than allowed.
    #[error("the body is nested too deeply")]
    TooDeep,
    /// One value or record is longer than may be kept back.
    #[error("a value or record is too long to be redacted")]
    TooLarge,
    /// Two fields that should be one: two latitudes, a second time in a record that was let through.
    #[error("a record says the same thing twice")]
    Repeated,
    /// The body is one record, and too young.
    #[error("the data is too recent to be shared under this agreement")]
    TooRecent,
    /// The body is one record, and does not say when it was measured.
    #[error("the data does not say when it was measured")]
    Timeless,
    /// It was refused before.
    #[error("the body was refused already")]
    Refused,
}

impl Unreadable {
    /// A short stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::Malformed => "malformed",
            Self::CutOff => "cut_off",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::Repeated => "repeated",
            Self::TooRecent => "too_recent",
            Self::Timeless => "timeless",
            Self::Refused => "refused",
        }
    }
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// One JSON value: JSON, GeoJSON, JSON-LD, NGSI-LD.
    Json,
    /// One JSON value a line.
    JsonLines,
    /// Comma-separated values (RFC 4180) whose first row names the columns.
    Csv,
}

impl BodyKind {
    /// The kind that a `Content-Type` says; `None` for what cannot be redacted, another character set than UTF-8 included.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let mut parts = content_type.split(';');
        let essence = parts.next()?.trim().to_ascii_lowercase();
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"').to_ascii_lowercase();
            let is_readable = match name.trim().to_ascii_lowercase().as_str() {
                "charset" => matches!(value.as_str(), "utf-8" | "utf8" | "us-ascii"),
                "header" => value == "present",
                _ => true,
            };
            if !is_readable {
                return None;
            }
        }
        match essence.as_str() {
            "application/json" | "text/json" => Some(Self::Json),
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "application/json-lines"
            | "text/x-ndjson"
            | "application/geo+json-lines"
            | "application/geo+ndjson" => Some(Self::JsonLines),
            "text/csv" | "application/csv" => Some(Self::Csv),
            other => other.strip_prefix("application/")?.ends_with("+json").then_some(Self::Json),
        }
    }
}

/// What a redactor must know besides its plan.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The salts of the keyed hash: [`RedactionKey::salts`].
    pub salts: Salts,
    /// The city's zone.
    pub zone: Tz,
    /// The present, against which ages are told.
    pub now: Instant,
}

/// What a redactor did so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many values each rule of the plan changed, in the plan's order.
    pub changed: Vec<u64>,
    /// How many records were withheld.
    pub withheld: u64,
}

/// Redacts one body.
#[derive(Debug)]
pub struct Redactor {
    utf8: utf8::Utf8,
    /// The first bytes, until it is clear whether they are a byte order mark.
    start: Option<Vec<u8>>,
    work: Work,
    is_refused: bool,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each answer, and it does not move")]
enum Work {
    Json(json::Walker),
    Csv(csv::Table),
}

impl Work {
    fn push(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        match self {
            Self::Json(walker) => walker.push(piece, out),
            Self::Csv(table) => table.push(piece, out),
        }
    }

    fn finish(&mut self, out: &mut BytesMut) -> Result<(), Unreadable> {
        match self {
            Self::Json(walker) => walker.finish(out),
            Self::Csv(table) => table.finish(out),
        }
    }
}

impl Redactor {
    /// A redactor for a body of this kind.
    #[must_use]
    pub fn new(plan: Arc<Plan>, kind: BodyKind, setting: &Setting) -> Self {
        let treat = value::Treat::new(plan, setting);
        let work = match kind {
            BodyKind::Json => Work::Json(json::Walker::new(treat, false)),
            BodyKind::JsonLines => Work::Json(json::Walker::new(treat, true)),
            BodyKind::Csv => Work::Csv(csv::Table::new(treat)),
        };
        Self { utf8: utf8::Utf8::default(), start: Some(Vec::new()), work, is_refused: false }
    }

    /// Takes the next piece of the body and adds to `out` what may be passed on.
    ///
    /// # Errors
    /// [`Unreadable`]: the answer must be cut, visibly. `out` holds nothing that had to be redacted.
    pub fn push(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        self.refuse_after(|redactor| {
            redactor.utf8.push(piece)?;
            let piece = redactor.after_mark(piece, out)?;
            redactor.work.push(piece, out)
        })
    }

    /// Ends the body.
    ///
    /// # Errors
    /// [`Unreadable`] when it is not complete.
    pub fn finish(&mut self, out: &mut BytesMut) -> Result<(), Unreadable> {
        self.refuse_after(|redactor| {
            redactor.utf8.finish()?;
            if let Some(start) = redactor.start.take() {
                redactor.work.push(&start, out)?;
            }
            redactor.work.finish(out)
        })
    }

    /// Passes a byte order mark at the start of the body; what follows it in this piece.
    fn after_mark<'a>(&mut self, piece: &'a [u8], out: &mut BytesMut) -> Result<&'a [u8], Unreadable> {
        let Some(mut start) = self.start.take() else { return Ok(piece) };
        let missing = BYTE_ORDER_MARK.len().saturating_sub(start.len());
        let (first, rest) = piece.split_at(missing.min(piece.len()));
        start.extend_from_slice(first);
        if start == BYTE_ORDER_MARK {
            out.extend_from_slice(&start);
        } else if BYTE_ORDER_MARK.starts_with(&start) {
            self.start = Some(start);
        } else {
            self.work.push(&start, out)?;
        }
        Ok(rest)
    }

    /// What it did so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        match &self.work {
            Work::Json(walker) => walker.tally(),
            Work::Csv(table) => table.tally(),
        }
    }

    /// Bytes of memory that its buffers keep, for those who watch it.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        match &self.work {
            Work::Json(walker) => walker.kept_bytes(),
            Work::Csv(table) => table.kept_bytes(),
        }
    }

    fn refuse_after(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
        if self.is_refused {
            return Err(Unreadable::Refused);
        }
        let done = step(self);
        self.is_refused = done.is_err();
        done
    }
}
