//! Walks through a JSON body with the plan in hand: passes what no rule reaches, and stops what one does.
//!
//! The walker knows the place of every value (`Frame`) and what becomes of the bytes it reads (`Course`): they flow,
//! they wait because what they belong to may be left out, or they lie in a value that is passed, skipped or kept back.
//! What begins is judged in `begin`, what was kept back in `settle`, records in `records`. Must never let bytes flow
//! before it is clear that no rule reaches them.

mod begin;
mod names;
mod records;
mod settle;

use bytes::BytesMut;

use self::records::Records;
use self::settle::{Half, Todo};
use super::lexer::{Lexer, Scalar, Token};
use super::outlet::Outlet;
use super::shape::Describes;
use super::value::Treat;
use super::{HELD_MAX, Tally, Unreadable};
use crate::domain::redaction::halves::Axis;
use crate::domain::redaction::reach::NodeId;

/// How a rule on a value goes on in what the value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// What is held is treated as the value itself: elements of a list, the value of an attribute.
    Whole,
    /// Every scalar below is treated.
    Leaves,
    /// The members of an attribute, save those that describe it.
    Attribute,
    /// The metadata of an attribute: its members are attributes.
    Metadata,
    /// A member that describes: it is spared if it is a text that does.
    Description(Describes),
}

/// A value that may be touched: its place, and the rule that came down to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    node: NodeId,
    inherited: Option<u16>,
    scope: Scope,
    axis: Option<Axis>,
    is_box: bool,
    /// Nothing is to be done with it if it is a scalar, nor with anything in it if its node is dead.
    is_idle: bool,
}

/// An open list or object that a rule may reach into.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Frame {
    is_object: bool,
    node: NodeId,
    inherited: Option<u16>,
    scope: Scope,
    /// The rule for each element of the list.
    each: Option<u16>,
    /// Members or elements may be left out, so what stands before one waits until it is known to stay.
    may_lose: bool,
    /// Something in it was passed on already.
    has_kept: bool,
    /// Its elements are records with a time.
    has_records: bool,
    /// Nothing is to be done with elements that are scalars.
    has_idle_elements: bool,
    next_index: u32,
}

/// What becomes of the bytes that are read.
#[derive(Clone, Copy, Debug)]
enum Course {
    Flow,
    /// What is read from the mark on may be left out with what follows.
    Undecided,
    /// Inside a value that ends when so many brackets are open.
    Over {
        until: usize,
        how: How,
    },
    /// The rest of a line whose record was withheld.
    Tail,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Pass,
    /// Something else was written in its place.
    Skip,
    /// It is left out; kept back all the same where it says the time of its record.
    Drop {
        is_time: bool,
    },
    Keep(Todo),
    /// A list that is kept back if it begins with a number.
    Numbers(Child),
}

/// The walker.
#[derive(Debug)]
pub(super) struct Walker {
    treat: Treat,
    lexer: Lexer,
    is_lines: bool,
    frames: Vec<Frame>,
    course: Course,
    /// Bytes of the piece before this place are dealt with.
    from: usize,
    /// Where in the piece what is undecided begins.
    mark: usize,
    /// What waits undecided from earlier pieces.
    carried: Vec<u8>,
    /// A name that comes in several pieces, and where its part in this piece begins.
    name: Vec<u8>,
    is_name_cut: bool,
    name_from: usize,
    /// The member that the last name began.
    member: Child,
    /// What is kept back of a value.
    kept: Vec<u8>,
    halves: Vec<Half>,
    /// What the last name begins with, if it names half a position.
    half_front: Vec<u8>,
    records: Records,
    outlet: Outlet,
    /// A value that is walked through a second time, and the frames around it.
    again: Option<Child>,
    floors: Vec<usize>,
    tally: Tally,
}

