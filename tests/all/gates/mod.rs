//! Several gates of one city: what they count together, and how fast each learns.

mod limits;
mod propagation;
