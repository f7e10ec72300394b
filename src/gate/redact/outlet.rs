//! Output that may have to wait: a record whose age is not known yet, a longitude whose latitude follows.
//!
//! While a hold waits, what is written is kept, up to a limit; when the last is
//! decided it goes out, or is gone as if it had never been. Must never let go of a byte that a hold still covers.

use bytes::BytesMut;

use super::{HELD_MAX, Unreadable};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// What is written from this place on waits.
    Waiting(usize),
    /// Decided: it goes out.
    Released,
    /// Decided: it is gone, and so is what is written until the hold is closed.
    Discarding,
    /// Its owner is done with it.
    Closed,
}

/// The place of a hold in the nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HoldId(usize);

/// The output with its holds.
#[derive(Debug, Default)]
pub(super) struct Outlet {
    held: Vec<u8>,
    holds: Vec<Hold>,
    waiting: usize,
    discarding: usize,
}

impl Outlet {
    pub(super) fn write(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        if self.discarding > 0 {
            return Ok(());
        }
        if self.waiting == 0 {
            out.extend_from_slice(bytes);
            return Ok(());
        }
        if self.held.len() + bytes.len() > HELD_MAX {
            return Err(Unreadable::TooLarge);
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }

    /// From here on everything waits.
    pub(super) fn hold(&mut self) -> HoldId {
        self.waiting += 1;
        self.holds.push(Hold::Waiting(self.held.len()));
        HoldId(self.holds.len() - 1)
    }

    /// Lets it go.
    pub(super) fn release(&mut self, id: HoldId, out: &mut BytesMut) {
        if matches!(self.get(id), Some(Hold::Waiting(_))) {
            self.set(id, Hold::Released);
            self.flush(out);
        }
    }

    /// Takes it back, and what follows until it is closed.
    pub(super) fn discard(&mut self, id: HoldId) {
        let Some(Hold::Waiting(at)) = self.get(id) else { return };
        self.held.truncate(at);
        self.set(id, Hold::Discarding);
        for inner in id.0 + 1..self.holds.len() {
            // What was held within is gone with it.
            if matches!(self.get(HoldId(inner)), Some(Hold::Waiting(_))) {
                self.set(HoldId(inner), Hold::Released);
            }
        }
    }

    /// Writes at the place where a hold began.
    pub(super) fn insert(&mut self, id: HoldId, bytes: &[u8]) -> Result<(), Unreadable> {
        let Some(Hold::Waiting(at)) = self.get(id) else { return Ok(()) };
        if self.discarding > 0 {
            return Ok(());
        }
        if self.held.len() + bytes.len() > HELD_MAX {
            return Err(Unreadable::TooLarge);
        }
        self.held.splice(at..at, bytes.iter().copied());
        for later in self.holds.iter_mut().skip(id.0 + 1) {
            if let Hold::Waiting(at) = later {
                *at += bytes.len();
            }
        }
        Ok(())
    }

    /// Ends a hold; one that still waits is let go.
    pub(super) fn close(&mut self, id: HoldId, out: &mut BytesMut) {
        self.release(id, out);
        if self.get(id) == Some(Hold::Discarding) {
            self.discarding -= 1;
        }
        self.set(id, Hold::Closed);
        while self.holds.pop_if(|hold| *hold == Hold::Closed).is_some() {}
        self.flush(out);
    }

    /// Whether everything that was written went out.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Bytes of memory it keeps.
    pub(super) fn capacity(&self) -> usize {
        self.held.capacity()
    }

    fn get(&self, id: HoldId) -> Option<Hold> {
        self.holds.get(id.0).copied()
    }

    fn set(&mut self, id: HoldId, next: Hold) {
        let Some(hold) = self.holds.get_mut(id.0) else { return };
        if matches!(hold, Hold::Waiting(_)) {
            self.waiting -= 1;
        }
        if matches!(next, Hold::Discarding) {
            self.discarding += 1;
        }
        *hold = next;
    }

    fn flush(&mut self, out: &mut BytesMut) {
        if self.waiting == 0 {
            out.extend_from_slice(&self.held);
            self.held.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(out: &BytesMut) -> &str {
        std::str::from_utf8(out).unwrap()
    }

    #[test]
    fn what_waits_goes_out_when_the_last_hold_is_decided() {
        let (mut outlet, mut out) = (Outlet::default(), BytesMut::new());
        outlet.write(b"a", &mut out).unwrap();
        let outer = outlet.hold();
        outlet.write(b"b", &mut out).unwrap();
        let inner = outlet.hold();
        outlet.write(b"d", &mut out).unwrap();
        assert_eq!(text(&out), "a");
        outlet.release(outer, &mut out);
        assert_eq!(text(&out), "a", "the inner one still waits");
        outlet.insert(inner, b"c").unwrap();
        outlet.close(inner, &mut out);
        assert_eq!(text(&out), "abcd");
        outlet.write(b"e", &mut out).unwrap();
        outlet.close(outer, &mut out);
        assert_eq!(text(&out), "abcde");
        assert!(outlet.is_empty());
    }

    #[test]
    fn holds_may_be_decided_in_any_order() {
        let (mut outlet, mut out) = (Outlet::default(), BytesMut::new());
        let first = outlet.hold();
        outlet.write(b"b", &mut out).unwrap();
        let second = outlet.hold();
        outlet.write(b"d", &mut out).unwrap();
        outlet.insert(first, b"a").unwrap();
        outlet.close(first, &mut out);
        assert_eq!(text(&out), "");
        outlet.insert(second, b"c").unwrap();
        outlet.close(second, &mut out);
        assert_eq!(text(&out), "abcd");
    }

    #[test]
    fn what_is_taken_back_is_gone_with_all_it_held() {
        let (mut outlet, mut out) = (Outlet::default(), BytesMut::new());
        let outer = outlet.hold();
        outlet.write(b"secret", &mut out).unwrap();
        let inner = outlet.hold();
        outlet.write(b"more", &mut out).unwrap();
        outlet.discard(outer);
        outlet.insert(inner, b"x").unwrap();
        outlet.close(inner, &mut out);
        outlet.write(b"late", &mut out).unwrap();
        let later = outlet.hold();
        outlet.write(b"later", &mut out).unwrap();
        outlet.close(later, &mut out);
        outlet.close(outer, &mut out);
        outlet.write(b"free", &mut out).unwrap();
        assert_eq!(text(&out), "free");
    }

    #[test]
    fn what_waits_is_bounded() {
        let (mut outlet, mut out) = (Outlet::default(), BytesMut::new());
        let hold = outlet.hold();
        assert_eq!(outlet.write(&vec![b'x'; HELD_MAX], &mut out), Ok(()));
        assert_eq!(outlet.write(b"x", &mut out), Err(Unreadable::TooLarge));
        assert_eq!(outlet.insert(hold, b"x"), Err(Unreadable::TooLarge));
    }
}
