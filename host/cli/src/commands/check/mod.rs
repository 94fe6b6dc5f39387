//! `wit-host check`: whether a guest fits, before anything of it runs.

mod against;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use wit_host::inspect::{Import, ServedBy};
use wit_host::{
    Contract, Error, Fit, Grants, Isolation, Limits, Mismatches, Runtime, RuntimeBuilder,
};
use wit_host_contract::Functions;

use crate::json;
use crate::options::features::FeatureOptions;
use crate::options::guest_file;
use crate::options::host_file::HostFileOptions;
use crate::options::isolation::isolation;
use crate::options::loading::Loading;
use crate::options::modules::Modules;
use crate::output::{Format, print_json, print_report};
use crate::status::{Status, named, shown_path, status};
use against::against;

/// Tell whether a guest fits this host, and everything that is in the way
///
/// A guest fits when everything that it imports can be served, and everything
/// that it exports has the type of the contract. Nothing of it is run. With
/// --against it is two versions of a contract that are compared, and no guest: all worlds
/// of the package, or the one that is named.
///
/// As JSON: `contract` is the name of the world, `fits` is true or false, and
/// `misfits` and `absent` (exports of the world that the guest lacks and may lack)
/// are lists of objects with `side` ("import" or "export"), `name`, `problem`, `guest`
/// and `contract` (the types, or null), `cause` (or null), `fix` and `deny` (what `--deny-calls`
/// takes so that it runs, or null); `unknown` are the
/// names of exports that the contract does not have, `served` are those imports that providers
/// serve, objects with `name` and `by`, and `differing` are those of other
/// types than the contract's, of a guest that imports nothing of it and so does not claim
/// to meet it: they are listed, and no reason not to fit. With --against:
/// `honest` is whether the versions' numbers say what is so; `worlds` are the names of the
/// worlds that were compared; `changes` are objects with `place` ("world", "imports" or
/// "exports"), `worlds` (those that it is in), `name`, `what`, `for_guests` and
/// `for_hosts` ("additive", "breaking-where-used" or "breaking"); `versions` are
/// objects with `package`, `old` and `new` (or null), `needs` ("none", "higher" or
/// "other-track"), `honest` and `reason`.
#[derive(Args)]
#[command(
    override_usage = "wit-host check [OPTIONS] GUEST\n       \
                      wit-host check [OPTIONS] --against PATH --wit PATH",
    after_help = "Examples:\n  wit-host check guest.wasm\n  \
                  wit-host check --wit wit --world plugin guest.wasm\n  \
                  wit-host check --against wit-1.0 --wit wit"
)]
pub(crate) struct Check {
    /// A component or a core module, in binary or in text form; `-` is standard input
    #[arg(required_unless_present = "against")]
    guest: Option<PathBuf>,

    /// Tell what changed in the contract since this version of it, whom it breaks,
    /// and whether the version's number says so
    #[arg(long, value_name = "PATH", requires = "wit", conflicts_with = "guest")]
    against: Option<PathBuf>,

    /// Check against the contract in this WIT file or folder, instead of this
    /// host's
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// The contract's world, all of whose exports the guest then has to have; with
    /// --against, the only one that is compared
    #[arg(long, value_name = "NAME")]
    world: Option<String>,

    #[command(flatten)]
    loading: Loading,

    #[command(flatten)]
    features: FeatureOptions,

    #[command(flatten)]
    modules: Modules,

    #[command(flatten)]
    host_file: HostFileOptions,

    /// How to print what was found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Check {
    pub(crate) fn execute(mut self) -> Result<Status> {
        if let (Some(old), Some(new)) = (&self.against, &self.wit) {
            let packages = self.features.read_both(old, new)?;
            return against(packages.each_ref(), self.world.as_deref(), self.format);
        }
        // The options do not let it come to this.
        let Some(mut guest) = self.guest.take() else { return Ok(Status::Usage) };
        self.host_file.resolve_path(&mut guest, false)?;
        self.guest(guest_file(&guest))
    }

