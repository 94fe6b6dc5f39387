//! `wit-host contract`: what this host offers to guests, for their authors.

use anyhow::Result;
use clap::Args;
use wit_host::Runtime;
use wit_host_contract::Functions;

use super::json;
use super::output::{Format, print, print_json};
use super::status::Status;

/// Print the WIT that this host offers, or its `env` imports
///
/// The WIT is one file with the whole package, to be put into a guest's `wit`
/// folder.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host contract > wit/contract.wit
  wit-host contract --env")]
pub(crate) struct Contract {
    /// Print the imports of core modules, with their flat types and the functions
    /// of the contract that they are, instead
    #[arg(long)]
    env: bool,

    /// What to print: a text, or a JSON object of `world` and `wit`, or of `env`
    /// with objects of `import`, `type` and `implements`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Contract {
    pub(crate) fn execute(&self) -> Result<Status> {
        match (self.env, self.format) {
            (false, Format::Text) => print(wit_host_contract::WIT)?,
            (false, Format::Json) => {
                let wit = wit_host_contract::WIT;
                let world = wit_host::Contract::parse(wit, None)?.name();
                print_json(&json::World { world, wit })?;
            }
            (true, Format::Text) => print(&table(&wit_host_contract::builder().build()?))?,
            (true, Format::Json) => {
                let runtime = wit_host_contract::builder().build()?;
                let rows = runtime.env_imports().map(|(module, name, ty)| {
                    let implements = runtime.env_implements(module, name);
                    json::EnvImport { import: name, ty, implements }
                });
                print_json(&json::Env { env: rows.collect() })?;
            }
        }
        Ok(Status::Guest(0))
    }
}

/// The imports, one a line, with what they implement in a column of its own.
fn table(runtime: &Runtime<Functions>) -> String {
    let rows: Vec<_> = runtime
        .env_imports()
        .map(|(module, name, ty)| {
            (format!("{module}.{name}{ty}"), runtime.env_implements(module, name))
        })
        .collect();
    let width = rows.iter().map(|(import, _)| import.len()).max().unwrap_or_default();
    rows.iter()
        .map(|(import, implements)| match implements {
            Some(function) => format!("{import:width$}  {function}\n"),
            None => format!("{import}\n"),
        })
        .collect()
}
