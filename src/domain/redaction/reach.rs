//! Which rule reaches which value: the paths of a profile as one machine that walks down a document.
//!
//! Each node of the machine is a place in a document as far as the rules can tell places apart. From a node a name or
//! the number of an element leads to the next; a node says what becomes of the value there. Rules that follow from
//! others are added here: every `bbox` where positions are coarsened, and the longitude beside a latitude.
//!
//! Must never miss a value that a path means ([`super::path`] says what that is); it may reach further.

use std::collections::{BTreeMap, BTreeSet};

use super::halves::partners;
use super::{FieldPath, Rule, Step, Treatment};

/// The most nodes of a machine: what a profile of ordinary paths needs is a few dozen.
pub const NODES_MAX: usize = 512;
/// The member that holds records in GeoJSON.
const FEATURES: &str = "features";
/// The member that holds the attributes of a record in GeoJSON.
const PROPERTIES: &str = "properties";
/// The member that repeats positions in GeoJSON.
const BBOX: &str = "bbox";

/// The paths have too many meanings at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("These paths cross each other too often. Use fewer rules with ** and *.")]
pub struct TooTangled;

/// The place of a value in a document, as far as the rules can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u16);

impl NodeId {
    /// The node from which no rule reaches anything.
    pub const DEAD: Self = Self(0);

    /// Whether nothing at or below it is touched.
    #[must_use]
    pub const fn is_dead(self) -> bool {
        self.0 == 0
    }
}

/// What the rules say of the value at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Node {
    /// The rule for the value as a whole, by its place in the profile.
    pub whole: Option<u16>,
    /// The rule for each of its elements, or for itself where it is no list.
    pub each: Option<u16>,
    /// The value says when its record was measured.
    pub is_time: bool,
    /// Its elements, if it is a list, are records that have a time.
    pub has_records: bool,
    /// A member or element of it may be left out.
    pub may_lose: bool,
    /// Four or six numbers here are the corners of a box.
    pub is_box: bool,
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Names that rules know, shortest first.
    names: Vec<(Box<[u8]>, u16)>,
    /// Where names of each length begin in `names`.
    lengths: Vec<usize>,
    width: usize,
    nodes: Vec<Node>,
    members: Vec<u16>,
    elements: Vec<u16>,
    numbered: BTreeMap<(u16, u32), u16>,
    has_numbers: bool,
    root: NodeId,
}

/// One way to read a path: its steps, and the rule it belongs to.
#[derive(Clone, Debug)]
struct Line {
    rule: u16,
    steps: Vec<Step>,
    /// Its last step was `[*]`.
    is_each: bool,
    is_delay: bool,
    is_box: bool,
}

/// A line, and how many of its steps are done.
type Place = (u16, u8);

/// Places in lines at once; a node stands for each.
type Places = BTreeSet<Place>;

impl Reach {
    /// Builds the machine of some rules.
    ///
    /// # Errors
    /// [`TooTangled`].
    pub fn of(rules: &[Rule]) -> Result<Self, TooTangled> {
        Builder::new(rules).build()
    }

    /// The node of a record: the body itself.
    #[must_use]
    pub const fn root(&self) -> NodeId {
        self.root
    }

    /// What the rules say there.
    #[must_use]
    pub fn node(&self, at: NodeId) -> Node {
        self.nodes.get(usize::from(at.0)).copied().unwrap_or_default()
    }

    /// Whether nothing becomes of the value itself, whatever becomes of what it holds.
    #[must_use]
    pub fn is_idle(&self, at: NodeId) -> bool {
        let node = self.node(at);
        node.whole.is_none() && node.each.is_none() && !node.is_time
    }

    /// Whether some rule tells the elements of a list apart by their number.
    #[must_use]
    pub const fn has_numbers(&self) -> bool {
        self.has_numbers
    }

    /// The member of this name.
    #[must_use]
    pub fn member(&self, at: NodeId, name: &[u8]) -> NodeId {
        let class = self.class(name);
        let cell = usize::from(at.0) * self.width + class;
        self.members.get(cell).copied().map_or(NodeId::DEAD, NodeId)
    }

    /// The element with this number.
    #[must_use]
    pub fn element(&self, at: NodeId, index: u32) -> NodeId {
        if self.has_numbers
            && let Some(node) = self.numbered.get(&(at.0, index))
        {
            return NodeId(*node);
        }
        self.elements.get(usize::from(at.0)).copied().map_or(NodeId::DEAD, NodeId)
    }

    /// 0 for a name that no rule knows.
    fn class(&self, name: &[u8]) -> usize {
        let from = self.lengths.get(name.len()).copied();
        let until = self.lengths.get(name.len() + 1).copied();
        let (Some(from), Some(until)) = (from, until) else { return 0 };
        let known = self.names.get(from..until).unwrap_or_default();
        known.iter().find(|(known, _)| **known == *name).map_or(0, |(_, class)| usize::from(*class))
    }
}

