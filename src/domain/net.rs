//! Addresses: lists of networks, whose word about a client's address is believed, and where the service itself may
//! connect to. Never resolves a name and never connects.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

/// Networks one list may hold.
pub const NETWORKS_MAX: usize = 64;
/// Hops of a forwarding header that are looked at, from the right.
pub const HOPS_MAX: usize = 32;

/// Why a list of networks was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CidrProblem {
    /// More than [`NETWORKS_MAX`] entries.
    TooMany,
    /// The entry is neither an address nor a network.
    NotANetwork(String),
}

impl fmt::Display for CidrProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "a list holds at most {NETWORKS_MAX} networks"),
            Self::NotANetwork(text) => write!(f, "“{text}” is not an address or a network such as 192.0.2.0/24"),
        }
    }
}

impl std::error::Error for CidrProblem {}

/// A list of IPv4 and IPv6 networks. IPv4 written as mapped IPv6 is kept as the IPv4 it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct CidrList(Vec<IpNet>);

impl CidrList {
    /// Reads networks and bare addresses; duplicates are kept once.
    pub fn new<T: AsRef<str>>(entries: impl IntoIterator<Item = T>) -> Result<Self, CidrProblem> {
        let mut networks = Vec::new();
        for entry in entries {
            let network = network(entry.as_ref().trim())?;
            if networks.contains(&network) {
                continue;
            }
            if networks.len() == NETWORKS_MAX {
                return Err(CidrProblem::TooMany);
            }
            networks.push(network);
        }
        Ok(Self(networks))
    }

    /// Reads what a person typed: entries separated by commas, blanks or lines.
    pub fn parse(text: &str) -> Result<Self, CidrProblem> {
        Self::new(text.split([',', ';', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty()))
    }

    /// Whether the address lies in one of the networks; an empty list contains none.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether a caller from `address` may pass a list that restricts: an empty list restricts nobody.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        self.0.is_empty() || self.contains(address)
    }

    /// Whether the list has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The networks, in the order given.
    #[must_use]
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }
}

impl fmt::Display for CidrList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, network) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{network}")?;
        }
        Ok(())
    }
}

impl FromStr for CidrList {
    type Err = CidrProblem;

    fn from_str(text: &str) -> Result<Self, CidrProblem> {
        Self::parse(text)
    }
}

impl TryFrom<Vec<String>> for CidrList {
    type Error = CidrProblem;

    fn try_from(entries: Vec<String>) -> Result<Self, CidrProblem> {
        Self::new(entries)
    }
}

impl From<CidrList> for Vec<String> {
    fn from(list: CidrList) -> Self {
        list.0.iter().map(ToString::to_string).collect()
    }
}

fn network(text: &str) -> Result<IpNet, CidrProblem> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address.to_canonical()));
    }
    let refused = || CidrProblem::NotANetwork(text.chars().take(60).collect());
    let network: IpNet = text.parse().ok().ok_or_else(refused)?;
    let mapped = match network {
        IpNet::V4(_) => None,
        IpNet::V6(net) => net.addr().to_ipv4_mapped().zip(net.prefix_len().checked_sub(96)),
    };
    let plain = mapped.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map(IpNet::V4);
    Ok(plain.unwrap_or(network).trunc())
}

/// The client's address: the peer's own, unless the peer is a trusted proxy, then the right-most hop of
/// `X-Forwarded-For` that is not itself a trusted proxy. A hop that cannot be read ends the walk at the last address
/// somebody trusted vouched for. `forwarded_for` are the header's values in the order received.
#[must_use]
pub fn client_address<'a>(
    peer: IpAddr,
    forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &CidrList,
) -> IpAddr {
    let mut vouched = peer.to_canonical();
    if !trusted.contains(vouched) {
        return vouched;
    }
    for hop in forwarded_for.rev().flat_map(|value| value.rsplit(',')).take(HOPS_MAX) {
        let Some(address) = hop_address(hop.trim()) else { return vouched };
        vouched = address;
        if !trusted.contains(address) {
            return address;
        }
    }
    vouched
}

