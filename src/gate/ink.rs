//! Room for the short texts of a call: its id, its limits, its target. A worker writes them one behind the other into one
//! piece of memory, and each becomes a header or an address that shares it, so that a call asks for no memory of its own.
//! A piece lives as long as the last text in it, so nothing that is kept belongs here, and nothing secret.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};
use hyper::header::HeaderValue;

/// The usual size of a piece.
const PIECE_BYTES: usize = 8 * 1024;

/// One worker's room for texts.
#[derive(Default)]
pub(super) struct Ink(RefCell<BytesMut>);

impl Ink {
    /// What `write` adds to the buffer it is given. `most` is how long it will be; a longer text is only slower.
    pub(super) fn write(&self, most: usize, write: impl FnOnce(&mut BytesMut)) -> Bytes {
        let mut piece = self.0.borrow_mut();
        if piece.capacity() < most {
            *piece = BytesMut::with_capacity(PIECE_BYTES.max(most));
        }
        write(&mut piece);
        piece.split().freeze()
    }

    /// A header's value; none where the text cannot stand in a header.
    pub(super) fn header(&self, most: usize, write: impl FnOnce(&mut BytesMut)) -> Option<HeaderValue> {
        HeaderValue::from_maybe_shared(self.write(most, write)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_beside_each_other_and_none_is_lost_when_a_piece_is_full() {
        let ink = Ink::default();
        let texts = (0..3_000)
            .map(|number| (number, ink.write(4, |room| room.extend_from_slice(format!("{number}").as_bytes()))));
        for (number, text) in texts.collect::<Vec<_>>() {
            assert_eq!(text, number.to_string());
        }
        let long = "x".repeat(2 * PIECE_BYTES);
        assert_eq!(ink.write(1, |room| room.extend_from_slice(long.as_bytes())), long);
        assert_eq!(ink.header(9, |room| room.extend_from_slice(b"a\r\nb: c")), None);
        assert_eq!(ink.header(2, |room| room.extend_from_slice(b"ab")).unwrap(), "ab");
    }
}
