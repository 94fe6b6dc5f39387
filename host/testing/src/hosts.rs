//! The runtimes of a file's tests, and the guests that are loaded by them: one for all tests with the
//! same guest, limits and answered interfaces. A guest is compiled and linked once, and each test is
//! a session of it. It knows no steps.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wit_host::{
    Cache, Contract, Error, Grants, Guest, ImportedFunction, Isolation, Kind, Limits, Runtime,
    RuntimeBuilder,
};
use wit_host_contract::{WIT, add_interfaces_to_env, add_interfaces_to_linker};

use crate::stage::{Play, Stage, means};

/// What makes a runtime another one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) guest: PathBuf,
    pub(crate) deterministic: bool,
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    /// The interfaces of the shipped contract that tests answer, without versions.
    pub(crate) answered: BTreeSet<String>,
}

/// A guest, and the provider of all that its tests answer.
pub(crate) struct Loaded {
    key: Key,
    pub(crate) guest: Guest<Play>,
    stage: Arc<Stage>,
}

/// All guests of a file.
pub(crate) struct Hosts {
    contract: Option<Contract>,
    cache: Option<Cache>,
    isolation: Option<Isolation>,
    /// What the whole file withholds from guests, which are linked without it.
    denied: Grants,
    /// The names of what is withheld, which no test answers.
    withheld: Vec<String>,
    loaded: Vec<Arc<Loaded>>,
}

impl Hosts {
    pub(crate) fn new(
        contract: Option<Contract>,
        cache: Option<Cache>,
        isolation: Option<Isolation>,
        denied: Grants,
        withheld: Vec<String>,
    ) -> Self {
        Self { contract, cache, isolation, denied, withheld, loaded: Vec::new() }
    }

    /// Returns the guest for tests with this key. It is loaded once.
    ///
    /// # Errors
    /// Those of loading a guest.
    pub(crate) fn load(&mut self, key: &Key) -> Result<Arc<Loaded>, Error> {
        if let Some(loaded) = self.loaded.iter().find(|loaded| loaded.key == *key) {
            return Ok(Arc::clone(loaded));
        }
        let stage = Arc::new(Stage::default());
        let mut builder = self.builder(key);
        for name in self.staged(key)? {
            builder = builder.provide(name, Arc::clone(&stage));
        }
        let guest = builder.build()?.load_file(&key.guest)?;
        let loaded = Arc::new(Loaded { key: key.clone(), guest, stage });
        self.loaded.push(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Returns the functions that guests of the contract can import.
    ///
    /// # Errors
    /// If the engine does not take the contract's types.
    pub(crate) fn of_contract(&self) -> Result<Vec<ImportedFunction>, Error> {
        match &self.contract {
            Some(contract) => ImportedFunction::of_contract(contract),
            None => ImportedFunction::of_contract(&wit_host_contract::contract()?),
        }
    }

    fn builder(&self, key: &Key) -> RuntimeBuilder<Play> {
        let (of_components, of_modules) = (key.answered.clone(), key.answered.clone());
        let builder = Runtime::<Play>::builder()
            .component_imports(move |linker| {
                add_interfaces_to_linker(linker, |name| !of_components.contains(name))
            })
            .module_imports(move |env| {
                add_interfaces_to_env(env, |name| !of_modules.contains(name))
            })
            .limits(key.limits.clone())
            .grants(self.denied.clone())
            .deterministic(key.deterministic)
            .seed(key.seed)
            .allow_text_format(true);
        let builder = match &self.contract {
            Some(contract) => builder.contract_of(contract.clone()),
            None => builder.contract_of_importers(WIT),
        };
        let builder = match &self.cache {
            Some(cache) => builder.cache(cache.clone()),
            None => builder,
        };
        match &self.isolation {
            Some(isolation) => builder.isolate(isolation.clone()),
            None => builder,
        }
    }

    /// Returns the imports of the guest that its tests have to answer.
    fn staged(&self, key: &Key) -> Result<Vec<String>, Error> {
        let bare = self.builder(key).build()?;
        let inspection = bare.inspect_file(&key.guest)?;
        let names = inspection.imports.iter().map(|import| import.item.name.as_str());
        if inspection.kind == Kind::Module {
            let has_env = names.clone().any(|name| name.starts_with("env."));
            return Ok(has_env.then(|| "env".to_owned()).into_iter().collect());
        }
        let is_served = |name: &str| {
            let plain = name.split('@').next().unwrap_or_default();
            let is_shipped = plain.starts_with("wit-host:contract/");
            let is_withheld = self.withheld.iter().any(|withheld| means(withheld, plain));
            name.starts_with("wasi:")
                || (is_shipped && !key.answered.contains(plain))
                || is_withheld
        };
        Ok(names.filter(|name| !is_served(name)).map(str::to_owned).collect())
    }
}

/// Exports that only serve to pass values.
const PLUMBING: [&str; 8] =
    ["malloc", "calloc", "realloc", "free", "allocate", "deallocate", "alloc", "dealloc"];

impl Loaded {
    /// Returns the guest's file.
    pub(crate) fn file(&self) -> &Path {
        &self.key.guest
    }

    /// Returns the exported functions that are for callers.
    pub(crate) fn exports(&self) -> Vec<String> {
        let is_meant = |name: &String| {
            !name.starts_with('_')
                && !name.starts_with("cabi_")
                && !PLUMBING.contains(&name.as_str())
        };
        self.guest.exports().into_iter().filter(is_meant).collect()
    }

    /// Returns the functions that tests can answer: those of the guest and, for a core module, all of
    /// the contract.
    pub(crate) fn answerable(&self) -> Vec<ImportedFunction> {
        self.stage.imported()
    }

    /// Returns the imported functions that tests answer.
    pub(crate) fn imported(&self) -> Vec<ImportedFunction> {
        let mut imported = self.stage.imported();
        if self.guest.kind() == Kind::Module {
            let imports = self.guest.imports();
            imported.retain(|function| {
                let own = function.function().replace('-', "_");
                imports.iter().any(|import| *import == format!("env.{own}"))
            });
        }
        imported
    }
}
