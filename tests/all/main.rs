//! The tests that need more than one room: the house's own rules, the databases, the running program.
//!
//! One binary, so that it is linked once. Each subject is a module; what they share is [`harness`]. Every module is marked
//! `cfg(test)` so that the lints know it for a test.

#[cfg(test)]
mod abuse;
#[cfg(test)]
mod accessibility;
#[cfg(test)]
mod appeals;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod gates;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod misuse;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod records;
#[cfg(test)]
mod script;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod story;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod watching;
