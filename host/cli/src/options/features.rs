//! The options that switch on unstable parts of a contract.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use wit_host::{Features, Package};

use super::Usage;
use crate::status::shown_path;

/// Which of a contract's features are on.
#[derive(Args)]
pub(crate) struct FeatureOptions {
    /// Take what the contract has behind these features, in gates like `@unstable(feature =
    /// NAME)`, for a part of it
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "wit")]
    features: Vec<String>,

    /// Take all that the contract has behind features for a part of it
    #[arg(long, requires = "wit", conflicts_with = "features")]
    all_features: bool,
}

impl FeatureOptions {
    /// Reads the package of a contract, which has to have the features.
    pub(crate) fn read(&self, wit: &Path) -> Result<Package> {
        let package = Package::read(wit, &self.features())?;
        self.check(&[&package])?;
        Ok(package)
    }

    /// Reads two versions of a package, one of which has to have the features.
    pub(crate) fn read_both(&self, old: &Path, new: &Path) -> Result<[Package; 2]> {
        let features = self.features();
        let packages = [Package::read(old, &features)?, Package::read(new, &features)?];
        self.check(&packages.each_ref())?;
        Ok(packages)
    }

    fn features(&self) -> Features {
        match self.all_features {
            true => Features::all(),
            false => Features::of(&self.features),
        }
    }

    fn check(&self, packages: &[&Package]) -> Result<(), Usage> {
        let known: BTreeSet<_> = packages.iter().flat_map(|package| package.features()).collect();
        let Some(name) = self.features.iter().find(|name| !known.contains(&***name)) else {
            return Ok(());
        };
        let has = match known.is_empty() {
            true => "nothing in it is behind `@unstable`; leave `--features` out".into(),
            false => format!("it has `{}`", known.iter().copied().collect::<Vec<_>>().join("`, `")),
        };
        Err(Usage::new(format!(
            "the contract has no feature `{}`: {has}",
            shown_path(Path::new(name))
        )))
    }
}
