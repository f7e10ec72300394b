//! Several gates of one city: what they count together, how fast each learns, and what it does without the store.

mod away;
mod limits;
mod metering;
mod presence;
mod propagation;
