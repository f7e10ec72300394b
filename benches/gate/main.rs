//! What a request costs at the gate, beside bare handlers and nginx, in one run: `cargo bench --bench gate`.
//!
//! The servers run as processes of their own with one worker each, on the first core where `taskset` is there; the load
//! and the upstream share the others. Targets take turns in short rounds, so that all see the same machine; the table
//! shows medians. The figure to compare is the CPU time of the server process per request; requests per second depend
//! on what the load generator leaves over. nginx takes part where it is installed (`apt-get install nginx-light`).
//!
//! `cargo bench --bench gate -- scale` measures memory, start and change with a million keys instead.
#![expect(clippy::print_stdout, reason = "a benchmark's product is what it prints")]

mod bare_hyper;
mod compare;
mod load;
mod nginx;
mod scale;
mod servers;

use std::error::Error;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Which server a child process is; unset in the process that compares.
const ROLE: &str = "ACCORD_BENCH_ROLE";
/// The upstream's address, for a gate.
const UPSTREAM: &str = "ACCORD_BENCH_UPSTREAM";
/// How many keys a gate knows.
const KEYS: &str = "ACCORD_BENCH_KEYS";

fn main() -> Outcome<()> {
    match std::env::var(ROLE).as_deref() {
        Ok("bare") => servers::serve_bare(),
        Ok("bare hyper") => servers::serve_bare_hyper(std::env::var(UPSTREAM)?.parse()?),
        Ok("gate") => servers::serve_gate(&std::env::var(UPSTREAM)?, std::env::var(KEYS)?.parse()?),
        Ok("upstream") => servers::serve_upstream(),
        _ if std::env::args().any(|argument| argument == "scale") => scale::measure(),
        _ => compare::compare(),
    }
}
