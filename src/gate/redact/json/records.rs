//! Records and their age: what a delay withholds.
//!
//! A record is the body, a line, or an element of a list on the way to the field that tells the time; the innermost
//! counts. It waits from its first byte until its time is read. Must never let go of a record whose time was not read.

use bytes::BytesMut;

use super::Walker;
use crate::gate::redact::outlet::HoldId;
use crate::gate::redact::{Unreadable, shape};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    /// Old enough.
    Passed,
    /// Its records are the elements of a list in it.
    Divided,
    Withheld,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    hold: HoldId,
    state: State,
    /// It is the whole body.
    is_body: bool,
    /// Something stood before it in its list.
    had_kept: bool,
}

/// The open records.
#[derive(Debug)]
pub(super) struct Records {
    is_delaying: bool,
    open: Vec<Record>,
}

impl Records {
    pub(super) const fn new(is_delaying: bool) -> Self {
        Self { is_delaying, open: Vec::new() }
    }

    pub(super) const fn is_delaying(&self) -> bool {
        self.is_delaying
    }

    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

impl Walker {
    pub(super) fn begin_record(&mut self, is_body: bool, had_kept: bool) {
        let hold = self.outlet.hold();
        self.records.open.push(Record { hold, state: State::Waiting, is_body, had_kept });
    }

    /// Whether the elements of a list on the way to the time are records: unless what is around them was judged.
    pub(super) fn is_list_of_records(&mut self, out: &mut BytesMut) -> bool {
        let Some(record) = self.records.open.last_mut() else { return false };
        match record.state {
            State::Waiting => {
                record.state = State::Divided;
                self.outlet.release(record.hold, out);
                true
            }
            State::Divided => true,
            State::Passed | State::Withheld => false,
        }
    }

    /// Judges the innermost record by the value that says its time.
    pub(super) fn judge(&mut self, value: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let age = shape::time_text(value).and_then(|text| self.treat.is_old_enough(&text));
        let Some(record) = self.records.open.last_mut() else { return Ok(()) };
        match (record.state, age) {
            (State::Waiting, Some(true)) => {
                record.state = State::Passed;
                self.outlet.release(record.hold, out);
            }
            (State::Waiting, Some(false)) if record.is_body => return Err(Unreadable::TooRecent),
            (State::Waiting, None) if record.is_body => return Err(Unreadable::Timeless),
            (State::Waiting, Some(false) | None) => {
                record.state = State::Withheld;
                self.outlet.discard(record.hold);
            }
            (State::Passed, Some(false) | None) => return Err(Unreadable::Repeated),
            (State::Passed, Some(true)) | (State::Divided | State::Withheld, _) => {}
        }
        Ok(())
    }

    /// Judges by a value that is left out.
    pub(super) fn judge_dropped(&mut self, rest: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        super::keep(&mut self.kept, rest)?;
        let kept = std::mem::take(&mut self.kept);
        let judged = self.judge(&kept, out);
        self.kept = super::emptied(kept);
        judged
    }

    /// The innermost record ends; whether it was passed on.
    pub(super) fn end_record(&mut self, out: &mut BytesMut) -> bool {
        let Some(record) = self.records.open.pop() else { return true };
        let is_passed = match record.state {
            State::Passed | State::Divided => true,
            State::Waiting | State::Withheld => false,
        };
        if !is_passed {
            self.outlet.discard(record.hold);
            self.tally.withheld += 1;
            if let Some(frame) = self.frames.last_mut() {
                frame.has_kept = record.had_kept;
            }
        }
        self.outlet.close(record.hold, out);
        is_passed
    }

    /// The body ends, and with it the record that it is.
    pub(super) fn end_body(&mut self, out: &mut BytesMut) -> Result<(), Unreadable> {
        if self.records.open.last().is_some_and(|record| record.state == State::Waiting) {
            return Err(Unreadable::Timeless);
        }
        self.end_record(out);
        Ok(())
    }
}
