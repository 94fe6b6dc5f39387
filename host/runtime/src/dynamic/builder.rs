//! Collects functions, resources and providers, and finds their types when the runtime is built. It
//! does not know how a function is called.

use std::sync::Arc;

use wasmtime::{Linker, component};

use super::call::{Call, Results};
use super::flat::Flat;
use super::function::{Answering, AsyncClosure, Closure};
use super::module::ModuleImport;
use super::record::{Recorder, Tape, recorded};
use super::target::{import_name, is_import_of, is_named};
use super::{Declared, DropResource, Dynamic, Labelled, Provided, Resource, Serve, Target};
use crate::error::{Error, Result};
use crate::imports::env::Env;
use crate::provider::{BoxFuture, ImportedFunction, MOST_DEEP, Provider};
use crate::runtime::builder::RuntimeBuilder;
use crate::store::state::State;
use wit_host_binary::names::ENV;
use wit_host_check::deny::{Denial, Pattern};
use wit_host_check::export_name::{ExportName, Unresolved, hint, resolve};
use wit_host_check::fit;
use wit_host_check::served::Served;
use wit_host_check::serving::{self, Typed, imports};
use wit_host_text::list;
use wit_host_wit::Contract;

/// The function that copies the bytes of a result of text or bytes, by the name in the tutorials.
const RESULT_WRITER: &str = "write_mem";

/// The functions, resources and providers that were added to a builder, in order.
pub(crate) struct Pending<T: 'static> {
    functions: Vec<(String, Arc<dyn Serve<T>>)>,
    resources: Vec<(String, u32, DropResource<T>)>,
    /// The providers, and whether each serves functions in the place of the host.
    providers: Vec<(String, Arc<dyn Provider>, bool)>,
    /// Contracts with the types of more functions.
    beside: Vec<Contract>,
    recorder: Option<Arc<Tape>>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            functions: Vec::new(),
            resources: Vec::new(),
            providers: Vec::new(),
            beside: Vec::new(),
            recorder: None,
        }
    }
}