impl Walker {
    pub(super) fn new(treat: Treat, is_lines: bool) -> Self {
        let tally = Tally { changed: vec![0; treat.plan.rules().len()], withheld: 0 };
        let root = Child::at(treat.plan.reach().root());
        Self {
            records: Records::new(treat.plan.delay_minutes().is_some()),
            treat,
            lexer: Lexer::new(is_lines),
            is_lines,
            frames: Vec::new(),
            course: Course::Flow,
            from: 0,
            mark: 0,
            carried: Vec::new(),
            name: Vec::new(),
            is_name_cut: false,
            name_from: 0,
            member: root,
            kept: Vec::new(),
            halves: Vec::new(),
            half_front: Vec::new(),
            outlet: Outlet::default(),
            again: None,
            floors: Vec::new(),
            tally,
        }
    }

    pub(super) const fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(super) fn kept_bytes(&self) -> usize {
        self.carried.capacity() + self.name.capacity() + self.kept.capacity() + self.outlet.capacity()
    }

    pub(super) fn push(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let mut lexer = std::mem::replace(&mut self.lexer, Lexer::new(self.is_lines));
        let done = self.read(&mut lexer, piece, out);
        self.lexer = lexer;
        done
    }

    pub(super) fn finish(&mut self, out: &mut BytesMut) -> Result<(), Unreadable> {
        let mut lexer = std::mem::replace(&mut self.lexer, Lexer::new(self.is_lines));
        self.from = 0;
        if lexer.finish()? {
            self.cut_ended(&[], 0, out)?;
            lexer.finish()?;
        }
        // Whatever still waits belongs to nothing.
        if self.frames.is_empty() && self.carried.is_empty() && self.outlet.is_empty() {
            Ok(())
        } else {
            Err(Unreadable::CutOff)
        }
    }

    /// Reads a piece from its first byte.
    fn read(&mut self, lexer: &mut Lexer, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        self.from = 0;
        let mut at = 0;
        loop {
            if let Course::Over { until, how } = self.course {
                if let How::Numbers(child) = how {
                    if !self.read_numbers(lexer, piece, &mut at, (until, child), out)? {
                        break;
                    }
                    continue;
                }
                if !lexer.skip(piece, &mut at, until)? {
                    break;
                }
                self.cut_ended(piece, lexer.to(), out)?;
                continue;
            }
            let token = lexer.next(piece, &mut at)?;
            if token == Token::End {
                break;
            }
            self.take(token, lexer, piece, out)?;
        }
        self.piece_ended(piece, out)
    }

    fn piece_ended(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let rest = piece.get(self.from..).unwrap_or_default();
        if self.is_name_cut {
            keep(&mut self.name, piece.get(self.name_from..).unwrap_or_default())?;
            self.name_from = 0;
        }
        match self.course {
            Course::Flow | Course::Over { how: How::Pass, .. } => self.outlet.write(rest, out),
            Course::Undecided => {
                self.flow_until(piece, self.mark, out)?;
                self.mark = 0;
                keep(&mut self.carried, piece.get(self.from..).unwrap_or_default())
            }
            Course::Over { how: How::Keep(_) | How::Numbers(_) | How::Drop { is_time: true }, .. } => {
                keep(&mut self.kept, rest)
            }
            Course::Over { how: How::Skip | How::Drop { is_time: false }, .. } | Course::Tail => Ok(()),
        }
    }

