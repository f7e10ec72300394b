//! A strict reader of JSON (RFC 8259) that takes a body piece by piece, in any pieces, and says where each part of it
//! lies. It keeps a state and the open brackets, never a byte of the body, so its memory does not grow with it.
//!
//! The crates that parse JSON by pushing (actson, json-event-parser, picojson) were measured at a third of the speed
//! that is asked here or less, and none says where in the body a token lies, without which nothing can be passed on byte
//! for byte. `benches/redact.rs` has the figures.
//!
//! Must never let pass what another reader could take for something else: no comment, no trailing comma, no second
//! value, no control character in a text.

use super::{Unreadable, scan};

/// The most brackets open at once.
pub(super) const DEPTH_MAX: usize = 256;

/// A scalar value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    Number,
    Truth,
    Null,
}

/// What comes next. Where it lies is said by [`Lexer::from`] and [`Lexer::to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The piece ends.
    End,
    Object,
    List,
    Close,
    Name,
    Scalar(Scalar),
    /// A name begins that the piece cuts.
    NameCut,
    /// A scalar begins that the piece cuts.
    ScalarCut(Scalar),
    /// What was cut ends.
    NameEnd,
    ScalarEnd,
    /// The line of a finished value ends (NDJSON only).
    LineEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    FirstElement,
    FirstName,
    NextName,
    Colon,
    AfterValue,
    AfterRoot,
    /// Inside what an earlier piece cut.
    InName(Text),
    InText(Text),
    InNumber(Digits),
    InWord(&'static [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Plain,
    Escape,
    /// So many hexadecimal digits are missing.
    Hex(u8),
}

/// How far a number is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
}

/// The reader.
#[derive(Clone, Debug)]
pub(super) struct Lexer {
    state: State,
    /// The open brackets; true for an object.
    open: Vec<bool>,
    is_in_object: bool,
    is_lines: bool,
    from: usize,
    to: usize,
}

impl Lexer {
    /// A reader of one value, or of one value a line.
    pub(super) const fn new(is_lines: bool) -> Self {
        Self { state: State::Value, open: Vec::new(), is_in_object: false, is_lines, from: 0, to: 0 }
    }

    /// How many brackets are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where the last token begins in its piece; 0 for one that was cut.
    pub(super) const fn from(&self) -> usize {
        self.from
    }

    /// Where the last token ends in its piece.
    pub(super) const fn to(&self) -> usize {
        self.to
    }

    /// Reads on from `at`. What follows a token and belongs to none (a colon, a comma) may be read with it.
    pub(super) fn next(&mut self, piece: &[u8], at: &mut usize) -> Result<Token, Unreadable> {
        let mut i = *at;
        let token = loop {
            let Some(byte) = piece.get(i).copied() else { break Token::End };
            self.from = i;
            i += 1;
            match (self.state, byte) {
                (State::Value | State::FirstElement, b'"') => {
                    break self.scalar(piece, &mut i, Scalar::Text, Text::Plain)?;
                }
                (State::FirstName | State::NextName, b'"') => break self.name(piece, &mut i)?,
                (State::Value | State::FirstElement, b'-' | b'0'..=b'9') => {
                    break self.first_digit(byte, piece, &mut i)?;
                }
                (State::Colon, b':') => self.state = State::Value,
                (State::AfterValue, b',') => self.after_comma(),
                (State::Value | State::FirstElement, b'{') => break self.open(true, i)?,
                (State::Value | State::FirstElement, b'[') => break self.open(false, i)?,
                (State::AfterValue, b'}' | b']') => break self.close(byte == b'}', i)?,
                (State::FirstName, b'}') => break self.close(true, i)?,
                (State::FirstElement, b']') => break self.close(false, i)?,
                (State::InName(_) | State::InText(_) | State::InNumber(_) | State::InWord(_), _) => {
                    i -= 1;
                    break self.cut_off(piece, &mut i)?;
                }
                (_, b' ' | b'\t' | b'\r') => {}
                (_, b'\n') if !self.is_lines => {}
                (State::AfterRoot, b'\n') => {
                    self.state = State::Value;
                    self.to = i;
                    break Token::LineEnd;
                }
                (State::Value, b'\n') if self.open.is_empty() => {}
                (State::Value | State::FirstElement, b't' | b'f' | b'n') => break self.word(byte, piece, &mut i)?,
                (_, _) => return Err(Unreadable::Malformed),
            }
        };
        *at = i;
        Ok(token)
    }

