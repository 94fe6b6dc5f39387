//! The options that every command has which runs a guest: its limits and its
//! grants, as text that is turned into the library's own types.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use wit_host::{Access, Grants, Limits, Result};

/// What the guest may spend and touch.
#[derive(Args)]
pub(crate) struct Options {
    /// Let the guest fetch documents from this host, on this port or on any
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_host: Vec<String>,

    /// Let the guest read a directory, as the same path or as GUEST; `:rw` lets
    /// it write as well
    #[arg(long, value_name = "HOST[::GUEST][:rw]", value_parser = directory)]
    dir: Vec<Directory>,

    /// Set an environment variable in the guest; without a value, to the one
    /// that it has here
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Stop the guest after this time, as 500ms, 5s, 2m, or none
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    timeout: Timeout,

    /// The most memory that the guest may have
    #[arg(long, value_name = "SIZE", default_value = "256MiB")]
    memory: ByteSize,

    /// Stop the guest after this much fuel, about one unit an instruction
    #[arg(long, value_name = "UNITS")]
    fuel: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Directory {
    host: PathBuf,
    guest: String,
    access: Access,
}

#[derive(Clone, Copy)]
struct Timeout(Option<Duration>);

impl Options {
    pub(crate) fn limits(&self) -> Limits {
        let memory = usize::try_from(self.memory.as_u64()).unwrap_or(usize::MAX);
        Limits::default().wall_clock(self.timeout.0).memory(memory).fuel(self.fuel)
    }

    /// The grants, with the command's own input and output among them.
    pub(crate) fn grants(&self) -> Result<Grants> {
        let mut grants = Grants::default().stdio();
        for Directory { host, guest, access } in &self.dir {
            grants = grants.directory(host, guest, *access);
        }
        for (name, value) in &self.env {
            grants = grants.environment(name, value);
        }
        self.allow_host.iter().try_fold(grants, |grants, host| grants.allow_host(host))
    }
}

fn directory(text: &str) -> Result<Directory, String> {
    let (paths, access) = match text.strip_suffix(":rw") {
        Some(paths) => (paths, Access::ReadWrite),
        None => (text, Access::ReadOnly),
    };
    let (host, guest) = paths.split_once("::").unwrap_or((paths, paths));
    if host.is_empty() || guest.is_empty() {
        return Err("a path is missing; give HOST, HOST::GUEST or HOST::GUEST:rw".into());
    }
    Ok(Directory { host: host.into(), guest: guest.into(), access })
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("the name is missing; give NAME or NAME=VALUE".into()),
        Some((name, value)) => Ok((name.into(), value.into())),
        None => match std::env::var(text) {
            Ok(value) => Ok((text.into(), value)),
            Err(_) => Err(format!("`{text}` is not set here; give {text}=VALUE")),
        },
    }
}

fn timeout(text: &str) -> Result<Timeout, String> {
    if text == "none" {
        return Ok(Timeout(None));
    }
    let limit = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    Ok(Timeout(Some(limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories() {
        let cases = [
            ("/a", Some(("/a", "/a", Access::ReadOnly))),
            ("/a:rw", Some(("/a", "/a", Access::ReadWrite))),
            ("/a::/b", Some(("/a", "/b", Access::ReadOnly))),
            ("/a::/b:rw", Some(("/a", "/b", Access::ReadWrite))),
            ("", None),
            ("::/b", None),
            (":rw", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(host, guest, access)| Directory {
                host: host.into(),
                guest: guest.into(),
                access,
            });
            assert_eq!(directory(text).ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn variables() {
        assert_eq!(variable("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(variable("A="), Ok(("A".into(), String::new())));
        assert!(variable("=b").is_err());
        assert!(variable("WIT_HOST_IS_NEVER_SET").expect_err("not set").contains("=VALUE"));
    }
}
