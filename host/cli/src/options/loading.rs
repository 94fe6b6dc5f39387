//! The limits of a guest that is read and not run, for every command that reads one.

use clap::Args;
use wit_host::Limits;

use super::{Usage, name_and_value};

/// What a guest's file may cost.
#[derive(Args)]
pub(crate) struct Loading {
    /// Set a limit by its name; a wrong name lists them all
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    limit: Vec<(String, String)>,
}

impl Loading {
    /// Returns the default limits, changed by the options.
    pub(crate) fn limits(&self) -> anyhow::Result<Limits> {
        self.limits_over(Limits::default())
    }

    /// Returns these limits, changed by the options.
    pub(crate) fn limits_over(&self, mut limits: Limits) -> anyhow::Result<Limits> {
        for (name, value) in &self.limit {
            limits.set(name, value).map_err(|reason| {
                Usage::new(format!("invalid value '{name}={value}' for '--limit': {reason}"))
            })?;
        }
        Ok(limits)
    }
}
