//! Makes guests that are served, and prints what they write and when they are replaced. It does not
//! know where the content of their files comes from.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use wit_host::{Change, Grants, Guest, Live, Reuse, Rollback, Runtime, Sessions, Stdio};
use wit_host_contract::Functions;

use crate::status::{named, notice, shown_path};

/// Makes guests that are served.
pub(super) struct Loader {
    pub(super) runtime: Runtime<Functions>,
    pub(super) grants: Grants,
    /// Whether what guests write is printed.
    pub(super) is_told: bool,
    pub(super) reuse: Reuse,
}

impl Loader {
    /// Loads a guest from the content of a file.
    pub(super) fn live(&self, path: &Path, bytes: &[u8]) -> Result<Live<Functions>> {
        let guest = self.runtime.load(bytes).map_err(|error| named(path, error))?;
        let grants = match self.is_told {
            false => self.grants.clone(),
            true => with_output(self.grants.clone(), path),
        };
        let (grants, reuse) = (Arc::new(grants), self.reuse);
        let make = move |guest: Guest<Functions>| {
            let (data, own) = (Arc::clone(&grants), Arc::clone(&grants));
            Sessions::new(guest, move || Functions::new(&data)).grants(own).reuse(reuse)
        };
        let shown = shown_path(path);
        Ok(Live::builder(make)
            .rollback(Some(Rollback::default()))
            .on_change(move |change| notice(&format!("{shown}: {}", told(change))))
            .serve(guest))
    }
}

/// Sends what a guest writes to this command's standard error, each line with the guest's name.
fn with_output(grants: Grants, path: &Path) -> Grants {
    let name = shown_path(path);
    let other = name.clone();
    let tell = |name: &str, bytes: &[u8]| {
        for line in String::from_utf8_lossy(bytes).lines() {
            notice(&format!("{name} writes: {}", line.escape_debug()));
        }
    };
    grants
        .stdio(Stdio::Closed)
        .stdout(move |bytes| tell(&name, bytes))
        .stderr(move |bytes| tell(&other, bytes))
}

fn told(change: &Change) -> String {
    match change {
        Change::Replaced { generation } => format!("generation {generation} serves"),
        Change::Refused { generation, reason } => {
            format!("generation {generation} goes on: {reason}")
        }
        Change::RolledBack { from, to, by_itself: true } => {
            format!("generation {to} serves again, since calls of generation {from} failed")
        }
        Change::RolledBack { from, to, .. } => {
            format!("generation {to} serves again in place of generation {from}")
        }
        _ => "something changed".into(),
    }
}
