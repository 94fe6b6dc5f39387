//! `wit-host adapt`: makes a component of a core module, or explains why that is not possible.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use wit_host::AllocatorNames;
use wit_host_adapt::{Plan, Unmappables};

use crate::destination::{Destination, refuse_read};
use crate::options::features::FeatureOptions;
use crate::options::guest_file;
use crate::options::loading::Loading;
use crate::output;
use crate::status::{Status, named, notice, shown_path};

/// Make a component of a core module that imports from `env`
///
/// The component imports the contract's interfaces and exports those of the
/// world's functions that the module has, so that it runs in every component
/// runtime that has the contract. All or nothing: where anything cannot be
/// mapped, all of it is listed, and nothing is written.
#[derive(Args)]
#[command(after_help = "Example: wit-host adapt guest.wasm -o guest.component.wasm")]
pub(crate) struct Adapt {
    /// A core module, in binary or in text form; `-` is standard input
    module: PathBuf,

    /// Where the component is written
    #[arg(short, long, value_name = "COMPONENT", required_unless_present = "dry_run")]
    output: Option<PathBuf>,

    /// Write nothing, but print the component's world, what becomes what, and what
    /// cannot be mapped
    #[arg(long)]
    dry_run: bool,

    /// The contract, as a folder of WIT files; without it, this host's own
    #[arg(long, value_name = "FOLDER")]
    wit: Option<PathBuf>,

    /// The world of that contract, where it has more than one
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    /// The module's functions that give out and take back blocks of memory, where they are
    /// not `allocate,deallocate` or `malloc,free`, or where it has both
    #[arg(long, value_name = "NAME[,NAME]")]
    allocator: Option<AllocatorNames>,

    #[command(flatten)]
    loading: Loading,

    #[command(flatten)]
    features: FeatureOptions,
}

impl Adapt {
    pub(crate) fn execute(&self) -> Result<Status> {
        let module = guest_file(&self.module);
        if let Some(output) = &self.output {
            refuse_read(output, [(module, "the module")])?;
        }
        let contract = match &self.wit {
            Some(folder) => self.features.read(folder)?.contract(self.world.as_deref())?,
            None => wit_host_contract::contract()?,
        };
        let (limits, allocator) = (self.loading.limits()?, self.allocator.as_ref());
        let plan = Plan::of_file_with_allocator(module, &contract, &limits, allocator);
        let plan = plan.map_err(|error| named(module, error))?;
        if self.dry_run {
            return print(&plan);
        }
        let component = plan.into_component().map_err(|error| named(module, error))?;
        if let Some(output) = &self.output {
            let written = Destination::at(output).and_then(|place| place.write(&component));
            written.with_context(|| format!("failed to write `{}`", shown_path(output)))?;
        }
        Ok(Status::Guest(0))
    }
}

/// Prints what would be made. What cannot be mapped is written to standard error.
fn print(plan: &Plan) -> Result<Status> {
    let mut text = String::new();
    for mapping in plan.mappings() {
        text += &format!("// {mapping}\n");
    }
    for export in plan.left_out() {
        text += &format!("// `{export}` is left out: the module does not export it\n");
    }
    text += plan.world().unwrap_or_default();
    output::print(&text)?;
    if plan.unmappable().is_empty() {
        return Ok(Status::Guest(0));
    }
    notice(&Unmappables(plan.unmappable().to_vec()).to_string());
    Ok(Status::Refused)
}
