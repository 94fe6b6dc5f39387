//! `wit-host inspect`: what a guest is and asks for, without running it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use wit_host::{Contract, Error, GuestError, Inspection, RuntimeBuilder};
use wit_host_contract::Functions;

use crate::json;
use crate::options::host_file::HostFileOptions;
use crate::options::isolation::isolation;
use crate::options::loading::Loading;
use crate::options::modules::Modules;
use crate::options::{Usage, guest_file};
use crate::output::{print, print_json, print_report};
use crate::status::{Status, named, shown_path};

/// Tell what a guest is, what it asks for and who serves that, and what made it
///
/// Nothing of the guest is compiled or run.
///
/// As JSON: `kind` is "component" or "core module", and `size` its bytes; `language` is the
/// guest's where that language's runtime is in it, or null; `producers` are objects with
/// `role`, `name` and `version`; `exports` are objects with `name`, `sort`, `type` (or null)
/// and `functions`; `imports` have that as well, and `asked_by` (the core modules in a
/// component that import it) and `served_by`, an object with `by` ("contract", "module",
/// "wasi", "no-one" where it has types alone, "nothing" or "unknown"), `name` (of the
/// contract's item or of the core module, or null), `without` (functions that the contract
/// does not have) and `note` (what WASI depends on or why nothing serves it, or null);
/// `custom_sections` are objects with `name`, `count` and `size`; `wit` and `unreadable` are
/// a text or null; `unsupported` are objects with `proposal`, `what`, `offset` and `fix`;
/// `toolchain` is null or an object with `name`, `cause` and `fix`; `notes` are texts.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host inspect guest.wasm
  wit-host inspect --format wit guest.wasm > guest.wit
  wit-host inspect --format json guest.wasm | jq '.imports[] | {name, served_by}'")]
pub(crate) struct Inspect {
    /// A component or a core module, in binary or in text form; `-` is standard input
    guest: PathBuf,

    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,

    /// Tell who serves what in a host that has the contract in this WIT file or folder,
    /// instead of this one
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// The contract's world, where it has more than one
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    loading: Loading,

    #[command(flatten)]
    modules: Modules,

    #[command(flatten)]
    host_file: HostFileOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A summary for people
    Text,
    /// A component's imports and exports, as a WIT file
    Wit,
    /// All of it as one JSON object
    Json,
}

impl Inspect {
    pub(crate) fn execute(mut self) -> Result<Status> {
        self.host_file.resolve_path(&mut self.guest, false)?;
        let setup = |builder: RuntimeBuilder<Functions>| {
            let limits = self.loading.limits_over(self.host_file.limits()?)?;
            Ok(builder.isolate(isolation()?).limits(limits).allow_text_format(true))
        };
        let runtime = self
            .modules
            .offer(wit_host_contract::builder(), &setup, self.host_file.get()?)?
            .build()?;
        let guest = guest_file(&self.guest);
        let contract = match &self.wit {
            Some(wit) => Some((&**wit, self.world.as_deref())),
            None => self.host_file.contract()?,
        };
        let contract = contract.map(|(wit, world)| Contract::read(wit, world));
        let inspection = match contract.transpose()? {
            Some(contract) => runtime.inspect_contract_file(guest, &contract),
            None => runtime.inspect_file(guest),
        };
        let inspection = inspection.map_err(|error| named(guest, error))?;
        match self.format {
            Form::Text => print_report(&inspection)?,
            Form::Wit => print(wit(guest, &inspection)?)?,
            Form::Json => print_json(&json::Inspection::from(&inspection))?,
        }
        Ok(Status::Guest(0))
    }
}

fn wit<'i>(path: &Path, inspection: &'i Inspection) -> Result<&'i str> {
    match (&inspection.wit, &inspection.unreadable) {
        (Some(wit), _) => Ok(wit),
        (None, Some(reason)) => {
            let reason = reason.clone();
            let error = Error::Guest(GuestError::Invalid { kind: "component", reason });
            Err(error).with_context(|| shown_path(path))
        }
        (None, None) => {
            let reason = format!(
                "`{}` is a {} and has no WIT; use `--format text`",
                shown_path(path),
                inspection.kind
            );
            Err(Usage(reason).into())
        }
    }
}