    fn take(&mut self, token: Token, lexer: &Lexer, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let (from, to) = (lexer.from(), lexer.to());
        match token {
            Token::Name => {
                self.member = self.member_named(piece.get(from..to).unwrap_or_default());
                Ok(())
            }
            Token::NameCut => {
                (self.is_name_cut, self.name_from) = (true, from);
                Ok(())
            }
            Token::NameEnd => {
                let mut name = std::mem::take(&mut self.name);
                self.is_name_cut = false;
                keep(&mut name, piece.get(..to).unwrap_or_default())?;
                self.member = self.member_named(&name);
                self.name = emptied(name);
                Ok(())
            }
            Token::Scalar(scalar) => self.scalar(scalar, (from, to), lexer.depth(), piece, out),
            Token::ScalarCut(scalar) => self.begin(Kind::Scalar(scalar), from, lexer.depth(), piece, out),
            Token::ScalarEnd => self.value_ended(piece, to, out),
            Token::Object => self.begin(Kind::Object, from, lexer.depth() - 1, piece, out),
            Token::List => self.begin(Kind::List, from, lexer.depth() - 1, piece, out),
            Token::Close => self.close(piece, to, out),
            Token::LineEnd => {
                if let Course::Tail = self.course {
                    self.from = to;
                    self.course = Course::Flow;
                }
                Ok(())
            }
            Token::End => Ok(()),
        }
    }

    /// A whole scalar. Most are touched by nothing.
    fn scalar(
        &mut self,
        scalar: Scalar,
        (from, to): (usize, usize),
        depth: usize,
        piece: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        if let Some(frame) = self.frames.last_mut()
            && (if frame.is_object { self.member.is_idle } else { frame.has_idle_elements })
            && (matches!(self.course, Course::Flow) || (frame.has_kept && self.carried.is_empty()))
        {
            frame.next_index = frame.next_index.saturating_add(1);
            self.mark = to;
            return Ok(());
        }
        self.begin(Kind::Scalar(scalar), from, depth, piece, out)?;
        match self.course {
            Course::Over { .. } => self.cut_ended(piece, to, out),
            Course::Flow | Course::Undecided | Course::Tail => self.value_ended(piece, to, out),
        }
    }

    /// What was gone over as one ended before `at`.
    fn cut_ended(&mut self, piece: &[u8], at: usize, out: &mut BytesMut) -> Result<(), Unreadable> {
        let read = piece.get(self.from..at).unwrap_or_default();
        let course = std::mem::replace(&mut self.course, Course::Flow);
        match course {
            Course::Over { how: How::Keep(todo), .. } => {
                if self.kept.is_empty() {
                    self.settle_value(read, todo, out)?;
                } else {
                    keep(&mut self.kept, read)?;
                    self.settle(todo, out)?;
                }
            }
            Course::Over { how: How::Drop { is_time }, .. } => {
                (self.from, self.mark) = (at, at);
                self.course = Course::Undecided;
                return if is_time { self.judge_dropped(read, out) } else { Ok(()) };
            }
            Course::Over { how: How::Skip, .. } => {}
            Course::Over { how: How::Pass | How::Numbers(_), .. } => self.outlet.write(read, out)?,
            Course::Flow | Course::Undecided | Course::Tail => {
                // A number that flowed was cut by the end of the body.
                self.course = course;
                return self.value_ended(piece, at, out);
            }
        }
        self.from = at;
        self.value_ended(piece, at, out)
    }

    /// Looks into a list that may be a position; false when the piece ends before it is clear.
    fn read_numbers(
        &mut self,
        lexer: &mut Lexer,
        piece: &[u8],
        at: &mut usize,
        (until, child): (usize, Child),
        out: &mut BytesMut,
    ) -> Result<bool, Unreadable> {
        let token = lexer.next(piece, at)?;
        let todo = Todo { kind: Kind::List, child, is_time: false };
        match token {
            Token::End => return Ok(false),
            Token::Scalar(Scalar::Number) | Token::ScalarCut(Scalar::Number) => {
                self.course = Course::Over { until, how: How::Keep(todo) };
                return Ok(true);
            }
            Token::Close => {
                self.course = Course::Over { until, how: How::Keep(todo) };
                self.cut_ended(piece, lexer.to(), out)?;
                return Ok(true);
            }
            Token::Object
            | Token::List
            | Token::Name
            | Token::Scalar(_)
            | Token::NameCut
            | Token::ScalarCut(_)
            | Token::NameEnd
            | Token::ScalarEnd
            | Token::LineEnd => {}
        }
        // It is none: it is walked into after all.
        let kept = std::mem::take(&mut self.kept);
        self.outlet.write(&kept, out)?;
        self.kept = emptied(kept);
        self.course = Course::Flow;
        self.flow_until(piece, lexer.from(), out)?;
        let node = self.treat.plan.reach().node(child.node);
        self.enter(Kind::List, child, (child.inherited, node), lexer.from(), out);
        self.take(token, lexer, piece, out)?;
        Ok(true)
    }