    /// Reads on to the end of the value around which `until` brackets are open; false when the piece ends before.
    pub(super) fn skip(&mut self, piece: &[u8], at: &mut usize, until: usize) -> Result<bool, Unreadable> {
        loop {
            match self.next(piece, at)? {
                Token::End => return Ok(false),
                Token::Close | Token::Scalar(_) | Token::ScalarEnd if self.open.len() == until => return Ok(true),
                Token::Object
                | Token::List
                | Token::Close
                | Token::Name
                | Token::Scalar(_)
                | Token::NameCut
                | Token::ScalarCut(_)
                | Token::NameEnd
                | Token::ScalarEnd
                | Token::LineEnd => {}
            }
        }
    }

    /// Ends the body: a number at its end has no other end; whether there was one.
    pub(super) fn finish(&mut self) -> Result<bool, Unreadable> {
        if let State::InNumber(digits) = self.state {
            (self.from, self.to) = (0, 0);
            return self.end_number(digits).map(|()| true).map_err(|_unfinished| Unreadable::CutOff);
        }
        match self.state {
            State::AfterRoot => Ok(false),
            State::Value if self.is_lines && self.open.is_empty() => Ok(false),
            State::Value
            | State::FirstElement
            | State::FirstName
            | State::NextName
            | State::Colon
            | State::AfterValue
            | State::InName(_)
            | State::InText(_)
            | State::InNumber(_)
            | State::InWord(_) => Err(Unreadable::CutOff),
        }
    }

    fn after_comma(&mut self) {
        self.state = if self.is_in_object { State::NextName } else { State::Value };
    }

    fn open(&mut self, is_object: bool, to: usize) -> Result<Token, Unreadable> {
        if self.open.len() >= DEPTH_MAX {
            return Err(Unreadable::TooDeep);
        }
        self.open.push(is_object);
        self.is_in_object = is_object;
        self.to = to;
        self.state = if is_object { State::FirstName } else { State::FirstElement };
        Ok(if is_object { Token::Object } else { Token::List })
    }

    fn close(&mut self, is_object: bool, to: usize) -> Result<Token, Unreadable> {
        if self.open.pop() != Some(is_object) {
            return Err(Unreadable::Malformed);
        }
        self.is_in_object = self.open.last() == Some(&true);
        self.to = to;
        self.value_ended();
        Ok(Token::Close)
    }

    fn value_ended(&mut self) {
        self.state = if self.open.is_empty() { State::AfterRoot } else { State::AfterValue };
    }

    /// A scalar ended before `i`: takes the comma along.
    fn scalar_ended(&mut self, piece: &[u8], i: &mut usize) {
        self.to = *i;
        self.value_ended();
        if self.state == State::AfterValue && piece.get(*i) == Some(&b',') {
            *i += 1;
            self.after_comma();
        }
    }

    fn name(&mut self, piece: &[u8], i: &mut usize) -> Result<Token, Unreadable> {
        if let Some(text) = read_text(piece, i, Text::Plain)? {
            (self.state, self.to) = (State::InName(text), *i);
            return Ok(Token::NameCut);
        }
        self.name_ended(piece, i);
        Ok(Token::Name)
    }

    fn name_ended(&mut self, piece: &[u8], i: &mut usize) {
        (self.state, self.to) = (State::Colon, *i);
        if piece.get(*i) == Some(&b':') {
            *i += 1;
            self.state = State::Value;
        }
    }

    fn scalar(&mut self, piece: &[u8], i: &mut usize, scalar: Scalar, text: Text) -> Result<Token, Unreadable> {
        if let Some(text) = read_text(piece, i, text)? {
            (self.state, self.to) = (State::InText(text), *i);
            return Ok(Token::ScalarCut(scalar));
        }
        self.scalar_ended(piece, i);
        Ok(Token::Scalar(scalar))
    }