impl<T: Send + 'static> RuntimeBuilder<T> {
    /// Serves a function of the contract ([`RuntimeBuilder::wit`] or [`RuntimeBuilder::contract`])
    /// over values. `name` is `namespace:package/interface.function`, or a shorter form that only
    /// one function has.
    ///
    /// Core modules import the function from `env`, with `_` for `-`, if its type has a form there.
    /// Numbers, `bool`, `char`, enums and flags are numbers. Text and bytes are a pointer and a
    /// length. A result of text or bytes is its length, and `env.write_mem` copies the bytes. Of a
    /// `result`, the `ok` is returned, and the `err` is a trap.
    ///
    /// A function that [`RuntimeBuilder::component_imports`] or [`RuntimeBuilder::module_imports`]
    /// serves takes precedence.
    ///
    /// ```
    /// use wit_host::{Runtime, Val};
    ///
    /// let runtime = Runtime::<u32>::builder()
    ///     .contract("
    ///         package shop:prices@1.0.0;
    ///         interface prices { price: func(article: string) -> u32; }
    ///         world plugin { import prices; }
    ///     ")
    ///     .func("shop:prices/prices.price", |mut call| {
    ///         *call.data_mut() += 1;
    ///         match call.arguments() {
    ///             [Val::String(article)] if article == "tea" => Val::U32(250),
    ///             _ => Val::U32(99),
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    #[must_use]
    pub fn func<F, R>(mut self, name: impl Into<String>, function: F) -> Self
    where
        F: Fn(Call<'_, T>) -> R + Send + Sync + 'static,
        R: Results + 'static,
    {
        self.dynamic.functions.push((name.into(), Arc::new(Closure(function))));
        self
    }

    /// Serves a function of the contract over values with an async function, and otherwise works as
    /// [`RuntimeBuilder::func`]. The guest waits for the function, while other sessions on its
    /// thread continue.
    ///
    /// ```
    /// use wit_host::{Runtime, Val};
    ///
    /// let runtime = Runtime::<()>::builder()
    ///     .contract("package a:b; world w { import pause: func(millis: u32) -> u32; }")
    ///     .func_async("pause", |call| Box::pin(async move { call.arguments()[0].clone() }))
    ///     .build()?;
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    #[must_use]
    pub fn func_async<F, R>(mut self, name: impl Into<String>, function: F) -> Self
    where
        F: for<'a> Fn(Call<'a, T>) -> BoxFuture<'a, R> + Send + Sync + 'static,
        R: Results + 'static,
    {
        self.dynamic
            .functions
            .push((name.into(), Arc::new(Answering(Arc::new(AsyncClosure(function))))));
        self
    }

    /// Declares a resource of the contract, `namespace:package/interface.resource`, whose handles
    /// the functions of [`RuntimeBuilder::func`] return and take. `kind` is a number that is
    /// different for each resource and less than 2^31, and with which [`Call::own`] creates its
    /// handles. When the guest drops a handle that it owns, `drop` is called with the number that
    /// the handle stands for.
    #[must_use]
    pub fn resource(
        mut self,
        name: impl Into<String>,
        kind: u32,
        drop: impl Fn(&mut T, u32) + Send + Sync + 'static,
    ) -> Self {
        self.dynamic.resources.push((name.into(), kind, Arc::new(drop)));
        self
    }

    /// Serves functions with a provider. `name` is `namespace:package`, an interface of that
    /// package, one function of an interface, a function of the world itself, or for core modules
    /// `env` or `env.name`. A version may be left out. For each function, anything else that serves
    /// it takes precedence, and of two providers the one with the more specific name serves it.
    ///
    /// The functions have the types of the contract, if there is one, and otherwise the types that
    /// the guest declares. Whether the provider serves them is checked when a guest is linked.
    #[must_use]
    pub fn provide(mut self, name: impl Into<String>, provider: impl Provider) -> Self {
        self.dynamic.providers.push((name.into(), Arc::new(provider), false));
        self
    }

    /// Serves functions with a provider as [`RuntimeBuilder::provide`] does, but in the place of
    /// what else serves them, such as functions with types in Rust. So are the resources of an
    /// interface, if the name means all of it. Functions of WASI stay as they are.
    /// It is for answers that were recorded, or that a test gives.
    #[must_use]
    pub fn replace(mut self, name: impl Into<String>, provider: impl Provider) -> Self {
        self.dynamic.providers.push((name.into(), Arc::new(provider), true));
        self
    }

    /// Adds a contract whose functions [`RuntimeBuilder::func`] and providers may serve beside
    /// those of [`RuntimeBuilder::contract`]. Guests are not checked against it.
    #[must_use]
    pub fn contract_beside(mut self, contract: Contract) -> Self {
        self.dynamic.beside.push(contract);
        self
    }

    /// Records the calls that guests make of functions over values and of providers, and of the
    /// functions with types in Rust that core modules import and that implement one of a contract
    /// ([`Env::implementing`]). A call is recorded when it has ended. One that cannot be recorded
    /// fails with [`Error::HostFunction`]. WASI is not recorded.
    ///
    /// A component whose imports are served with types in Rust is refused, as their values are not
    /// known here: serve them with [`RuntimeBuilder::func`].
    #[must_use]
    pub fn record(mut self, recorder: impl Recorder) -> Self {
        self.dynamic.recorder = Some(Arc::new(Tape::new(recorder)));
        self
    }
}

