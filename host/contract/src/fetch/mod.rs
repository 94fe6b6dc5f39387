//! The interface `fetch`: documents over HTTP and HTTPS, from granted hosts only. The client
//! checks the grants again for every redirect, sends no Referer, ignores proxy settings, and
//! shares nothing between sessions except the trusted root certificates.

mod addresses;
mod background;

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use url::Url;

use super::Functions;
use crate::bindings::wit_host::contract::fetch::{FetchError, Host};
use addresses::{NotPublic, Resolver};
use background::{Unfinished, within};
use wit_host::AllowedHosts;
use wit_host::env::TrapMessage;

/// The number of redirects that are followed. A server that redirects in circles must not keep
/// the host busy.
const REDIRECTS: usize = 10;

/// Creates a client for what a program itself sends, which has no limits: it follows no redirects,
/// ignores proxy settings, and trusts the system's root certificates, as `fetch` does.
///
/// # Errors
/// The client's error, if the system has no source of randomness or the like.
#[doc(hidden)]
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .user_agent(USER_AGENT)
        .build()
}

/// How clients name themselves.
const USER_AGENT: &str = concat!("wit-host/", env!("CARGO_PKG_VERSION"));

/// What one fetched document may cost.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FetchLimits {
    /// The longest body, in bytes. 8 MiB by default.
    pub size: usize,
    /// The time from the request to the end of the body, redirects included. 10
    /// seconds by default.
    pub time: Duration,
}

impl FetchLimits {
    /// Sets [`FetchLimits::size`].
    #[must_use]
    pub fn size(mut self, bytes: usize) -> Self {
        self.size = bytes;
        self
    }

    /// Sets [`FetchLimits::time`].
    #[must_use]
    pub fn time(mut self, longest: Duration) -> Self {
        self.time = longest;
        self
    }
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { size: 8 << 20, time: Duration::from_secs(10) }
    }
}

impl Host for Functions {
    async fn get(&mut self, url: String) -> Result<Vec<u8>, FetchError> {
        let url = parse(&url)?;
        if !self.hosts.contains(&url) {
            return Err(FetchError::Denied(host_port(&url)));
        }
        let limits = self.limits;
        // The client's own limit covers what it waits for, and `within` covers the work that it
        // does in between.
        let request = self.client()?.get(url).timeout(limits.time);
        match within(limits.time, document(request, limits)).await {
            Ok(document) => document,
            Err(Unfinished::TimeUp) => Err(timed_out(limits)),
            Err(Unfinished::Failed(reason)) => Err(FetchError::Failed(reason)),
        }
    }
}

async fn document(
    request: reqwest::RequestBuilder,
    limits: FetchLimits,
) -> Result<Vec<u8>, FetchError> {
    let response = request.send().await.map_err(|error| failure(&error, limits))?;
    if !response.status().is_success() {
        return Err(FetchError::Failed(format!("the server answered {}", response.status())));
    }
    body(response, limits).await
}

impl Functions {
    fn client(&mut self) -> Result<reqwest::Client, FetchError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .redirect(redirects(self.hosts.clone()))
            .dns_resolver(Arc::new(Resolver(self.hosts.clone())))
            .referer(false)
            .no_proxy()
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| failure(&error, self.limits))?;
        Ok(self.client.insert(client).clone())
    }
}

/// The number of bytes of a URL at most. Reading a URL takes more than linear time, and no time
/// limit interrupts it.
const LONGEST_URL: usize = 8 << 10;

