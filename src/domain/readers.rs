//! Who could read at which time, from what was so then: an agreement's force, a key's life, the dataset's tier and the
//! holds, each as spans of time. It works on facts that are handed in and must never ask what is so today.

use serde::{Deserialize, Serialize};

use super::time::Instant;

/// From an instant to before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub from: Instant,
    /// The first instant after it.
    pub until: Instant,
}

impl Span {
    /// A span; one that ends before it begins holds nothing.
    #[must_use]
    pub const fn new(from: Instant, until: Instant) -> Self {
        Self { from, until }
    }

    /// From an instant on; without an end, for good.
    #[must_use]
    pub fn since(from: Instant, until: Option<Instant>) -> Self {
        Self { from, until: until.unwrap_or(Instant::MAX_UTC) }
    }

    fn holds_something(self) -> bool {
        self.from < self.until
    }
}

/// Spans in order, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// These spans, whatever their order.
    #[must_use]
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut given: Vec<Span> = spans.into_iter().filter(|span| span.holds_something()).collect();
        given.sort_unstable();
        let mut all: Vec<Span> = Vec::with_capacity(given.len());
        for span in given {
            match all.last_mut() {
                Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
                Some(_) | None => all.push(span),
            }
        }
        Self(all)
    }

    /// What turns on and off at these instants; what is on at the last of them stays so.
    #[must_use]
    pub fn from_turns(turns: impl IntoIterator<Item = (Instant, bool)>) -> Self {
        let (mut all, mut begun) = (Vec::new(), None);
        for (at, is_on) in turns {
            match (begun, is_on) {
                (None, true) => begun = Some(at),
                (Some(from), false) => {
                    all.push(Span::new(from, at));
                    begun = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
        all.extend(begun.map(|from| Span::since(from, None)));
        Self::of(all)
    }

    /// The spans in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// Whether there is no instant in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What lies in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let common = |one: &Span, two: &Span| Span::new(one.from.max(two.from), one.until.min(two.until));
        Self::of(self.0.iter().flat_map(|one| other.0.iter().map(move |two| common(one, two))))
    }

    /// What lies in the first and not in the second.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for cut in &other.0 {
            left = left
                .into_iter()
                .flat_map(|span| {
                    [Span::new(span.from, span.until.min(cut.from)), Span::new(span.from.max(cut.until), span.until)]
                })
                .filter(|span| span.holds_something())
                .collect();
        }
        Self::of(left)
    }

    /// What lies in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied())
    }
}

/// What keeps a key from reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The agreement was not in force.
    NoAgreement,
    /// The key was not there yet, had ended, or acted under another agreement.
    NoKey,
    /// The key did not open this dataset.
    NoScope,
    /// The dataset had no tier, or one that is never granted.
    NotServed,
    /// A hold lay on it.
    Held,
}

impl Obstacle {
    /// The word for JSON, files and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAgreement => "no_agreement",
            Self::NoKey => "no_key",
            Self::NoScope => "no_scope",
            Self::NotServed => "not_served",
            Self::Held => "held",
        }
    }
}

/// Everything that decides whether one key could read one dataset under one agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// When the agreement was in force for this dataset.
    pub agreement: Spans,
    /// When the key worked under this agreement.
    pub key: Spans,
    /// When it had a scope of this dataset.
    pub scope: Spans,
    /// When the dataset was served to holders of keys.
    pub served: Spans,
    /// When a hold stopped it: on the key, on the agreement, or on a person whose hold stops it.
    pub held: Spans,
}

/// When a key could read, and what stood in its way for the rest of the time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When it could read.
    pub could: Spans,
    /// When it could not, and why: the first reason in the order in which the gate looks.
    pub could_not: Vec<(Obstacle, Spans)>,
}