impl<T: Send + 'static> Pending<T> {
    /// Resolves the names against the contract, and adds the functions that core modules can import
    /// to their linker and table.
    ///
    /// # Errors
    /// [`Error::Import`].
    pub(crate) fn build(
        self,
        contract: Option<&Contract>,
        components: &component::Linker<State<T>>,
        modules: &mut Linker<State<T>>,
        table: &mut Served,
    ) -> Result<Dynamic<T>> {
        let is_empty = self.functions.is_empty() && self.resources.is_empty();
        let (mut functions, mut resources) = (Vec::<Typed>::new(), Vec::new());
        // A contract is turned into a component to find the engine's types of its functions. A
        // runtime that serves nothing over values does not pay for that.
        for contract in contract.filter(|_| !self.is_empty()).into_iter().chain(&self.beside) {
            let component = fit::importing(components.engine(), contract);
            let reason = |reason| Error::Import { name: contract.name(), reason };
            let (more, of_more) = imports(&component.map_err(reason)?);
            let is_known = |one: &Typed| functions.iter().any(|own| is_same(own, one));
            let new: Vec<_> = more.into_iter().filter(|one| !is_known(one)).collect();
            functions.extend(new);
            resources.extend(of_more);
        }
        if let (None, true, false) = (contract, self.beside.is_empty(), is_empty) {
            let named = self.functions.first().map(|(name, _)| name);
            let name = named.or(self.resources.first().map(|(name, ..)| name)).cloned();
            let reason = "there is no contract that has its type; give one with \
                          `RuntimeBuilder::wit` or `RuntimeBuilder::contract`";
            return Err(Error::Import { name: name.unwrap_or_default(), reason: reason.into() });
        }
        let world = contract.map(Contract::name).unwrap_or_default();
        let mut dynamic = Dynamic {
            functions: Vec::new(),
            resources: Vec::new(),
            providers: Vec::new(),
            compiled: compiled(components, &functions),
            contract: functions,
            recorder: self.recorder,
            labelled: Labelled::default(),
        };
        for (name, serve) in self.functions {
            dynamic.declare(&name, serve, &world)?;
        }
        for (name, kind, drop) in self.resources {
            check_kind(&name, kind, &dynamic.resources)?;
            let (interface, resource) = resource(&resources, &name, &world)?;
            dynamic.resources.push(Resource { interface, name: resource, kind, drop });
        }
        for (slot, (name, provider, replaces)) in self.providers.into_iter().enumerate() {
            // The table keeps names without versions, and people may write the version.
            let plain = Pattern::new(&name, Denial::Refuse).map_or(name.clone(), |one| one.name);
            table.provided_as(plain);
            let provided = Provided { provider, slot, replaces };
            dynamic.add_provider(&name, provided)?;
        }
        dynamic.serve_modules(modules, table).map_err(Error::host("offer functions in `env`"))?;
        Ok(dynamic)
    }

    fn is_empty(&self) -> bool {
        self.functions.is_empty()
            && self.resources.is_empty()
            && self.providers.is_empty()
            && self.recorder.is_none()
    }
}

/// Returns whether both are one function of one version.
fn is_same(one: &Typed, other: &Typed) -> bool {
    (&one.interface, &one.name) == (&other.interface, &other.name)
}

/// Returns those of the functions that the linker has already.
fn compiled<T: 'static>(linker: &component::Linker<State<T>>, functions: &[Typed]) -> Vec<Typed> {
    if functions.is_empty() {
        return Vec::new();
    }
    let mut scratch = linker.clone();
    let mut is_there = |typed: &&Typed| {
        let instance = match &typed.interface {
            Some(interface) => scratch.instance(interface),
            None => Ok(scratch.root()),
        };
        // A linker refuses to define a name twice unless shadowing is allowed, so a failure means
        // that the function is there.
        instance.is_ok_and(|mut one| one.func_new(&typed.name, |_, _, _, _| Ok(())).is_err())
    };
    functions.iter().filter(|typed| is_there(typed)).cloned().collect()
}

/// Refuses a kind of handles that are not only those of the resource `name`.
fn check_kind<T>(name: &str, kind: u32, others: &[Resource<T>]) -> Result<()> {
    let reason = match others.iter().find(|other| other.kind == kind) {
        Some(other) => format!("it has the kind {kind} of `{}`; give each its own", other.name),
        // The others are for the resources of providers.
        None if kind >= 1 << 31 => format!("its kind is {kind}; give one that is less than 2^31"),
        None => return Ok(()),
    };
    Err(Error::Import { name: name.to_owned(), reason })
}

/// Returns the resource of the contract that the name means.
fn resource(resources: &[serving::Resource], name: &str, world: &str) -> Result<(String, String)> {
    let full = |one: &serving::Resource| format!("{}.{}", one.interface, one.name);
    let means = |one: &&serving::Resource| match Target::of(name) {
        Some(target) => target.means(Some(&one.interface), &one.name) == Some(3),
        None => false,
    };
    let mut meant = resources.iter().filter(|one| means(one) || full(one) == name);
    match (meant.next(), meant.next()) {
        (Some(one), None) => Ok((one.interface.clone(), one.name.clone())),
        _ => {
            let all: Vec<_> = resources.iter().map(full).collect();
            let reason =
                format!("`{world}` imports no one resource of this name; it has {}", list(&all));
            Err(Error::Import { name: name.into(), reason })
        }
    }
}

