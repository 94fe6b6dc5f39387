//! What guests may access, as the file says it. The host decides what a grant means.

use std::path::{Path, PathBuf};

use wit_host_text::shown;

use crate::document;
use crate::located::{At, Problem};
use crate::paths;

/// The grants and denials of a file, in its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// The network hosts that guests may make requests to, as `HOST` or `HOST:PORT`.
    pub hosts: Vec<At<String>>,
    /// The directories that guests see.
    pub directories: Vec<At<Directory>>,
    /// The environment variables that guests see, with their values.
    pub environment: Vec<At<(String, String)>>,
    /// The host functions that are withheld. A guest that imports one is refused.
    pub deny: Vec<At<String>>,
    /// The host functions that trap when a guest calls them.
    pub deny_calls: Vec<At<String>>,
}

/// A directory that guests see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The path of the directory on the host.
    pub host: PathBuf,
    /// The path of the directory in the guest.
    pub guest: String,
    /// Whether guests may write to it.
    pub writable: bool,
}

impl Grants {
    pub(crate) fn of(
        written: &document::Grants,
        folder: &Path,
        text: &str,
    ) -> Result<Self, Problem> {
        let mut grants = Self::default();
        for host in written.hosts.iter().flatten() {
            grants.hosts.push(host.at(text));
        }
        for directory in written.directories.iter().flatten() {
            grants.directories.push(directory.map(text, |directory| {
                if directory.guest.as_ref().is_some_and(String::is_empty) {
                    return Err("the guest's path is missing".into());
                }
                Ok(Directory {
                    host: paths::directory(folder, &directory.host)?,
                    guest: directory.guest.clone().unwrap_or_else(|| directory.host.clone()),
                    writable: directory.writable,
                })
            })?);
        }
        for (name, value) in written.environment.iter().flatten() {
            grants.environment.push(name.map(text, |name| variable(name, value))?);
        }
        grants.deny = written.deny.iter().flatten().map(|names| names.at(text)).collect();
        let calls = written.deny_calls.iter().flatten();
        grants.deny_calls = calls.map(|names| names.at(text)).collect();
        Ok(grants)
    }

    /// Returns the grants of a named guest. A key that is `written` for the guest replaces the
    /// file's key, and may only grant a part of what that grants. Denials are added to those of the
    /// file.
    pub(crate) fn narrowed(
        &self,
        written: &document::Grants,
        folder: &Path,
        text: &str,
    ) -> Result<Self, Problem> {
        let own = Self::of(written, folder, text)?;
        for host in written.hosts.iter().flatten() {
            if !self.hosts.iter().any(|one| one.value == host.value) {
                return Err(host.problem(wider("host", &host.value)));
            }
        }
        let directories = written.directories.iter().flatten().zip(&own.directories);
        for (directory, own) in directories {
            let is_within = |granted: &At<Directory>| {
                paths::is_below(&own.value.host, &granted.value.host)
                    && (granted.value.writable || !own.value.writable)
            };
            if !self.directories.iter().any(is_within) {
                return Err(directory.problem(wider("directory", &directory.value.host)));
            }
        }
        for (name, _) in written.environment.iter().flatten() {
            if !self.environment.iter().any(|one| one.value.0 == name.value) {
                return Err(name.problem(wider("environment variable", &name.value)));
            }
        }
        // A key that is there and empty replaces the file's as well: that is how a guest is granted
        // nothing.
        let either = |own_is_there: bool| if own_is_there { &own } else { self };
        Ok(Self {
            hosts: either(written.hosts.is_some()).hosts.clone(),
            directories: either(written.directories.is_some()).directories.clone(),
            environment: either(written.environment.is_some()).environment.clone(),
            deny: [&self.deny[..], &own.deny].concat(),
            deny_calls: [&self.deny_calls[..], &own.deny_calls].concat(),
        })
    }
}

/// Checks an environment variable.
pub(crate) fn variable(name: &str, value: &str) -> Result<(String, String), String> {
    if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
        return Err(format!("`{}` is no name of an environment variable", shown(name)));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn wider(what: &str, name: &str) -> String {
    format!(
        "a guest's grants may leave out what `[grants]` has, and not add to it: there is no \
         {what} `{}` there, or for less",
        shown(name)
    )
}
