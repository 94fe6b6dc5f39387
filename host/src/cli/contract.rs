//! `wit-host contract`: what this host offers to guests, for their authors.

use anyhow::Result;
use clap::Args;

use super::status::{Status, print};

/// Print the WIT that this host offers, or its `env` imports
///
/// The WIT is one file with the whole package, to be put into a guest's `wit`
/// folder.
#[derive(Args)]
#[command(after_help = "Example: wit-host contract > wit/contract.wit")]
pub(crate) struct Contract {
    /// Print the imports of core modules, with their flat types, instead
    #[arg(long)]
    env: bool,
}

impl Contract {
    pub(crate) fn execute(&self) -> Result<Status> {
        let mut text = String::new();
        if self.env {
            let runtime = wit_host::contract().build()?;
            for (name, ty) in runtime.env_imports() {
                text += &format!("env.{name}{ty}\n");
            }
        } else {
            text = wit_host::CONTRACT.join("\n");
        }
        print(&text)?;
        Ok(Status::Guest(0))
    }
}
