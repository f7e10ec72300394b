//! The rules, and only the rules: no IO, no async, no SQL, no HTTP, no clock, no randomness.

pub mod agreement;
pub mod application;
pub mod audit;
pub mod calendar;
pub mod catalogue;
pub mod dcat;
pub mod guessing;
pub mod hold;
pub mod id;
pub mod key;
pub mod limits;
pub mod membership;
pub mod net;
pub mod notice;
pub mod path;
pub mod people;
pub mod profile;
pub mod redaction;
pub mod refusal;
pub mod review;
pub mod scope;
pub mod terms;
pub mod text;
pub mod tier;
pub mod time;
pub mod token;
