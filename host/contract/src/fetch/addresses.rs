//! Decides which addresses a granted name may lead to. The owner of a name chooses its address,
//! and may choose one of the host's own network, so such an address has to be granted by
//! itself. Connections are made to the addresses that were checked, and to no others.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use wit_host::AllowedHosts;

/// Resolves names for requests to these granted hosts.
pub(super) struct Resolver(pub(super) AllowedHosts);

/// The name has no address that the host may connect to.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` has an address that is not public, which has to be granted as well, by its number")]
pub(super) struct NotPublic(String);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (hosts, name) = (self.0.clone(), name.as_str().to_owned());
        Box::pin(async move {
            let asked = name.clone();
            let found = tokio::task::spawn_blocking(move || found(&asked)).await??;
            let allowed = allowed(&hosts, &name, found);
            if allowed.is_empty() {
                return Err(NotPublic(name).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn found(name: &str) -> io::Result<Vec<SocketAddr>> {
    // The client replaces the port by the URL's.
    let found: Vec<_> = (name, 0).to_socket_addrs()?.collect();
    match found.is_empty() {
        true => Err(io::Error::other("the name has no address")),
        false => Ok(found),
    }
}

fn allowed(hosts: &AllowedHosts, name: &str, found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let is_allowed = |ip: IpAddr| {
        is_public(ip) || (ip.is_loopback() && is_local(name)) || hosts.grant_address(name, ip)
    };
    // An address of version 4 can be written as one of version 6, and must not pass by that.
    found.into_iter().filter(|address| is_allowed(address.ip().to_canonical())).collect()
}

/// Returns whether a name stands for this machine by RFC 6761.
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Returns whether an address belongs to the internet, and not to a private network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224.., ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // The address contains one of version 4, for a translator or a tunnel.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => within(high, low),
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All addresses of the internet begin with these three bits so far.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit_host::Grants;

    #[test]
    fn public_addresses() {
        for (address, expected) in [
            ("1.1.1.1", true),
            ("93.184.215.14", true),
            ("172.32.0.1", true),
            ("100.128.0.1", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("172.31.255.255", false),
            ("192.0.2.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700::1111", true),
            ("::", false),
            ("::1", false),
            ("::7f00:1", false),
            ("fc00::1", false),
            ("fd12::1", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001::1", false),
            ("64:ff9b::101:101", true),
            ("64:ff9b::a00:1", false),
            ("2002:7f00:1::", false),
            ("2002:101:101::", true),
        ] {
            assert_eq!(is_public(address.parse().expect(address)), expected, "{address}");
        }
    }

    #[test]
    fn what_a_name_may_lead_to() {
        for (grants, name, address, expected) in [
            (&["a.example"][..], "a.example", "1.1.1.1", true),
            (&["a.example"], "a.example", "10.0.0.1", false),
            (&["a.example"], "a.example", "127.0.0.1", false),
            (&["a.example"], "a.example", "::ffff:127.0.0.1", false),
            (&["a.example", "10.0.0.1"], "a.example", "10.0.0.1", true),
            (&["a.example", "10.0.0.1"], "a.example", "::ffff:10.0.0.1", true),
            (&["a.example", "10.0.0.1"], "a.example", "10.0.0.2", false),
            (&["a.example", "[fd00::1]"], "a.example", "fd00::1", true),
            // An address is not granted for other ports.
            (&["a.example:80", "10.0.0.1:80"], "a.example", "10.0.0.1", true),
            (&["a.example:80", "10.0.0.1:81"], "a.example", "10.0.0.1", false),
            (&["a.example", "10.0.0.1:80"], "a.example", "10.0.0.1", false),
            (&["a.example:80", "a.example:81", "10.0.0.1:80"], "a.example", "10.0.0.1", false),
            (&["localhost"], "localhost", "127.0.0.1", true),
            (&["localhost"], "localhost", "::1", true),
            (&["localhost"], "localhost", "10.0.0.1", false),
            (&["a.localhost"], "a.localhost", "127.0.0.1", true),
            (&["notlocalhost"], "notlocalhost", "127.0.0.1", false),
        ] {
            let granted =
                grants.iter().try_fold(Grants::default(), |all, host| all.allow_host(host));
            let hosts = granted.expect("hosts").hosts().clone();
            let found = vec![SocketAddr::new(address.parse().expect(address), 0)];
            let allowed = allowed(&hosts, name, found);
            assert_eq!(!allowed.is_empty(), expected, "{grants:?}: {name} at {address}");
        }
    }
}
