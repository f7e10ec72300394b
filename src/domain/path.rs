//! Request paths: read once, refused when two readers could disagree about them, and then matched and forwarded in one
//! normal form. Never resolves dots and never repairs: a path is either plain or refused.

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::is_nfkc;

/// The longest path in bytes, as sent.
pub const PATH_MAX_BYTES: usize = 2048;
/// The most segments of a path.
pub const SEGMENTS_MAX: usize = 64;

/// Why a path is refused. Each is a way to make the gate and an upstream read different paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathProblem {
    /// Longer than [`PATH_MAX_BYTES`] or more segments than [`SEGMENTS_MAX`].
    TooLong,
    /// Does not start with a slash: absolute form, authority form, `*`.
    NotAbsolute,
    /// An empty segment (`//`).
    EmptySegment,
    /// A `.` or `..` segment, or an encoded dot.
    Dots,
    /// A slash or backslash in disguise: encoded, full-width or look-alike.
    HiddenSeparator,
    /// An encoded percent sign: the path was encoded twice.
    DoubleEncoding,
    /// A percent sign without two hexadecimal digits.
    BadEscape,
    /// The bytes are not UTF-8 (overlong forms included).
    NotUtf8,
    /// A control character or an invisible one.
    Control,
    /// A character that has a meaning to some readers of URLs (`;`, `?`, `#`, blank, quotes ...).
    Forbidden,
    /// Text that changes under compatibility normalisation, such as full-width letters.
    NotNormal,
}

impl fmt::Display for PathProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the path is too long",
            Self::NotAbsolute => "the path must start with a slash",
            Self::EmptySegment => "the path has an empty segment",
            Self::Dots => "the path has dot segments or an encoded dot",
            Self::HiddenSeparator => "the path has an encoded or look-alike separator",
            Self::DoubleEncoding => "the path is encoded twice",
            Self::BadEscape => "the path has a broken escape",
            Self::NotUtf8 => "the path is not UTF-8",
            Self::Control => "the path has a control or invisible character",
            Self::Forbidden => "the path has a character that is not allowed",
            Self::NotNormal => "the path has characters that are not in normal form",
        })
    }
}

impl std::error::Error for PathProblem {}

/// A path in normal form. `decoded` is for matching; `encoded` is the only spelling that is forwarded. Since no slash
/// can hide in an escape, both have the same segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanPath<'a> {
    decoded: Cow<'a, str>,
    encoded: Cow<'a, str>,
}

impl<'a> CleanPath<'a> {
    /// Reads a path as it stood in the request line, without query.
    pub fn parse(raw: &'a str) -> Result<Self, PathProblem> {
        if raw.len() > PATH_MAX_BYTES {
            return Err(PathProblem::TooLong);
        }
        if !raw.starts_with('/') {
            return Err(PathProblem::NotAbsolute);
        }
        let has_escape = raw.bytes().any(|byte| byte == b'%');
        let (decoded, encoded) = if has_escape { decode(raw)? } else { (Cow::Borrowed(raw), Cow::Borrowed(raw)) };
        check_characters(raw)?;
        check_segments(&decoded)?;
        Ok(Self { decoded, encoded })
    }

    /// The first segment, decoded: at the gateway the dataset.
    #[must_use]
    pub fn first_segment(&self) -> &str {
        let tail = self.decoded.get(1..).unwrap_or_default();
        tail.get(..first_slash(tail).unwrap_or(tail.len())).unwrap_or_default()
    }

    /// What follows the first segment, decoded, with its leading slash; `/` if nothing follows.
    #[must_use]
    pub fn rest(&self) -> &str {
        after_first(&self.decoded)
    }

    /// What follows the first segment as it is forwarded.
    #[must_use]
    pub fn rest_encoded(&self) -> &str {
        after_first(&self.encoded)
    }

    /// The whole path, decoded.
    #[must_use]
    pub fn decoded(&self) -> &str {
        &self.decoded
    }

    /// The whole path as it is forwarded.
    #[must_use]
    pub fn encoded(&self) -> &str {
        &self.encoded
    }
}

fn after_first(path: &str) -> &str {
    path.get(1..).and_then(|tail| first_slash(tail).and_then(|at| tail.get(at..))).unwrap_or("/")
}

/// Where the first slash stands. Segments are short: looking byte by byte is faster than preparing a search.
fn first_slash(text: &str) -> Option<usize> {
    text.bytes().position(|byte| byte == b'/')
}

/// Characters that may stand in a path unescaped (RFC 3986 `pchar` without `;`, plus the slash).
#[inline]
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+')
        || matches!(byte, b',' | b'=' | b':' | b'@' | b'/')
}

