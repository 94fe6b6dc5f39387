//! `wit-host inspect`: what a guest is and asks for, without running it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use wit_host::{Error, Inspection, Limits};

use super::isolation::isolation;
use super::modules::Modules;
use super::options::{Usage, guest_file};
use super::output::{print, print_json};
use super::status::{Status, named, shown_path};

/// Tell what a guest is, what it asks for and who serves that, and what made it
///
/// Nothing of the guest is compiled or run.
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

    /// Set a limit on what is read, by its name; a wrong name lists them all
    #[arg(long, value_name = "NAME=VALUE")]
    limit: Vec<String>,

    #[command(flatten)]
    modules: Modules,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A summary for people
    Text,
    /// A component's imports and exports, as a WIT file
    Wit,
    /// All of it as one JSON object, whose keys the documentation of
    /// `Inspection::json` has
    Json,
}

impl Inspect {
    pub(crate) fn execute(&self) -> Result<Status> {
        let runtime = self
            .modules
            .offer(wit_host::contract())
            .isolate(isolation()?)
            .limits(self.limits()?)
            .build()?;
        let guest = guest_file(&self.guest);
        let inspection = runtime.inspect_file(guest).map_err(|error| named(guest, error))?;
        match self.format {
            Form::Text => print(&inspection.to_string())?,
            Form::Wit => print(wit(guest, &inspection)?)?,
            Form::Json => print_json(&inspection.json())?,
        }
        Ok(Status::Guest(0))
    }

    fn limits(&self) -> Result<Limits> {
        let mut limits = Limits::default();
        for limit in &self.limit {
            let wrong = |reason| Usage(format!("invalid value '{limit}' for '--limit': {reason}"));
            let (name, value) = limit
                .split_once('=')
                .ok_or_else(|| wrong("a value is missing; give NAME=VALUE".to_owned()))?;
            limits.set(name, value).map_err(wrong)?;
        }
        Ok(limits)
    }
}

fn wit<'i>(path: &Path, inspection: &'i Inspection) -> Result<&'i str> {
    match (&inspection.wit, &inspection.unreadable) {
        (Some(wit), _) => Ok(wit),
        (None, Some(reason)) => {
            let reason = reason.clone();
            let error = Error::Invalid { kind: "component", reason };
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