    /// The innermost bracket closes.
    fn close(&mut self, piece: &[u8], at: usize, out: &mut BytesMut) -> Result<(), Unreadable> {
        self.go_on(piece, at - 1, true, out)?;
        self.end_halves(out)?;
        self.frames.pop();
        self.value_ended(piece, at, out)
    }

    /// What waited undecided stays; without the comma before it if it is the first that does.
    fn go_on(&mut self, piece: &[u8], until: usize, keeps_comma: bool, out: &mut BytesMut) -> Result<(), Unreadable> {
        if !matches!(self.course, Course::Undecided) {
            return Ok(());
        }
        self.course = Course::Flow;
        if keeps_comma && self.carried.is_empty() {
            return Ok(());
        }
        self.flow_until(piece, self.mark, out)?;
        keep(&mut self.carried, piece.get(self.from..until).unwrap_or_default())?;
        let waited = std::mem::take(&mut self.carried);
        let comma =
            waited.iter().position(|byte| !byte.is_ascii_whitespace()).filter(|at| waited.get(*at) == Some(&b','));
        match comma.filter(|_| !keeps_comma) {
            Some(comma) => {
                self.outlet.write(waited.get(..comma).unwrap_or_default(), out)?;
                self.outlet.write(waited.get(comma + 1..).unwrap_or_default(), out)?;
            }
            None => self.outlet.write(&waited, out)?,
        }
        self.carried = emptied(waited);
        self.from = until;
        Ok(())
    }

    /// A value ended right before `at`.
    fn value_ended(&mut self, piece: &[u8], at: usize, out: &mut BytesMut) -> Result<(), Unreadable> {
        if self.floors.last() == Some(&self.frames.len()) {
            // A value that is walked again; what is around it ended its own way.
            return self.flow_until(piece, at, out);
        }
        let Some(frame) = self.frames.last().copied() else { return self.root_ended(piece, at, out) };
        if frame.has_records {
            self.flow_until(piece, at, out)?;
            self.end_record(out);
        }
        if frame.may_lose {
            self.course = Course::Undecided;
            self.mark = at;
        }
        Ok(())
    }

    fn root_ended(&mut self, piece: &[u8], at: usize, out: &mut BytesMut) -> Result<(), Unreadable> {
        if !self.records.is_delaying() {
            return Ok(());
        }
        self.flow_until(piece, at, out)?;
        if self.is_lines {
            if !self.end_record(out) {
                self.course = Course::Tail;
            }
            return Ok(());
        }
        self.end_body(out)
    }

    fn flow_until(&mut self, piece: &[u8], at: usize, out: &mut BytesMut) -> Result<(), Unreadable> {
        if at > self.from {
            self.outlet.write(piece.get(self.from..at).unwrap_or_default(), out)?;
            self.from = at;
        }
        Ok(())
    }
}

/// What kind of value begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    List,
    Scalar(Scalar),
}

impl Child {
    const fn at(node: NodeId) -> Self {
        Self { node, inherited: None, scope: Scope::Whole, axis: None, is_box: false, is_idle: false }
    }
}

/// Adds to what is kept back, up to the limit.
fn keep(kept: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Unreadable> {
    if kept.len() + bytes.len() > HELD_MAX {
        return Err(Unreadable::TooLarge);
    }
    kept.extend_from_slice(bytes);
    Ok(())
}

/// The same memory, empty.
fn emptied(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.clear();
    bytes
}
