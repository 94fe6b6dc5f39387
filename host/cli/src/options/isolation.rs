//! The options for where guests are compiled, in every command that compiles.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use wit_host::{Isolation, RuntimeBuilder};
use wit_host_contract::Functions;

/// Whether the compiler has a process of its own.
#[derive(Args)]
pub(crate) struct Isolate {
    /// Compile the guest in this process, where nothing bounds the compiler's time and
    /// memory; otherwise it has a process of its own, which has limits
    #[arg(long)]
    no_isolate: bool,

    /// Compile the guest in a process of its own, as is done without this option
    #[arg(long, hide = true, conflicts_with = "no_isolate")]
    isolate: bool,
}

impl Isolate {
    pub(crate) fn apply(
        &self,
        builder: RuntimeBuilder<Functions>,
    ) -> anyhow::Result<RuntimeBuilder<Functions>> {
        Ok(match self.get()? {
            Some(isolation) => builder.isolate(isolation),
            None => builder,
        })
    }

    /// Returns the process that compiles, or `None` if it is to be this one.
    pub(crate) fn get(&self) -> anyhow::Result<Option<Isolation>> {
        (!self.no_isolate).then(isolation).transpose()
    }
}

/// Returns this program as the one for tasks that may break the process.
pub(crate) fn isolation() -> anyhow::Result<Isolation> {
    Ok(Isolation::new(this_program()?, [crate::ISOLATED_WORKER]))
}

/// Returns the path of this program. On Linux it stays valid if the program's file has been
/// replaced since the start.
pub(super) fn this_program() -> anyhow::Result<PathBuf> {
    let itself = Path::new("/proc/self/exe");
    if itself.exists() {
        return Ok(itself.into());
    }
    std::env::current_exe().context("failed to find this program")
}
