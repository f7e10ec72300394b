//! Whose address a request comes from: the peer's, or what a trusted proxy says, never what a client claims.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// The client's address, in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// The address to log, limit and record for this request.
#[must_use]
pub fn address_of(request: &ServiceRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    address(peer, request.headers(), trusted)
}

fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
    client_address(peer, &lines, trusted)
}

/// Walks the forwarding chain from the nearest hop outwards while each hop is trusted; stops at the first that is not,
/// or that is not an address.
fn client_address(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer.to_canonical();
    for hop in forwarded.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(&nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_hops_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, lines: &[&str]| client_address(peer.parse().unwrap(), lines, &trusted).to_string();
        assert_eq!(seen("203.0.113.9", &["1.2.3.4"]), "203.0.113.9", "a client's own claim");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, 198.51.100.7"]), "198.51.100.7", "the nearest untrusted hop");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, 10.0.0.2"]), "198.51.100.7", "a chain of proxies");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7", "10.0.0.2"]), "198.51.100.7", "two header lines");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, junk"]), "10.0.0.1", "junk ends the walk");
        assert_eq!(seen("::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1", "mapped addresses are unwrapped");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }
}
