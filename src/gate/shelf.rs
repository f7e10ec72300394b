//! Answers kept for a few seconds, where a steward says that a feed answers everybody alike: many callers that ask for
//! the same reading within a second cost its service one answer. Each call is checked, counted and metered all the same;
//! only the way to the upstream is saved. Each worker has its own shelf, bounded in bytes.
//!
//! What is kept is found again by the dataset as it is now, the redactions that made the answer, where it was asked, and
//! every request header by which an answer may differ. So an answer never passes from one redaction to another, nor
//! outlives a change of the dataset.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode, Uri};

use super::grants::Route;
use super::headers::CONDITIONAL;
use super::redact;

/// The longest answer that is kept, and all that one worker keeps, in bytes.
const ANSWER_MAX_BYTES: usize = 256 * 1024;
const SHELF_MAX_BYTES: usize = 16 * 1024 * 1024;
/// What a kept answer takes beside its body, roughly.
const OVERHEAD_BYTES: usize = 1024;
const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// The request headers by which an answer may differ; one that differs by another is not kept.
const DIFFERING: [HeaderName; 3] = [header::ACCEPT, header::ACCEPT_ENCODING, header::ACCEPT_LANGUAGE];
/// Request headers that ask for a fresh answer.
const FRESH: [HeaderName; 2] = [header::CACHE_CONTROL, header::PRAGMA];

/// What an answer is an answer to.
#[derive(Clone)]
pub(super) struct Asked {
    route: Arc<Route>,
    redaction: Option<Arc<redact::Plan>>,
    target: Uri,
    differing: [Option<HeaderValue>; 3],
}

/// An answer that is kept.
pub(super) struct Kept {
    /// What the client is told, but for what is each call's own.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    made_at: u64,
    until: u64,
}

impl Kept {
    /// Whole seconds since it was made (RFC 9111, 5.1).
    pub(super) const fn age_seconds(&self, ticks: u64) -> u64 {
        ticks.saturating_sub(self.made_at) / NANOS_PER_SECOND
    }
}

/// What one worker keeps.
#[derive(Default)]
pub(super) struct Shelf {
    /// Under the usual seeded hash: clients choose what they ask.
    kept: RefCell<HashMap<Asked, Rc<Kept>>>,
    bytes: Cell<usize>,
}

/// An answer on its way to the client that will be kept when it came whole.
pub(super) struct Keeping {
    shelf: Rc<Shelf>,
    asked: Asked,
    headers: HeaderMap,
    body: BytesMut,
    made_at: u64,
}

impl Asked {
    /// What a request asks, where its answer may be kept: a plain read of the whole, on a dataset that allows it.
    pub(super) fn by(
        method: &Method,
        headers: &HeaderMap,
        route: &Arc<Route>,
        redaction: Option<&Arc<redact::Plan>>,
        target: &Uri,
    ) -> Option<Self> {
        let keeps = route.upstream.as_ref().is_some_and(|upstream| upstream.keep_seconds > 0);
        let is_particular = || CONDITIONAL.iter().chain(&FRESH).any(|name| headers.contains_key(name));
        if !keeps || method != Method::GET || is_particular() {
            return None;
        }
        // Sent more than once is sent strangely: not worth a place.
        let once = |name: &HeaderName| {
            let mut values = headers.get_all(name).iter();
            let value = values.next().cloned();
            values.next().is_none().then_some(value)
        };
        let [accept, encoding, language] = &DIFFERING;
        let differing = [once(accept)?, once(encoding)?, once(language)?];
        // A copy of its own: the call's shares a piece of memory with much that is not kept.
        let target = target.to_string().try_into().ok()?;
        Some(Self { route: Arc::clone(route), redaction: redaction.cloned(), target, differing })
    }

