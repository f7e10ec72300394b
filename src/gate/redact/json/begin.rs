//! A value begins: which rule reaches it, and what becomes of it.

use bytes::BytesMut;

use super::settle::Todo;
use super::{Child, Course, Frame, How, Kind, Scope, Walker};
use crate::domain::redaction::Treatment;
use crate::domain::redaction::reach::Node;
use crate::gate::redact::Unreadable;
use crate::gate::redact::lexer::Scalar;
use crate::gate::redact::value::quoted;

/// Where a value begins: its first byte, the brackets open around it, and the piece.
type Start<'a> = (usize, usize, &'a [u8]);

impl Walker {
    /// A value begins at `start`, with `depth` brackets open around it.
    pub(super) fn begin(
        &mut self,
        kind: Kind,
        start: usize,
        depth: usize,
        piece: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        let at = (start, depth, piece);
        if let Some(child) = self.again.take() {
            let node = self.treat.plan.reach().node(child.node);
            return self.treat_value(kind, child, (child.inherited, node, true), at, out);
        }
        let (child, frame) = self.place();
        let node = self.treat.plan.reach().node(child.node);
        if child.node.is_dead() && child.inherited.is_none() && frame.is_some_and(|frame| frame.each.is_none()) {
            self.stay(frame, start, piece, out)?;
            self.untouched(kind, child, node, at, out);
            return Ok(());
        }
        let each = frame.and_then(|frame| frame.each);
        let own = if kind == Kind::List { node.whole } else { self.stronger(node.whole, node.each) };
        let own = self.stronger(own, each);
        let is_metadata = child.scope == Scope::Metadata && own.is_none() && kind == Kind::Object;
        let rule = if is_metadata { None } else { self.stronger(own, child.inherited) };
        if rule.is_some_and(|rule| *self.treat.plan.treatment(rule) == Treatment::Drop) {
            self.count(rule);
            self.flow_until(piece, self.mark, out)?;
            self.carried.clear();
            let is_time = node.is_time && self.records.is_open();
            self.from = start;
            self.course = Course::Over { until: depth, how: How::Drop { is_time } };
            return Ok(());
        }
        self.stay(frame, start, piece, out)?;
        if is_metadata {
            self.enter(kind, child, (child.inherited, node), start + 1, out);
            return Ok(());
        }
        let scope = self.scope(kind, child, own, rule);
        self.treat_value(kind, Child { scope, ..child }, (rule, node, false), at, out)
    }

    /// How a rule goes on below a value: anew where a path names the value itself.
    fn scope(&self, kind: Kind, child: Child, own: Option<u16>, rule: Option<u16>) -> Scope {
        let treatment = rule.map(|rule| self.treat.plan.treatment(rule));
        // Below a keyed hash everything is hashed already: the same rule again changes nothing.
        let is_hashed = rule == child.inherited && matches!(treatment, Some(Treatment::KeyedHash { .. }));
        if own.is_some() && !is_hashed {
            return Scope::Whole;
        }
        match child.scope {
            Scope::Description(_) if kind == Kind::Scalar(Scalar::Text) => child.scope,
            Scope::Description(_) => match treatment {
                Some(Treatment::CoarsenPosition { .. } | Treatment::RoundTime { .. }) => Scope::Leaves,
                Some(
                    Treatment::Drop | Treatment::Mask { .. } | Treatment::KeyedHash { .. } | Treatment::Delay { .. },
                )
                | None => Scope::Whole,
            },
            Scope::Metadata => Scope::Whole,
            Scope::Whole | Scope::Leaves | Scope::Attribute => child.scope,
        }
    }

    fn stronger(&self, one: Option<u16>, other: Option<u16>) -> Option<u16> {
        self.treat.plan.stronger(one, other)
    }

    pub(super) fn count(&mut self, rule: Option<u16>) {
        if let Some(changed) = rule.and_then(|rule| self.tally.changed.get_mut(usize::from(rule))) {
            *changed += 1;
        }
    }

    /// The place of the value that begins, and the frame it stands in.
    fn place(&mut self) -> (Child, Option<Frame>) {
        let reach = self.treat.plan.reach();
        let Some(frame) = self.frames.last_mut() else { return (Child::at(reach.root()), None) };
        if frame.is_object {
            return (self.member, Some(*frame));
        }
        let node = reach.element(frame.node, frame.next_index);
        frame.next_index = frame.next_index.saturating_add(1);
        let child =
            Child { node, inherited: frame.inherited, scope: frame.scope, axis: None, is_box: false, is_idle: false };
        (child, Some(*frame))
    }

