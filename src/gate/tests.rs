//! The gate on real sockets: what clients and upstreams see.

mod bounds;
mod doors;
mod exchange;
mod fuzz;
mod gateway;
mod kit;
mod redacted;
mod streams;
mod tokens;
mod upstreams;
mod watching;
