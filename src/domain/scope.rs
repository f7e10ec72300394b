//! Scopes: what a key opens, down to method and path. Never decides who holds one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::path::CleanPath;

/// The longest dataset slug.
pub const SLUG_MAX: usize = 64;
/// The longest operation name.
pub const OPERATION_MAX: usize = 32;
/// Operations of one dataset.
pub const OPERATIONS_MAX: usize = 16;
/// Path patterns of one operation.
pub const PATTERNS_MAX: usize = 32;
/// The operation whose answers may stay open: server-sent events and WebSockets.
pub const STREAM_OPERATION: &str = "stream";
/// First path segments that belong to the gate itself and can name no dataset.
pub const RESERVED_SLUGS: [&str; 6] = ["v1", "healthz", "readyz", "metrics", "oauth", "api"];

/// Why a scope, operation or pattern was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeProblem {
    /// Not `dataset-slug:operation`.
    NotAScope(String),
    /// Not a dataset slug, or one that the gate keeps for itself.
    NotASlug(String),
    /// Not an operation name.
    NotAnOperation(String),
    /// Not a method the gate passes.
    NotAMethod(String),
    /// Not a path pattern.
    NotAPattern(String),
    /// An operation without methods or paths, or with more than are allowed.
    BadCount(&'static str),
}

impl fmt::Display for ScopeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAScope(text) => write!(f, "“{text}” is not a scope such as parking-occupancy:read"),
            Self::NotASlug(text) => write!(f, "“{text}” cannot name a dataset in a path"),
            Self::NotAnOperation(text) => write!(f, "“{text}” is not an operation name such as read"),
            Self::NotAMethod(text) => write!(f, "“{text}” is not a method the gate passes"),
            Self::NotAPattern(text) => write!(f, "“{text}” is not a path pattern such as /stations/{{id}}/**"),
            Self::BadCount(what) => write!(f, "there are no {what}, or too many"),
        }
    }
}

impl std::error::Error for ScopeProblem {}

/// Checks a dataset slug: lower-case words joined by hyphens, and not reserved.
pub fn check_slug(slug: &str) -> Result<(), ScopeProblem> {
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if slug.len() <= SLUG_MAX && slug.split('-').all(is_word) && !RESERVED_SLUGS.contains(&slug) {
        return Ok(());
    }
    Err(ScopeProblem::NotASlug(shown(slug)))
}

/// Checks an operation name: a letter, then letters, digits, `_` and `-`, all lower case.
pub fn check_operation(name: &str) -> Result<(), ScopeProblem> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if name.len() <= OPERATION_MAX && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(is_plain) {
        return Ok(());
    }
    Err(ScopeProblem::NotAnOperation(shown(name)))
}

/// `dataset-slug:operation`: one operation on one dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope {
    text: Arc<str>,
    colon: usize,
}

impl Scope {
    /// The scope of an operation on a dataset.
    pub fn new(dataset: &str, operation: &str) -> Result<Self, ScopeProblem> {
        check_slug(dataset)?;
        check_operation(operation)?;
        Ok(Self { text: format!("{dataset}:{operation}").into(), colon: dataset.len() })
    }

    /// The dataset's slug.
    #[must_use]
    pub fn dataset(&self) -> &str {
        self.text.get(..self.colon).unwrap_or_default()
    }

    /// The operation's name.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.text.get(self.colon + 1..).unwrap_or_default()
    }

    /// The scope as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Scope {
    type Err = ScopeProblem;

    fn from_str(text: &str) -> Result<Self, ScopeProblem> {
        let (dataset, operation) = text.split_once(':').ok_or_else(|| ScopeProblem::NotAScope(shown(text)))?;
        Self::new(dataset, operation)
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeProblem;

    fn try_from(text: String) -> Result<Self, ScopeProblem> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.text.as_ref().to_owned()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A method that an operation may list. Others (`CONNECT`, `TRACE`, `OPTIONS`, inventions) never pass the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read; permits `HEAD` too.
    Get,
    /// Read without the body.
    Head,
    /// Ask with a body, or create.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 6] = [Self::Get, Self::Head, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As written in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl FromStr for Method {
    type Err = ScopeProblem;

    /// Methods are case-sensitive (RFC 9110, 9.1): `get` is not `GET`.
    fn from_str(text: &str) -> Result<Self, ScopeProblem> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or_else(|| ScopeProblem::NotAMethod(shown(text)))
    }
}

