//! Binds functions over values to the imports of a guest that the linker does not serve. It
//! compares the types here, when the guest is linked. How a call is served is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::{self, Component, LinkerInstance, ResourceType};
use wasmtime::{ExternType, FuncType, Linker, Module, Val};

use super::record::recorded;
use super::{Declared, Dynamic, Provided, Serve, Target};
use crate::provider::{Home, ImportedFunction, ProviderFailed, ProviderFailure, Unserved, kind};
use crate::store::state::State;
use wit_host_check::fit::is_wasi;
use wit_host_check::fit::names::is_same_interface;
use wit_host_check::served::Served;
use wit_host_check::serving::{self, NotLinked, NotServed, Serving, Typed, imports};
use wit_host_values::resources;

/// The behaviour of a provider without an implementation, for functions of any type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unattended {
    /// A call ends the guest.
    Trap,
    /// A call returns the smallest value of the type.
    Default,
}

impl<T: Send + 'static> Serving<State<T>> for Dynamic<T> {
    fn linker(
        &self,
        component: &Component,
        linker: &component::Linker<State<T>>,
    ) -> Result<Option<component::Linker<State<T>>>, NotLinked> {
        self.bound(component, linker, &|_, _| false)
    }

    fn server(&self, interface: Option<&str>, function: &str) -> Option<String> {
        let provided = self.provider(interface, function)?;
        let own = self.functions.iter().map(|one| &one.typed).chain(&self.compiled);
        if !provided.replaces && own.into_iter().any(|typed| typed.is(interface, function)) {
            return None;
        }
        Some(provided.provider.server(interface, function))
    }
}

/// Returns whether an interface is denied, or one function of it.
type IsDenied<'d> = &'d dyn Fn(&str, Option<&str>) -> bool;

/// A copy of the linker to which functions are added for one guest.
struct Beside<T: 'static> {
    linker: component::Linker<State<T>>,
    /// The name of each imported interface in the linker.
    homes: BTreeMap<String, String>,
}

