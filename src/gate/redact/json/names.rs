//! A member's name: where it leads, and which rule comes down to what it names.

use super::{Child, Frame, Scope, Walker};
use crate::domain::redaction::Treatment;
use crate::domain::redaction::halves::Axis;
use crate::domain::redaction::reach::NodeId;
use crate::gate::redact::shape::Describes;
use crate::gate::redact::value::unescape;

impl Walker {
    /// The member of the innermost object that a name, as it is written, begins.
    pub(super) fn member_named(&mut self, raw: &[u8]) -> Child {
        let Some(frame) = self.frames.last().copied() else { return Child::at(NodeId::DEAD) };
        let unescaped;
        let name = if raw.contains(&b'\\') {
            unescaped = unescape(raw);
            unescaped.as_slice()
        } else {
            raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
        };
        let node = self.treat.plan.reach().member(frame.node, name);
        if frame.inherited.is_none() && self.treat.plan.reach().is_idle(node) {
            return Child { is_idle: true, is_box: name == b"bbox", ..Child::at(node) };
        }
        let (inherited, scope) = self.inherited_by(&frame, name);
        let axis = match name {
            // Only below a rule on the position itself.
            b"x" | b"X" => inherited.map(|_| (Axis::Longitude, &[][..])),
            b"y" | b"Y" => inherited.map(|_| (Axis::Latitude, &[][..])),
            _ => Axis::of(name),
        };
        if let Some((_, front)) = axis {
            self.half_front.clear();
            self.half_front.extend_from_slice(front);
        }
        Child { node, inherited, scope, axis: axis.map(|(axis, _)| axis), is_box: name == b"bbox", is_idle: false }
    }

    /// The rule that comes down to a member, and how.
    fn inherited_by(&self, frame: &Frame, name: &[u8]) -> (Option<u16>, Scope) {
        let Some(rule) = frame.inherited else { return (None, Scope::Whole) };
        let description = Describes::named(name).map(Scope::Description);
        let scope = match frame.scope {
            Scope::Attribute if name == b"metadata" => Scope::Metadata,
            Scope::Attribute => description.unwrap_or(Scope::Whole),
            Scope::Metadata => Scope::Whole,
            Scope::Whole | Scope::Leaves | Scope::Description(_) => match self.treat.plan.treatment(rule) {
                Treatment::CoarsenPosition { .. } => description.unwrap_or(Scope::Leaves),
                // A time that describes is a time as well.
                Treatment::RoundTime { .. } if description != Some(Scope::Description(Describes::Time)) => {
                    description.unwrap_or(Scope::Leaves)
                }
                Treatment::Drop
                | Treatment::Mask { .. }
                | Treatment::KeyedHash { .. }
                | Treatment::RoundTime { .. }
                | Treatment::Delay { .. } => Scope::Leaves,
            },
        };
        (Some(rule), scope)
    }
}
