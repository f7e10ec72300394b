//! The audit chain: what an entry holds, how it is hashed over the one before, and how the chain is checked.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::id::{AccountId, AgreementId, ApplicationId, DatasetId, DepartmentId, KeyId};
use super::people::{Actor, Capacity};
use super::time::{Instant, to_micros};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// The hash before the first entry.
pub const GENESIS: Hash = [0; 32];

/// What an act touched, so that a whole story can be found again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The application.
    pub application: Option<ApplicationId>,
    /// The agreement.
    pub agreement: Option<AgreementId>,
    /// The key.
    pub key: Option<KeyId>,
    /// The dataset.
    pub dataset: Option<DatasetId>,
    /// The person acted upon (requester, holder, member of staff).
    pub person: Option<AccountId>,
}

/// What an act leaves behind, before it has its place in the chain.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "`act` is the word of the glossary, the column and the export")]
pub struct Act {
    /// What was done, as `noun.verb`: `application.submit`.
    pub act: &'static str,
    /// In which capacity.
    pub capacity: Capacity,
    /// The kind of thing acted on: `application`.
    pub subject_kind: &'static str,
    /// Its id or name.
    pub subject: String,
    /// What it touched.
    pub about: About,
    /// The part that changed, before.
    pub before: Value,
    /// The part that changed, after.
    pub after: Value,
    /// The reason given, if any.
    pub reason: Option<String>,
}

impl Act {
    /// An act on `subject`, with nothing else said yet.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over ids, which are Copy, and words alike")]
    pub fn new(act: &'static str, capacity: Capacity, subject_kind: &'static str, subject: impl ToString) -> Self {
        Self {
            act,
            capacity,
            subject_kind,
            subject: subject.to_string(),
            about: About::default(),
            before: Value::Null,
            after: Value::Null,
            reason: None,
        }
    }

    /// States what the act touched.
    #[must_use]
    pub fn about(mut self, about: About) -> Self {
        self.about = about;
        self
    }

    /// States what changed.
    #[must_use]
    pub fn change(mut self, before: Value, after: Value) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    /// States the reason given.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place, from 1, without gaps.
    pub number: i64,
    /// When.
    pub at: Instant,
    /// Who; `None` for visitors and the service.
    pub account: Option<AccountId>,
    /// Their name at the time.
    pub name: String,
    /// In which capacity: a role, `requester`, `visitor` or `service`.
    pub capacity: String,
    /// The department of a departmental act.
    pub department: Option<DepartmentId>,
    /// The address the request came from.
    pub address: Option<String>,
    /// The request that caused it.
    pub request: Option<String>,
    /// What was done.
    pub act: String,
    /// The kind of thing acted on.
    pub subject_kind: String,
    /// Its id or name.
    pub subject: String,
    /// What it touched.
    pub about: About,
    /// JSON text of the part that changed, before.
    pub before: String,
    /// JSON text of the part that changed, after.
    pub after: String,
    /// The reason given.
    pub reason: Option<String>,
    /// The hash of the entry before.
    pub previous: Hash,
    /// The hash of this entry, over everything above.
    pub hash: Hash,
}

impl Entry {
    /// Takes an act into the chain at `number`, after `previous`.
    #[must_use]
    pub fn chain(act: Act, actor: &Actor, request: Option<String>, at: Instant, number: i64, previous: Hash) -> Self {
        let mut entry = Self {
            number,
            at,
            account: actor.account,
            name: actor.name.clone(),
            capacity: act.capacity.as_str().to_owned(),
            department: act.capacity.department(),
            address: actor.address.map(|address: IpAddr| address.to_string()),
            request,
            act: act.act.to_owned(),
            subject_kind: act.subject_kind.to_owned(),
            subject: act.subject,
            about: act.about,
            before: act.before.to_string(),
            after: act.after.to_string(),
            reason: act.reason,
            previous,
            hash: GENESIS,
        };
        entry.hash = entry.computed_hash();
        entry
    }