/// A hop is an address, or an address with a port (`192.0.2.1:99`, `[2001:db8::1]:99`).
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok().or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|at| at.ip()))?;
    Some(address.to_canonical())
}

/// The network shown in place of a client's address to everybody but auditors: /24 of IPv4, /48 of IPv6.
#[must_use]
pub fn truncated(address: IpAddr) -> IpNet {
    widen(address, 24, 48)
}

/// The address under which limits per address are counted: one IPv4 address, one /64 of IPv6, since whoever has one
/// address of a /64 has all of them.
#[must_use]
pub fn bucket(address: IpAddr) -> IpAddr {
    widen(address, 32, 64).network()
}

fn widen(address: IpAddr, v4_length: u8, v6_length: u8) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { v4_length } else { v6_length };
    IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |network| network.trunc())
}

/// Where the service itself may connect to, for upstream feeds and webhooks. By default only globally routable unicast
/// addresses; an administrator may open networks by name. Asked with the *resolved* address, at save and again at
/// every connect, so a name that changes its answer gains nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpstreamNetworks {
    opened: CidrList,
}

impl UpstreamNetworks {
    /// The default rule with `opened` networks allowed beside it.
    #[must_use]
    pub const fn opening(opened: CidrList) -> Self {
        Self { opened }
    }

    /// Whether a connection to this resolved address may be made.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        if self.opened.contains(address) {
            return true;
        }
        match address.to_canonical() {
            IpAddr::V4(v4) => is_global_v4(v4),
            IpAddr::V6(v6) => is_global_v6(v6),
        }
    }
}

/// The IANA special-purpose registry for IPv4, as far as it is not globally reachable.
const CLOSED_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_global_v4(address: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|(net, length)| Ipv4Net::new(*net, *length).is_ok_and(|net| net.contains(&address)))
}

/// Only `2000::/3` is global unicast; within it the special blocks, 6to4 and Teredo (which carry an IPv4 address) stay
/// closed. NAT64 of the well-known prefix is judged by the IPv4 address inside.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    if first == 0x64 && second == 0xff9b {
        let [.., high, low] = address.segments();
        let is_well_known = Ipv6Net::new(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96)
            .is_ok_and(|prefix| prefix.contains(&address));
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return is_well_known && is_global_v4(Ipv4Addr::new(a, b, c, d));
    }
    let is_unicast = first & 0xe000 == 0x2000;
    let is_protocol_block = first == 0x2001 && second < 0x200;
    let is_documentation = (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000);
    is_unicast && !is_protocol_block && !is_documentation && first != 0x2002
}

/// How much the headers of one request may be, counted one by one and by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadBounds {
    /// Most headers.
    pub headers_max: usize,
    /// Their bytes together: names, values, and four for the separators of each.
    pub bytes_max: usize,
}