fn check_characters(raw: &str) -> Result<(), PathProblem> {
    match raw.bytes().find(|byte| !is_plain(*byte) && *byte != b'%') {
        None => Ok(()),
        Some(b'\\') => Err(PathProblem::HiddenSeparator),
        Some(0..=0x1f | 0x7f) => Err(PathProblem::Control),
        Some(_) => Err(PathProblem::Forbidden),
    }
}

fn check_segments(decoded: &str) -> Result<(), PathProblem> {
    // A slash is a byte of its own in UTF-8.
    let mut segments = decoded.as_bytes().split(|byte| *byte == b'/').skip(1).peekable();
    let mut count = 0;
    while let Some(segment) = segments.next() {
        count += 1;
        if count > SEGMENTS_MAX {
            return Err(PathProblem::TooLong);
        }
        if segment.is_empty() && segments.peek().is_some() {
            return Err(PathProblem::EmptySegment);
        }
        if segment == b"." || segment == b".." {
            return Err(PathProblem::Dots);
        }
    }
    Ok(())
}

/// Decodes every escape, refusing those that hide something, and writes the one spelling that is forwarded.
fn decode(raw: &str) -> Result<(Cow<'static, str>, Cow<'static, str>), PathProblem> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = rest.next().and_then(hex_digit).ok_or(PathProblem::BadEscape)?;
        let low = rest.next().and_then(hex_digit).ok_or(PathProblem::BadEscape)?;
        bytes.push(escaped(high << 4 | low)?);
    }
    let decoded = String::from_utf8(bytes).or(Err(PathProblem::NotUtf8))?;
    decoded.chars().filter(|c| !c.is_ascii()).try_for_each(check_character)?;
    if !is_nfkc(&decoded) {
        return Err(PathProblem::NotNormal);
    }
    let mut encoded = String::with_capacity(raw.len());
    for byte in decoded.bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', upper_hex(byte >> 4), upper_hex(byte & 0xf)]);
        }
    }
    Ok((Cow::Owned(decoded), Cow::Owned(encoded)))
}

fn upper_hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A byte that came out of an escape, unless escaping it hides something.
const fn escaped(byte: u8) -> Result<u8, PathProblem> {
    match byte {
        b'.' => Err(PathProblem::Dots),
        b'/' | b'\\' => Err(PathProblem::HiddenSeparator),
        b'%' => Err(PathProblem::DoubleEncoding),
        0..=0x1f | 0x7f => Err(PathProblem::Control),
        b';' | b'?' | b'#' => Err(PathProblem::Forbidden),
        0xc0 | 0xc1 | 0xf5..=0xff => Err(PathProblem::NotUtf8),
        plain => Ok(plain),
    }
}