/// Every way to read the paths of the rules.
fn lines(rules: &[Rule]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        let is_delay = matches!(rule.treatment, Treatment::Delay { .. });
        lines.extend(readings(at, &rule.path, is_delay));
        if !matches!(rule.treatment, Treatment::CoarsenPosition { .. }) {
            continue;
        }
        let boxes = FieldPath::of(vec![Step::Anywhere, Step::Name(BBOX.to_owned())]);
        lines.extend(readings(at, &boxes, false).into_iter().map(|line| Line { is_box: true, ..line }));
        let name = rule.path.last_name().unwrap_or_default();
        for partner in partners(name) {
            let mut steps = rule.path.steps().to_vec();
            if let Some(last) = steps.iter_mut().rev().find(|step| matches!(step, Step::Name(_))) {
                *last = Step::Name(partner.clone());
            }
            lines.extend(readings(at, &FieldPath::of(steps), false));
        }
    }
    lines
}

/// A path from the body, and the same from the records that the body may hold or be.
fn readings(rule: u16, path: &FieldPath, is_delay: bool) -> Vec<Line> {
    let (steps, is_each) = plain_steps(path);
    let line = |steps: Vec<Step>| Line { rule, steps, is_each, is_delay, is_box: false };
    let name = |step: Option<&Step>, name: &str| matches!(step, Some(Step::Name(found)) if found == name);
    let mut lines = vec![line(steps.clone())];
    if name(steps.first(), FEATURES) {
        let is_bracket = |step: &&Step| **step == Step::Elements;
        let rest: Vec<Step> = steps.iter().skip(1).skip_while(is_bracket).cloned().collect();
        lines.extend((!rest.is_empty()).then(|| line(rest)));
    } else if steps.first() != Some(&Step::Anywhere) && (!is_delay || name(steps.first(), PROPERTIES)) {
        let front = [Step::Name(FEATURES.to_owned())];
        lines.push(line(front.into_iter().chain(steps.iter().cloned()).collect()));
    }
    lines
}

/// The steps without those that say nothing: `[*]` before a name, since lists are looked through. The second is whether
/// the path ends in `[*]`.
fn plain_steps(path: &FieldPath) -> (Vec<Step>, bool) {
    let mut steps = path.steps().to_vec();
    let is_each = matches!(steps.last(), Some(Step::Elements));
    if is_each {
        steps.pop();
    }
    let mut plain: Vec<Step> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let followed = steps.iter().skip(at).find(|next| **next != Step::Elements);
        let is_looked_through =
            *step == Step::Elements && matches!(followed, Some(Step::Name(_) | Step::AnyMember | Step::Anywhere));
        if !is_looked_through {
            plain.push(step.clone());
        }
    }
    (plain, is_each)
}

struct Builder<'a> {
    rules: &'a [Rule],
    lines: Vec<Line>,
    names: Vec<String>,
    numbers: Vec<u32>,
    known: BTreeMap<Places, u16>,
    queue: Vec<Places>,
}

impl<'a> Builder<'a> {
    fn new(rules: &'a [Rule]) -> Self {
        let lines = lines(rules);
        let mut names = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for step in lines.iter().flat_map(|line| &line.steps) {
            match step {
                Step::Name(name) => drop(names.insert((name.len(), name.clone()))),
                Step::Element(index) => drop(numbers.insert(*index)),
                Step::AnyMember | Step::Anywhere | Step::Elements => {}
            }
        }
        let names = names.into_iter().map(|(_, name)| name).collect();
        Self { rules, lines, names, numbers: numbers.into_iter().collect(), known: BTreeMap::new(), queue: Vec::new() }
    }

    fn build(mut self) -> Result<Reach, TooTangled> {
        let width = self.names.len() + 1;
        let mut start = Places::new();
        for line in (0_u16..).take(self.lines.len()) {
            self.enter(&mut start, (line, 0));
        }
        self.id(Places::new())?;
        let root = NodeId(self.id(start)?);
        let mut reach = Reach {
            lengths: lengths(&self.names),
            names: Vec::new(),
            width,
            nodes: Vec::new(),
            members: Vec::new(),
            elements: Vec::new(),
            numbered: BTreeMap::new(),
            has_numbers: !self.numbers.is_empty(),
            root,
        };
        let classes = self.names.iter().zip(1_u16..);
        reach.names = classes.map(|(name, class)| (name.as_bytes().into(), class)).collect();
        let mut at = 0;
        while let Some(places) = self.queue.get(at).cloned() {
            let id = u16::try_from(at).map_err(|_too_many| TooTangled)?;
            let other = self.after_member(&places, None);
            let other = self.id(other)?;
            reach.members.push(other);
            let awaited: BTreeSet<String> = places.iter().filter_map(|place| self.name(*place)).collect();
            for name in self.names.clone() {
                let next = awaited.contains(&name).then(|| self.after_member(&places, Some(&name)));
                reach.members.push(next.map_or(Ok(other), |next| self.id(next))?);
            }
            let next = self.after_element(&places, None);
            reach.elements.push(self.id(next)?);
            for index in self.numbers.clone() {
                let next = self.after_element(&places, Some(index));
                reach.numbered.insert((id, index), self.id(next)?);
            }
            at += 1;
        }
        reach.nodes = self.queue.iter().map(|places| self.node(places)).collect();
        self.note_losses(&mut reach);
        Ok(reach)
    }

