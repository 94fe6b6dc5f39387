//! What a file would allow that it takes trust to let it.

use std::fmt;
use std::path::PathBuf;

use wit_host_text::{short, shown};

use crate::grants::Grants;
use crate::host_file::{HostFile, value_of};
use crate::located::Place;
use crate::provider::Provider;

/// One thing that the file would allow, and where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What it would allow.
    pub what: Asked,
    /// Where the file says so.
    pub place: Place,
}

/// What a file would allow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// A process, by its program and arguments.
    Start(Vec<String>),
    /// Requests to a network host.
    Host(String),
    /// A directory.
    Directory {
        /// Where it is.
        host: PathBuf,
        /// Whether guests may write to it.
        writable: bool,
    },
    /// An environment variable in guests.
    Variable(String),
    /// More than a limit allows by itself.
    Limit {
        /// Its name.
        name: String,
        /// What the file allows, as people read it.
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
    /// What the file would allow that is not so without it: processes, grants, and more than a
    /// limit allows by itself, in the order of the file. Where there is nothing, anybody's file
    /// can be used: guests are kept in by the sandbox.
    pub fn asks(&self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for import in &self.imports {
            match &import.provider {
                Provider::Process { command, .. } => {
                    asks.push(Ask { what: Asked::Start(command.clone()), place: import.place });
                }
                Provider::Guest { grants, .. } => granted(grants, &mut asks),
                Provider::Fixture { .. } | Provider::Trap | Provider::Default => {}
            }
        }
        granted(&self.grants, &mut asks);
        let limits = self.limits(None);
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