impl<T: Send + 'static> Dynamic<T> {
    /// Adds a function of the embedder, under a name that means one function of the contract.
    fn declare(&mut self, name: &str, serve: Arc<dyn Serve<T>>, world: &str) -> Result<()> {
        let names: Vec<_> = self
            .contract
            .iter()
            .map(|typed| ExportName {
                interface: typed.interface.clone(),
                function: typed.name.clone(),
            })
            .collect();
        let refused = |reason| Err(Error::Import { name: name.into(), reason });
        let full = match resolve(&names, name) {
            Ok(full) => full,
            Err(Unresolved::Ambiguous(candidates)) => {
                return refused(format!(
                    "it is the name of several functions; give one of them in full: {}",
                    list(&candidates)
                ));
            }
            Err(_) => {
                let all: Vec<_> = names.iter().map(ToString::to_string).collect();
                let hint = hint(name, &all).map(|hint| format!("; {hint}")).unwrap_or_default();
                return refused(format!(
                    "`{world}` imports no such function{hint}; it imports {}",
                    list(&all)
                ));
            }
        };
        let position = names.iter().position(|name| name.to_string() == full);
        let Some(typed) = position.and_then(|place| self.contract.get(place)) else {
            return refused("the contract has no such function".into());
        };
        let is_it = |one: &Declared<T>| one.typed.is(typed.interface.as_deref(), &typed.name);
        if self.functions.iter().any(is_it) {
            return refused("it is served already".into());
        }
        let typed = typed.clone();
        self.functions.push(Declared { typed, serve });
        Ok(())
    }

    fn add_provider(&mut self, name: &str, provided: Provided) -> Result<()> {
        let Provided { provider, slot, replaces } = provided;
        let refused = |reason| Err(Error::Import { name: name.into(), reason });
        let Some(target) = Target::of(name) else {
            return refused(
                "it names no import; give `namespace:package/interface`, one function of it behind \
                 a `.`, `env` or `env.name`"
                    .into(),
            );
        };
        let means =
            |typed: &&Typed| target.means(typed.interface.as_deref(), &typed.name).is_some();
        let meant = self.contract.iter().filter(means).count();
        // Such a provider would never be asked, and would seem to serve what it does not.
        let is_compiled =
            !replaces && meant > 0 && self.compiled.iter().filter(means).count() == meant;
        if is_compiled || fit::is_wasi(name) {
            return refused(
                "the host serves all of it itself, and goes before; take the name of what the host \
                 does not have"
                    .into(),
            );
        }
        if self.providers.iter().any(|(other, _)| *other == target) {
            return refused("another provider has the same name".into());
        }
        let deep = provider.depth();
        if deep > MOST_DEEP {
            return refused(format!(
                "{deep} guests would stand behind one another, and {MOST_DEEP} may: each has a \
                 stack and a memory of its own while the others wait"
            ));
        }
        // A provider that is added under several names keeps one state for a session.
        let identity = (*provider).identity();
        let is_it = |one: &&(Target, Arc<Provided>)| {
            identity.is_some() && (*one.1.provider).identity() == identity
        };
        let slot = self.providers.iter().find(is_it).map_or(slot, |(_, same)| same.slot);
        self.providers.push((target, Arc::new(Provided { provider, slot, replaces })));
        Ok(())
    }

    /// Adds to the linker of core modules the functions whose types have a form in `env`.
    fn serve_modules(
        &self,
        linker: &mut Linker<State<T>>,
        table: &mut Served,
    ) -> wasmtime::Result<()> {
        let recorder = self.recorder.as_ref();
        let mut modules = Modules { linker, table, recorder, is_kept: false };
        if recorder.is_some() {
            // Before providers replace functions, since the recorder calls the originals from a
            // copy of the linker.
            modules.record_typed(&self.contract)?;
        }
        for (target, provided) in self.providers.iter().filter(|(_, one)| one.replaces) {
            modules.replace(target, provided, &self.contract)?;
        }
        let replaced = |typed: &Typed| {
            self.providers.iter().any(|(target, one)| one.replaces && target.imports(typed))
        };
        let declared = self.functions.iter().filter(|declared| !replaced(&declared.typed));
        for Declared { typed, serve } in declared {
            // A core module names no interface, and has `_` for `-`. Functions that become one name
            // there are refused, because a guess could call the wrong one.
            let namesakes: Vec<_> = self
                .functions
                .iter()
                .filter(|other| import_name(&other.typed.name) == import_name(&typed.name))
                .map(|other| ImportedFunction::new(other.typed.clone()).name().to_owned())
                .collect();
            match namesakes.len() {
                1 => modules.serve(typed, &import_name(&typed.name), Arc::clone(serve), None)?,
                _ => modules.refuse(
                    &import_name(&typed.name),
                    format!("it could be each of {}, which the host has", list(&namesakes)),
                ),
            }
        }
        // The first one that serves an import keeps it, so the specific names come first.
        let is_of_one =
            |target: &Target| matches!(target, Target::Env(Some(_)) | Target::Function(..));
        let (first, then): (Vec<_>, Vec<_>) =
            self.providers.iter().partition(|(target, _)| is_of_one(target));
        for (target, provided) in first.into_iter().chain(then) {
            self.serve_provided(target, provided, &mut modules)?;
        }
        // At the end, because a function of the embedder with this name takes precedence.
        if modules.is_kept && modules.table.function(ENV, RESULT_WRITER).is_none() {
            Env::new(modules.linker, modules.table).define_result_writer(RESULT_WRITER)?;
        }
        Ok(())
    }

    fn serve_provided(
        &self,
        target: &Target,
        provided: &Arc<Provided>,
        modules: &mut Modules<'_, T>,
    ) -> wasmtime::Result<()> {
        let own: Vec<_> =
            provided.provider.functions().into_iter().map(|function| function.typed).collect();
        let functions = self.contract.iter().chain(&own);
        for typed in functions {
            let import = match target {
                Target::Env(Some(import)) if is_import_of(import, typed) => import.clone(),
                Target::Env(None) => import_name(&typed.name),
                Target::Env(Some(_)) => continue,
                other if other.means(typed.interface.as_deref(), &typed.name).is_some() => {
                    import_name(&typed.name)
                }
                _ => continue,
            };
            let is_own = own.iter().any(|one| is_named(&one.name, &typed.name));
            // A provider that lists its functions has no others, and another provider may have this
            // one.
            if modules.table.function(ENV, &import).is_some() || (!own.is_empty() && !is_own) {
                continue;
            }
            let function = ImportedFunction::new(typed.clone());
            let by = provided.provider.server(typed.interface.as_deref(), &typed.name);
            match provided.provider.offer(&function) {
                Ok(()) => {
                    let serve: Arc<dyn Serve<T>> = provided.serving();
                    modules.serve(typed, &import, serve, Some(by))?;
                }
                Err(unserved) => modules.refuse(
                    &import,
                    format!("{} does not serve it: {unserved}", provided.provider.describe()),
                ),
            }
        }
        if let (Target::Env(import), Some(_)) = (target, provided.provider.unattended()) {
            modules.table.serve_any(ENV, import.as_deref(), provided.provider.describe());
        }
        Ok(())
    }
}

