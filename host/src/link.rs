//! Linking: what a guest imports is bound to what the runtime serves, less what
//! the guest is denied. What does not fit is found here, before anything runs.

use std::borrow::Cow;
use std::sync::Arc;

use wasmtime::component::Component;
use wasmtime::{Linker, Module, component};

use crate::deny::{self, Denial, Denied, Pattern};
use crate::error::{Error, Result};
use crate::fit::{Misfits, unlinkable, unlinkable_module, unserved_wasi};
use crate::guest::Linked;
use crate::lacking::is_lacking;
use crate::linked_module::{LinkedModule, Provider};
use crate::runtime::Inner;
use crate::state::State;

/// What the host is about to do here.
const LINK: &str = "link the guest";

pub(crate) fn component<T: Send + 'static>(
    inner: &Inner<T>,
    component: &Component,
    binary: &[u8],
) -> Result<Linked<T>> {
    let (misfits, traps) = deny::of_component(component, &inner.grants.denied);
    Misfits::refuse(misfits)?;
    let linked = if traps.is_empty() {
        inner.components.instantiate_pre(component)
    } else {
        component_without(inner, component, traps)
    };
    linked.map(Linked::Component).map_err(|error| match is_lacking(&error) {
        true => Error::host(LINK)(error),
        false => unlinkable(inner, binary, &error).into(),
    })
}

fn component_without<T: Send + 'static>(
    inner: &Inner<T>,
    component: &Component,
    denied: Vec<(String, String)>,
) -> wasmtime::Result<component::InstancePre<State<T>>> {
    let mut linker = inner.components.clone();
    linker.allow_shadowing(true);
    for (interface, function) in denied {
        let name = format!("{interface}.{function}");
        linker
            .instance(&interface)?
            .func_new(&function, move |_, _, _, _| Err(Denied(name.clone()).into()))?;
    }
    linker.instantiate_pre(component)
}

pub(crate) fn module<T: Send + 'static>(
    inner: &Inner<T>,
    module: &Module,
    binary: &[u8],
) -> Result<LinkedModule<T>> {
    let (misfits, traps) = deny::of_module(module, &inner.env, &inner.grants.denied);
    Misfits::refuse(misfits)?;
    let linker = without(&inner.modules, traps).map_err(Error::host("withhold functions"))?;
    let providers = providers(inner, module);
    if !providers.is_empty() {
        Misfits::refuse(unserved_wasi(&inner.engine, binary))?;
        return Ok(LinkedModule::of_providers(module.clone(), linker.into_owned(), providers));
    }
    let linked = linker.instantiate_pre(module);
    linked.map(LinkedModule::of_host).map_err(|error| match is_lacking(&error) {
        true => Error::host(LINK)(error),
        false => unlinkable_module(inner, binary, &error).into(),
    })
}

/// The providers that a module needs, each behind those that it needs itself.
fn providers<T: Send + 'static>(inner: &Inner<T>, module: &Module) -> Vec<Arc<Provider<T>>> {
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
    inner.providers.iter().filter(|one| needs(one)).cloned().collect()
}

/// The linker, but with functions that are denied in the place of some.
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

/// Refuses a linked guest for a session that denies it more than the runtime.
pub(crate) fn check_session<T: Send + 'static>(
    inner: &Inner<T>,
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
    Misfits::refuse(match linked {
        Linked::Component(pre) => deny::of_component(pre.component(), &more).0,
        Linked::Module(linked) => {
            let providers = linked.providers().iter().map(|provider| provider.linked.module());
            let modules = providers.chain([linked.module()]);
            modules.flat_map(|module| deny::of_module(module, &inner.env, &more).0).collect()
        }
    })
}
