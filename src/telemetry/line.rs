//! A writer that keeps every event on one line and its control characters harmless.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Escapes control characters inside each event; the line end that closes an event stays.
#[derive(Debug)]
pub struct OneLine<W>(W);

impl<W: Write> OneLine<W> {
    /// Wraps `inner`, to which each event is written whole.
    pub const fn new(inner: W) -> Self {
        Self(inner)
    }
}

impl<W: Write> Write for OneLine<W> {
    /// The subscriber hands over one whole event at a time.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(event).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(event: &[u8]) -> String {
    let text = String::from_utf8_lossy(event);
    let (body, end) = text.strip_suffix('\n').map_or((text.as_ref(), ""), |body| (body, "\n"));
    let mut out = String::with_capacity(text.len());
    for c in body.chars() {
        // Bidirectional controls would let a name rewrite the line it stands in.
        let is_bidi = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
        if c.is_control() || is_bidi {
            let _written = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stays_on_one_line_without_control_characters() {
        let mut kept = Vec::new();
        let event = "user \u{1b}[2Jname\r\nERROR forged=1 \u{202e}txt ü\n";
        assert_eq!(OneLine::new(&mut kept).write(event.as_bytes()).unwrap(), event.len());
        let line = String::from_utf8(kept).unwrap();
        assert_eq!(line, "user \\u{1b}[2Jname\\u{d}\\u{a}ERROR forged=1 \\u{202e}txt ü\n");
    }
}
