//! Mutations of paths and of key texts, held against readers that share nothing with ours.

use hyper::Uri;
use url::Url;

use super::fuzz::{lines, run};
use crate::domain::key::{KeyText, Mode, text};
use crate::domain::path::{CleanPath, SEGMENTS_MAX};

const PATH_MARKS: [&[u8]; 27] = [
    b"/",
    b"//",
    b"/./",
    b"/../",
    b".",
    b"..",
    b"%2e",
    b"%2E%2e",
    b"%2f",
    b"%5C",
    b"\\",
    b"%25",
    b"%00",
    b"%",
    b"%4",
    b"%41",
    b"%7e",
    b";",
    b"?",
    b"#",
    b" ",
    b"%20",
    b"%C3%A9",
    b"%EF%BC%8F",
    b"%c0%af",
    b"@",
    b":",
];

/// Percent-decoding as RFC 3986 has it, and nothing else.
fn decoded(text: &str) -> Vec<u8> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let pair = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .flatten();
        out.push(pair.unwrap_or(bytes[at]));
        at += if pair.is_some() { 3 } else { 1 };
    }
    out
}

/// A path that is taken is the same to everybody who reads it, in both spellings.
fn path_is_one(raw: &str) -> bool {
    let Ok(path) = CleanPath::parse(raw) else { return false };
    for spelling in [raw, path.encoded()] {
        let again = CleanPath::parse(spelling).expect("both spellings are taken");
        assert_eq!((again.encoded(), again.decoded()), (path.encoded(), path.decoded()), "one normal form");
        let url = Url::parse(&format!("http://host{spelling}")).expect("a browser reads it");
        assert_eq!(String::from_utf8(decoded(url.path())).unwrap(), path.decoded(), "as a browser reads it");
        assert_eq!((url.query(), url.fragment(), url.host_str()), (None, None, Some("host")));
        let uri: Uri = spelling.parse().expect("an HTTP library reads it");
        assert_eq!((uri.path(), uri.query(), uri.authority()), (spelling, None, None));
    }
    let (plain, sent) = (path.decoded(), path.encoded().to_ascii_lowercase());
    assert!(plain.starts_with('/') && !plain.contains("//"));
    assert!(!plain.split('/').any(|segment| segment == "." || segment == ".."));
    assert!(!plain.contains(['\\', '%', ';', '?', '#']) && !plain.chars().any(char::is_control), "{plain:?}");
    assert!(!["%2e", "%2f", "%5c", "%25", "%00"].iter().any(|hidden| sent.contains(hidden)), "{sent}");
    assert!(sent.is_ascii() && plain.split('/').count() <= SEGMENTS_MAX + 1);
    assert_eq!(plain.split('/').count(), path.encoded().split('/').count(), "nothing hides a slash");
    let tail = plain.strip_prefix(&format!("/{}", path.first_segment())).expect("it begins with its first segment");
    assert_eq!(if tail.is_empty() { "/" } else { tail }, path.rest());
    assert_eq!(decoded(path.rest_encoded()), path.rest().as_bytes());
    true
}

#[test]
fn a_mutated_path_is_refused_or_the_same_to_every_reader() {
    let check = |input: &[u8], _: &mut _| std::str::from_utf8(input).is_ok_and(path_is_one);
    let (taken, refused) = run(&lines("fuzz/path"), &PATH_MARKS, 30_000, check);
    assert!(taken > 1_000 && refused > 1_000, "{taken} taken, {refused} refused: the run tells little");
}

/// CRC-32 bit by bit (ISO 3309), and the checksum as the text of a key has it.
fn checksum(body: &[u8]) -> String {
    let mut sum = u32::MAX;
    for byte in body {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    let letters: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let mut rest = !sum;
    let mut digits = Vec::new();
    for _ in 0..6 {
        digits.push(letters[usize::try_from(rest % 62).unwrap()]);
        rest /= 62;
    }
    digits.iter().rev().collect()
}

/// Whether a text is a key, read by the sentence in the documents rather than by our code.
fn is_key(text: &str) -> bool {
    let parts: Vec<&str> = text.split('_').collect();
    let [prefix, mode, secret] = parts[..] else { return false };
    let is_formed = prefix == "nwk" && ["live", "test"].contains(&mode) && secret.len() == 36;
    let is_plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_formed && is_plain && checksum(&text.as_bytes()[..text.len() - 6]) == text[text.len() - 6..]
}

#[test]
fn a_mutated_key_is_taken_only_where_its_checksum_says_so() {
    let marks: [&[u8]; 11] =
        [b"_", b"nwk", b"live", b"test", b"0", b"z", b"-", b" ", b"\0", "\u{e9}".as_bytes(), b"nwk_live_"];
    let (taken, refused) = run(&lines("fuzz/key"), &marks, 20_000, |input, variety| {
        let mut random = [0; 32];
        input.iter().zip(&mut random).for_each(|(from, to)| *to = *from);
        let mode = if variety.below(2) == 0 { Mode::Live } else { Mode::Test };
        let made = KeyText::make("nwk", mode, &random);
        let (digest, hint) = (made.digest(), made.hint());
        let made = made.reveal();
        assert!(is_key(&made));
        let read = KeyText::parse(&made, "nwk").expect("what is made is read");
        assert!(read.mode() == mode && read.digest() == digest && read.hint() == hint);
        let mut slip = made.clone().into_bytes();
        let at = variety.below(slip.len());
        slip[at] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"[variety.below(64)];
        let slip = String::from_utf8(slip).unwrap();
        assert_eq!(KeyText::parse(&slip, "nwk").is_ok(), slip == made, "every single slip is noticed: {slip}");
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let is_taken = text::recognise(text, "nwk").is_ok();
        assert_eq!(is_taken, is_key(text));
        assert_eq!(is_taken, KeyText::parse(text, "nwk").is_ok());
        assert!(text::recognise(text, "nyc").is_err() || text.starts_with("nyc_"));
        is_taken
    });
    assert!(taken > 10 && refused > 1_000, "{taken} taken, {refused} refused: the run tells little");
}