/// The linker of core modules and the table of their imports, while functions are added.
pub(super) struct Modules<'l, T: 'static> {
    pub(super) linker: &'l mut Linker<State<T>>,
    pub(super) table: &'l mut Served,
    pub(super) recorder: Option<&'l Arc<Tape>>,
    /// Whether a function returns text or bytes.
    is_kept: bool,
}

impl<T: Send + 'static> Modules<'_, T> {
    fn serve(
        &mut self,
        typed: &Typed,
        import: &str,
        serve: Arc<dyn Serve<T>>,
        by: Option<String>,
    ) -> wasmtime::Result<()> {
        if self.table.function(ENV, import).is_some() {
            return Ok(());
        }
        let flat = match Flat::of(&typed.ty) {
            Ok(flat) => flat,
            // Components can still import it. The reason is kept for the error of a core module
            // that does.
            Err(reason) => {
                self.refuse(import, format!("the host has it for components alone: {reason}"));
                return Ok(());
            }
        };
        self.is_kept |= flat.is_kept();
        let function = Arc::new(ImportedFunction::new(typed.clone()));
        let ty = flat.ty(self.linker.engine());
        let implements = Some(function.name().to_owned());
        let number = self.table.insert(ENV, import, ty, implements);
        if let Some(by) = by {
            self.table.served_by(ENV, import, by);
        }
        let (module, name) = (ENV.to_owned(), import.to_owned());
        let serve = recorded(serve, self.recorder);
        serve.to_module(self.linker, ModuleImport { module, name, flat, function, number })
    }

    pub(super) fn refuse(&mut self, import: &str, reason: String) {
        if self.table.function(ENV, import).is_none() {
            self.table.refuse(ENV, import, reason);
        }
    }
}
