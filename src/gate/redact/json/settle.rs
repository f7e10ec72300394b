//! Settles values that were kept back: what stands in their place, and positions whose halves lie apart.

use bytes::BytesMut;

use super::{Child, Kind, Scope, Walker, emptied};
use crate::domain::redaction::Treatment;
use crate::domain::redaction::grid::{Grid, Row, degrees};
use crate::domain::redaction::halves::Axis;
use crate::gate::redact::lexer::{Lexer, Scalar};
use crate::gate::redact::outlet::HoldId;
use crate::gate::redact::value::{self, quoted, unescape};
use crate::gate::redact::{Unreadable, shape};

/// How often values within values are walked again: attributes whose values are attributes.
const AGAIN_MAX: usize = 8;
/// The most positions in halves that may be open at once.
const HALVES_MAX: usize = 64;
const NULL: &[u8] = b"null";

/// What is to be done with a value that is kept back; its rule came down as `child.inherited`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Todo {
    pub(super) kind: Kind,
    pub(super) child: Child,
    /// It says the time of its record.
    pub(super) is_time: bool,
}

/// The halves of a position in one object. A longitude needs the row that its latitude lies in.
#[derive(Debug)]
pub(super) struct Half {
    /// The frames around its members.
    frames: usize,
    /// What their names begin with.
    front: Vec<u8>,
    /// Whether the latitude was read, and the row it lies in if it was one.
    has_latitude: bool,
    row: Option<Row>,
    has_longitude: bool,
    waiting: Option<(HoldId, Vec<u8>)>,
}

impl Walker {
    /// Settles what is kept back.
    pub(super) fn settle(&mut self, todo: Todo, out: &mut BytesMut) -> Result<(), Unreadable> {
        let kept = std::mem::take(&mut self.kept);
        let done = self.settle_value(&kept, todo, out);
        self.kept = emptied(kept);
        done
    }

    pub(super) fn settle_value(&mut self, raw: &[u8], todo: Todo, out: &mut BytesMut) -> Result<(), Unreadable> {
        if todo.is_time {
            self.judge(raw, out)?;
        }
        let Todo { kind, child, is_time } = todo;
        let treatment = child.inherited.map(|rule| self.treat.plan.treatment(rule).clone());
        match (kind, treatment) {
            (Kind::Scalar(_), None) | (Kind::Scalar(Scalar::Null), _) => self.outlet.write(raw, out),
            (Kind::Scalar(scalar), Some(treatment)) => self.settle_scalar(raw, scalar, child, &treatment, out),
            (Kind::Object, Some(Treatment::Mask { .. })) => {
                if shape::is_attribute(raw) {
                    return self.walk_again(raw, Child { scope: Scope::Attribute, ..child }, out);
                }
                self.count(child.inherited);
                self.outlet.write(NULL, out)
            }
            (Kind::Object, Some(Treatment::KeyedHash { .. })) => {
                let scope = if shape::is_attribute(raw) { Scope::Attribute } else { Scope::Leaves };
                self.walk_again(raw, Child { scope, ..child }, out)
            }
            (Kind::List, Some(Treatment::CoarsenPosition { grid_feet })) if !is_time => {
                self.count(child.inherited);
                let coarse = value::coarse_numbers(raw, Grid::of_feet(grid_feet), child.is_box);
                self.outlet.write(coarse.as_ref().map_or(NULL, String::as_bytes), out)
            }
            (
                Kind::Object | Kind::List,
                None
                | Some(
                    Treatment::Drop
                    | Treatment::Mask { .. }
                    | Treatment::KeyedHash { .. }
                    | Treatment::CoarsenPosition { .. }
                    | Treatment::RoundTime { .. }
                    | Treatment::Delay { .. },
                ),
            ) => self.walk_again(raw, child, out),
        }
    }

    /// Walks through a value that was kept back as through the body, with what is known of it now.
    fn walk_again(&mut self, raw: &[u8], child: Child, out: &mut BytesMut) -> Result<(), Unreadable> {
        if self.floors.len() >= AGAIN_MAX {
            return Err(Unreadable::TooDeep);
        }
        self.floors.push(self.frames.len());
        self.again = Some(child);
        let done = self.read(&mut Lexer::new(false), raw, out);
        self.floors.pop();
        done
    }

