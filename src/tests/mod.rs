//! What the tests of several rooms share, and runs of mutations over rules that have no room to themselves.

pub(crate) mod fuzz;
mod texts;