    /// The value stays: what waited before it goes on. A record begins before that, so that it can take it along.
    fn stay(&mut self, frame: Option<Frame>, start: usize, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let has_kept = frame.is_none_or(|frame| frame.has_kept);
        if frame.map_or(self.records.is_delaying(), |frame| frame.has_records) {
            let before = if frame.is_none() { start } else { self.mark };
            self.flow_until(piece, before, out)?;
            self.begin_record(frame.is_none() && !self.is_lines, has_kept);
        }
        self.go_on(piece, start, has_kept, out)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.has_kept = true;
        }
        Ok(())
    }

    /// Chooses the course for a value that stays.
    fn treat_value(
        &mut self,
        kind: Kind,
        child: Child,
        (rule, node, is_again): (Option<u16>, Node, bool),
        at: Start<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        let is_time = node.is_time && !is_again && self.records.is_open();
        let child = Child { inherited: rule, is_box: child.is_box || node.is_box, ..child };
        let todo = Todo { kind, child, is_time };
        if is_time {
            return self.go_over_value(How::Keep(todo), at, out);
        }
        let Some(treatment) = rule.map(|rule| self.treat.plan.treatment(rule)) else {
            self.untouched(kind, child, node, at, out);
            return Ok(());
        };
        match (kind, treatment) {
            (Kind::Scalar(Scalar::Null), _) => Ok(()),
            (Kind::Scalar(scalar), Treatment::Mask { with }) if !matches!(child.scope, Scope::Description(_)) => {
                let mask = if scalar == Scalar::Text { quoted(with)? } else { b"null".to_vec() };
                self.go_over_value(How::Skip, at, out)?;
                self.count(rule);
                self.outlet.write(&mask, out)
            }
            (Kind::Scalar(_), _) => self.go_over_value(How::Keep(todo), at, out),
            (Kind::Object, Treatment::Mask { .. } | Treatment::KeyedHash { .. })
                if !is_again && child.scope == Scope::Whole =>
            {
                self.go_over_value(How::Keep(todo), at, out)
            }
            (Kind::List, Treatment::CoarsenPosition { .. }) => self.go_over_value(How::Numbers(child), at, out),
            (
                Kind::Object | Kind::List,
                Treatment::Drop
                | Treatment::Mask { .. }
                | Treatment::KeyedHash { .. }
                | Treatment::CoarsenPosition { .. }
                | Treatment::RoundTime { .. }
                | Treatment::Delay { .. },
            ) => {
                let (start, ..) = at;
                self.enter(kind, child, (rule, node), start + 1, out);
                Ok(())
            }
        }
    }

    /// No rule reaches the value as a whole; one may reach into it.
    fn untouched(&mut self, kind: Kind, child: Child, node: Node, (start, until, _): Start<'_>, out: &mut BytesMut) {
        match kind {
            Kind::Scalar(_) => {}
            Kind::Object | Kind::List if child.node.is_dead() => {
                self.course = Course::Over { until, how: How::Pass };
            }
            Kind::Object | Kind::List => self.enter(kind, child, (None, node), start + 1, out),
        }
    }

    /// Goes over the value as one; what stands before it goes out.
    fn go_over_value(
        &mut self,
        how: How,
        (start, until, piece): Start<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        self.flow_until(piece, start, out)?;
        self.from = start;
        self.course = Course::Over { until, how };
        Ok(())
    }

    /// Walks into a list or an object, whose bracket ends before `after`.
    pub(super) fn enter(
        &mut self,
        kind: Kind,
        child: Child,
        (rule, node): (Option<u16>, Node),
        after: usize,
        out: &mut BytesMut,
    ) {
        let is_object = kind == Kind::Object;
        let has_records = !is_object && node.has_records && self.is_list_of_records(out);
        let each = node.each.filter(|_| !is_object);
        let has_idle_elements = rule.is_none() && each.is_none() && !has_records && {
            let reach = self.treat.plan.reach();
            !reach.has_numbers() && reach.is_idle(reach.element(child.node, 0))
        };
        self.frames.push(Frame {
            is_object,
            node: child.node,
            inherited: rule,
            scope: child.scope,
            each,
            may_lose: node.may_lose,
            has_kept: false,
            has_records,
            has_idle_elements,
            next_index: 0,
        });
        if node.may_lose {
            self.course = Course::Undecided;
            self.mark = after;
        }
    }
}
