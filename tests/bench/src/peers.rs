//! Measures the work in runtimes that need a process of their own: wasmer and Extism, whose
//! crates would be second versions of the workspace's, and a component on Node. A column exists
//! if `make bench-peers` has built what it needs.

mod process;

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::call::Call;
use crate::commands::{self, file};
use crate::guests::{self, Path, Work};
use crate::row::{Column, Goal, Probe, Row};

/// Adds the columns for a guest that calls the host, as far as the peers can do the work.
pub(crate) fn calls(row: Row, path: Path, work: Work) -> Row {
    let (work, length) = match work {
        Work::Add => ("call-add", 0),
        Work::EchoText(length) => ("call-echo-text", length),
        Work::EchoBytes(length) => ("call-echo-bytes", length),
        Work::EchoReading => ("call-echo-reading", 0),
        Work::EchoReadings(count) => ("call-echo-readings", count),
        Work::AddInLine | Work::MeasureText(_) => return row,
    };
    columns(row, path, Task { small: false, work, length: length as usize })
}

/// Adds the columns for a call into the guest.
pub(crate) fn export(row: Row, path: Path, call: Call) -> Row {
    match (path, call) {
        (_, Call::Sum) => columns(row, path, Task { small: false, work: "sum", length: 0 }),
        (Path::Component, Call::Reply(length)) => {
            columns(row, path, Task { small: false, work: "reply", length })
        }
        _ => row,
    }
}

/// Adds the columns for a fresh session.
pub(crate) fn fresh(row: Row, path: Path) -> Row {
    columns(row, path, Task { small: true, work: "fresh", length: 0 })
}

/// The work to do, and the guest that does it.
#[derive(Clone, Copy)]
struct Task {
    /// Whether to use the smallest guest.
    small: bool,
    work: &'static str,
    /// The number of bytes of a text, or of records of a list.
    length: usize,
}

fn columns(row: Row, path: Path, task: Task) -> Row {
    let peers = Peer::ALL.into_iter().filter(|peer| peer.path() == path);
    peers.filter(|peer| peer.command().is_some()).fold(row, |row, peer| {
        row.column(peer.column(), move || peer.probe(task)).goals(peer.goal())
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Wasmer,
    Extism,
    Node,
}

impl Peer {
    const ALL: [Self; 3] = [Self::Wasmer, Self::Extism, Self::Node];

    fn column(self) -> Column {
        match self {
            Self::Wasmer => Column::Wasmer,
            Self::Extism => Column::Extism,
            Self::Node => Column::Node,
        }
    }

    /// Returns the path that the task is compared with.
    fn path(self) -> Path {
        match self {
            Self::Wasmer | Self::Extism => Path::Env,
            Self::Node => Path::Component,
        }
    }

    /// Returns the process for the task, if it can be started.
    fn command(self) -> Option<Command> {
        if !cfg!(feature = "peers") {
            return None;
        }
        let of_rust = |name| {
            let mut command = commands::peers()?;
            command.arg(name);
            Some(command)
        };
        match self {
            Self::Wasmer => of_rust("wasmer"),
            Self::Extism => of_rust("extism"),
            Self::Node => commands::node(),
        }
    }

    fn probe(self, task: Task) -> Result<Probe> {
        let guest = match (self, task.small) {
            (Self::Extism, false) => guests::plugin()?,
            (Self::Extism, true) => guests::small_plugin()?,
            (_, false) => self.path().guest()?,
            (_, true) => self.path().small_guest(false)?,
        };
        // The peer has read the file before it is ready, and the next peer is started after
        // that.
        let guest = file("peer.wasm", &guest)?;
        let name = self.column().title();
        let mut command = self.command().with_context(|| format!("`{name}` is gone"))?;
        command.arg(guest).args([task.work, &task.length.to_string()]);
        process::probe(name, command)
    }

    /// Returns the goal. Node only shows what another way costs, and has none.
    fn goal(self) -> Option<Goal> {
        match self {
            Self::Wasmer | Self::Extism => Some(Goal::Ratio(self.column(), 1.0)),
            Self::Node => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;

    #[test]
    fn a_goal_is_there_with_its_column() {
        for row in rows::all() {
            for peer in [Column::Wasmer, Column::Extism] {
                let columns = row.columns.iter().filter(|(column, _)| *column == peer).count();
                let is_for =
                    |goal: &&Goal| matches!(goal, Goal::Ratio(column, _) if *column == peer);
                let goals = row.goals.iter().filter(is_for).count();
                assert_eq!(goals, columns, "{}: {}", row.group, row.name);
            }
        }
    }
}
