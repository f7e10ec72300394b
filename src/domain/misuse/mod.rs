//! Misuse: the rule book, what a rule looks at, and what a crossed threshold makes of it. Must never find a violation:
//! a rule notices figures and takes a first step; only a person finds, revokes or refers.

pub mod case;
pub mod complaint;
mod detect;
pub mod pause;
mod rule;
mod signal;
#[cfg(test)]
mod tests;

pub use detect::{Catch, Facts, Finding, Seen, Slice, judge, replay};
pub use rule::{Class, Grain, Mode, Rule, SIGHT_MINUTES, SignalKind, Step};
pub use signal::{OFFENCE_MONTHS, Offence, Signal, SignalState, StepTaken, offence, window_words};
