//! Accord lets a city share sensor data under an agreement and makes the agreement stick.
//!
//! Two rooms and a corridor. The **desk** ([`portal`], [`api`], [`cases`], [`store`]) is where people decide; the
//! **gate** ([`gate`]) is where machines are let through. The gate holds its own picture of live grants and its own
//! counters; the **feed** ([`feed`]) carries grants in and usage out. ARCHITECTURE.md has the map and the walkthroughs.

pub mod api;
pub mod app;
pub mod cases;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod feed;
pub mod gate;
pub mod jobs;
pub mod portal;
pub mod store;
pub mod telemetry;
#[cfg(test)]
mod tests;
pub mod web;
pub mod words;
