//! `accord demo`: a city in a box. Seeds departments, people, cases and usage, and simulates live sensor feeds.

mod asked;
pub mod clients;
mod conduct;
pub mod people;
pub mod sampled;
mod seed;
pub mod simulator;
mod stories;
mod texts;
pub mod usage;

pub use seed::{City, point_to, seed};
