//! `wit-host check`: whether a guest fits, before anything of it runs.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use wit_host::{Contract, Error, Fit, Isolation, Misfit, Misfits};

use super::against::against;
use super::isolation::isolation;
use super::modules::Modules;
use super::options::guest_file;
use super::output::{Format, print, print_json};
use super::status::{Status, named, shown_path};

/// Tell whether a guest fits this host, and everything that is in the way
///
/// A guest fits when everything that it imports can be served, and everything
/// that it exports has the type of the contract. Nothing of it is run. With
/// --against it is two versions of a contract that are compared, and no guest.
///
/// As JSON: `contract` is the name of the world, `fits` is true or false, and
/// `misfits` and `absent` (exports of the world that the guest lacks and may lack)
/// are lists of objects with `side` ("import" or "export"), `name`, `problem`, `guest`
/// and `contract` (the types, or null), `cause` (or null), `fix` and `deny` (what `--deny-calls`
/// takes so that it runs, or null); `unknown` are the
/// names of exports that the contract does not have, and `differing` are those of other
/// types than the contract's, of a guest that imports nothing of it and so does not claim
/// to meet it: they are listed, and no reason not to fit. With --against:
/// `honest` is whether the versions' numbers say what is so; `changes` are objects
/// with `place` ("world", "imports" or "exports"), `name`, `what`, `for_guests` and
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

    /// The contract's world, all of whose exports the guest then has to have
    #[arg(long, value_name = "NAME")]
    world: Option<String>,

    #[command(flatten)]
    modules: Modules,

    /// How to print what was found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Check {
    pub(crate) fn execute(&self) -> Result<Status> {
        match (&self.guest, &self.against, &self.wit) {
            (_, Some(old), Some(new)) => against(old, new, self.world.as_deref(), self.format),
            (Some(guest), ..) => self.guest(guest_file(guest)),
            // The options do not let it come to this.
            _ => Ok(Status::Usage),
        }
    }

    fn guest(&self, guest: &Path) -> Result<Status> {
        let (fit, contract) = self.fit(guest, isolation()?).map_err(|error| named(guest, error))?;
        let fits = fit.misfits.is_empty();
        if self.format == Format::Json {
            print_json(&to_json(&contract, &fit))?;
            return Ok(if fits { Status::Guest(0) } else { Status::Refused });
        }
        if !fits {
            return Err(named(guest, Error::Misfits(Misfits(fit.misfits))));
        }
        let mut text = format!("{} fits `{contract}`\n", shown_path(guest));
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
        print(&text)?;
        Ok(Status::Guest(0))
    }

    /// How the guest fits, and the name of what it was held against.
    fn fit(&self, guest: &Path, isolation: Isolation) -> Result<(Fit, String), Error> {
        let found = self.fit_with(guest, isolation.clone(), self.modules.externref())?;
        match Misfits(found.0.misfits.clone()).are_of_own_host_values() {
            true => self.fit_with(guest, isolation, true),
            false => Ok(found),
        }
    }

    fn fit_with(
        &self,
        guest: &Path,
        isolation: Isolation,
        externref: bool,
    ) -> Result<(Fit, String), Error> {
        let contract = self.modules.offer_with(wit_host::contract(), externref);
        let runtime = contract.isolate(isolation).build()?;
        let world = self.world.as_deref();
        let (fit, contract) = match &self.wit {
            Some(wit) => {
                let contract = Contract::read(wit, world)?;
                (runtime.fit_contract_file(guest, &contract)?, contract.name())
            }
            None => {
                let mut contract = Contract::shipped()?;
                if let Some(world) = world {
                    contract = contract.with_world(world)?;
                }
                (runtime.fit_file(guest)?, contract.name())
            }
        };
        Ok((if world.is_some() { fit.whole() } else { fit }, contract))
    }
}

fn to_json(contract: &str, fit: &Fit) -> Value {
    let misfits: Vec<_> = fit.misfits.iter().map(misfit).collect();
    let absent: Vec<_> = fit.absent.iter().map(misfit).collect();
    let differing: Vec<_> = fit.differing.iter().map(misfit).collect();
    json!({
        "contract": contract,
        "fits": misfits.is_empty(),
        "misfits": misfits,
        "absent": absent,
        "unknown": fit.unknown,
        "differing": differing,
    })
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
        "deny": misfit.deny,
    })
}
