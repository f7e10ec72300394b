//! A simulator of live city sensor feeds, used as upstreams by the demo and the tests.
//!
//! Every value follows from a seed and an instant: the feeds change smoothly with the clock, and a test can ask for any
//! moment again. The places are those of East Norwalk, Connecticut; the readings are invented. It must never be used as
//! a source of real data, and never decides who may read: that is the gate's work. All it asks for is the upstream's own
//! credential, as a real data service would.

mod air;
mod curb;
mod feed;
mod moment;
mod serve;
mod streets;
#[cfg(test)]
mod tests;
mod watched;
mod works;

pub use feed::{Feed, Field, Operation};
pub use serve::{CREDENTIAL_HEADER, Simulator, SimulatorState, configure, start};

/// Every feed of the simulated city, over all tiers.
pub const FEEDS: &[Feed] = &[
    streets::TRAFFIC,
    streets::PEDESTRIANS,
    streets::WORK_ZONES,
    curb::PARKING,
    curb::BIKES,
    curb::CHARGERS,
    air::AIR_QUALITY,
    air::NOISE,
    air::WEATHER,
    works::STREETLIGHTS,
    works::FLOOD,
    works::PLOWS,
    watched::CAMERAS,
    watched::PLATES,
];
