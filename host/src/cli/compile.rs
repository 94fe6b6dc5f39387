//! `wit-host compile`: a guest's machine code, to be shipped.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use wit_host::Limits;

use super::destination::{Destination, is_standard_output, refuse_read};
use super::isolation::Isolate;
use super::modules::Modules;
use super::options::{Usage, guest_file, name_and_value};
use super::output::print_json;
use super::status::{Status, named, shown_path};

/// Compile a guest ahead of time, and print what it needs
///
/// The file runs with `--trusted-code` of `run`, `call` and `shell`, where this
/// version of the command is, on the same kind of processor. It is machine code,
/// which no limit and no grant stops from doing anything: run none that you have not
/// made, or got on a way that you trust. What is printed is a JSON object, which is
/// in the file as well.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host compile guest.wasm -o guest.cwasm
  wit-host run --trusted-code guest.cwasm")]
pub(crate) struct Compile {
    /// A component or a core module, in binary or in text form; `-` is standard input
    guest: PathBuf,

    /// Where the code is written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Have the code count fuel, for runs with `--fuel`
    #[arg(long)]
    fuel: bool,

    /// Make the code for runs with `--deterministic`
    #[arg(long)]
    deterministic: bool,

    /// Set a limit by its name; a wrong name lists them all
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    limit: Vec<(String, String)>,

    #[command(flatten)]
    isolate: Isolate,

    #[command(flatten)]
    modules: Modules,
}

impl Compile {
    pub(crate) fn execute(&self) -> Result<Status> {
        let guest = guest_file(&self.guest);
        refuse_read(&self.output, self.modules.read_with(guest))?;
        let compiled = self.modules.with_host_values(|externref| {
            let contract = wit_host::contract().limits(self.limits()?);
            let contract = contract.deterministic(self.deterministic);
            let builder = self.modules.offer_with(contract, externref);
            let compiled = self.isolate.apply(builder)?.build()?.compile_file(guest);
            compiled.map_err(|error| named(guest, error))
        })?;
        let failed = || format!("failed to write `{}`", shown_path(&self.output));
        let written = Destination::at(&self.output).and_then(|place| place.write(&compiled.bytes));
        written.with_context(failed)?;
        // Behind the code it would be a part of that.
        if !is_standard_output(&self.output) {
            print_json(&compiled.manifest.json())?;
        }
        Ok(Status::Guest(0))
    }

    fn limits(&self) -> Result<Limits> {
        let mut limits = Limits::default().fuel(self.fuel.then_some(u64::MAX));
        for (name, value) in &self.limit {
            let set = limits.set(name, value);
            set.map_err(|reason| {
                Usage::new(format!("invalid value '{name}={value}' for '--limit': {reason}"))
            })?;
        }
        Ok(limits)
    }
}