    fn first_digit(&mut self, byte: u8, piece: &[u8], i: &mut usize) -> Result<Token, Unreadable> {
        let digits = match byte {
            b'-' => Digits::Minus,
            b'0' => Digits::Zero,
            _ => Digits::Whole,
        };
        if let Some(digits) = self.number(piece, i, digits)? {
            (self.state, self.to) = (State::InNumber(digits), *i);
            return Ok(Token::ScalarCut(Scalar::Number));
        }
        Ok(Token::Scalar(Scalar::Number))
    }

    fn number(&mut self, piece: &[u8], i: &mut usize, digits: Digits) -> Result<Option<Digits>, Unreadable> {
        let (digits, is_whole) = read_number(piece, i, digits);
        if !is_whole {
            return Ok(Some(digits));
        }
        self.end_number(digits)?;
        self.scalar_ended(piece, i);
        Ok(None)
    }

    fn end_number(&mut self, digits: Digits) -> Result<(), Unreadable> {
        match digits {
            Digits::Zero | Digits::Whole | Digits::Fraction | Digits::Power => {
                self.value_ended();
                Ok(())
            }
            Digits::Minus | Digits::Point | Digits::Exponent | Digits::Sign => Err(Unreadable::Malformed),
        }
    }

    fn word(&mut self, byte: u8, piece: &[u8], i: &mut usize) -> Result<Token, Unreadable> {
        let (rest, scalar): (&'static [u8], _) = match byte {
            b't' => (b"rue", Scalar::Truth),
            b'f' => (b"alse", Scalar::Truth),
            _ => (b"ull", Scalar::Null),
        };
        let rest = read_word(piece, i, rest)?;
        if !rest.is_empty() {
            (self.state, self.to) = (State::InWord(rest), *i);
            return Ok(Token::ScalarCut(scalar));
        }
        self.scalar_ended(piece, i);
        Ok(Token::Scalar(scalar))
    }

    /// Reads on in what an earlier piece cut.
    fn cut_off(&mut self, piece: &[u8], i: &mut usize) -> Result<Token, Unreadable> {
        self.from = 0;
        match self.state {
            State::InName(text) => {
                if let Some(text) = read_text(piece, i, text)? {
                    self.state = State::InName(text);
                    return Ok(Token::End);
                }
                self.name_ended(piece, i);
                return Ok(Token::NameEnd);
            }
            State::InText(text) => {
                if let Some(text) = read_text(piece, i, text)? {
                    self.state = State::InText(text);
                    return Ok(Token::End);
                }
                self.scalar_ended(piece, i);
            }
            State::InNumber(digits) => {
                if let Some(digits) = self.number(piece, i, digits)? {
                    self.state = State::InNumber(digits);
                    return Ok(Token::End);
                }
            }
            State::InWord(rest) => {
                let rest = read_word(piece, i, rest)?;
                if !rest.is_empty() {
                    self.state = State::InWord(rest);
                    return Ok(Token::End);
                }
                self.scalar_ended(piece, i);
            }
            State::Value
            | State::FirstElement
            | State::FirstName
            | State::NextName
            | State::Colon
            | State::AfterValue
            | State::AfterRoot => {}
        }
        Ok(Token::ScalarEnd)
    }
}

