//! Abuse: what people and programs try that they should not, against the running program.

mod doors;
mod evidence;
mod floods;
mod guessing;
mod others;
mod texts;
mod wire;
