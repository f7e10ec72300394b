//! Whose address a request comes from: the peer's, or what a trusted proxy says, never what a client claims.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::ServiceRequest;

use crate::domain::net::{CidrList, client_address};

/// The client's address, in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// The address to log, limit and record for this request.
#[must_use]
pub fn address_of(request: &ServiceRequest, trusted: &CidrList) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let lines: Vec<&str> = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
    client_address(peer, lines.into_iter(), trusted)
}