/// A pattern over path segments: literal text, `{name}` for exactly one segment, and at the end `**` for any number.
/// A trailing slash matches only under `**`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathPattern {
    text: Arc<str>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    One,
    Rest,
}

impl PathPattern {
    /// The pattern as written; this, never the path itself, is what logs keep.
    #[must_use]
    pub const fn template(&self) -> &Arc<str> {
        &self.text
    }

    /// Whether a decoded path (with leading slash) fits.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let tail = path.strip_prefix('/').unwrap_or(path);
        let mut segments = tail.as_bytes().split(|byte| *byte == b'/');
        if tail.is_empty() {
            segments.next();
        }
        for part in &self.parts {
            let fits = match part {
                Part::Rest => return true,
                Part::One => segments.next().is_some_and(|segment| !segment.is_empty()),
                Part::Literal(literal) => segments.next() == Some(literal.as_bytes()),
            };
            if !fits {
                return false;
            }
        }
        segments.next().is_none()
    }
}

impl FromStr for PathPattern {
    type Err = ScopeProblem;

    fn from_str(text: &str) -> Result<Self, ScopeProblem> {
        let refused = || ScopeProblem::NotAPattern(shown(text));
        let tail = text.strip_prefix('/').ok_or_else(refused)?;
        let mut parts = Vec::new();
        for segment in tail.split('/').filter(|_| !tail.is_empty()) {
            if parts.last() == Some(&Part::Rest) {
                return Err(refused());
            }
            parts.push(part(segment).ok_or_else(refused)?);
        }
        Ok(Self { text: text.into(), parts })
    }
}

fn part(segment: &str) -> Option<Part> {
    if segment == "**" {
        return Some(Part::Rest);
    }
    if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_name.then_some(Part::One);
    }
    // A literal must be spelt as paths are matched: decoded, and acceptable in a request.
    let path = format!("/{segment}");
    let is_literal = !segment.is_empty() && !segment.contains(['*', '{', '}', '%']);
    (is_literal && CleanPath::parse(&path).is_ok()).then(|| Part::Literal(segment.to_owned()))
}

impl TryFrom<String> for PathPattern {
    type Error = ScopeProblem;