/// Reads a text up to and with its last quote; how far it is where the piece ends before.
fn read_text(piece: &[u8], i: &mut usize, mut text: Text) -> Result<Option<Text>, Unreadable> {
    loop {
        if text == Text::Plain {
            *i += scan::plain_text(piece.get(*i..).unwrap_or_default());
        }
        let Some(byte) = piece.get(*i).copied() else { return Ok(Some(text)) };
        *i += 1;
        text = match (text, byte) {
            (Text::Plain, b'"') => return Ok(None),
            (Text::Plain, b'\\') => Text::Escape,
            (Text::Escape, b'u') => Text::Hex(4),
            (Text::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Text::Plain,
            (Text::Hex(missing), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                if missing > 1 {
                    Text::Hex(missing - 1)
                } else {
                    Text::Plain
                }
            }
            (Text::Plain | Text::Escape | Text::Hex(_), _) => return Err(Unreadable::Malformed),
        };
    }
}

/// Reads a number up to the first byte after it; the second is false where the piece ends before.
fn read_number(piece: &[u8], i: &mut usize, mut digits: Digits) -> (Digits, bool) {
    loop {
        if matches!(digits, Digits::Whole | Digits::Fraction) {
            let rest = piece.get(*i..).unwrap_or_default();
            *i += rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        let Some(byte) = piece.get(*i).copied() else { return (digits, false) };
        digits = match (digits, byte) {
            (Digits::Zero | Digits::Whole, b'.') => Digits::Point,
            (Digits::Point, b'0'..=b'9') => Digits::Fraction,
            (Digits::Minus, b'0') => Digits::Zero,
            (Digits::Minus, b'1'..=b'9') => Digits::Whole,
            (Digits::Zero | Digits::Whole | Digits::Fraction, b'e' | b'E') => Digits::Exponent,
            (Digits::Exponent, b'+' | b'-') => Digits::Sign,
            (Digits::Exponent | Digits::Sign | Digits::Power, b'0'..=b'9') => Digits::Power,
            (_, _) => return (digits, true),
        };
        *i += 1;
    }
}

/// Reads the rest of a word; what is still missing where the piece ends.
fn read_word(piece: &[u8], i: &mut usize, mut rest: &'static [u8]) -> Result<&'static [u8], Unreadable> {
    while let (Some((wanted, after)), Some(byte)) = (rest.split_first(), piece.get(*i)) {
        if wanted != byte {
            return Err(Unreadable::Malformed);
        }
        *i += 1;
        rest = after;
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8], is_lines: bool) -> Result<(), Unreadable> {
        let mut lexer = Lexer::new(is_lines);
        let mut at = 0;
        while lexer.next(text, &mut at)? != Token::End {}
        lexer.finish()?;
        lexer.finish().map(|_| ())
    }

    #[test]
    fn what_the_grammar_knows_is_read() {
        let good = "{}~[]~ [ ] ~0~-0.5e+10~1E3~\"\"~\"\\u00e9\\\"\\/\"~true~false~null~[1,\"a\",{\"b\":[null]}]~{\"a\":{},\"a\":[]}~\"é𝄞\"~\"\\ud800\"";
        for text in good.split('~') {
            assert_eq!(read(text.as_bytes(), false), Ok(()), "{text}");
        }
        assert_eq!(read(b"\t{\r\n}", false), Ok(()));
    }

    #[test]
    fn what_the_grammar_does_not_know_is_refused() {
        let bad = "[1,]~{\"a\":1,}~{,}~[,]~{a:1}~{'a':1}~01~[-]~[1.]~.5~+1~[1e]~[1e+]~0x1~NaN~Infinity~tru ~nul1~True~\"\u{1}\"~\"\n\"~\"\\x\"~\"\\u12g4\"~[1 2]~{\"a\" 1}~{\"a\":1 \"b\":2}~{} {}~1 2~// c\n1~/**/1~]~}~[}~{]~{\"a\"}~{1:2}~)]}',\n[]~\u{feff}1~1\u{0}~\u{a0}1";
        for text in bad.split('~') {
            assert_eq!(read(text.as_bytes(), false), Err(Unreadable::Malformed), "{text}");
        }
        for text in ["", " ", "[", "{\"a\":", "\"a", "\"\\", "\"\\u12", "tr", "[1", "[1,", "-", "1.", "1e", "1e+"] {
            assert_eq!(read(text.as_bytes(), false), Err(Unreadable::CutOff), "{text}");
        }
    }

    #[test]
    fn a_line_is_a_value_and_a_value_is_a_line() {
        for text in ["", "\n", "{}\n{}\n", "1\r\n\r\n2", "[ ] \n\"a\"\n"] {
            assert_eq!(read(text.as_bytes(), true), Ok(()), "{text:?}");
        }
        for text in ["{} {}\n", "{\n}\n", "[1,\n2]", "{}{}", "1 2"] {
            assert_eq!(read(text.as_bytes(), true), Err(Unreadable::Malformed), "{text:?}");
        }
    }

    #[test]
    fn brackets_are_counted_up_to_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(nested(DEPTH_MAX).as_bytes(), false), Ok(()));
        assert_eq!(read(nested(DEPTH_MAX + 1).as_bytes(), false), Err(Unreadable::TooDeep));
    }

    proptest! {
        #[test]
        fn the_reader_accepts_what_serde_accepts(text in "[\\[\\]{}:,\"a01.eE+\\-\\\\u tn\n]{0,12}") {
            let serde = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(read(text.as_bytes(), false).is_ok(), serde);
        }
    }
}
