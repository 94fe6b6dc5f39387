//! What a session may touch outside itself: nothing, until it is granted here.
//! It does not know how WASI or `fetch` reach what they are granted.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use bytes::Bytes;
use url::Url;

use crate::error::{Error, Result};
use crate::output_function::OutputFunction;
use wit_host_check::deny::{Denial, Pattern};

/// What a session may touch. The default is nothing: no directory, no
/// environment, no arguments, no network, input that is empty and output that
/// goes nowhere.
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
    hosts: AllowedHosts,
}

#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) host: PathBuf,
    pub(crate) guest: String,
    pub(crate) access: Access,
}

/// Where a guest's standard input, output and error are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stdio {
    /// Nowhere: the input is empty, the output is thrown away.
    #[default]
    Closed,
    /// The input is empty; the outputs are kept, up to
    /// [`Limits::output`](wit_host_binary::limits::Limits::output), for
    /// [`Session::output`](crate::session::Session::output).
    Captured,
    /// Those of this process. What it has written itself and not flushed comes behind
    /// what the guest writes. To a pipe or a file, output goes as it is. On a terminal,
    /// text and its colours do, and everything else is shown by its number, as `\u{1b}`:
    /// what moves the cursor, sets the clipboard, turns the direction of writing, or is
    /// not seen. A carriage return empties the line before something is written over it.
    /// Lines of the host's own are written with [`terminal`](crate::terminal), which no
    /// guest can imitate. A call is over once its output is written: a reader who does not
    /// read keeps the session waiting as long as the call may take, and no other session.
    Inherited,
    /// Those of this process, with everything that a guest writes, also on a terminal:
    /// for programs that draw on it, which are trusted with what it shows.
    InheritedRaw,
}

/// What a guest may do in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// List and read.
    ReadOnly,
    /// Also create, change, rename and remove. A risk of its own: prefer a
    /// directory that holds nothing else.
    ReadWrite,
}

impl Grants {
    /// Lets the guest see the directory `host` as `guest`.
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

    /// Sets the guest's arguments. By custom the first is the program's name.
    #[must_use]
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Sets where the guest's standard input, output and error are.
    #[must_use]
    pub fn stdio(mut self, stdio: Stdio) -> Self {
        self.stdio = stdio;
        self
    }

    /// Gives the guest these bytes on its standard input, in the place of where
    /// [`Grants::stdio`] has it.
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

    /// Calls a function with what the guest writes to standard output, as it is written and
    /// however much it is, in the place of where [`Grants::stdio`] has it. It is called on the
    /// guest's thread, and its time is the call's: hand the bytes on, and do not wait.
    #[must_use]
    pub fn stdout(mut self, function: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.stdout = Some(OutputFunction::new(function));
        self
    }

    /// Calls a function with what the guest writes to standard error, as [`Grants::stdout`]
    /// does for standard output.
    #[must_use]
    pub fn stderr(mut self, function: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.stderr = Some(OutputFunction::new(function));
        self
    }

    /// Has functions of files and folders wait on the thread that the guest runs on. By
    /// default each of them goes to another thread and back, which takes several times as
    /// long as reading a small file does.
    ///
    /// As long as such a function waits, nothing else happens on the thread: no clock ends
    /// the call, nor does an [`Interrupt`](crate::blocking::Interrupt), and other tasks of an
    /// async runtime stand still. Files on disks do not wait for long; those of a network or
    /// of the kernel may wait without end. So it is for programs whose sessions have a
    /// thread of their own, and which end where it does not come back.
    #[must_use]
    pub fn wait_for_files(mut self, wait: bool) -> Self {
        self.waits_for_files = wait;
        self
    }

    /// Withholds host functions, of a contract or of WASI: those of a package
    /// (`wasi:sockets`), of an interface (`wit-host:contract/fetch`), or one
    /// (`wit-host:contract/fetch.get`); no version is named. It holds for core
    /// modules as well, whose imports can also be named as `env.fetch`.
    ///
    /// [`Denial::Trap`] is for the grants of a runtime, which a guest is linked
    /// with; in the grants of a session every denial refuses the guest.
    ///
    /// # Errors
    /// [`Error::Grant`] where `functions` is no such name.
    pub fn deny(mut self, functions: &str, denial: Denial) -> Result<Self> {
        self.denied.push(Pattern::new(functions, denial)?);
        Ok(self)
    }

    /// Lets host functions make requests to `host` for the guest: a name or an
    /// address, with a port (`example.com:443`, `[::1]:80`) or for every port. A name
    /// leads to addresses of the internet; where it leads to one of a private network or
    /// of this machine, that has to be granted as well, by its number. `localhost` need
    /// not.
    ///
    /// # Errors
    /// [`Error::Grant`] where `host` is neither.
    pub fn allow_host(mut self, host: &str) -> Result<Self> {
        self.hosts.0.push(host.parse()?);
        Ok(self)
    }

    /// The hosts that were granted, for a host function that asks.
    pub fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }
}

/// The network hosts that a guest may reach through host functions.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts(Vec<HostPort>);

impl AllowedHosts {
    /// Whether this address was granted by its number, for each port that this name was
    /// granted for: what a name leads to is for others to say.
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

    /// Whether a request to `url` is granted.
    pub fn contains(&self, url: &Url) -> bool {
        self.0.iter().any(|granted| {
            url.host_str() == Some(&granted.host)
                && (granted.port.is_none() || granted.port == url.port_or_known_default())
        })
    }
}

/// `HOST` or `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPort {
    /// As a URL would have it: lower case, international names in ASCII.
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
        // A URL drops the port that its scheme implies, so two schemes are asked.
        let http = Url::parse(&format!("http://{text}")).map_err(|error| malformed(&error))?;
        let https = Url::parse(&format!("https://{text}")).map_err(|error| malformed(&error))?;
        let rest = http.path() != "/" || http.query().is_some() || http.fragment().is_some();
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
