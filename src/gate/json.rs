//! Writes the JSON that every call at the verify door is answered with, field by field, into a buffer that is there
//! already. Texts of ours, of which nothing has to be escaped, are copied whole: looking for escapes was the dearest part
//! of an answer. Knows nothing of what it writes.

use uuid::Uuid;

/// An object being written.
pub(super) struct Object<'a> {
    out: &'a mut Vec<u8>,
    /// What stands before the next name.
    before: &'static [u8],
}

impl<'a> Object<'a> {
    pub(super) fn begin(out: &'a mut Vec<u8>) -> Self {
        Self { out, before: b"{\"" }
    }

    fn name(&mut self, name: &'static str) {
        self.out.extend_from_slice(self.before);
        self.out.extend_from_slice(name.as_bytes());
        self.before = b",\"";
    }

    /// A text without anything to escape.
    pub(super) fn plain(&mut self, name: &'static str, text: &str) {
        debug_assert!(is_plain(text), "{text} must be escaped");
        self.name(name);
        self.out.extend_from_slice(b"\":\"");
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    /// Any text.
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        if is_plain(text) {
            self.plain(name, text);
        } else {
            self.write(name, |out| out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes()));
        }
    }

    pub(super) fn id(&mut self, name: &'static str, id: Uuid) {
        let mut room = Uuid::encode_buffer();
        self.plain(name, id.hyphenated().encode_lower(&mut room));
    }

    pub(super) fn number(&mut self, name: &'static str, number: u64) {
        self.write(name, |out| out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()));
    }

    pub(super) fn flag(&mut self, name: &'static str, is_so: bool) {
        self.write(name, |out| out.extend_from_slice(if is_so { b"true" } else { b"false" }));
    }

    /// A value that `write` adds to the buffer as JSON.
    pub(super) fn write(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        self.name(name);
        self.out.extend_from_slice(b"\":");
        write(self.out);
    }

    pub(super) fn end(self) {
        self.out.extend_from_slice(if self.before == b"{\"" { b"{}" } else { b"}" });
    }
}

/// Whether a text stands in JSON as it is (RFC 8259, 7). All of it is looked at, so that it is looked at in blocks.
pub(super) fn is_plain(text: &str) -> bool {
    let is_escaped = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    !text.bytes().fold(false, |found, byte| found | is_escaped(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::verdict::Outcome;

    #[test]
    fn what_is_written_reads_back() {
        let mut out = Vec::new();
        Object::begin(&mut out).end();
        assert_eq!(out, b"{}");
        out.clear();
        let texts = ["plain “ö”", "a\"b\\c\n\u{1}", ""];
        let mut object = Object::begin(&mut out);
        object.text("one", texts[0]);
        object.text("two", texts[1]);
        object.text("three", texts[2]);
        object.number("number", u64::MAX);
        object.flag("yes", true);
        object.flag("no", false);
        object.id("id", Uuid::from_u128(7));
        object.write("list", |out| out.extend_from_slice(b"[]"));
        object.end();
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let expected = serde_json::json!({
            "one": texts[0], "two": texts[1], "three": texts[2], "number": u64::MAX, "yes": true, "no": false,
            "id": Uuid::from_u128(7), "list": [],
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn the_sentences_of_every_outcome_are_plain() {
        for outcome in Outcome::ALL {
            for text in [outcome.as_str(), outcome.title(), outcome.sentence(), outcome.next_step()] {
                assert!(is_plain(text), "{text}");
            }
        }
    }
}
