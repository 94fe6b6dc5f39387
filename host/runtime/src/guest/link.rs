//! Binds what a guest imports to what the runtime serves, and withholds what the guest is denied.
//! It finds everything that does not fit, before anything runs. It does not know how a session
//! starts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::{Component, ResourceType};
use wasmtime::{Linker, Module, component};

use super::Linked;
use super::linked_module::{LinkedModule, Provider};
use crate::code::compile::Compiled;
use crate::error::{Error, Result};
use crate::failure::denied::Denied;
use crate::failure::lacking::is_lacking;
use crate::runtime::host::Host;
use crate::store::state::State;
use crate::store::wasi;
use wit_host_check::deny::{self, Denial, Pattern};
use wit_host_check::fit::names::is_compatible_text;
use wit_host_check::fit::{
    Mismatches, is_denied, unlinkable, unlinkable_module, unprovided, unserved_wasi,
};
use wit_host_check::serving::NotLinked;

/// The host's action, for its errors.
const LINK: &str = "link the guest";

pub(crate) fn component<T: Send + 'static>(
    inner: &Host<T>,
    component: &Component,
    binary: &[u8],
) -> Result<Linked<T>> {
    let denied = &inner.grants.denied;
    let (mismatches, traps) = deny::of_component(component, denied);
    Mismatches::refuse(mismatches)?;
    let types = match traps.is_empty() {
        true => Vec::new(),
        false => deny::types_only(component, denied),
    };
    let is_denied = |interface: &str, item: Option<&str>| {
        traps.iter().any(|(denied, function)| {
            denied == interface && item.is_none_or(|item| item == function)
        })
    };
    // Denied functions are left out here: a provider might not serve them, and the guest is linked
    // with traps in their place.
    let beside = match inner.dynamic.bound(component, &inner.components, &is_denied) {
        Ok(beside) => beside,
        Err(NotLinked::Engine(error)) => return Err(Error::host(LINK)(error)),
        Err(NotLinked::Unserved(unserved)) => {
            return Err(unprovided(&inner.offer(), binary, &unserved).into());
        }
    };
    let linker = beside.as_ref().unwrap_or(&inner.components);
    let linked = if traps.is_empty() {
        linker.instantiate_pre(component)
    } else {
        component_without(inner, linker, component, traps, types)
    };
    linked.map(Linked::Component).map_err(|error| match is_lacking(&error) {
        true => Error::host(LINK)(error),
        false => unlinkable(&inner.offer(), binary, &error).into(),
    })
}

/// Stands for the resources of denied interfaces. A guest never gets a handle to one.
struct Stub;

fn component_without<T: Send + 'static>(
    inner: &Host<T>,
    linker: &component::Linker<State<T>>,
    component: &Component,
    denied: Vec<(String, String)>,
    types: Vec<String>,
) -> wasmtime::Result<component::InstancePre<State<T>>> {
    let mut linker = linker.clone();
    linker.allow_shadowing(true);
    let mut interfaces: BTreeMap<_, Vec<_>> = BTreeMap::new();
    interfaces.extend(types.into_iter().map(|interface| (interface, Vec::new())));
    for (interface, function) in denied {
        interfaces.entry(interface).or_default().push(function);
    }
    for (interface, functions) in interfaces {
        let items = deny::items(component, &interface);
        let served = served_as(inner, &items, &interface);
        // If the host serves the interface, the linker has its resources already, and functions
        // that are not denied use them.
        if served.is_none() {
            for (resource, _) in items.into_iter().filter(|(_, is_resource)| *is_resource) {
                let ty = ResourceType::host::<Stub>();
                linker.instance(&interface)?.resource(&resource, ty, |_, _| Ok(()))?;
            }
        }
        let mut instance = linker.instance(served.as_deref().unwrap_or(&interface))?;
        for function in functions {
            let name = format!("{interface}.{function}");
            instance.func_new(&function, move |_, _, _, _| Err(Denied(name.clone()).into()))?;
        }
    }
    linker.instantiate_pre(component)
}

/// Returns the name under which the host serves the interface with these items, which may have
/// another version. The linker finds what it has of the interface under this name, so a function
/// that is added has to use it too.
fn served_as<T: Send + 'static>(
    inner: &Host<T>,
    items: &[(String, bool)],
    interface: &str,
) -> Option<String> {
    let is_served = |name: &String| {
        let mut linker = inner.components.clone();
        let Ok(mut instance) = linker.instance(name) else { return false };
        // A linker without shadowing refuses to define an item again, which shows that it has the
        // item.
        items.iter().any(|(item, _)| instance.func_new(item, |_, _, _, _| Ok(())).is_err())
    };
    let mut names = vec![interface.to_owned()];
    if let Some((plain, version)) = interface.split_once('@') {
        let contract = inner.contract.as_deref();
        let versions = match plain.starts_with("wasi:") {
            true => vec![wasi::VERSION.to_owned()],
            false => contract.map(|contract| contract.versions(plain)).unwrap_or_default(),
        };
        let compatible = versions.iter().filter(|other| is_compatible_text(version, other));
        names.extend(compatible.map(|version| format!("{plain}@{version}")));
    }
    names.into_iter().find(is_served)
}

