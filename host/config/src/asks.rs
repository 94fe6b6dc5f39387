//! Lists what a host file would allow that needs the trust of a person. It does not know who is
//! trusted.

use std::fmt;
use std::path::PathBuf;

use wit_host_text::{short, shown};

use crate::grants::Grants;
use crate::host_file::{HostFile, value_of};
use crate::located::Place;
use crate::provider::Provider;

/// A permission that the file would give, and where the file says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The permission.
    pub what: Asked,
    /// Where the file says so.
    pub place: Place,
}

/// A permission that a file would give.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// To start a process, with this program and these arguments.
    Start(Vec<String>),
    /// To make requests to this network host.
    Host(String),
    /// To use a directory.
    Directory {
        /// The path of the directory.
        host: PathBuf,
        /// Whether guests may write to it.
        writable: bool,
    },
    /// To see an environment variable.
    Variable(String),
    /// To use more than a limit allows by default.
    Limit {
        /// The name of the limit.
        name: String,
        /// The value in the file, written for people.
        value: String,
    },
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(command) => write!(f, "start the process `{}`", shown(&command.join(" "))),
            Self::Host(host) => write!(f, "let guests reach the host `{}`", short(host)),
            Self::Directory { host, writable } => {
                let what = if *writable { "write to" } else { "read" };
                write!(
                    f,
                    "let guests {what} the directory `{}`",
                    shown(&host.display().to_string())
                )
            }
            Self::Variable(name) => write!(f, "set the variable `{}` for guests", short(name)),
            Self::Limit { name, value } => write!(f, "raise the limit `{name}` to {value}"),
        }
    }
}

impl HostFile {
    /// Returns everything that the file would allow and that is not allowed without it, in the
    /// order of the file: processes, grants, and higher limits. If the list is empty, a file from
    /// anyone can be used, because the sandbox confines the guests.
    pub fn asks(&self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for import in &self.imports {
            match &import.provider {
                Provider::Process { command, .. } => {
                    asks.push(Ask { what: Asked::Start(command.clone()), place: import.place });
                }
                Provider::Guest { grants, .. } => granted(grants, &mut asks),
                Provider::Fixture { .. }
                | Provider::Trap
                | Provider::Default
                | Provider::Client => {}
            }
        }
        granted(&self.grants, &mut asks);
        let limits = self.limits(None);
        // By value, and not by what is written: a limit that is set to its default, or below, asks
        // for nothing.
        for name in limits.raised_above(self.base()) {
            let name = name.replace('_', "-");
            let set = self.limits.iter().find(|limit| limit.value.name == name);
            if let Some(set) = set {
                let value = value_of(&limits, &name);
                asks.push(Ask { what: Asked::Limit { name, value }, place: set.place });
            }
        }
        asks.sort_by_key(|ask| ask.place);
        asks
    }
}

fn granted(grants: &Grants, asks: &mut Vec<Ask>) {
    let hosts = grants.hosts.iter().map(|at| (Asked::Host(at.value.clone()), at.place));
    let directories = grants.directories.iter().map(|at| {
        let (host, writable) = (at.value.host.clone(), at.value.writable);
        (Asked::Directory { host, writable }, at.place)
    });
    let variables =
        grants.environment.iter().map(|at| (Asked::Variable(at.value.0.clone()), at.place));
    let all = hosts.chain(directories).chain(variables);
    asks.extend(all.map(|(what, place)| Ask { what, place }));
}
