//! Where a redaction rule applies: the path of a field, as a steward writes it.
//!
//! A path is a chain of steps with dots between: `properties.speed`. The steps are
//!
//! - a name: the member of an object with that name. Names with dots, brackets, stars or quotes stand in quotes:
//!   `properties."pm2.5"`; inside quotes `\"` is a quote and `\\` a backslash.
//! - `*`: any one member of an object.
//! - `**`: any depth, none included: `**.plate` is any field named plate, wherever it stands.
//! - `[*]`: each element of a list; `[3]`: the fourth element, for lists that are rows.
//!
//! Three rules keep a path from missing what it means:
//!
//! 1. **Lists are looked through.** `a.b` reaches `b` in the object `a` and in every object of the list `a`. `[*]`
//!    between names may therefore be left out; at the end of a path it means each element instead of the whole list.
//! 2. **A path starts at a record**: at the body itself, at each element of a body that is a list, at each line of
//!    NDJSON, and at each element of the body's `features`. `properties.speed` and `features[*].properties.speed` say
//!    the same, and both reach a feature that comes alone.
//! 3. **In CSV** a path is the name of a column: as a whole (`properties.plate`) or its last name (`plate`).
//!
//! Must never accept a text that it would read differently than a steward means it: what looks like another notation
//! (`$.a`, `/a/b`) is refused, since a rule that matches nothing leaks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest path, in characters.
pub const PATH_MAX: usize = 300;
/// The most steps of a path.
pub const STEPS_MAX: usize = 12;
/// The highest number of an element.
pub const INDEX_MAX: u32 = 9_999;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The member with this name.
    Name(String),
    /// Any one member.
    AnyMember,
    /// Any depth, none included.
    Anywhere,
    /// Each element of a list.
    Elements,
    /// One element of a list, counted from 0.
    Element(u32),
}

/// The path of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    steps: Vec<Step>,
}

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// Nothing was written.
    #[error("Name the field, such as properties.speed or **.plate.")]
    Empty,
    /// Longer than [`PATH_MAX`] or [`STEPS_MAX`].
    #[error("Use at most 300 characters and 12 steps.")]
    TooLong,
    /// Nothing stands between two dots, or after the last.
    #[error("There is a dot too many: write names with one dot between them.")]
    EmptyStep,
    /// A star inside a name.
    #[error("A star stands alone, as in **.plate or readings.*; put a name that holds one in quotes.")]
    StarInName,
    /// A bracket that holds neither a star nor a number.
    #[error("Brackets hold a star or a number: features[*] or rows[3].")]
    Bracket,
    /// A quote that is not closed, or stands inside a name.
    #[error("Put the whole name in quotes, as in properties.\"pm2.5\".")]
    Quote,
    /// Another notation.
    #[error("Write the names only, with dots between: no $ or / in front.")]
    OtherNotation,
    /// A blank at the edge of a name, or a character that cannot be seen.
    #[error("Take out blanks around names and characters that cannot be seen; or put the name in quotes.")]
    Blank,
    /// It ends where no field is named.
    #[error("End with the field itself: ** and [*] need a name before or after them.")]
    NamesNothing,
}

impl FieldPath {
    /// Its steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The name it ends with, if it ends with one.
    #[must_use]
    pub fn last_name(&self) -> Option<&str> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Elements => None,
            Step::Name(name) => Some(Some(name.as_str())),
            Step::AnyMember | Step::Anywhere | Step::Element(_) => Some(None),
        })?
    }

    /// Its names alone, with dots between, as a flattened table would call the column; `None` with a wildcard in it.
    #[must_use]
    pub fn dotted(&self) -> Option<String> {
        let mut names = Vec::new();
        for step in &self.steps {
            match step {
                Step::Name(name) => names.push(name.as_str()),
                Step::Elements => {}
                Step::AnyMember | Step::Anywhere | Step::Element(_) => return None,
            }
        }
        Some(names.join("."))
    }

    /// Whether it may mean fields of different names or depths.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::AnyMember | Step::Anywhere))
    }

    /// A path of these steps, for rules that follow from others; at least one names a field.
    #[must_use]
    pub(super) fn of(steps: Vec<Step>) -> Self {
        Self { steps }
    }
}

impl FromStr for FieldPath {
    type Err = PathProblem;