pub(crate) fn module<T: Send + 'static>(
    inner: &Host<T>,
    module: &Module,
    binary: &[u8],
) -> Result<LinkedModule<T>> {
    let denied = &inner.grants.denied;
    let (mismatches, traps) = deny::of_module(module, &inner.env, denied);
    Mismatches::refuse(mismatches)?;
    let linker = without(&inner.modules, traps).map_err(Error::host("withhold functions"))?;
    let linker = with_any(inner, linker, module).map_err(Error::host("offer functions"))?;
    let providers = providers(inner, module);
    if !providers.is_empty() {
        // A module with providers is linked in each store anew, so what is missing has to be found
        // here.
        let mut unserved = unserved_wasi(&inner.offer(), binary);
        unserved.retain(|mismatch| !is_denied(mismatch, denied));
        Mismatches::refuse(unserved)?;
        return Ok(LinkedModule::of_providers(module.clone(), linker.into_owned(), providers));
    }
    let linked = linker.instantiate_pre(module);
    linked.map(LinkedModule::of_host).map_err(|error| match is_lacking(&error) {
        true => Error::host(LINK)(error),
        false => unlinkable_module(&inner.offer(), binary, &error).into(),
    })
}

/// Returns the providers that a module needs. Each follows those that it needs itself.
fn providers<T: Send + 'static>(inner: &Host<T>, module: &Module) -> Vec<Arc<Provider<T>>> {
    let imports = |provider: &Provider<T>| {
        let mut imports = module.imports().filter(|import| import.module() == provider.name);
        imports.any(|import| inner.env.export(import.module(), import.name()).is_some())
    };
    let direct: Vec<_> = inner.providers.iter().filter(|provider| imports(provider)).collect();
    let needs = |one: &Arc<Provider<T>>| {
        direct.iter().any(|provider| {
            let all = provider.linked.providers().iter().chain([*provider]);
            all.into_iter().any(|needed| Arc::ptr_eq(needed, one))
        })
    };
    // The runtime's order is kept, in which each stands after those that it needs.
    inner.providers.iter().filter(|one| needs(one)).cloned().collect()
}

/// Returns the linker with the functions that are served with any type, if the module imports any.
fn with_any<'l, T: Send + 'static>(
    inner: &Host<T>,
    mut linker: Cow<'l, Linker<State<T>>>,
    module: &Module,
) -> wasmtime::Result<Cow<'l, Linker<State<T>>>> {
    let is_any =
        |import: wasmtime::ImportType<'_>| inner.env.any(import.module(), import.name()).is_some();
    if module.imports().any(is_any) {
        inner.dynamic.serve_any(linker.to_mut(), &inner.env, module)?;
    }
    Ok(linker)
}

/// Returns the linker with denied functions in place of those that it has.
fn without<T: Send + 'static>(
    linker: &Linker<State<T>>,
    denied: Vec<(String, String, wasmtime::FuncType)>,
) -> wasmtime::Result<Cow<'_, Linker<State<T>>>> {
    if denied.is_empty() {
        return Ok(Cow::Borrowed(linker));
    }
    let mut linker = linker.clone();
    linker.allow_shadowing(true);
    for (from, name, ty) in denied {
        let import = format!("{from}.{name}");
        linker.func_new(&from, &name, ty, move |_, _, _| Err(Denied(import.clone()).into()))?;
    }
    Ok(Cow::Owned(linker))
}

/// Refuses a denial of functions that neither the host, nor the guest, nor the modules that serve
/// it have.
pub(crate) fn check_denied<T: Send + 'static>(inner: &Host<T>, compiled: &Compiled) -> Result<()> {
    let denied = &inner.grants.denied;
    if denied.is_empty() {
        return Ok(());
    }
    let mut imports = match compiled {
        Compiled::Component(component) => deny::imports_of_component(component),
        Compiled::Module(module) => deny::imports_of_module(module),
    };
    for provider in &inner.providers {
        imports.extend(deny::imports_of_module(provider.linked.module()));
    }
    Ok(deny::check_traps(denied, inner.contract.as_deref(), &inner.env, &imports)?)
}

/// Refuses a linked guest for a session with more denials than the runtime has.
pub(crate) fn check_session<T: Send + 'static>(
    inner: &Host<T>,
    linked: &Linked<T>,
    denied: &[Pattern],
) -> Result<()> {
    let more: Vec<_> = denied
        .iter()
        .filter(|pattern| !inner.grants.denied.contains(pattern))
        .map(|pattern| Pattern { denial: Denial::Refuse, ..(*pattern).clone() })
        .collect();
    if more.is_empty() {
        return Ok(());
    }
    let mismatches = match linked {
        Linked::Component(pre) => deny::of_component(pre.component(), &more).0,
        Linked::Module(linked) => {
            let providers = linked.providers().iter().map(|provider| provider.linked.module());
            let modules = providers.chain([linked.module()]);
            modules.flat_map(|module| deny::of_module(module, &inner.env, &more).0).collect()
        }
    };
    Ok(Mismatches::refuse(mismatches)?)
}