impl HeadBounds {
    /// Whether headers of these lengths (name and value) are within the bounds.
    pub fn admit(&self, headers: impl Iterator<Item = (usize, usize)>) -> bool {
        let (mut count, mut bytes) = (0_usize, 0_usize);
        for (name, value) in headers {
            count = count.saturating_add(1);
            bytes = bytes.saturating_add(name).saturating_add(value).saturating_add(4);
        }
        count <= self.headers_max && bytes <= self.bytes_max
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn list(text: &str) -> CidrList {
        CidrList::parse(text).unwrap()
    }

    #[test]
    fn a_list_reads_what_people_type_and_writes_it_back() {
        let networks = list("192.0.2.7/24, 2001:db8::/32\n10.1.2.3 ::ffff:198.51.100.0/120 192.0.2.0/24");
        assert_eq!(networks.to_string(), "192.0.2.0/24, 2001:db8::/32, 10.1.2.3/32, 198.51.100.0/24");
        let json = serde_json::to_string(&networks).unwrap();
        assert_eq!(serde_json::from_str::<CidrList>(&json).unwrap(), networks);
        assert_eq!(CidrList::parse("300.1.1.1"), Err(CidrProblem::NotANetwork("300.1.1.1".into())));
        assert!(serde_json::from_str::<CidrList>(r#"["nowhere"]"#).is_err());
    }

    #[test]
    fn a_list_holds_sixty_four_and_not_one_more() {
        let entries = |count: usize| (0..count).map(|n| format!("10.0.{n}.0/24")).collect::<Vec<_>>();
        assert!(CidrList::new(entries(NETWORKS_MAX)).is_ok());
        assert_eq!(CidrList::new(entries(NETWORKS_MAX + 1)), Err(CidrProblem::TooMany));
    }

    #[test]
    fn mapped_addresses_are_the_addresses_they_map() {
        let networks = list("192.0.2.0/24");
        assert!(networks.allows(ip("::ffff:192.0.2.9")));
        assert!(!networks.allows(ip("::ffff:192.0.3.9")));
        assert!(CidrList::default().allows(ip("192.0.2.9")));
        assert!(!CidrList::default().contains(ip("192.0.2.9")));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_the_client() {
        let trusted = list("10.0.0.0/8 2001:db8::/32");
        let cases: [(&str, &[&str], &str); 9] = [
            ("198.51.100.1", &["1.2.3.4"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["9.9.9.9, 1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["9.9.9.9, 1.2.3.4, 10.2.2.2"], "1.2.3.4"),
            ("10.0.0.1", &["9.9.9.9", "1.2.3.4:555", "[2001:db8::7]:80"], "1.2.3.4"),
            ("10.0.0.1", &["1.2.3.4, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4, unknown, 10.3.3.3"], "10.3.3.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["::ffff:1.2.3.4"], "1.2.3.4"),
        ];
        for (peer, headers, expected) in cases {
            assert_eq!(client_address(ip(peer), headers.iter().copied(), &trusted), ip(expected), "{peer} {headers:?}");
        }
    }

    #[test]
    fn addresses_are_shown_truncated_and_counted_by_their_network() {
        assert_eq!(truncated(ip("203.0.113.77")).to_string(), "203.0.113.0/24");
        assert_eq!(truncated(ip("2001:db8:1:2::77")).to_string(), "2001:db8:1::/48");
        assert_eq!(bucket(ip("203.0.113.77")), ip("203.0.113.77"));
        assert_eq!(bucket(ip("2001:db8:1:2:3::77")), ip("2001:db8:1:2::"));
        assert_eq!(bucket(ip("2001:db8:1:2:ffff::1")), bucket(ip("2001:db8:1:2::2")));
    }

    #[test]
    fn the_service_connects_only_to_global_addresses_or_opened_networks() {
        let closed = [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.1.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "224.0.0.1",
            "239.1.1.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "203.0.113.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::8.8.8.8",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001:0:1::1",
            "3fff::1",
            "5f00::1",
            "fec0::1",
        ];
        let rule = UpstreamNetworks::default();
        for address in closed {
            assert!(!rule.allows(ip(address)), "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
        {
            assert!(rule.allows(ip(address)), "{address}");
        }
        let opened = UpstreamNetworks::opening(list("127.0.0.0/8"));
        assert!(opened.allows(ip("127.0.0.1")));
        assert!(opened.allows(ip("::ffff:127.0.0.1")));
        assert!(!opened.allows(ip("10.0.0.1")));
    }

    #[test]
    fn headers_are_bounded_by_number_and_by_size() {
        let bounds = HeadBounds { headers_max: 3, bytes_max: 30 };
        let admit = |headers: &[(usize, usize)]| bounds.admit(headers.iter().copied());
        assert!(admit(&[]) && admit(&[(1, 1); 3]) && admit(&[(13, 13)]));
        assert!(!admit(&[(1, 1); 4]) && !admit(&[(13, 14)]) && !admit(&[(4, 3), (4, 3), (4, 3)]));
    }

    proptest! {
        #[test]
        fn any_header_is_answered_without_a_panic(value in "\\PC{0,200}") {
            let found = client_address(ip("10.0.0.1"), [value.as_str()].into_iter(), &list("10.0.0.0/8"));
            prop_assert_eq!(found, found.to_canonical());
        }
    }
}
