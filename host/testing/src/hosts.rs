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
use wit_host_contract::{WIT, add_to_env, add_to_linker};

use crate::scope::{Scope, means};
use crate::served::Import;
use crate::stage::{Play, Stage};
use crate::suite::Settings;

/// What makes a runtime another one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) guest: PathBuf,
    pub(crate) deterministic: bool,
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    /// The interfaces of the shipped contract that tests answer, without versions.
    pub(crate) answered: BTreeSet<String>,
    /// What tests answer of imports that something else would serve. It is empty if nothing does.
    pub(crate) scopes: Vec<Scope>,
}

impl Key {
    /// Returns whether tests answer any function of what the guest imports as `import`, and
    /// something else might as well.
    fn answers(&self, import: &str) -> bool {
        self.scopes.iter().any(|scope| scope.touches(import))
    }
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
    /// What serves imports that no test answers.
    imports: Vec<Import>,
    /// What the whole file withholds from guests, which are linked without it.
    denied: Grants,
    /// The names of what is withheld, which no test answers.
    withheld: Vec<String>,
    loaded: Vec<Arc<Loaded>>,
}

impl Hosts {
    pub(crate) fn new(
        contract: Option<Contract>,
        settings: &Settings,
        denied: Grants,
        withheld: Vec<String>,
    ) -> Self {
        let Settings { cache, isolation, imports, .. } = settings.clone();
        Self { contract, cache, isolation, imports, denied, withheld, loaded: Vec::new() }
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
        let builder = self.served(self.builder(key), key, &stage)?;
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
        let builder = Runtime::<Play>::builder()
            .component_imports(add_to_linker)
            .module_imports(add_to_env)
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

    /// Adds what serves the guest's imports: the stage, and what serves the others.
    fn served(
        &self,
        builder: RuntimeBuilder<Play>,
        key: &Key,
        stage: &Arc<Stage>,
    ) -> Result<RuntimeBuilder<Play>, Error> {
        let inspection = self.builder(key).build()?.inspect_file(&key.guest)?;
        // A type is no function that could be answered.
        let items = inspection.imports.iter().map(|import| &import.item);
        let imports = items.filter(|item| item.sort != "type").map(|item| item.name.as_str());
        let is_module = inspection.kind == Kind::Module;
        let staged: Vec<_> = match is_module {
            true => imports.clone().filter(|import| self.is_staged_alone(key, import)).collect(),
            false => imports.clone().filter(|import| self.is_staged(key, import)).collect(),
        };
        let answered: Vec<_> = imports.clone().filter(|import| key.answers(import)).collect();
        let is_answered = |one: &&Import| answered.iter().any(|import| one.is_in(import));
        let others: Vec<_> = self.imports.iter().filter(|one| !is_answered(one)).collect();
        // The rest of `env`, unless something else serves all of it.
        let is_open = imports.clone().any(|import| import.starts_with("env."))
            && !others.iter().any(|one| one.is_all_of("env"));
        let rest = (is_module && is_open).then_some("env");
        let replaces = !key.answered.is_empty() || others.iter().any(|one| one.replaces());
        let builder = match replaces {
            true => wit_host_contract::types(builder)?,
            false => builder,
        };
        let builder = key
            .answered
            .iter()
            .fold(builder, |builder, interface| builder.replace(interface, Arc::clone(stage)));
        let on_stage = |builder: RuntimeBuilder<Play>, import: &str| {
            builder.provide(import, Arc::clone(stage))
        };
        let builder = staged.into_iter().fold(builder, on_stage);
        let builder = others.into_iter().fold(builder, |builder, one| one.add(builder));
        Ok(rest.into_iter().fold(builder, on_stage))
    }

    /// Returns whether tests answer what a component imports and the host does not have.
    fn is_staged(&self, key: &Key, import: &str) -> bool {
        let plain = import.split('@').next().unwrap_or_default();
        let is_served = import.starts_with("wasi:")
            || plain.starts_with("wit-host:contract/")
            || self.withheld.iter().any(|withheld| means(withheld, plain));
        let has_other = self.imports.iter().any(|one| one.is_all_of(plain));
        !is_served && (!has_other || key.answers(plain))
    }

    /// Returns whether tests answer what a core module imports, and something else might as well.
    fn is_staged_alone(&self, key: &Key, import: &str) -> bool {
        import.starts_with("env.") && key.answers(import)
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

    /// Returns the names of all that the guest imports.
    pub(crate) fn imports(&self) -> Vec<String> {
        self.guest.imports()
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
