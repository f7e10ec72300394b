//! Runs of mutations over a stored corpus, always the same ones: no randomness, only variety. A run is as long as an
//! ordinary test; `ACCORD_FUZZ_ROUNDS` makes it as long as one likes, `ACCORD_FUZZ_SEED` another.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

/// Where every run begins.
const SEED: u64 = 0x5eed_0000_ac0d_0001;
/// The longest input, in bytes.
const LENGTH_MAX: usize = 8 * 1024;

/// Xorshift.
pub(crate) struct Variety(u64);

impl Variety {
    pub(crate) fn new() -> Self {
        let seed =
            std::env::var("ACCORD_FUZZ_SEED").ok().map(|text| text.parse().expect("ACCORD_FUZZ_SEED is a number"));
        Self(SEED ^ seed.unwrap_or(0_u64))
    }

    pub(crate) fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap()
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.next() % limit.max(1)
    }
}

/// How often to go round: as often as the environment says, or so.
pub(crate) fn rounds(usual: usize) -> usize {
    let asked = std::env::var("ACCORD_FUZZ_ROUNDS").ok();
    asked.map_or(usual, |text| text.parse().expect("ACCORD_FUZZ_ROUNDS is a number"))
}

/// The files of a corpus below `tests/fixtures`, by name.
pub(crate) fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

/// The lines of a corpus.
pub(crate) fn lines(folder: &str) -> Vec<Vec<u8>> {
    let lines =
        |(_, bytes): (String, Vec<u8>)| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    files(folder).into_iter().flat_map(lines).filter(|line| !line.is_empty()).collect()
}

/// An input made of one of the corpus by a few changes: a byte turned, put in, taken out or replaced by something that
/// means something to a reader, a piece taken out or repeated, a piece of another entry put in, an end cut off.
pub(crate) fn mutate(body: &[u8], corpus: &[Vec<u8>], marks: &[&[u8]], variety: &mut Variety) -> Vec<u8> {
    let mut body = if body.is_empty() { vec![b' '] } else { body.to_vec() };
    for _ in 0..=variety.below(3) {
        let (at, other) = (variety.below(body.len()), variety.below(body.len()));
        let (from, to) = (at.min(other), at.max(other).min(at.min(other) + 40));
        let mark = marks.get(variety.below(marks.len())).copied().unwrap_or(b" ");
        match variety.below(8) {
            0 => drop(body.splice(at..=at, mark.iter().copied())),
            1 => drop(body.splice(at..at, mark.iter().copied())),
            2 => drop(body.remove(at)),
            3 => drop(body.drain(from..to)),
            4 => {
                let again = body[from..to].to_vec();
                body.splice(other..other, again);
            }
            5 => body.truncate(at.max(1)),
            6 => {
                let donor = corpus.get(variety.below(corpus.len())).map(Vec::as_slice).unwrap_or_default();
                let (one, two) = (variety.below(donor.len() + 1), variety.below(donor.len() + 1));
                body.splice(at..at, donor[one.min(two)..one.max(two)].iter().copied());
            }
            _ => body[at] ^= 1 << variety.below(8),
        }
        body.truncate(LENGTH_MAX);
        if body.is_empty() {
            body.push(b' ');
        }
    }
    body
}

/// Checks every entry of the corpus as it is, and then `usual` mutations of them. `check` panics where something does not
/// hold, and says whether the input was taken; the input that failed is told. Gives how many were taken and refused.
pub(crate) fn run(
    corpus: &[Vec<u8>],
    marks: &[&[u8]],
    usual: usize,
    mut check: impl FnMut(&[u8], &mut Variety) -> bool,
) -> (usize, usize) {
    assert!(!corpus.is_empty(), "there is a corpus");
    let mut variety = Variety::new();
    let (mut taken, mut refused) = (0, 0);
    let mut one = |input: &[u8], variety: &mut Variety| match catch_unwind(AssertUnwindSafe(|| check(input, variety))) {
        Ok(true) => taken += 1,
        Ok(false) => refused += 1,
        Err(panic) => {
            tell(input);
            resume_unwind(panic);
        }
    };
    for entry in corpus {
        one(entry, &mut variety);
    }
    for _ in 0..rounds(usual) {
        let entry = variety.below(corpus.len());
        let input = mutate(&corpus[entry], corpus, marks, &mut variety);
        one(&input, &mut variety);
    }
    (taken, refused)
}

fn tell(input: &[u8]) {
    eprintln!("the input that failed: b\"{}\"", input.escape_ascii());
}