    fn settle_scalar(
        &mut self,
        raw: &[u8],
        scalar: Scalar,
        child: Child,
        treatment: &Treatment,
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        let is_text = scalar == Scalar::Text;
        let text = if is_text { unescape(raw) } else { raw.to_vec() };
        if let Scope::Description(describes) = child.scope
            && describes.holds(&text)
        {
            return self.outlet.write(raw, out);
        }
        self.count(child.inherited);
        let instead = match treatment {
            Treatment::Drop | Treatment::Delay { .. } => None,
            Treatment::Mask { with } => Some(with.clone()).filter(|_| is_text),
            Treatment::KeyedHash { rotates } => {
                let code = self.treat.code(*rotates, &text);
                return self.outlet.write(&[b"\"", code.as_slice(), b"\""].concat(), out);
            }
            Treatment::RoundTime { minutes } => value::rounded(&text, *minutes),
            Treatment::CoarsenPosition { grid_feet } => {
                let grid = Grid::of_feet(*grid_feet);
                match (child.axis, scalar) {
                    (Some(axis), Scalar::Text | Scalar::Number) => {
                        return self.settle_half(axis, grid, &text, is_text, out);
                    }
                    (_, Scalar::Text) => {
                        let is_below = matches!(child.scope, Scope::Leaves | Scope::Description(_));
                        let describes = is_below && !text.iter().any(u8::is_ascii_digit);
                        if describes {
                            return self.outlet.write(raw, out);
                        }
                        value::coarse(&text, grid)
                    }
                    (_, Scalar::Number | Scalar::Truth | Scalar::Null) => None,
                }
            }
        };
        self.outlet.write(&written(instead.as_deref(), is_text)?, out)
    }

    fn settle_half(
        &mut self,
        axis: Axis,
        grid: Grid,
        text: &[u8],
        is_text: bool,
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        let frames = self.frames.len();
        let mut half = self.known_half(frames).unwrap_or_else(|| Half {
            frames,
            front: self.half_front.clone(),
            has_latitude: false,
            row: None,
            has_longitude: false,
            waiting: None,
        });
        match axis {
            Axis::Latitude => {
                if half.has_latitude {
                    return Err(Unreadable::Repeated);
                }
                let row = value::row(text, grid);
                (half.has_latitude, half.row) = (true, row);
                let latitude = row.map(|row| degrees(row.latitude()));
                self.outlet.write(&written(latitude.as_deref(), is_text)?, out)?;
                if let Some((hold, waiting)) = half.waiting.take() {
                    self.give_longitude(hold, &waiting, row, out)?;
                }
            }
            Axis::Longitude => {
                if half.has_longitude {
                    return Err(Unreadable::Repeated);
                }
                half.has_longitude = true;
                if half.has_latitude {
                    let longitude = value::longitude(text, half.row);
                    self.outlet.write(&written(longitude.as_deref(), is_text)?, out)?;
                } else {
                    let mut waiting = vec![u8::from(is_text)];
                    waiting.extend_from_slice(text);
                    half.waiting = Some((self.outlet.hold(), waiting));
                }
            }
        }
        if self.halves.len() >= HALVES_MAX {
            return Err(Unreadable::TooLarge);
        }
        self.halves.push(half);
        Ok(())
    }

    /// Takes out the half that belongs to the last name.
    fn known_half(&mut self, frames: usize) -> Option<Half> {
        let of_this_object = self.halves.iter().rposition(|half| half.frames < frames).map_or(0, |last| last + 1);
        let place = self.halves.iter().skip(of_this_object).position(|half| half.front == self.half_front)?;
        Some(self.halves.remove(of_this_object + place))
    }

    /// Writes a longitude where it waited for its row.
    fn give_longitude(
        &mut self,
        hold: HoldId,
        waiting: &[u8],
        row: Option<Row>,
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        let (is_text, text) = waiting.split_first().unwrap_or((&0, &[]));
        let longitude = value::longitude(text, row);
        self.outlet.insert(hold, &written(longitude.as_deref(), *is_text == 1)?)?;
        self.outlet.close(hold, out);
        Ok(())
    }

    /// The innermost object ends: a longitude without a latitude has no place.
    pub(super) fn end_halves(&mut self, out: &mut BytesMut) -> Result<(), Unreadable> {
        let frames = self.frames.len();
        while let Some(half) = self.halves.pop_if(|half| half.frames == frames) {
            if let Some((hold, waiting)) = half.waiting {
                self.give_longitude(hold, &waiting, None, out)?;
            }
        }
        Ok(())
    }
}

/// What is written instead of a value: a text for a text, a number for a number, and null for what has no answer.
fn written(instead: Option<&str>, is_text: bool) -> Result<Vec<u8>, Unreadable> {
    match instead {
        Some(instead) if is_text => quoted(instead),
        Some(instead) => Ok(instead.as_bytes().to_vec()),
        None => Ok(NULL.to_vec()),
    }
}