    fn try_from(text: String) -> Result<Self, ScopeProblem> {
        text.parse()
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.text.as_ref().to_owned()
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What an operation's name means at the gate: these methods on these paths under the dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawOperation")]
pub struct Operation {
    name: Arc<str>,
    methods: Vec<Method>,
    paths: Vec<PathPattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperation {
    name: String,
    methods: Vec<Method>,
    paths: Vec<PathPattern>,
}

impl TryFrom<RawOperation> for Operation {
    type Error = ScopeProblem;

    fn try_from(raw: RawOperation) -> Result<Self, ScopeProblem> {
        Self::new(&raw.name, raw.methods, raw.paths)
    }
}

impl Operation {
    /// An operation with at least one method and one path.
    pub fn new(name: &str, methods: Vec<Method>, paths: Vec<PathPattern>) -> Result<Self, ScopeProblem> {
        check_operation(name)?;
        if methods.is_empty() || methods.len() > Method::ALL.len() {
            return Err(ScopeProblem::BadCount("methods"));
        }
        if paths.is_empty() || paths.len() > PATTERNS_MAX {
            return Err(ScopeProblem::BadCount("paths"));
        }
        Ok(Self { name: name.into(), methods, paths })
    }

    /// The three usual operations of a feed: `read` (latest values), `history`, `bulk`.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        let pattern = |parts: Vec<Part>, text: &str| PathPattern { text: text.into(), parts };
        let under = |word: &str| pattern(vec![Part::Literal(word.to_owned()), Part::Rest], &format!("/{word}/**"));
        let reading = |name: &str, paths| Self { name: name.into(), methods: vec![Method::Get], paths };
        vec![
            reading("read", vec![pattern(Vec::new(), "/"), under("latest")]),
            reading("history", vec![under("history")]),
            reading("bulk", vec![under("bulk")]),
        ]
    }

    /// The operation's name, the second half of a scope.
    #[must_use]
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The methods it permits.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The patterns it permits.
    #[must_use]
    pub fn paths(&self) -> &[PathPattern] {
        &self.paths
    }

    /// The template the request falls under, if this operation covers it. `path` is the decoded path below the dataset.
    #[must_use]
    pub fn matches(&self, method: Method, path: &str) -> Option<&Arc<str>> {
        let is_read = method == Method::Head && self.methods.contains(&Method::Get);
        if !is_read && !self.methods.contains(&method) {
            return None;
        }
        self.paths.iter().find(|pattern| pattern.matches(path)).map(PathPattern::template)
    }
}

/// At most 60 characters of a refused text, for its error message.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_parse_and_print_alike() {
        let scope: Scope = "parking-occupancy:read".parse().unwrap();
        assert_eq!((scope.dataset(), scope.operation()), ("parking-occupancy", "read"));
        assert_eq!(serde_json::to_string(&scope).unwrap(), r#""parking-occupancy:read""#);
        assert_eq!(serde_json::from_str::<Scope>(r#""parking-occupancy:read""#).unwrap(), scope);
    }

    #[test]
    fn bad_scopes_are_refused() {
        let long = format!("{}:read", "a".repeat(SLUG_MAX + 1));
        let bad = [
            "",
            "parking",
            ":read",
            "parking:",
            "Parking:read",
            "parking:Read",
            "park ing:read",
            "v1:read",
            "-parking:read",
            "parking-:read",
            "a--b:read",
            "parking:read:more",
            "parking/x:read",
            "../x:read",
            &long,
        ];
        for text in bad {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
        assert!(format!("{}:read", "a".repeat(SLUG_MAX)).parse::<Scope>().is_ok());
    }

    #[test]
    fn patterns_match_whole_paths_by_segment() {
        let cases = [
            ("/", "/", true),
            ("/", "/x", false),
            ("/latest", "/latest", true),
            ("/latest", "/latest/", false),
            ("/latest", "/latestx", false),
            ("/latest", "/Latest", false),
            ("/latest", "/latest/x", false),
            ("/stations/{id}", "/stations/7", true),
            ("/stations/{id}", "/stations", false),
            ("/stations/{id}", "/stations/", false),
            ("/stations/{id}", "/stations/7/8", false),
            ("/stations/{id}/latest", "/stations/café 1/latest", true),
            ("/history/**", "/history", true),
            ("/history/**", "/history/", true),
            ("/history/**", "/history/2026/01", true),
            ("/history/**", "/historyx", false),
            ("/**", "/", true),
            ("/**", "/a/b/c", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(pattern.parse::<PathPattern>().unwrap().matches(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn bad_patterns_are_refused() {
        for text in ["", "x", "//", "/a//b", "/**/x", "/a*", "/{", "/{}", "/{a-b}", "/..", "/a%20b", "/a;b", "/a?b"] {
            assert!(text.parse::<PathPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_operation_covers_its_methods_on_its_paths_only() {
        let usual = Operation::usual();
        let names = |method, path: &str| -> Vec<String> {
            usual.iter().filter(|o| o.matches(method, path).is_some()).map(|o| o.name().to_string()).collect()
        };
        assert_eq!(names(Method::Get, "/"), ["read"]);
        assert_eq!(names(Method::Get, "/latest/7"), ["read"]);
        assert_eq!(names(Method::Head, "/history/2026"), ["history"]);
        assert_eq!(names(Method::Get, "/bulk"), ["bulk"]);
        assert!(names(Method::Post, "/latest").is_empty());
        assert!(names(Method::Get, "/admin").is_empty());
        assert_eq!(usual[0].matches(Method::Get, "/latest/7").unwrap().as_ref(), "/latest/**");
    }

    #[test]
    fn operations_are_read_strictly() {
        let json = serde_json::to_string(&Operation::usual()).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Operation>>(&json).unwrap(), Operation::usual());
        for bad in [
            r#"{"name":"read","methods":[],"paths":["/"]}"#,
            r#"{"name":"read","methods":["GET"],"paths":[]}"#,
            r#"{"name":"read","methods":["TRACE"],"paths":["/"]}"#,
            r#"{"name":"Read","methods":["GET"],"paths":["/"]}"#,
            r#"{"name":"read","methods":["GET"],"paths":["/"],"more":1}"#,
        ] {
            assert!(serde_json::from_str::<Operation>(bad).is_err(), "{bad}");
        }
        assert!("get".parse::<Method>().is_err());
    }
}