fn parse(text: &str) -> Result<Url, FetchError> {
    if text.len() > LONGEST_URL {
        return Err(FetchError::InvalidUrl(format!("it is longer than {LONGEST_URL} bytes")));
    }
    let url = Url::parse(text).map_err(|error| FetchError::InvalidUrl(error.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(FetchError::InvalidUrl(format!("`{other}` is neither `http` nor `https`"))),
    }
}

/// Reads the body, and stops where it becomes too long. The length that the server announced is
/// not trusted.
async fn body(mut response: reqwest::Response, limits: FetchLimits) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error, limits))? {
        if chunk.len() > limits.size - body.len() {
            return Err(FetchError::TooLarge(limits.size as u64));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Carries the name of a host that is not granted out of the client's redirect policy.
#[derive(Debug, thiserror::Error)]
#[error("a redirect to `{0}`, which was not granted")]
struct DeniedRedirect(String);

fn redirects(hosts: AllowedHosts) -> Policy {
    Policy::custom(move |attempt: Attempt<'_>| {
        match refusal(&hosts, attempt.previous(), attempt.url()) {
            Some(refusal) => attempt.error(refusal),
            None => attempt.follow(),
        }
    })
}

/// Returns why a redirect is not followed. `before` are the URLs so far.
fn refusal(hosts: &AllowedHosts, before: &[Url], to: &Url) -> Option<Box<dyn Error + Send + Sync>> {
    // A policy of one's own takes the place of the client's, and with it of its limit on redirects.
    if before.len() > REDIRECTS {
        return Some(format!("more than {REDIRECTS} redirects").into());
    }
    let was_safe = before.last().is_some_and(|url| url.scheme() == "https");
    if was_safe && to.scheme() != "https" {
        return Some("a redirect from `https` to `http`, which is not followed".into());
    }
    match hosts.contains(to) {
        true => None,
        false => Some(DeniedRedirect(host_port(to)).into()),
    }
}

fn host_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.into(),
    }
}

fn timed_out(limits: FetchLimits) -> FetchError {
    FetchError::TimedOut(u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX))
}

/// Converts the client's error into the contract's. It leaves the URL out, which the guest
/// knows.
fn failure(error: &reqwest::Error, limits: FetchLimits) -> FetchError {
    if error.is_timeout() {
        return timed_out(limits);
    }
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(DeniedRedirect(host)) = cause.downcast_ref() {
            return FetchError::Denied(host.clone());
        }
        if let Some(not_public) = cause.downcast_ref::<NotPublic>() {
            return FetchError::Failed(not_public.to_string());
        }
        causes.push(cause.to_string());
        source = cause.source();
    }
    FetchError::Failed(causes.join(": "))
}

/// Returns the settings for TLS. They are made once, because reading the system's root
/// certificates takes longer than most requests.
fn tls() -> rustls::ClientConfig {
    static CONFIG: OnceLock<rustls::ClientConfig> = OnceLock::new();
    let make = || {
        let mut roots = rustls::RootCertStore::empty();
        // Certificates that cannot be read are left out. A server that needs one of them is
        // then not trusted, and the error says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has all of the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth()
    };
    CONFIG.get_or_init(make).clone()
}

impl TrapMessage for FetchError {
    fn trap_message(&self) -> String {
        match self {
            Self::Denied(host) => format!(
                "access to `{host}` was not granted; `Grants::allow_host({host:?})` grants it"
            ),
            Self::InvalidUrl(reason) => format!("the URL is not valid: {reason}"),
            Self::TooLarge(limit) => format!("the document is longer than {limit} bytes"),
            Self::TimedOut(limit) => format!("the document did not arrive in {limit} ms"),
            Self::Failed(reason) => format!("the request failed: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit_host::Grants;

    #[test]
    fn redirects_that_are_followed() {
        let grants = Grants::default().allow_host("a.example").expect("a host");
        let hosts = grants.hosts();
        let url = |text: &str| Url::parse(text).expect(text);
        for (before, to, expected) in [
            (&["http://a.example/"][..], "http://a.example/b", ""),
            (&["http://a.example/"], "https://a.example/", ""),
            (&["https://a.example/"], "https://a.example:8443/", ""),
            (&["https://a.example/"], "http://a.example/", "from `https` to `http`"),
            (&["http://a.example/", "https://a.example/"], "http://a.example/", "to `http`"),
            (&["https://a.example/"], "https://b.example/", "`b.example:443`, which was not"),
            (&["http://a.example/"; 10], "http://a.example/", ""),
            (&["http://a.example/"; 11], "http://a.example/", "more than 10 redirects"),
        ] {
            let before: Vec<_> = before.iter().map(|text| url(text)).collect();
            let refusal = refusal(hosts, &before, &url(to)).map(|refusal| refusal.to_string());
            let refusal = refusal.unwrap_or_default();
            let as_expected =
                refusal.contains(expected) && refusal.is_empty() == expected.is_empty();
            assert!(as_expected, "{before:?} to {to}: {refusal}");
        }
    }
}