/// Refuses characters beyond ASCII that some reader folds into a separator, a dot or nothing.
fn check_character(character: char) -> Result<(), PathProblem> {
    match character {
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}' => Err(PathProblem::Control),
        '\u{2024}' | '\u{2025}' | '\u{2026}' | '\u{3002}' | '\u{fe52}' | '\u{ff0e}' | '\u{ff61}' => {
            Err(PathProblem::Dots)
        }
        '\u{1735}' | '\u{2044}' | '\u{2215}' | '\u{2216}' | '\u{2571}' | '\u{2572}' | '\u{27cb}' | '\u{27cd}'
        | '\u{29f5}' | '\u{29f6}' | '\u{29f8}' | '\u{29f9}' | '\u{338}' | '\u{337}' | '\u{fe68}' | '\u{ff0f}'
        | '\u{ff3c}' => Err(PathProblem::HiddenSeparator),
        '\u{fe6a}' | '\u{ff05}' => Err(PathProblem::DoubleEncoding),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_paths_pass_unchanged() {
        for raw in ["/", "/parking", "/parking/", "/parking/latest", "/a/b-c_d~e/f,g=h:i@j", "/x/v1.2/data.json"] {
            let path = CleanPath::parse(raw).unwrap();
            assert_eq!((path.decoded(), path.encoded()), (raw, raw));
        }
    }

    #[test]
    fn escapes_are_decoded_for_matching_and_respelt_for_forwarding() {
        let path = CleanPath::parse("/p%61rking/caf%c3%a9%20no%2e1".replace("%2e", "").as_str()).unwrap().into_owned();
        assert_eq!(path.decoded(), "/parking/café no1");
        assert_eq!(path.encoded(), "/parking/caf%C3%A9%20no1");
        assert_eq!(
            (path.first_segment(), path.rest(), path.rest_encoded()),
            ("parking", "/café no1", "/caf%C3%A9%20no1")
        );
    }

    #[test]
    fn the_first_segment_is_cut_off() {
        for (raw, first, rest) in [("/", "", "/"), ("/a", "a", "/"), ("/a/", "a", "/"), ("/a/b/c", "a", "/b/c")] {
            let path = CleanPath::parse(raw).unwrap();
            assert_eq!((path.first_segment(), path.rest()), (first, rest), "{raw}");
        }
    }

    #[test]
    fn every_ambiguous_path_is_refused() {
        let cases = [
            ("/parking/../admin", PathProblem::Dots),
            ("/parking/..", PathProblem::Dots),
            ("/./parking", PathProblem::Dots),
            ("/parking/%2e%2e/admin", PathProblem::Dots),
            ("/parking/.%2E/admin", PathProblem::Dots),
            ("/parking/..%2fadmin", PathProblem::HiddenSeparator),
            ("/parking%2Flatest", PathProblem::HiddenSeparator),
            ("/parking/..\\admin", PathProblem::HiddenSeparator),
            ("/parking%5c..%5cadmin", PathProblem::HiddenSeparator),
            ("/parking//latest", PathProblem::EmptySegment),
            ("//parking", PathProblem::EmptySegment),
            ("/parking//", PathProblem::EmptySegment),
            ("/parking/..;/admin", PathProblem::Forbidden),
            ("/parking;v=1/latest", PathProblem::Forbidden),
            ("/parking%3b/latest", PathProblem::Forbidden),
            ("/parking%3flatest", PathProblem::Forbidden),
            ("/parking#latest", PathProblem::Forbidden),
            ("/parking?x", PathProblem::Forbidden),
            ("/park ing", PathProblem::Forbidden),
            ("/parking/\"x\"", PathProblem::Forbidden),
            ("/parking/%00", PathProblem::Control),
            ("/parking/%0d%0aX:1", PathProblem::Control),
            ("/parking/\u{1}", PathProblem::Control),
            ("/parking/%7f", PathProblem::Control),
            ("/parking/%c2%85", PathProblem::Control),
            ("/parking/%e2%80%8b", PathProblem::Control),
            ("/parking/%252e%252e/", PathProblem::DoubleEncoding),
            ("/parking/%25", PathProblem::DoubleEncoding),
            ("/parking/%ef%bc%85", PathProblem::DoubleEncoding),
            ("/parking/%", PathProblem::BadEscape),
            ("/parking/%2", PathProblem::BadEscape),
            ("/parking/%zz", PathProblem::BadEscape),
            ("/parking/%u002e", PathProblem::BadEscape),
            ("/parking/%c0%ae%c0%ae/", PathProblem::NotUtf8),
            ("/parking/%c0%af", PathProblem::NotUtf8),
            ("/parking/%e0%80%ae", PathProblem::NotUtf8),
            ("/parking/%ff", PathProblem::NotUtf8),
            ("/parking/%ed%a0%80", PathProblem::NotUtf8),
            ("/parking/%ef%bc%8e%ef%bc%8e/", PathProblem::Dots),
            ("/parking/%ef%bc%8fadmin", PathProblem::HiddenSeparator),
            ("/parking/%e2%88%95admin", PathProblem::HiddenSeparator),
            ("/parking/%ef%bd%81", PathProblem::NotNormal),
            ("/parking/e%cc%81", PathProblem::NotNormal),
            ("/parking/．．/", PathProblem::Forbidden),
            ("http://evil.example/parking", PathProblem::NotAbsolute),
            ("user@host/parking", PathProblem::NotAbsolute),
            ("*", PathProblem::NotAbsolute),
            ("", PathProblem::NotAbsolute),
        ];
        for (raw, problem) in cases {
            assert_eq!(CleanPath::parse(raw).unwrap_err(), problem, "{raw}");
        }
    }

    #[test]
    fn length_and_depth_have_limits() {
        let long = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert!(CleanPath::parse(&long(PATH_MAX_BYTES)).is_ok());
        assert_eq!(CleanPath::parse(&long(PATH_MAX_BYTES + 1)), Err(PathProblem::TooLong));
        assert!(CleanPath::parse(&"/a".repeat(SEGMENTS_MAX)).is_ok());
        assert_eq!(CleanPath::parse(&"/a".repeat(SEGMENTS_MAX + 1)), Err(PathProblem::TooLong));
    }

    impl CleanPath<'_> {
        fn into_owned(self) -> CleanPath<'static> {
            CleanPath { decoded: self.decoded.into_owned().into(), encoded: self.encoded.into_owned().into() }
        }
    }

    proptest! {
        #[test]
        fn what_passes_reads_the_same_twice_and_hides_nothing(raw in "/[a-c./%0-9A-F;é\\\\]{0,24}") {
            if let Ok(path) = CleanPath::parse(&raw) {
                let again = CleanPath::parse(path.encoded()).unwrap();
                prop_assert_eq!(again.decoded(), path.decoded());
                prop_assert_eq!(again.encoded(), path.encoded());
                prop_assert!(!path.decoded().split('/').any(|s| s == ".." || s == "."));
                prop_assert_eq!(path.decoded().matches('/').count(), path.encoded().matches('/').count());
            }
        }
    }
}
