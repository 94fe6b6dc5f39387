//! What a session may touch outside of itself: nothing, until it is granted here. This module
//! does not know how WASI or `fetch` use the grants.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use bytes::Bytes;
use url::Url;

use crate::error::{Error, Result};
use crate::output::output_function::OutputFunction;
use crate::store::wasi::surroundings::{Around, Surroundings};
use wit_host_check::deny::{Denial, Pattern};

/// What a session may touch. By default that is nothing: no directory, no environment, no
/// arguments, no network, an empty input, and output that is discarded.
///
/// ```
/// use wit_host::{Access, Grants};
///
/// let grants = Grants::default()
///     .directory("/srv/pages", "/pages", Access::ReadOnly)
///     .environment("LANG", "en")
///     .allow_host("example.com:443")?;
/// # Ok::<(), wit_host::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Grants {
    pub(crate) directories: Vec<Directory>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) arguments: Vec<String>,
    pub(crate) stdio: Stdio,
    pub(crate) stdin: Option<Bytes>,
    pub(crate) stdout: Option<OutputFunction>,
    pub(crate) stderr: Option<OutputFunction>,
    pub(crate) waits_for_files: bool,
    pub(crate) denied: Vec<Pattern>,
    pub(crate) surroundings: Vec<Around>,
    hosts: AllowedHosts,
}

#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) host: PathBuf,
    pub(crate) guest: String,
    pub(crate) access: Access,
}

/// The connection of a guest's standard input, output and error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stdio {
    /// The input is empty, and the output is discarded.
    #[default]
    Closed,
    /// The input is empty. The outputs are kept up to
    /// [`Limits::output`](wit_host_binary::limits::Limits::output), for
    /// [`Session::output`](crate::session::Session::output).
    Captured,
    /// This process's own input and outputs. What the process has written itself and not
    /// flushed comes after the guest's output. To a pipe or a file, output is written
    /// unchanged. On a terminal, text and its colours are, and everything else is shown by its
    /// number, as `\u{1b}`: characters that move the cursor, set the clipboard, turn the
    /// direction of writing, or are not visible. A carriage return empties the line before
    /// something is written over it. Lines of the host are written with
    /// [`terminal`](crate::terminal), which no guest can imitate. A call is over once its
    /// output is written. A reader that does not read delays the session for as long as the
    /// call may take, and no other session.
    Inherited,
    /// This process's own input and outputs. Everything that a guest writes is passed on
    /// unchanged, even to a terminal: for trusted programs that draw on it.
    InheritedRaw,
}

/// What a guest may do in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// List and read.
    ReadOnly,
    /// Also create, change, rename and remove. This is a risk of its own: prefer a directory
    /// that contains nothing else.
    ReadWrite,
}

impl Grants {
    /// Gives the guest access to the directory `host` under the name `guest`.
    #[must_use]
    pub fn directory(
        mut self,
        host: impl Into<PathBuf>,
        guest: impl Into<String>,
        access: Access,
    ) -> Self {
        self.directories.push(Directory { host: host.into(), guest: guest.into(), access });
        self
    }

    /// Sets an environment variable in the guest.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Sets the guest's arguments. By custom, the first is the program's name.
    #[must_use]
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the connection of the guest's standard input, output and error.
    #[must_use]
    pub fn stdio(mut self, stdio: Stdio) -> Self {
        self.stdio = stdio;
        self
    }

    /// Has someone see what the guest of each session asks WASI of clocks, random bytes and its
    /// environment, or answer in the machine's place: `create` is called for each session that has
    /// these grants. Of several, each sees what the one before it has answered.
    #[must_use]
    pub fn surroundings<S: Surroundings>(
        mut self,
        create: impl Fn() -> S + Send + Sync + 'static,
    ) -> Self {
        self.surroundings.push(Around::new(create));
        self
    }