    fn keep_nanos(&self) -> u64 {
        let seconds = self.route.upstream.as_ref().map_or(0, |upstream| upstream.keep_seconds);
        u64::from(seconds).saturating_mul(NANOS_PER_SECOND)
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        let is_same_redaction = match (&self.redaction, &other.redaction) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_same_redaction
            && Arc::ptr_eq(&self.route, &other.route)
            && self.target == other.target
            && self.differing == other.differing
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.route).hash(state);
        self.redaction.as_ref().map(Arc::as_ptr).hash(state);
        self.target.hash(state);
        self.differing.hash(state);
    }
}

impl Shelf {
    /// The kept answer, if it is still good.
    pub(super) fn find(&self, asked: &Asked, ticks: u64) -> Option<Rc<Kept>> {
        self.kept.borrow().get(asked).filter(|kept| kept.until > ticks).cloned()
    }

    /// Begins to keep an answer, if its head allows it.
    pub(super) fn keeping(
        self: &Rc<Self>,
        asked: Asked,
        status: StatusCode,
        (theirs, ours): (&HeaderMap, &HeaderMap),
        made_at: u64,
    ) -> Option<Keeping> {
        (status == StatusCode::OK && may_be_kept(theirs)).then(|| Keeping {
            shelf: Rc::clone(self),
            asked,
            headers: ours.clone(),
            body: BytesMut::new(),
            made_at,
        })
    }

    /// Forgets what is over; called a few times a second.
    pub(super) fn sweep(&self, ticks: u64) {
        if self.bytes.get() == 0 {
            return;
        }
        let mut kept = self.kept.borrow_mut();
        kept.retain(|_, kept| kept.until > ticks);
        self.bytes.set(kept.values().map(|kept| kept.body.len() + OVERHEAD_BYTES).sum());
    }
}

impl Keeping {
    /// Takes a piece as the client gets it; false when the answer has grown too long to be kept.
    pub(super) fn take(&mut self, piece: &Bytes) -> bool {
        self.body.extend_from_slice(piece);
        self.body.len() <= ANSWER_MAX_BYTES
    }

    /// The answer came whole.
    pub(super) fn finish(self) {
        let Self { shelf, asked, headers, body, made_at } = self;
        let bytes = shelf.bytes.get() + body.len() + OVERHEAD_BYTES;
        if bytes > SHELF_MAX_BYTES {
            return;
        }
        let until = made_at.saturating_add(asked.keep_nanos());
        let kept = Kept { headers, body: body.freeze(), made_at, until };
        let older = shelf.kept.borrow_mut().insert(asked, Rc::new(kept));
        shelf.bytes.set(bytes - older.map_or(0, |older| older.body.len() + OVERHEAD_BYTES));
    }
}

/// Whether an upstream's answer may be given to others: it forbids it nowhere and differs by known headers only.
fn may_be_kept(headers: &HeaderMap) -> bool {
    let values = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("*"));
    let words = |name| values(name).flat_map(|value| value.split(',')).map(str::trim);
    let forbids = |word: &str| {
        ["no-store", "no-cache", "private", "max-age=0", "*"].iter().any(|one| word.eq_ignore_ascii_case(one))
    };
    let is_known = |word: &str| DIFFERING.iter().any(|name| word.eq_ignore_ascii_case(name.as_str()));
    !words(header::CACHE_CONTROL).any(forbids)
        && words(header::VARY).all(is_known)
        && !headers.contains_key(header::SET_COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_meant_for_one_or_differs_by_more_is_not_kept() {
        let is_kept = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            may_be_kept(&headers)
        };
        assert!(may_be_kept(&HeaderMap::new()));
        assert!(is_kept("cache-control", "public, max-age=5") && is_kept("vary", "Accept-Encoding, accept"));
        for value in ["no-store", "public, no-cache", "Private", "max-age=0"] {
            assert!(!is_kept("cache-control", value), "{value}");
        }
        for value in ["*", "Authorization", "accept, X-Accord-Key-Id", "cookie"] {
            assert!(!is_kept("vary", value), "{value}");
        }
        assert!(!is_kept("set-cookie", "a=b"));
    }
}