    fn guest(&self, guest: &Path) -> Result<Status> {
        let contract = self.contract()?;
        let limits = self.loading.limits_over(self.host_file.limits()?)?;
        let grants = self.host_file.deny(Grants::default())?;
        let bounds = (limits, grants);
        let found = self.fit(guest, contract.as_ref(), bounds, isolation()?);
        let contract = contract.map_or_else(|| self.shipped(), Ok)?;
        let (contract, is_json) = (contract.name(), self.format == Format::Json);
        let (fit, served) = match found {
            Err(error) if is_json && is_refused(&error) => {
                print_json(&json::Fit::refused(&contract, &error.downcast()?))?;
                return Ok(Status::Refused);
            }
            found => found.map_err(|error| named(guest, error))?,
        };
        let fits = fit.mismatches.is_empty();
        if is_json {
            print_json(&json::Fit::new(&contract, &fit, &served))?;
            return Ok(if fits { Status::Guest(0) } else { Status::Refused });
        }
        if !fits {
            return Err(named(guest, Error::Mismatches(Mismatches(fit.mismatches))));
        }
        let mut text = format!("{} fits `{contract}`\n", shown_path(guest));
        for import in &served {
            let (name, server) = (import.item.name.escape_debug(), import.server());
            text += &format!("its import `{name}` is served by {server}\n");
        }
        for absent in &fit.absent {
            text += &format!("it does not export `{}`, which it may leave out\n", absent.name);
        }
        if !fit.unknown.is_empty() {
            let unknown: Vec<_> = fit.unknown.iter().map(|name| format!("`{name}`")).collect();
            text +=
                &format!("it exports {}, which the contract does not have\n", unknown.join(", "));
        }
        if !fit.differing.is_empty() {
            let names: Vec<_> = fit.differing.iter().map(|differs| &*differs.name).collect();
            text += &format!(
                "it imports nothing of the contract, whose {} it exports with another type; \
                 `--world` holds it against all of the contract\n",
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            );
        }
        for note in &fit.notes {
            text += &format!("{note}\n");
        }
        print_report(&text)?;
        Ok(Status::Guest(0))
    }

    /// What the guest is held against, unless it is the shipped contract.
    fn contract(&self) -> Result<Option<Contract>> {
        let file = self.host_file.contract()?;
        Ok(match (&self.wit, file) {
            (Some(wit), _) => Some(self.features.read(wit)?.contract(self.world.as_deref())?),
            (None, Some((wit, world))) => {
                Some(Contract::read(wit, self.world.as_deref().or(world))?)
            }
            (None, None) => None,
        })
    }

    fn shipped(&self) -> Result<Contract> {
        let contract = wit_host_contract::contract()?;
        Ok(match &self.world {
            Some(world) => contract.with_world(world)?,
            None => contract,
        })
    }

    fn fit(
        &self,
        guest: &Path,
        contract: Option<&Contract>,
        (limits, grants): (Limits, Grants),
        isolation: Isolation,
    ) -> Result<(Fit, Vec<Import>)> {
        let fit = |externref| {
            let setup = |builder: RuntimeBuilder<Functions>| {
                let builder = builder.limits(limits.clone()).isolate(isolation.clone());
                Ok(builder.allow_text_format(true))
            };
            let file = self.host_file.get()?;
            let has_providers = self.modules.has_providers(file);
            let mut builder = wit_host_contract::builder();
            if let Some(contract) = contract.filter(|_| has_providers) {
                self.modules.check_fixtures(contract, file)?;
                // The host is this one, with others that serve the contract.
                builder = builder.contract_of(contract.clone());
            }
            let offered = self.modules.offer_with(builder, externref, &setup, file)?;
            let runtime = offered.grants(grants.clone()).build()?;
            let fit = match contract.filter(|_| !has_providers) {
                Some(contract) => runtime.fit_contract_file(guest, contract)?,
                None => runtime.fit_file(guest)?,
            };
            let served = match has_providers {
                true => self.served(&runtime, guest)?,
                false => Vec::new(),
            };
            anyhow::Ok((fit, served))
        };
        let (mut found, mut served) = fit(self.modules.externref())?;
        if Mismatches(found.mismatches.clone()).are_of_own_host_values() {
            (found, served) = fit(true)?;
        }
        Ok((if self.world.is_some() { found.whole() } else { found }, served))
    }

    /// Returns the guest's imports that providers serve, and tells which options serve none.
    fn served(&self, runtime: &Runtime<Functions>, guest: &Path) -> Result<Vec<Import>> {
        let imports = runtime.inspect_file(guest)?.imports;
        self.modules
            .tell_unused(|| imports.iter().map(|import| import.item.name.clone()).collect());
        let is_provided = |import: &Import| {
            matches!(import.served_by, ServedBy::Providers(_) | ServedBy::Module(_))
        };
        Ok(imports.into_iter().filter(is_provided).collect())
    }
}

/// Whether the guest is not taken, whatever the host serves.
fn is_refused(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(|error| status(error) == Status::Refused)
}
