//! `accord demo`: a city in a box. Seeds departments, people, cases and usage, and simulates live sensor feeds.

pub mod people;
pub mod seed;
pub mod simulator;
mod stories;
