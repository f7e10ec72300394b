//! Looks for marks in bytes, eight at a time, without unsafe code.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// High bits of the bytes of a word that equal the mark. Bits above the lowest may be wrong; only the lowest is asked for.
const fn equal(word: u64, mark: u8) -> u64 {
    let off = word ^ (ONES * u64::from_le_bytes([mark, 0, 0, 0, 0, 0, 0, 0]));
    off.wrapping_sub(ONES) & !off
}

/// How many bytes at the start are neither quote, backslash nor control character.
pub(super) fn plain_text(text: &[u8]) -> usize {
    let ends = |word: u64| equal(word, b'"') | equal(word, b'\\') | (word.wrapping_sub(ONES * 0x20) & !word);
    until(text, ends, |byte| byte < 0x20 || matches!(byte, b'"' | b'\\'))
}

/// How many bytes at the start are neither comma, quote nor line end.
pub(super) fn plain_cell(text: &[u8]) -> usize {
    let ends = |word: u64| equal(word, b',') | equal(word, b'"') | equal(word, b'\n') | equal(word, b'\r');
    until(text, ends, |byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// How many bytes at the start are no quote.
pub(super) fn quoted_cell(text: &[u8]) -> usize {
    until(text, |word| equal(word, b'"'), |byte| byte == b'"')
}

fn until(text: &[u8], ends: impl Fn(u64) -> u64, is_end: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let found = ends(u64::from_le_bytes(*word)) & HIGHS;
        if found != 0 {
            return length + usize::try_from(found.trailing_zeros() / 8).unwrap_or(0);
        }
        length += 8;
    }
    length + rest.iter().take_while(|byte| !is_end(**byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_counted_as_one_by_one(
            text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b','), Just(b'!'), Just(b'#')], 0..40),
        ) {
            let slow = |ends: &dyn Fn(u8) -> bool| text.iter().take_while(|byte| !ends(**byte)).count();
            prop_assert_eq!(plain_text(&text), slow(&|byte| byte < 0x20 || byte == b'"' || byte == b'\\'));
            prop_assert_eq!(plain_cell(&text), slow(&|byte| b",\"\r\n".contains(&byte)));
            prop_assert_eq!(quoted_cell(&text), slow(&|byte| byte == b'"'));
        }
    }
}
