//! The data plane.

pub mod clock;
pub mod limiter;