    fn from_str(text: &str) -> Result<Self, PathProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PathProblem::Empty);
        }
        if text.chars().count() > PATH_MAX {
            return Err(PathProblem::TooLong);
        }
        if text.chars().any(|letter| letter.is_control() || crate::domain::text::is_hidden(letter)) {
            return Err(PathProblem::Blank);
        }
        let steps = read_steps(text)?;
        if steps.len() > STEPS_MAX {
            return Err(PathProblem::TooLong);
        }
        let names_a_field = |step: &Step| matches!(step, Step::Name(_) | Step::AnyMember | Step::Element(_));
        if matches!(steps.last(), Some(Step::Anywhere)) || !steps.iter().any(names_a_field) {
            return Err(PathProblem::NamesNothing);
        }
        Ok(Self { steps })
    }
}

fn read_steps(text: &str) -> Result<Vec<Step>, PathProblem> {
    let mut steps = Vec::new();
    let mut rest = text;
    // A path may begin with a bracket; after a dot comes a name or a star.
    let mut needs_name = !rest.starts_with('[');
    loop {
        if needs_name {
            let (step, after) =
                if let Some(quoted) = rest.strip_prefix('"') { quoted_name(quoted)? } else { plain(rest)? };
            let is_first = steps.is_empty();
            if is_first && !rest.starts_with('"') && rest.starts_with(['$', '/', '@']) && looks_foreign(rest) {
                return Err(PathProblem::OtherNotation);
            }
            steps.push(step);
            rest = after;
        }
        while let Some(inside) = rest.strip_prefix('[') {
            let (inside, after) = inside.split_once(']').ok_or(PathProblem::Bracket)?;
            steps.push(element(inside)?);
            rest = after;
        }
        if rest.is_empty() {
            return Ok(steps);
        }
        rest = rest.strip_prefix('.').ok_or(PathProblem::Bracket)?;
        needs_name = true;
    }
}

/// `$.a`, `$`, `/a`, `@.a`: notations of other tools. `@type` is a name.
fn looks_foreign(rest: &str) -> bool {
    rest.starts_with('/') || matches!(rest.split(['.', '[']).next(), Some("$" | "@"))
}

fn quoted_name(text: &str) -> Result<(Step, &str), PathProblem> {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' if name.is_empty() => return Err(PathProblem::EmptyStep),
            '"' => return Ok((Step::Name(name), text.get(at + 1..).unwrap_or_default())),
            '\\' => match letters.next() {
                Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                Some(_) | None => return Err(PathProblem::Quote),
            },
            _ => name.push(letter),
        }
    }
    Err(PathProblem::Quote)
}

