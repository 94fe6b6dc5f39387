//! `wit-host compile`: a guest's machine code, to be shipped.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use wit_host::{Limits, Processor, RuntimeBuilder};
use wit_host_contract::Functions;

use crate::destination::{Destination, is_standard_output, refuse_read};
use crate::options::guest_file;
use crate::options::isolation::Isolate;
use crate::options::loading::Loading;
use crate::options::modules::Modules;
use crate::output::print_json;
use crate::status::{Status, named, shown_path};

/// Compile a guest ahead of time, and print what it needs
///
/// The file runs with `--trusted-code` of `run`, `call` and `shell`, where this
/// version of the command is, on a processor with the features that the manifest
/// lists: for other machines than this one, give `--cpu`. It is machine code,
/// which no limit and no grant stops from doing anything: run none that you have not
/// made, or got on a way that you trust. What is printed is a JSON object, which is
/// in the file as well.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host compile guest.wasm -o guest.cwasm
  wit-host compile --cpu baseline guest.wasm -o guest.cwasm   For older processors, too
  wit-host run --trusted-code guest.cwasm")]
pub(crate) struct Compile {
    /// A component or a core module, in binary or in text form; `-` is standard input
    guest: PathBuf,

    /// Where the code is written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The processor that the code is for: `native` is this machine's, with all that it can
    /// do; `baseline` every one of this machine's architecture; or a level of x86-64
    #[arg(
        long,
        value_name = "CPU",
        default_value = "native",
        value_parser = PossibleValuesParser::new(Processor::NAMES)
            .try_map(|name| name.parse::<Processor>()),
    )]
    cpu: Processor,

    /// Have the code count fuel, for runs with `--fuel`
    #[arg(long)]
    fuel: bool,

    /// Make the code for runs with `--deterministic`
    #[arg(long)]
    deterministic: bool,

    #[command(flatten)]
    loading: Loading,

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
            let setup = |builder: RuntimeBuilder<Functions>| {
                let builder = builder.limits(self.limits()?).processor(self.cpu);
                self.isolate.apply(builder.deterministic(self.deterministic))
            };
            let builder = wit_host_contract::builder();
            let builder = self.modules.offer_with(builder, externref, &setup, None)?;
            let compiled = builder.build()?.compile_file(guest);
            compiled.map_err(|error| named(guest, error))
        })?;
        let failed = || format!("failed to write `{}`", shown_path(&self.output));
        let written = Destination::at(&self.output).and_then(|place| place.write(&compiled.bytes));
        written.with_context(failed)?;
        // Behind the code it would be a part of that.
        if !is_standard_output(&self.output) {
            print_json(&compiled.manifest)?;
        }
        Ok(Status::Guest(0))
    }

    fn limits(&self) -> Result<Limits> {
        Ok(self.loading.limits()?.fuel(self.fuel.then_some(u64::MAX)))
    }
}