impl<T: Send + 'static> Dynamic<T> {
    /// Returns a copy of the linker with the functions and resources that serve the component's
    /// imports, except for denied imports.
    pub(crate) fn bound(
        &self,
        component: &Component,
        linker: &component::Linker<State<T>>,
        is_denied: IsDenied<'_>,
    ) -> Result<Option<component::Linker<State<T>>>, NotLinked> {
        if self.is_empty() {
            return Ok(None);
        }
        let (functions, resources) = imports(component);
        // A copy, since the types are those of this guest and other guests use the same linker.
        let mut beside = Beside { linker: linker.clone(), homes: BTreeMap::new() };
        let mut homes: Vec<Home> = Vec::new();
        // Resources before functions: the type of a function is checked against who serves its
        // handles.
        for resource in resources {
            // Another name of a resource is the same one, and need not be served.
            if homes.iter().any(|home| home.resource.ty == resource.ty) {
                continue;
            }
            let lent = match is_denied(&resource.interface, None) {
                false => self.lend(&mut beside, &resource)?,
                true => None,
            };
            let (slot, place) = lent.unzip();
            homes.push(Home { resource, slot, place: place.unwrap_or_default() });
        }
        let homes = homes.into();
        for function in functions {
            let interface = function.interface.as_deref().unwrap_or_default();
            if !is_denied(interface, Some(&function.name)) {
                self.bind(&mut beside, function, &homes)?;
            }
        }
        Ok(Some(beside.linker))
    }

    /// Adds a function to the linker, if it is served over values.
    fn bind(
        &self,
        beside: &mut Beside<T>,
        typed: Typed,
        homes: &Arc<[Home]>,
    ) -> Result<(), NotLinked> {
        let (interface, name) = (typed.interface.as_deref(), &*typed.name);
        let provided = self.provider(interface, name);
        let replaces = provided.is_some_and(|provided| provided.replaces);
        let declared = self.functions.iter().find(|one| one.typed.is(interface, name));
        let declared = declared.filter(|_| !replaces);
        if declared.is_none() && provided.is_none() {
            return self.check_recorded(beside, &typed);
        }
        let function = Arc::new(ImportedFunction::new(typed.clone()).of_component(homes));
        beside.linker.allow_shadowing(replaces);
        let mut instance = self.instance(beside, interface)?;
        let (serve, is_served): (Arc<dyn Serve<T>>, _) = match (declared, provided) {
            (Some(Declared { typed: own, serve }), _) => {
                (Arc::clone(serve), own.check(&typed, "the host"))
            }
            (None, Some(provided)) => {
                let checked = self.of_contract(&typed).and_then(|()| offered(provided, &function));
                (provided.serving(), checked)
            }
            (None, None) => return Ok(()),
        };
        // A function with a type in Rust takes precedence. The linker has it already and does not
        // define it again, so its error is not one here.
        let serve = recorded(serve, self.recorder.as_ref());
        // The check of the type counts only if the linker took the function. If the linker has one
        // with a type in Rust, the engine checks that one.
        match serve.to_component(&mut instance, function) {
            Ok(()) => Ok(is_served?),
            Err(_) => self.check_recorded(beside, &typed),
        }
    }

    /// Refuses a function with a type in Rust if calls are recorded.
    fn check_recorded(&self, beside: &mut Beside<T>, typed: &Typed) -> Result<(), NotLinked> {
        let (interface, name) = (typed.interface.as_deref(), &*typed.name);
        if self.recorder.is_none() || interface.is_some_and(is_wasi) {
            return Ok(());
        }
        // A linker refuses to define a function again, which shows that it has the function.
        let mut scratch = beside.linker.clone();
        scratch.allow_shadowing(false);
        let home = interface.map(|interface| self.home(interface));
        let mut instance = match &home {
            Some(home) => scratch.instance(home)?,
            None => scratch.root(),
        };
        match instance.func_new(name, |_, _, _, _| Ok(())) {
            // Nothing serves it, which is reported when the guest is linked.
            Ok(()) => Ok(()),
            Err(_) => Err(Box::new(unrecorded(interface, name)).into()),
        }
    }

    /// Refuses a function that has another type in the contract.
    fn of_contract(&self, guest: &Typed) -> Result<(), Box<NotServed>> {
        let interface = guest.interface.as_deref();
        match self.contract.iter().find(|one| one.is(interface, &guest.name)) {
            Some(contract) => contract.check(guest, "the contract"),
            None => Ok(()),
        }
    }

    /// Adds a resource to the linker, if the embedder declared it or a provider serves it. Returns
    /// the slot of the provider, and the position of the resource in it.
    fn lend(
        &self,
        beside: &mut Beside<T>,
        resource: &serving::Resource,
    ) -> Result<Option<(usize, usize)>, NotLinked> {
        let (interface, name) = (&*resource.interface, &*resource.name);
        let own = self
            .resources
            .iter()
            .find(|one| is_same_interface(&one.interface, interface) && one.name == name);
        let provider = self.provider_of_resource(resource);
        let replaces = provider.is_some_and(|provided| provided.replaces);
        let own = own.filter(|_| !replaces);
        if own.is_none() && provider.is_none() {
            return Ok(None);
        }
        beside.linker.allow_shadowing(replaces);
        let mut instance = self.instance(beside, Some(interface))?;
        // What the linker has already takes precedence. It does not define it again, so its error
        // is not one here.
        if let Some(own) = own {
            let (ty, drop) = (ResourceType::host_dynamic(own.kind), Arc::clone(&own.drop));
            let _ = instance.resource(name, ty, move |mut store, rep| {
                drop(store.data_mut().data_mut(), rep);
                Ok(())
            });
            return Ok(None);
        }
        let Some(provided) = provider else { return Ok(None) };
        let place = self.place(provided, resource);
        let proxied = place.and_then(|place| Some((place, kind(provided.slot, place)?)));
        let (_, kind) = proxied.unwrap_or_default();
        // Tried even if the provider has no such resource: an error shows that the host has it, and
        // then the provider is not needed.
        let lent = provided.lend(&mut instance, resource, kind);
        match (lent, proxied) {
            (Err(_), _) => Ok(None),
            (Ok(()), Some((place, _))) => Ok(Some((provided.slot, place))),
            (Ok(()), None) => Err(foreign_resource(provided, interface, name).into()),
        }
    }

    /// Returns the position of a resource among those of a provider, if the provider serves it. A
    /// provider without an implementation serves every resource, of which there is never a handle.
    fn place(&self, provided: &Provided, resource: &serving::Resource) -> Option<usize> {
        match provided.provider.handles() {
            Some(owner) => owner.place(&resource.interface, &resource.name),
            None if provided.provider.labels().is_some() => Some(self.labelled.place(resource)),
            None => provided.provider.unattended().map(|_| 0),
        }
    }

    /// Returns the instance in the linker to which functions of an interface are added. It may have
    /// functions already, possibly under another version.
    fn instance<'b>(
        &self,
        beside: &'b mut Beside<T>,
        interface: Option<&str>,
    ) -> wasmtime::Result<LinkerInstance<'b, State<T>>> {
        let Some(interface) = interface else { return Ok(beside.linker.root()) };
        if !beside.homes.contains_key(interface) {
            let home = self.home(interface);
            beside.homes.insert(interface.to_owned(), home);
        }
        let home = beside.homes.get(interface).map_or(interface, String::as_str);
        beside.linker.instance(home)
    }

    /// Returns the name under which the linker has an interface.
    fn home(&self, interface: &str) -> String {
        let names = self.compiled.iter().filter_map(|typed| typed.interface.as_deref());
        let mut same = names.filter(|own| is_same_interface(own, interface));
        same.next().unwrap_or(interface).to_owned()
    }
}

