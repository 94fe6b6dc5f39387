//! Who may call at all: the names that the server answers to, the sites whose pages may call, and a
//! token. A browser on the same machine is not trusted, since any page can make it send requests.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use crate::problem::Problem;

/// A secret that callers have to name as `Authorization: Bearer …`.
#[derive(Clone)]
pub struct Token(blake3::Hash);

impl Token {
    /// Creates a token from its text, without the white space around it. `None` if there is nothing
    /// else.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(blake3::hash(text.as_bytes())))
    }

    /// Compares hashes, whose comparison takes the same time whatever they are.
    fn is(&self, text: &str) -> bool {
        blake3::hash(text.as_bytes()) == self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// Whose requests are answered.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The hosts that requests may be for, without a port, beside `localhost` and addresses: a page of
    /// another site can have its name resolve to this machine, and then sends that name.
    pub hosts: Vec<String>,
    /// The origins whose pages may call, such as `https://example.com`.
    pub origins: Vec<String>,
    /// The token of those who call functions, if there is one.
    pub token: Option<Token>,
}

/// The name of this machine for itself.
const LOCAL: &str = "localhost";

impl Access {
    /// Refuses a request for another host, or from the page of another site.
    pub(crate) fn check_site(
        &self,
        headers: &HeaderMap,
        authority: Option<&str>,
    ) -> Result<(), Problem> {
        let named = self.check_host(headers, authority)?;
        match text(headers, &header::ORIGIN) {
            Some(origin) if !self.allows(origin) && !is_same(origin, named) => {
                let detail = "pages of this origin may not call";
                Err(Problem::new(StatusCode::FORBIDDEN, detail))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a request for another host, and returns the host and port that it is for.
    pub(crate) fn check_host<'h>(
        &self,
        headers: &'h HeaderMap,
        authority: Option<&'h str>,
    ) -> Result<&'h str, Problem> {
        let named = authority.or_else(|| text(headers, &header::HOST)).unwrap_or_default();
        if headers.get_all(header::HOST).iter().count() > 1 {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "the request names two hosts"));
        }
        if !self.is_served(without_port(named)) {
            let detail = "the request is for a host that this server does not answer to";
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
        }
        Ok(named)
    }

    /// Returns true if a host, without a port, is one that the server answers to.
    pub(crate) fn is_served(&self, host: &str) -> bool {
        // No page has an address as its name, so that it cannot be made to resolve to this server.
        // Probes and collectors of figures have nothing else.
        is_address(host)
            || LOCAL.eq_ignore_ascii_case(host)
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }

    /// Returns true if pages of this origin may call.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == origin)
    }

    /// Refuses a request without the token.
    pub(crate) fn check_token(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else { return Ok(()) };
        let given = text(headers, &header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        match given {
            Some(given) if token.is(given) => Ok(()),
            Some(_) => Err(Problem::new(StatusCode::UNAUTHORIZED, "the token is another one")),
            None => {
                let detail = "a token is missing; send `Authorization: Bearer TOKEN`";
                Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
            }
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Returns true if a host is this machine's name for itself.
pub(crate) fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    LOCAL.eq_ignore_ascii_case(host)
        || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Returns the host that a request is for, without a port.
pub(crate) fn host_of<'h>(headers: &'h HeaderMap, authority: Option<&'h str>) -> &'h str {
    without_port(authority.or_else(|| text(headers, &header::HOST)).unwrap_or_default())
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons within `[::1]` are no ports.
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

pub(crate) fn is_address(host: &str) -> bool {
    let six = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.parse::<Ipv4Addr>().is_ok() || six.is_some_and(|six| six.parse::<Ipv6Addr>().is_ok())
}

/// Returns true if an origin is that of the server's own page.
fn is_same(origin: &str, named: &str) -> bool {
    origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().expect("ASCII"))).collect()
    }

    #[test]
    fn only_requests_for_this_server_are_answered() {
        let access = Access {
            hosts: vec!["api.example.com".into()],
            origins: vec!["https://app.example.com".into()],
            token: None,
        };
        let came = |host: &'static str, origin: &'static str| {
            let mut pairs = vec![(header::HOST, host)];
            if !origin.is_empty() {
                pairs.push((header::ORIGIN, origin));
            }
            access.check_site(&headers(&pairs), None).map_err(|problem| problem.status.as_u16())
        };
        for (host, origin, expected) in [
            ("localhost:8080", "", Ok(())),
            ("127.0.0.1", "", Ok(())),
            ("[::1]:8080", "", Ok(())),
            ("API.example.com:443", "", Ok(())),
            ("evil.example", "", Err(421)),
            ("127.0.0.1.evil.example:8080", "", Err(421)),
            ("10.0.0.7:8080", "", Ok(())),
            ("[fe80::1]:8080", "", Ok(())),
            ("10.0.0.7:8080", "http://evil.example", Err(403)),
            ("2130706433", "", Err(421)),
            ("fe80::1", "", Err(421)),
            ("", "", Err(421)),
            ("localhost:8080", "http://localhost:8080", Ok(())),
            ("localhost:8080", "http://localhost:9090", Err(403)),
            ("localhost:8080", "https://app.example.com", Ok(())),
            ("localhost:8080", "https://evil.example", Err(403)),
            ("localhost:8080", "null", Err(403)),
        ] {
            assert_eq!(came(host, origin), expected, "{host} {origin}");
        }
        let two = headers(&[(header::HOST, "localhost"), (header::HOST, "localhost")]);
        assert!(access.check_site(&HeaderMap::new(), Some("localhost:80")).is_ok());
        let mut doubled = two;
        doubled.append(header::HOST, "localhost".parse().expect("ASCII"));
        assert!(access.check_site(&doubled, None).is_err());
    }

    #[test]
    fn a_token_has_to_be_the_right_one() {
        assert!(Token::new(" \n").is_none());
        let access = Access { token: Token::new("secret\n"), ..Access::default() };
        let came = |value: &'static str| {
            access.check_token(&headers(&[(header::AUTHORIZATION, value)])).is_ok()
        };
        assert!(came("Bearer secret") && came("bearer secret"));
        assert!(!came("Bearer other") && !came("Basic secret") && !came("secret") && !came(""));
        assert!(access.check_token(&HeaderMap::new()).is_err());
        assert!(Access::default().check_token(&HeaderMap::new()).is_ok());
        assert_eq!(format!("{:?}", access.token), "Some(Token)");
    }
}