impl Past {
    /// What it comes to within a span of time.
    #[must_use]
    pub fn within(&self, span: Span) -> Reading {
        let mut open = Spans::of([span]);
        let mut could_not = Vec::new();
        // In the order of the gate's check: key, holds, agreement, scope, dataset.
        let mut need = |obstacle: Obstacle, given: &Spans| {
            let missing = open.without(given);
            if !missing.is_empty() {
                could_not.push((obstacle, missing));
            }
            open = open.and(given);
        };
        need(Obstacle::NoKey, &self.key);
        need(Obstacle::Held, &Spans::of([span]).without(&self.held));
        need(Obstacle::NoAgreement, &self.agreement);
        need(Obstacle::NoScope, &self.scope);
        need(Obstacle::NotServed, &self.served);
        Reading { could: open, could_not }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    fn span(from: i64, until: i64) -> Span {
        Span::new(from_micros(from), from_micros(until))
    }

    fn spans(pairs: &[(i64, i64)]) -> Spans {
        Spans::of(pairs.iter().map(|(from, until)| span(*from, *until)))
    }

    #[test]
    fn spans_are_kept_in_order_and_joined_where_they_touch() {
        type Pairs = &'static [(i64, i64)];
        let rows: &[(Pairs, Pairs)] = &[
            (&[], &[]),
            (&[(5, 5), (7, 6)], &[]),
            (&[(5, 8), (1, 3)], &[(1, 3), (5, 8)]),
            (&[(1, 3), (3, 5)], &[(1, 5)]),
            (&[(1, 9), (2, 3), (8, 10)], &[(1, 10)]),
        ];
        for (given, kept) in rows {
            assert_eq!(spans(given).0, kept.iter().map(|(a, b)| span(*a, *b)).collect::<Vec<_>>(), "{given:?}");
        }
    }

    #[test]
    fn spans_are_cut_joined_and_taken_together() {
        let (one, two) = (spans(&[(0, 10), (20, 30)]), spans(&[(5, 22), (25, 26)]));
        assert_eq!(one.and(&two), spans(&[(5, 10), (20, 22), (25, 26)]));
        assert_eq!(one.without(&two), spans(&[(0, 5), (22, 25), (26, 30)]));
        assert_eq!(one.or(&two), spans(&[(0, 30)]));
        assert_eq!(one.without(&one), Spans::default());
        assert_eq!(one.without(&Spans::default()), one);
    }

    #[test]
    fn turns_make_spans_and_what_is_on_at_the_last_stays_on() {
        let at = from_micros;
        let turned = |turns: &[(i64, bool)]| Spans::from_turns(turns.iter().map(|(when, is_on)| (at(*when), *is_on)));
        assert_eq!(turned(&[(1, true), (3, false), (5, true), (9, false)]), spans(&[(1, 3), (5, 9)]));
        assert_eq!(turned(&[(1, false), (2, true), (3, true), (4, false), (6, false)]), spans(&[(2, 4)]));
        assert_eq!(turned(&[(7, true)]), Spans::of([Span::since(at(7), None)]));
        assert_eq!(turned(&[]), Spans::default());
    }

    #[test]
    fn a_key_reads_only_while_everything_allows_it_and_each_rest_has_one_reason() {
        let past = Past {
            agreement: spans(&[(10, 90)]),
            key: spans(&[(20, 100)]),
            scope: spans(&[(0, 70)]),
            served: spans(&[(0, 60), (65, 200)]),
            held: spans(&[(30, 40), (15, 18)]),
        };
        let reading = past.within(span(0, 110));
        assert_eq!(reading.could, spans(&[(20, 30), (40, 60), (65, 70)]));
        let reasons = [
            (Obstacle::NoKey, spans(&[(0, 20), (100, 110)])),
            (Obstacle::Held, spans(&[(30, 40)])),
            (Obstacle::NoAgreement, spans(&[(90, 100)])),
            (Obstacle::NoScope, spans(&[(70, 90)])),
            (Obstacle::NotServed, spans(&[(60, 65)])),
        ];
        assert_eq!(reading.could_not, reasons);
        for (at, could) in [(19, false), (20, true), (29, true), (30, false), (40, true), (60, false), (69, true)] {
            assert_eq!(!past.within(span(at, at + 1)).could.is_empty(), could, "{at}");
        }
    }
}