fn plain(text: &str) -> Result<(Step, &str), PathProblem> {
    let end = text.find(['.', '[', ']', '"']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    match name {
        "" => Err(if rest.starts_with(['[', ']']) { PathProblem::Bracket } else { PathProblem::EmptyStep }),
        _ if rest.starts_with('"') => Err(PathProblem::Quote),
        "*" => Ok((Step::AnyMember, rest)),
        "**" => Ok((Step::Anywhere, rest)),
        _ if name.contains('*') => Err(PathProblem::StarInName),
        _ if name.trim() != name => Err(PathProblem::Blank),
        _ => Ok((Step::Name(name.to_owned()), rest)),
    }
}

fn element(inside: &str) -> Result<Step, PathProblem> {
    if inside == "*" {
        return Ok(Step::Elements);
    }
    let is_number = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
    let index = inside.parse().ok().filter(|index| is_number && *index <= INDEX_MAX);
    index.map(Step::Element).ok_or(PathProblem::Bracket)
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            let is_bracket = matches!(step, Step::Elements | Step::Element(_));
            if at > 0 && !is_bracket {
                f.write_str(".")?;
            }
            match step {
                Step::Name(name) => write_name(f, name, at == 0)?,
                Step::AnyMember => f.write_str("*")?,
                Step::Anywhere => f.write_str("**")?,
                Step::Elements => f.write_str("[*]")?,
                Step::Element(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn write_name(f: &mut fmt::Formatter<'_>, name: &str, is_first: bool) -> fmt::Result {
    let is_plain = !name.contains(['.', '[', ']', '"', '*', '\\'])
        && name.trim() == name
        && !(is_first && name.starts_with(['$', '/', '@']) && looks_foreign(name));
    if is_plain {
        return f.write_str(name);
    }
    write!(f, "\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_read_as_a_steward_means_them() {
        let name = |text: &str| Step::Name(text.to_owned());
        let cases = [
            ("plate", vec![name("plate")]),
            (" properties.speed ", vec![name("properties"), name("speed")]),
            ("**.plate", vec![Step::Anywhere, name("plate")]),
            ("readings.*", vec![name("readings"), Step::AnyMember]),
            ("features[*].properties.plate", vec![name("features"), Step::Elements, name("properties"), name("plate")]),
            ("data[*][3]", vec![name("data"), Step::Elements, Step::Element(3)]),
            ("[*].x", vec![Step::Elements, name("x")]),
            ("tags[*]", vec![name("tags"), Step::Elements]),
            ("properties.\"pm2.5\"", vec![name("properties"), name("pm2.5")]),
            ("\"a\\\"b\\\\\"", vec![name("a\"b\\")]),
            ("Speed (mph)", vec![name("Speed (mph)")]),
            ("@type", vec![name("@type")]),
            ("$schema", vec![name("$schema")]),
        ];
        for (text, steps) in cases {
            assert_eq!(text.parse::<FieldPath>().map(|path| path.steps), Ok(steps), "{text}");
        }
    }

    #[test]
    fn what_could_match_nothing_is_refused_with_its_reason() {
        let cases = [
            ("", PathProblem::Empty),
            ("  ", PathProblem::Empty),
            ("a..b", PathProblem::EmptyStep),
            ("a.", PathProblem::EmptyStep),
            (".a", PathProblem::EmptyStep),
            ("\"\"", PathProblem::EmptyStep),
            ("pla*", PathProblem::StarInName),
            ("***", PathProblem::StarInName),
            ("a[", PathProblem::Bracket),
            ("a[]", PathProblem::Bracket),
            ("a[x]", PathProblem::Bracket),
            ("a[-1]", PathProblem::Bracket),
            ("a[10000]", PathProblem::Bracket),
            ("a[*]b", PathProblem::Bracket),
            ("a]", PathProblem::Bracket),
            ("a.[*]", PathProblem::Bracket),
            ("\"a", PathProblem::Quote),
            ("a\"b\"", PathProblem::Quote),
            ("\"a\"b", PathProblem::Bracket),
            ("\"a\\n\"", PathProblem::Quote),
            ("$.plate", PathProblem::OtherNotation),
            ("$", PathProblem::OtherNotation),
            ("$[0].x", PathProblem::OtherNotation),
            ("/properties/plate", PathProblem::OtherNotation),
            ("a. b", PathProblem::Blank),
            ("a\u{200b}", PathProblem::Blank),
            ("**", PathProblem::NamesNothing),
            ("a.**", PathProblem::NamesNothing),
            ("[*]", PathProblem::NamesNothing),
            ("a.b.c.d.e.f.g.h.i.j.k.l.m", PathProblem::TooLong),
        ];
        for (text, problem) in cases {
            assert_eq!(text.parse::<FieldPath>(), Err(problem), "{text}");
        }
        assert_eq!("x".repeat(PATH_MAX + 1).parse::<FieldPath>(), Err(PathProblem::TooLong));
        assert!("x".repeat(PATH_MAX).parse::<FieldPath>().is_ok());
    }

    #[test]
    fn the_column_of_a_path_is_its_names() {
        let path = |text: &str| text.parse::<FieldPath>().unwrap();
        let cases = [
            ("properties.plate", Some("properties.plate"), Some("plate")),
            ("features[*].tags[*]", Some("features.tags"), Some("tags")),
            ("**.plate", None, Some("plate")),
            ("readings.*", None, None),
            ("data[*][3]", None, None),
        ];
        for (text, dotted, last) in cases {
            assert_eq!(path(text).dotted().as_deref(), dotted, "{text}");
            assert_eq!(path(text).last_name(), last, "{text}");
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => "[a-z@$/\"*.\\[\\]\\\\ é]{1,6}".prop_map(Step::Name),
            1 => Just(Step::AnyMember),
            1 => Just(Step::Anywhere),
            1 => Just(Step::Elements),
            1 => (0..=INDEX_MAX).prop_map(Step::Element),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_as_the_same_path(
            mut steps in prop::collection::vec(any_step(), 0..STEPS_MAX - 1), last in "[a-z. ]{1,6}",
        ) {
            steps.push(Step::Name(last));
            let path = FieldPath { steps };
            let json = serde_json::to_string(&path).unwrap();
            prop_assert_eq!(serde_json::from_str::<FieldPath>(&json).unwrap(), path);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
            if let Ok(path) = text.parse::<FieldPath>() {
                prop_assert_eq!(path.to_string().parse::<FieldPath>(), Ok(path));
            }
        }
    }
}
