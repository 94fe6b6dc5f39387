//! Runs whole commands: `wit-host run`, the `wasmtime` command if it is installed, and the
//! cheapest process that is possible.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::{env, iter};

use anyhow::{Context as _, Result, ensure};

use crate::clock::{Clock, timed};
use crate::row::Probe;

/// The root of the workspace. `make bench` writes into it, and finds tools there.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A program, and the arguments that make it run a guest.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) program: PathBuf,
    /// The arguments with which it uses compiled code that it has kept.
    warm: &'static [&'static str],
    /// The arguments with which it has kept none.
    cold: &'static [&'static str],
    /// Further arguments before the guest.
    pub(crate) options: Vec<String>,
}

/// Returns `wit-host`, which was built beside this program.
pub(crate) fn wit_host() -> Option<Command> {
    let this = env::current_exe().ok()?;
    let beside = this.ancestors().skip(1).take(2).map(|directory| directory.join("wit-host"));
    let program = beside.into_iter().find(|program| program.is_file())?;
    Some(Command { program, warm: &["run"], cold: &["run", "--no-cache"], options: Vec::new() })
}

/// Returns `wasmtime`, if it is installed.
pub(crate) fn wasmtime() -> Option<Command> {
    let program = installed("wasmtime")?;
    Some(Command { program, warm: &["run"], cold: &["run", "-C", "cache=n"], options: Vec::new() })
}

/// Returns the program that contains Extism and wasmer, if it was built.
pub(crate) fn peers() -> Option<process::Command> {
    let program = Path::new(WORKSPACE).join("target/peers/release/wit-host-peers");
    program.is_file().then(|| process::Command::new(program))
}

/// Returns Node with the script that runs components, if both are installed.
pub(crate) fn node() -> Option<process::Command> {
    let directory = Path::new(WORKSPACE).join("target/peers/node");
    let mut command = process::Command::new(installed("node")?);
    command.arg(directory.join("main.mjs"));
    directory.join("node_modules").is_dir().then_some(command)
}

/// Finds a program on the `PATH`, or among the tools that the project has installed.
fn installed(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let tools = Path::new(WORKSPACE).join("target/tools/bin");
    let mut programs =
        env::split_paths(&path).chain(iter::once(tools)).map(|directory| directory.join(name));
    programs.find(|program| program.is_file())
}

impl Command {
    /// Returns a process that runs the guest.
    pub(crate) fn run(&self, guest: &Path, warm: bool) -> Result<process::Command> {
        let mut command = process::Command::new(&self.program);
        command.args(if warm { self.warm } else { self.cold }).args(&self.options).arg(guest);
        command.env("XDG_CACHE_HOME", directory()?.join("cache"));
        Ok(command)
    }
}

/// Writes a guest to a file.
pub(crate) fn file(name: &str, guest: &[u8]) -> Result<PathBuf> {
    let file = directory()?.join(name);
    fs::write(&file, guest).with_context(|| format!("failed to write {}", file.display()))?;
    Ok(file)
}

/// Returns the directory for the benchmark's files.
pub(crate) fn directory() -> Result<PathBuf> {
    let directory = Path::new(WORKSPACE).canonicalize()?.join("target/bench");
    fs::create_dir_all(&directory).context("failed to make the directory `target/bench`")?;
    Ok(directory)
}

/// Returns a probe of the CPU time of a process, user and system time together.
pub(crate) fn probe(mut command: process::Command) -> Probe {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    timed(Clock::Children, move |times| {
        for _ in 0..times {
            let status = command.status()?;
            ensure!(
                status.success(),
                "`{command:?}` failed; `cargo build` brings wit-host up to date"
            );
        }
        Ok(())
    })
}