    /// The hash over every field but `hash`: each field preceded by its length, so that no two entries encode alike.
    #[must_use]
    pub fn computed_hash(&self) -> Hash {
        let mut sum = Sha256::new();
        sum.update(b"accord audit entry v1\n");
        sum.update(self.number.to_be_bytes());
        sum.update(to_micros(self.at).to_be_bytes());
        let id = |id: Option<String>| id;
        let fields: [Option<String>; 17] = [
            id(self.account.map(|id| id.to_string())),
            Some(self.name.clone()),
            Some(self.capacity.clone()),
            id(self.department.map(|id| id.to_string())),
            self.address.clone(),
            self.request.clone(),
            Some(self.act.clone()),
            Some(self.subject_kind.clone()),
            Some(self.subject.clone()),
            id(self.about.application.map(|id| id.to_string())),
            id(self.about.agreement.map(|id| id.to_string())),
            id(self.about.key.map(|id| id.to_string())),
            id(self.about.dataset.map(|id| id.to_string())),
            id(self.about.person.map(|id| id.to_string())),
            Some(self.before.clone()),
            Some(self.after.clone()),
            self.reason.clone(),
        ];
        for field in &fields {
            match field {
                None => sum.update([0]),
                Some(text) => {
                    sum.update([1]);
                    sum.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                    sum.update(text.as_bytes());
                }
            }
        }
        sum.update(self.previous);
        sum.finalize().into()
    }
}

/// The end of the chain, as signed, published and kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry; 0 for an empty chain.
    pub number: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty chain.
    pub const EMPTY: Self = Self { number: 0, hash: GENESIS };

    /// `number:hex`, the form printed and accepted by `accord audit verify`.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}:{}", self.number, hex(&self.hash))
    }

    /// Reads [`Head::to_text`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (number, hash) = text.trim().split_once(':')?;
        Some(Self { number: number.parse().ok()?, hash: unhex(hash)? })
    }
}

/// How far the service itself has checked the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainCheck {
    /// When it last looked.
    pub at: Instant,
    /// The head up to which everything was whole, as [`Head::to_text`].
    pub verified: String,
    /// When it last read everything from the first entry.
    pub whole_at: Instant,
    /// What was wrong; empty where nothing was.
    pub fault: String,
}

impl ChainCheck {
    /// Whether everything must be read again: once a day, and for as long as something is wrong.
    #[must_use]
    pub fn is_whole_due(&self, now: Instant) -> bool {
        !self.fault.is_empty() || now - self.whole_at >= chrono::Duration::days(1)
    }

    /// The number of the last entry that was whole.
    #[must_use]
    pub fn number(&self) -> i64 {
        Head::from_text(&self.verified).map_or(0, |head| head.number)
    }
}

/// What is wrong with a chain, at its first bad entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The entry's own hash does not match what it says.
    #[error("entry {0} was changed: its content does not match its hash")]
    Changed(i64),
    /// The entry does not follow the one before it.
    #[error("entry {0} does not continue the chain: the entry before it was changed, replaced or reordered")]
    Unlinked(i64),
    /// Entries are missing.
    #[error("entry {expected} is missing: the next entry present is {found}")]
    Gap {
        /// The number that should come.
        expected: i64,
        /// The number found in its place.
        found: i64,
    },
    /// The chain ends before a head that was kept elsewhere.
    #[error("the chain was cut short: entry {expected} was known to exist, the last entry present is {last}")]
    Truncated {
        /// The number in the kept head.
        expected: i64,
        /// The last number present.
        last: i64,
    },
    /// The entry named by a kept head is not the one it was.
    #[error("entry {0} is not the entry that the kept head names: the chain was rewritten or rolled back")]
    Rewritten(i64),
}

/// Checks a chain entry by entry, in bounded memory.
#[derive(Clone, Debug)]
pub struct Verifier {
    head: Head,
    kept: Option<Head>,
}

impl Verifier {
    /// Starts before the first entry; `kept` is a head from elsewhere that the chain must contain.
    #[must_use]
    pub const fn new(kept: Option<Head>) -> Self {
        Self::after(Head::EMPTY, kept)
    }

    /// Starts behind an entry up to which the chain was whole.
    #[must_use]
    pub const fn after(head: Head, kept: Option<Head>) -> Self {
        Self { head, kept }
    }

    /// Checks the next entry.
    ///
    /// # Errors
    /// The [`Fault`] that makes this the first bad entry.
    pub fn take(&mut self, entry: &Entry) -> Result<(), Fault> {
        let expected = self.head.number.saturating_add(1);
        if entry.number != expected {
            return Err(Fault::Gap { expected, found: entry.number });
        }
        if entry.previous != self.head.hash {
            return Err(Fault::Unlinked(entry.number));
        }
        if entry.computed_hash() != entry.hash {
            return Err(Fault::Changed(entry.number));
        }
        if self.kept.is_some_and(|kept| kept.number == entry.number && kept.hash != entry.hash) {
            return Err(Fault::Rewritten(entry.number));
        }
        self.head = Head { number: entry.number, hash: entry.hash };
        Ok(())
    }

