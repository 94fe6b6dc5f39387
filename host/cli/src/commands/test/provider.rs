//! `wit-host test --provider`: a provider that is asked what a fixture's calls ask. It does not know
//! how the answers are told.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use wit_host::{
    Contract, DefaultProvider, GuestProvider, ImportedFunction, Provider, Runtime, TrapProvider,
};
use wit_host_config::Provider as Spec;
use wit_host_contract::Functions;
use wit_host_providers::ProcessProvider;

use crate::options::Usage;
use crate::options::imports::Setup;
use crate::status::named;

/// A provider, and the functions that it is asked for.
pub(super) struct Asked {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) functions: Vec<ImportedFunction>,
}

impl Asked {
    /// Starts the provider of a spec. The functions are those of the contract, or of a component
    /// those that it exports.
    ///
    /// # Errors
    /// [`Usage`] if the spec names nothing that can be asked; those of loading a guest.
    pub(super) fn new(spec: &str, contract: Option<&Contract>, setup: Setup<'_>) -> Result<Self> {
        let wrong = |reason: &str| {
            let spec = spec.escape_debug();
            Usage::new(format!("invalid value '{spec}' for '--provider': {reason}"))
        };
        let parsed = Spec::parse(spec, Path::new("")).map_err(|reason| wrong(&reason))?;
        let provider: Arc<dyn Provider> = match parsed {
            Spec::Guest { file, .. } => Arc::new(guest(&file, setup)?),
            Spec::Process { command, .. } => {
                let (program, arguments) =
                    command.split_first().ok_or_else(|| wrong("no program"))?;
                let process = ProcessProvider::new(program, arguments);
                Arc::new(process.map_err(|error| wrong(&error.to_string()))?)
            }
            Spec::Trap => Arc::new(TrapProvider),
            Spec::Default => Arc::new(DefaultProvider),
            _ => return Err(wrong("give a component's file, or `exec:` with a command").into()),
        };
        let functions = match contract {
            Some(contract) => ImportedFunction::of_contract(contract)?,
            None => provider.functions(),
        };
        if functions.is_empty() {
            return Err(wrong(
                "it does not tell the types of its functions; `--wit` names the contract that has \
                 them",
            )
            .into());
        }
        Ok(Self { provider, functions })
    }
}

/// Loads a component whose exports are asked for.
fn guest(file: &Path, setup: Setup<'_>) -> Result<GuestProvider<Functions>> {
    let runtime: Runtime<Functions> = setup(wit_host_contract::builder())?.build()?;
    GuestProvider::file(&runtime, file, Functions::default).map_err(|error| named(file, error))
}