    /// Sets the content of the guest's standard input. It replaces the input of
    /// [`Grants::stdio`].
    ///
    /// ```
    /// use wit_host::Grants;
    ///
    /// let grants = Grants::default()
    ///     .stdin("some text")
    ///     .stdout(|bytes| println!("the guest wrote {} bytes", bytes.len()));
    /// ```
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(Bytes::from(bytes.into()));
        self
    }

    /// Sets a function that is called with what the guest writes to standard output, as it is
    /// written and without a limit. It replaces the output of [`Grants::stdio`]. It is called
    /// on the guest's thread, and its time counts as the call's: it should pass the bytes on,
    /// and not wait.
    #[must_use]
    pub fn stdout(mut self, function: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.stdout = Some(OutputFunction::new(function));
        self
    }

    /// Sets a function that is called with what the guest writes to standard error, as
    /// [`Grants::stdout`] does for standard output.
    #[must_use]
    pub fn stderr(mut self, function: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.stderr = Some(OutputFunction::new(function));
        self
    }

    /// Sets whether functions of files and folders wait on the guest's own thread. By default,
    /// each of them switches to another thread and back, which takes several times as long as
    /// reading a small file.
    ///
    /// While such a function waits, nothing else happens on the thread: neither the clock nor
    /// an [`Interrupt`](crate::blocking::Interrupt) ends the call, and other tasks of an async
    /// runtime stand still. Files on disks do not wait for long; those of a network or of the
    /// kernel may wait forever. So this is for programs whose sessions have a thread of their
    /// own, and which end if that thread does not return.
    #[must_use]
    pub fn wait_for_files(mut self, wait: bool) -> Self {
        self.waits_for_files = wait;
        self
    }

    /// Denies host functions, of a contract or of WASI: those of a package (`wasi:sockets`), of
    /// an interface (`wit-host:contract/fetch`), or one (`wit-host:contract/fetch.get`). No
    /// version is named. Core modules are denied them as well; their imports can also be named,
    /// as `env.fetch`.
    ///
    /// [`Denial::Trap`] is for the grants of a runtime, which a guest is linked with. In the
    /// grants of a session, every denial refuses the guest.
    ///
    /// # Errors
    /// [`Error::Grant`] if `functions` is not such a name.
    pub fn deny(mut self, functions: &str, denial: Denial) -> Result<Self> {
        self.denied.push(Pattern::new(functions, denial)?);
        Ok(self)
    }

    /// Allows host functions to make requests to `host` for the guest. It is a name or an
    /// address, with a port (`example.com:443`, `[::1]:80`) or for every port. A name leads to
    /// addresses of the internet. If it leads to one of a private network or of this machine,
    /// that address has to be granted as well, by its number, except for `localhost`.
    ///
    /// # Errors
    /// [`Error::Grant`] if `host` is neither a name nor an address.
    pub fn allow_host(mut self, host: &str) -> Result<Self> {
        self.hosts.0.push(host.parse()?);
        Ok(self)
    }

    /// Returns the granted hosts, for host functions that make requests.
    pub fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }
}

/// The network hosts that a guest may reach through host functions.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts(Vec<HostPort>);

impl AllowedHosts {
    /// Returns whether this address was granted by its number, for every port that this name
    /// was granted for. Which addresses a name has is not known here.
    pub fn grant_address(&self, name: &str, address: IpAddr) -> bool {
        let number = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let is_for = |port: Option<u16>| {
            let mut granted = self.0.iter().filter(|granted| granted.host == number);
            granted.any(|granted| granted.port.is_none() || granted.port == port)
        };
        let mut named = self.0.iter().filter(|granted| granted.host == name).peekable();
        named.peek().is_some() && named.all(|granted| is_for(granted.port))
    }

    /// Returns whether a request to `url` is granted.
    pub fn contains(&self, url: &Url) -> bool {
        self.0.iter().any(|granted| {
            url.host_str() == Some(&granted.host)
                // A URL without a port has that of its scheme, so that a grant of 443 covers
                // `https://` as people write it.
                && (granted.port.is_none() || granted.port == url.port_or_known_default())
        })
    }
}

/// A host with a port, `HOST:PORT`, or for every port, `HOST`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPort {
    /// The host as URLs contain it: lower case, international names in ASCII.
    host: String,
    port: Option<u16>,
}

impl FromStr for HostPort {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = |reason: &dyn fmt::Display| Error::Grant {
            what: text.into(),
            reason: format!("{reason}; give HOST or HOST:PORT, as `example.com:443`"),
        };
        // A URL omits the port that its scheme implies, so two schemes are tried.
        let http = Url::parse(&format!("http://{text}")).map_err(|error| malformed(&error))?;
        let https = Url::parse(&format!("https://{text}")).map_err(|error| malformed(&error))?;
        let rest = http.path() != "/" || http.query().is_some() || http.fragment().is_some();
        // A URL may be more than a host: a user in front, a path behind, and `*` as a part of a
        // name. Each would be taken for something else than its author meant. An empty port is
        // dropped by the parser, and would grant every port.
        if rest || text.contains(['/', '@', '*', ',']) || text.ends_with(':') {
            return Err(malformed(&"this is not one host"));
        }
        let host = http.host_str().unwrap_or_default().to_owned();
        Ok(Self { host, port: http.port().or(https.port()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let cases = [
            ("example.com", "http://EXAMPLE.com:8080/x", true),
            ("example.com", "https://www.example.com/", false),
            ("example.com", "https://example.com.evil.net/", false),
            ("example.com:443", "https://example.com/", true),
            ("example.com:443", "http://example.com/", false),
            ("example.com:80", "http://example.com/", true),
            ("127.0.0.1:80", "http://127.1/", true),
            ("[::1]:80", "http://[0:0::1]/", true),
            ("bücher.example", "http://xn--bcher-kva.example/", true),
            ("example.com", "http://example.com@evil.net/", false),
        ];
        for (grant, url, expected) in cases {
            let grants = Grants::default().allow_host(grant).expect(grant);
            let url = Url::parse(url).expect(url);
            assert_eq!(grants.hosts().contains(&url), expected, "{grant} and {url}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            "http://example.com",
            "example.com/",
            "a b",
            "host:99999",
            "u@h",
            "h?q",
            "*.a",
            "a,b",
            "a:",
        ] {
            let error = Grants::default().allow_host(text).expect_err(text).to_string();
            assert!(error.contains("give HOST or HOST:PORT"), "{text}: {error}");
        }
    }
}
