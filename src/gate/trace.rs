//! Where a call stands in a trace (W3C Trace Context, version 00). A call whose `traceparent` says that it is sampled goes
//! on in that trace; of those that bring none a share begins one of its own; all others are passed on untouched. Off
//! unless somebody collects traces.

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

pub(super) const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
/// The flag of a call that is collected.
const SAMPLED: u8 = 1;

/// Which calls are traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracing {
    /// Of calls that bring no trace of their own so many in a hundred, 0 to 100.
    pub percent: u64,
}

/// A call's place in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The trace.
    pub trace: [u8; 16],
    /// This call in it.
    pub id: [u8; 8],
    /// Who called.
    pub parent: Option<[u8; 8]>,
}

impl Span {
    /// The place of a call with these headers; none when it is not traced. `random` gives numbers that differ.
    pub(super) fn of(headers: &HeaderMap, tracing: Tracing, mut random: impl FnMut() -> u64) -> Option<Box<Self>> {
        let mut values = headers.get_all(TRACE_PARENT).iter();
        let given = match (values.next(), values.next()) {
            (Some(value), None) => read(value.as_bytes()),
            _ => None,
        };
        let (trace, parent) = match given {
            Some((_, _, flags)) if flags & SAMPLED == 0 => return None,
            Some((trace, parent, _)) => (trace, Some(parent)),
            None if random() % 100 < tracing.percent => {
                (u128::from(random()) << 64 | u128::from(random().max(1)), None)
            }
            None => return None,
        };
        let trace = trace.to_be_bytes();
        Some(Box::new(Self { trace, id: random().max(1).to_be_bytes(), parent: parent.map(u64::to_be_bytes) }))
    }

    /// The trace in hexadecimal.
    #[must_use]
    pub fn trace_text(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.trace))
    }

    /// What an upstream is told: the same trace, with this call as its parent.
    pub(super) fn to_header(&self) -> HeaderValue {
        let text = format!("00-{}-{:016x}-01", self.trace_text(), u64::from_be_bytes(self.id));
        // It is made of hexadecimal digits and hyphens.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// `version-traceid-parentid-flags` in lower-case hexadecimal; no id is zero, no version is ff.
fn read(value: &[u8]) -> Option<(u128, u64, u8)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut parts = text.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let is_form = [version, trace, parent, flags]
        .into_iter()
        .zip([2, 32, 16, 2])
        .all(|(part, length)| part.len() == length && is_hex(part));
    if !is_form || version == "ff" || parts.next().is_some() {
        return None;
    }
    let (trace, parent) = (u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(parent, 16).ok()?);
    let flags = u8::from_str_radix(flags, 16).ok()?;
    (trace != 0 && parent != 0).then_some((trace, parent, flags))
}

/// Whether a client's `traceparent` may travel on.
pub(super) fn is_well_formed(value: &HeaderValue) -> bool {
    read(value.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn span(value: &str, percent: u64) -> Option<Box<Span>> {
        let mut headers = HeaderMap::new();
        if !value.is_empty() {
            headers.insert(TRACE_PARENT, HeaderValue::from_str(value).unwrap());
        }
        let mut next = 0;
        Span::of(&headers, Tracing { percent }, || {
            next += 50;
            next
        })
    }

    #[test]
    fn a_sampled_trace_goes_on_and_others_begin_by_share() {
        let went_on = span(GIVEN, 0).unwrap();
        assert_eq!(went_on.trace_text(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(went_on.parent, Some(0x00f0_67aa_0ba9_02b7_u64.to_be_bytes()));
        assert_eq!(went_on.to_header(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000032-01");
        assert_eq!(span(&GIVEN.replace("-01", "-00"), 100), None, "its own sampler said no");
        assert_eq!((span("", 50), span("nonsense", 0)), (None, None));
        let begun = span("", 51).unwrap();
        assert_eq!((begun.parent, begun.trace), (None, ((100_u128 << 64) + 150).to_be_bytes()));
    }

    #[test]
    fn a_trace_parent_must_look_like_one() {
        assert!(read(GIVEN.as_bytes()).is_some());
        let zero_trace = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        for bad in [
            "",
            "00-4bf92f-00f067-01",
            "00-4BF92F3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            &zero_trace,
            "zz",
        ] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
    }
}
