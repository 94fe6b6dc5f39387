//! `wit-host check`: whether a guest fits, before anything of it runs.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use wit_host::{Contract, Error, Fit, Misfit, Misfits};

use super::status::{Status, named, print};

/// Tell whether a guest fits this host, and everything that is in the way
///
/// A guest fits when everything that it imports can be served, and everything
/// that it exports has the type of the contract. Nothing of it is run.
#[derive(Args)]
#[command(after_help = "Example: wit-host check --wit wit --world plugin guest.wasm")]
pub(crate) struct Check {
    /// A component or a core module, in binary or in text form
    guest: PathBuf,

    /// Check against the contract in this WIT file or folder, instead of this
    /// host's
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// The contract's world, all of whose exports the guest then has to have
    #[arg(long, value_name = "NAME")]
    world: Option<String>,

    /// How to print what was found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

impl Check {
    pub(crate) fn execute(&self) -> Result<Status> {
        let (fit, contract) = self.fit().map_err(|error| named(&self.guest, error))?;
        let fits = fit.misfits.is_empty();
        if let Format::Json = self.format {
            print(&format!("{:#}\n", to_json(&fit)))?;
            return Ok(if fits { Status::Guest(0) } else { Status::Refused });
        }
        if !fits {
            return Err(named(&self.guest, Error::Misfits(Misfits(fit.misfits))));
        }
        let mut text = format!("{} fits `{contract}`\n", self.guest.display());
        for absent in &fit.absent {
            text += &format!("it does not export `{}`, which it may leave out\n", absent.name);
        }
        print(&text)?;
        Ok(Status::Guest(0))
    }

    /// How the guest fits, and the name of what it was held against.
    fn fit(&self) -> Result<(Fit, String), Error> {
        let runtime = wit_host::contract().build()?;
        let world = self.world.as_deref();
        let (fit, contract) = match &self.wit {
            Some(wit) => {
                let contract = Contract::read(wit, world)?;
                (runtime.fit_contract_file(&self.guest, &contract)?, contract.name())
            }
            None => {
                let contract = Contract::parse(&wit_host::CONTRACT.join("\n"), world)?;
                (runtime.fit_file(&self.guest)?, contract.name())
            }
        };
        Ok((if world.is_some() { fit.whole() } else { fit }, contract))
    }
}

fn to_json(fit: &Fit) -> Value {
    let misfits: Vec<_> = fit.misfits.iter().map(misfit).collect();
    let absent: Vec<_> = fit.absent.iter().map(misfit).collect();
    json!({ "fits": misfits.is_empty(), "misfits": misfits, "absent": absent })
}

fn misfit(misfit: &Misfit) -> Value {
    json!({
        "side": misfit.side.to_string(),
        "name": misfit.name,
        "problem": misfit.problem,
        "guest": misfit.guest,
        "contract": misfit.contract,
        "cause": misfit.cause,
        "fix": misfit.fix,
    })
}