/// Returns the error for a function with a type in Rust in a recording.
fn unrecorded(interface: Option<&str>, name: &str) -> NotServed {
    NotServed {
        interface: interface.map(Into::into),
        item: name.into(),
        server: "the host".into(),
        reason: "calls are recorded, and the host serves it with types in Rust, whose values are \
                 not known"
            .into(),
        fix: "serve it with `RuntimeBuilder::func` or `RuntimeBuilder::provide`".into(),
        types: None,
        declared: None,
    }
}

/// Checks whether a provider serves a function.
fn offered(provided: &Provided, function: &ImportedFunction) -> Result<(), Box<NotServed>> {
    let provider = &provided.provider;
    let owned = owned(provided, function);
    let Err(unserved) = owned.and_then(|()| provider.offer(function)) else { return Ok(()) };
    let (interface, name) = (function.interface(), function.function());
    if let Unserved { is_type: true, .. } = unserved {
        let own = provider.functions();
        let exact = own.iter().find(|own| own.typed.is(interface, name));
        let theirs = exact.or_else(|| own.iter().find(|own| own.function() == name));
        if let Some(theirs) = theirs {
            let guest = &function.typed.ty;
            let server = provider.describe();
            return Err(Box::new(NotServed {
                declared: provider.world(),
                ..NotServed::other_type((interface, name), &server, guest, &theirs.typed.ty)
            }));
        }
    }
    Err(Box::new(NotServed {
        interface: interface.map(Into::into),
        item: name.into(),
        server: provider.describe(),
        reason: format!("{} does not serve it: {unserved}", provider.describe()),
        fix: "have another provider serve it, or have this one export it".into(),
        types: None,
        declared: None,
    }))
}

/// Refuses a function that takes or returns handles of another's resources.
fn owned(provided: &Provided, function: &ImportedFunction) -> Result<(), Unserved> {
    if provided.provider.handles().is_none() {
        return Ok(());
    }
    for ty in function.types().iter().flat_map(resources) {
        let reason = match function.home(&ty) {
            // A handle is an entry in the table of one instance, so an instance of another provider
            // could not use it.
            Some(home) if home.slot == Some(provided.slot) => continue,
            Some(home) => format!(
                "its type has a handle of `{}`, which something else serves: one provider has to \
                 serve both",
                home.resource.full_name()
            ),
            None => "its type has a handle of no interface's resource".into(),
        };
        return Err(Unserved::new(reason));
    }
    Ok(())
}

fn foreign_resource(provided: &Provided, interface: &str, name: &str) -> Box<NotServed> {
    let server = provided.provider.describe();
    Box::new(NotServed {
        interface: Some(interface.into()),
        item: name.into(),
        reason: format!(
            "it is a resource, and {server} does not serve it: only a component that exports it or \
             a fixture does"
        ),
        fix: "have a component serve it, or use an interface whose functions take and return \
              values"
            .into(),
        server,
        types: None,
        declared: None,
    })
}

impl<T: Send + 'static> Dynamic<T> {
    /// Adds functions to the linker for imports of a core module that a provider serves with any
    /// type, and that have no function of their own type.
    pub(crate) fn serve_any(
        &self,
        linker: &mut Linker<State<T>>,
        table: &Served,
        module: &Module,
    ) -> wasmtime::Result<()> {
        for import in module.imports() {
            let (from, name) = (import.module(), import.name());
            let ExternType::Func(ty) = import.ty() else { continue };
            if table.function(from, name).is_some() || table.any(from, name).is_none() {
                continue;
            }
            // The name of one import goes before `env`, as it does for functions of known types.
            let exact = |target: &Target| *target == Target::Env(Some(name.to_owned()));
            let all = |target: &Target| *target == Target::Env(None);
            let find = |is: &dyn Fn(&Target) -> bool| {
                self.providers.iter().find(|(target, _)| is(target)).map(|(_, one)| one)
            };
            let Some(provided) = find(&exact).or_else(|| find(&all)) else { continue };
            if let Some(unattended) = provided.provider.unattended() {
                unattended.serve(linker, (from, name), ty, provided.provider.describe())?;
            }
        }
        Ok(())
    }
}

impl Unattended {
    fn serve<T: Send + 'static>(
        self,
        linker: &mut Linker<State<T>>,
        (module, name): (&str, &str),
        ty: FuncType,
        server: String,
    ) -> wasmtime::Result<()> {
        let function = format!("{module}.{name}");
        // A reference that cannot be null has no default value.
        let zeros: Option<Vec<Val>> = ty.results().map(|ty| Val::default_for_ty(&ty)).collect();
        linker.func_new(module, name, ty, move |mut caller, _, results| {
            let failed = |reason: &str| {
                let (server, function) = (server.clone(), function.clone());
                let failure = ProviderFailure::new(reason);
                Err(ProviderFailed { server, function, failure }.into())
            };
            match (self, &zeros) {
                (Self::Trap, _) => failed("there is nobody behind it: a call of it traps"),
                (Self::Default, None) => failed("there is no value of its type"),
                (Self::Default, Some(zeros)) => {
                    caller.data_mut().provisions.note_default(&function);
                    results.copy_from_slice(zeros);
                    Ok(())
                }
            }
        })?;
        Ok(())
    }
}
