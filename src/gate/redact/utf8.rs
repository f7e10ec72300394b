//! Checks that a body is UTF-8, whatever the pieces it comes in.

use super::Unreadable;

/// The check; it keeps the start of a letter that the end of a piece cuts.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    cut: Vec<u8>,
}

impl Utf8 {
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Unreadable> {
        let mut rest = piece;
        while !self.cut.is_empty() {
            let Some((first, after)) = rest.split_first() else { return Ok(()) };
            self.cut.push(*first);
            rest = after;
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(Unreadable::NotUtf8),
            }
        }
        match std::str::from_utf8(rest) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_none() => {
                self.cut.extend_from_slice(rest.get(error.valid_up_to()..).unwrap_or_default());
                Ok(())
            }
            Err(_) => Err(Unreadable::NotUtf8),
        }
    }

    pub(super) fn finish(&self) -> Result<(), Unreadable> {
        if self.cut.is_empty() { Ok(()) } else { Err(Unreadable::NotUtf8) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_make_no_difference(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xe2), Just(0x82), Just(0xac)], 0..24), cut in 0_usize..24) {
            let (one, two) = bytes.split_at(cut.min(bytes.len()));
            let mut utf8 = Utf8::default();
            let checked = utf8.push(one).and_then(|()| utf8.push(two)).and_then(|()| utf8.finish());
            prop_assert_eq!(checked.is_ok(), std::str::from_utf8(&bytes).is_ok());
        }
    }
}
