//! Looks into a value that was kept back: is it an attribute of NGSI, and what time does it say?

use super::lexer::{Lexer, Scalar, Token};
use super::value::{rounded, unescape};

/// Types of attributes in NGSI-LD (ETSI GS CIM 009).
const LD_TYPES: [&[u8]; 8] = [
    b"Property",
    b"GeoProperty",
    b"Relationship",
    b"LanguageProperty",
    b"VocabProperty",
    b"JsonProperty",
    b"ListProperty",
    b"ListRelationship",
];
/// Members of which an attribute has one at least: what it says.
const VALUES: [&[u8]; 8] =
    [b"value", b"object", b"languageMap", b"vocab", b"json", b"valueList", b"objectList", b"vocabList"];
/// The longest code of a unit (UN/CEFACT).
const UNIT_MAX: usize = 3;
/// The longest name of a type.
const TYPE_MAX: usize = 64;
/// How many values a time may be wrapped in.
const WRAPPED_MAX: usize = 3;

/// What a member says of the value beside it, by its name. Such members stay where the value is treated, if they hold
/// what their name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Describes {
    Type,
    Time,
    Unit,
    Dataset,
}

impl Describes {
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"type" | b"@type" => Some(Self::Type),
            b"observedAt" | b"createdAt" | b"modifiedAt" | b"deletedAt" => Some(Self::Time),
            b"unitCode" => Some(Self::Unit),
            b"datasetId" => Some(Self::Dataset),
            _ => None,
        }
    }

    /// Whether the text is what the name promises.
    pub(super) fn holds(self, text: &[u8]) -> bool {
        match self {
            Self::Type => text.len() <= TYPE_MAX,
            Self::Time => rounded(text, 1).is_some(),
            Self::Unit => text.len() <= UNIT_MAX && text.iter().all(u8::is_ascii_alphanumeric),
            Self::Dataset => text.starts_with(b"urn:") || text.starts_with(b"http"),
        }
    }
}

/// Whether an object is an attribute in normalized form: NGSI-LD by its type, NGSI-v2 by having `type` and `value` and
/// nothing else but `metadata`. When in doubt it is none, and is treated whole.
pub(super) fn is_attribute(object: &[u8]) -> bool {
    let Some(members) = members(object) else { return false };
    let mut types = members.iter().filter(|member| member.name == b"type");
    let (Some(kind), None) = (types.next(), types.next()) else { return false };
    if kind.scalar != Some(Scalar::Text) || !members.iter().any(|member| VALUES.contains(&member.name.as_slice())) {
        return false;
    }
    let is_ld = LD_TYPES.contains(&unescape(kind.raw).as_slice());
    let is_v2 = members.iter().all(|member| matches!(member.name.as_slice(), b"type" | b"value" | b"metadata"));
    is_ld || (is_v2 && members.iter().filter(|member| member.name == b"value").count() == 1)
}

/// The text of a time: a text, a number, or what `value` or `@value` of an object wraps.
pub(super) fn time_text(value: &[u8]) -> Option<Vec<u8>> {
    let mut value = value.trim_ascii();
    for _ in 0..=WRAPPED_MAX {
        match value.first()? {
            b'"' => return Some(unescape(value)),
            b'-' | b'0'..=b'9' => return Some(value.to_vec()),
            b'{' => {
                let members = members(value)?;
                let mut found = members.iter().filter(|member| matches!(member.name.as_slice(), b"value" | b"@value"));
                let (Some(only), None) = (found.next(), found.next()) else { return None };
                value = only.raw;
            }
            _ => return None,
        }
    }
    None
}

struct Member<'a> {
    name: Vec<u8>,
    /// `None` for a list or an object.
    scalar: Option<Scalar>,
    raw: &'a [u8],
}

/// The members of an object that is known to be well-formed.
fn members(object: &[u8]) -> Option<Vec<Member<'_>>> {
    let mut lexer = Lexer::new(false);
    let mut at = 0;
    let mut members = Vec::new();
    let mut name = None;
    let mut opened_at = 0;
    loop {
        let token = lexer.next(object, &mut at).ok()?;
        let raw = object.get(lexer.from()..lexer.to()).unwrap_or_default();
        let value = match token {
            Token::End => return Some(members),
            Token::Name if lexer.depth() == 1 => {
                name = Some(unescape(raw));
                None
            }
            Token::Scalar(scalar) if lexer.depth() == 1 => Some((Some(scalar), raw)),
            Token::Object | Token::List if lexer.depth() == 2 => {
                opened_at = lexer.from();
                None
            }
            Token::Close if lexer.depth() == 1 => Some((None, object.get(opened_at..lexer.to())?)),
            Token::Object
            | Token::List
            | Token::Close
            | Token::Name
            | Token::Scalar(_)
            | Token::NameCut
            | Token::ScalarCut(_)
            | Token::NameEnd
            | Token::ScalarEnd
            | Token::LineEnd => None,
        };
        if let Some((scalar, raw)) = value {
            members.push(Member { name: name.take()?, scalar, raw });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_told_from_plain_objects() {
        let cases = [
            (r#"{"type":"Property","value":1}"#, true),
            (
                r#"{"value":{"type":"x"},"observedAt":"…","ty\u0070e":"Property","quality":{"type":"Property","value":1}}"#,
                true,
            ),
            (r#"{"type":"Relationship","object":"urn:a"}"#, true),
            (r#"{"type":"LanguageProperty","languageMap":{"en":"a"}}"#, true),
            (r#"{"type":"Text","value":"a","metadata":{}}"#, true),
            (r#"{"type":"plate","value":"a"}"#, true),
            (r#"{"type":"plate","value":"a","country":"BE"}"#, false),
            (r#"{"type":"Point","coordinates":[1,2]}"#, false),
            (r#"{"value":"a","unitCode":"KMH"}"#, false),
            (r#"{"type":"Text","type":"Property","value":"a"}"#, false),
            (r#"{"type":["Property"],"value":"a"}"#, false),
            (r#"{"type":"Property","previousValue":1}"#, false),
            ("{}", false),
        ];
        for (object, expected) in cases {
            assert_eq!(is_attribute(object.as_bytes()), expected, "{object}");
        }
    }

    #[test]
    fn a_time_is_found_in_its_wrapping() {
        let cases = [
            (r#""2026-11-23""#, Some("2026-11-23")),
            ("1573850008", Some("1573850008")),
            (r#"{"type":"Property","value":{"@type":"DateTime","@value":"2026-11-23"}}"#, Some("2026-11-23")),
            (r#"{"type":"DateTime","value":"a","value":"b"}"#, None),
            (r#"{"at":"2026-11-23"}"#, None),
            (r#"["2026-11-23"]"#, None),
            ("null", None),
            (r#"{"value":{"value":{"value":{"value":1}}}}"#, None),
        ];
        for (value, expected) in cases {
            assert_eq!(time_text(value.as_bytes()).as_deref(), expected.map(str::as_bytes), "{value}");
        }
    }
}