    /// Ends the check.
    ///
    /// # Errors
    /// [`Fault::Truncated`] when the kept head, or the store's own head, lies beyond the last entry.
    pub fn finish(self, stored: Head) -> Result<Head, Fault> {
        for known in self.kept.into_iter().chain([stored]) {
            if known.number > self.head.number {
                return Err(Fault::Truncated { expected: known.number, last: self.head.number });
            }
        }
        if stored != self.head {
            return Err(Fault::Rewritten(self.head.number));
        }
        Ok(self.head)
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}

/// Reads 64 hexadecimal digits.
#[must_use]
pub fn unhex(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut out = GENESIS;
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::time::from_micros;

    fn chain(length: i64) -> Vec<Entry> {
        let mut previous = GENESIS;
        (1..=length)
            .map(|number| {
                let act = Act::new("key.roll", Capacity::Requester, "key", number)
                    .change(json!({"n": number}), json!({"n": number + 1}))
                    .because("rotation");
                let entry =
                    Entry::chain(act, &Actor::service("test"), None, from_micros(number * 1_000), number, previous);
                previous = entry.hash;
                entry
            })
            .collect()
    }

    fn verify(entries: &[Entry], kept: Option<Head>, stored: Head) -> Result<Head, Fault> {
        let mut verifier = Verifier::new(kept);
        for entry in entries {
            verifier.take(entry)?;
        }
        verifier.finish(stored)
    }

    fn head(entries: &[Entry]) -> Head {
        entries.last().map_or(Head::EMPTY, |last| Head { number: last.number, hash: last.hash })
    }

    #[test]
    fn an_untouched_chain_verifies_and_an_empty_one_too() {
        let entries = chain(5);
        assert_eq!(verify(&entries, Some(head(&entries)), head(&entries)), Ok(head(&entries)));
        assert_eq!(verify(&[], None, Head::EMPTY), Ok(Head::EMPTY));
    }

    #[test]
    fn every_kind_of_tampering_is_named_at_its_entry() {
        type Tamper = fn(&mut Vec<Entry>);
        let good = chain(5);
        let stored = head(&good);
        let rows: Vec<(&str, Tamper, Fault)> = vec![
            ("edited", |e| e[2].name = "somebody else".into(), Fault::Changed(3)),
            ("reason removed", |e| e[2].reason = None, Fault::Changed(3)),
            ("time moved", |e| e[2].at = from_micros(1), Fault::Changed(3)),
            (
                "boundary shifted",
                |e| {
                    e[2].act = "key.rollk".into();
                    e[2].subject_kind = "ey".into();
                },
                Fault::Changed(3),
            ),
            (
                "deleted",
                |e| {
                    e.remove(2);
                },
                Fault::Gap { expected: 3, found: 4 },
            ),
            ("swapped", |e| e.swap(1, 2), Fault::Gap { expected: 2, found: 3 }),
            (
                "re-hashed",
                |e| {
                    e[2].name = "x".into();
                    e[2].hash = e[2].computed_hash();
                },
                Fault::Unlinked(4),
            ),
            ("cut short", |e| e.truncate(3), Fault::Truncated { expected: 5, last: 3 }),
        ];
        for (what, tamper, fault) in rows {
            let mut entries = good.clone();
            tamper(&mut entries);
            assert_eq!(verify(&entries, None, stored), Err(fault), "{what}");
        }
    }

    #[test]
    fn a_rewritten_chain_is_found_by_a_head_kept_elsewhere() {
        let kept = head(&chain(5));
        let mut forged = chain(4);
        let act = Act::new("key.roll", Capacity::Requester, "key", "forged");
        let last = Entry::chain(act, &Actor::service("test"), None, from_micros(9), 5, forged[3].hash);
        forged.push(last);
        assert_eq!(verify(&forged, None, head(&forged)), Ok(head(&forged)));
        assert_eq!(verify(&forged, Some(kept), head(&forged)), Err(Fault::Rewritten(5)));
    }

    #[test]
    fn a_head_reads_back_what_it_prints() {
        let head = head(&chain(3));
        assert_eq!(Head::from_text(&head.to_text()), Some(head));
        assert_eq!(Head::from_text("3:zz"), None);
    }
}