    fn id(&mut self, places: Places) -> Result<u16, TooTangled> {
        if let Some(id) = self.known.get(&places) {
            return Ok(*id);
        }
        if self.queue.len() >= NODES_MAX {
            return Err(TooTangled);
        }
        let id = u16::try_from(self.queue.len()).map_err(|_too_many| TooTangled)?;
        self.known.insert(places.clone(), id);
        self.queue.push(places);
        Ok(id)
    }

    fn step(&self, (line, at): Place) -> Option<&Step> {
        self.lines.get(usize::from(line))?.steps.get(usize::from(at))
    }

    fn name(&self, place: Place) -> Option<String> {
        match self.step(place)? {
            Step::Name(name) => Some(name.clone()),
            Step::AnyMember | Step::Anywhere | Step::Elements | Step::Element(_) => None,
        }
    }

    /// Adds a place, and those it reaches without a step.
    fn enter(&self, places: &mut Places, place: Place) {
        places.insert(place);
        if self.step(place) == Some(&Step::Anywhere) {
            self.enter(places, after(place));
        }
    }

    fn after_member(&self, places: &Places, name: Option<&str>) -> Places {
        let mut next = Places::new();
        for place in places {
            match self.step(*place) {
                Some(Step::Name(wanted)) if Some(wanted.as_str()) == name => self.enter(&mut next, after(*place)),
                Some(Step::AnyMember) => self.enter(&mut next, after(*place)),
                Some(Step::Anywhere) => self.enter(&mut next, *place),
                Some(Step::Name(_) | Step::Elements | Step::Element(_)) | None => {}
            }
        }
        next
    }

    fn after_element(&self, places: &Places, index: Option<u32>) -> Places {
        let mut next = Places::new();
        for place in places {
            match self.step(*place) {
                // Lists are looked through.
                Some(Step::Name(_) | Step::AnyMember | Step::Anywhere) => self.enter(&mut next, *place),
                Some(Step::Elements) => self.enter(&mut next, after(*place)),
                Some(Step::Element(wanted)) if Some(*wanted) == index => self.enter(&mut next, after(*place)),
                Some(Step::Element(_)) | None => {}
            }
        }
        next
    }

    /// The line of a place that is at its end.
    fn ended(&self, (line, at): Place) -> Option<&Line> {
        self.lines.get(usize::from(line)).filter(|line| usize::from(at) >= line.steps.len())
    }

    fn is_before_time(&self, place: Place) -> bool {
        let (line, _) = place;
        self.ended(place).is_none() && self.lines.get(usize::from(line)).is_some_and(|line| line.is_delay)
    }

    fn node(&self, places: &Places) -> Node {
        let mut node = Node::default();
        for line in places.iter().filter_map(|place| self.ended(*place)) {
            node.is_time |= line.is_delay;
            node.is_box |= line.is_box;
            if !line.is_delay {
                let slot = if line.is_each { &mut node.each } else { &mut node.whole };
                *slot = stronger(self.rules, *slot, Some(line.rule));
            }
        }
        node.has_records = self.after_element(places, None).iter().any(|place| self.is_before_time(*place));
        node
    }

    /// Notes at each node whether something right below it may be left out.
    fn note_losses(&self, reach: &mut Reach) {
        let drops = |rule: Option<u16>| {
            let rule = rule.and_then(|rule| self.rules.get(usize::from(rule)));
            rule.is_some_and(|rule| rule.treatment == Treatment::Drop)
        };
        let is_dropped = |id: u16, reach: &Reach| {
            let node = reach.node(NodeId(id));
            drops(node.whole) || drops(node.each)
        };
        let losses: Vec<bool> = (0_u16..)
            .zip(&reach.nodes)
            .map(|(id, node)| {
                let from = usize::from(id) * reach.width;
                let members = reach.members.get(from..from + reach.width).unwrap_or_default();
                let element = reach.elements.get(usize::from(id)).copied().unwrap_or_default();
                let numbered = reach.numbered.range((id, 0)..=(id, u32::MAX)).map(|(_, next)| *next);
                drops(node.each)
                    || node.has_records
                    || members.iter().copied().chain([element]).chain(numbered).any(|next| is_dropped(next, reach))
            })
            .collect();
        reach.nodes.iter_mut().zip(losses).for_each(|(node, may_lose)| node.may_lose = may_lose);
    }
}

fn after((line, at): Place) -> Place {
    (line, at.saturating_add(1))
}

/// Where names of each length begin; names are sorted by length.
fn lengths(names: &[String]) -> Vec<usize> {
    let longest = names.iter().map(String::len).max().unwrap_or(0);
    (0..=longest + 1).map(|length| names.iter().take_while(|name| name.len() < length).count()).collect()
}

/// The stronger of two rules for one value.
#[must_use]
pub fn stronger(rules: &[Rule], one: Option<u16>, other: Option<u16>) -> Option<u16> {
    let strength = |rule: u16| rules.get(usize::from(rule)).map(|rule| rule.treatment.strength());
    match (one, other) {
        (Some(one), Some(other)) => Some(if strength(other) > strength(one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
