//! Linking: what a guest imports is bound to what the runtime serves, less what
//! the guest is denied. What does not fit is found here, before anything runs.

use wasmtime::component::Component;
use wasmtime::{InstancePre, Module, component};

use crate::deny::{self, Denial, Denied, Pattern};
use crate::error::Result;
use crate::fit::{Misfits, unlinkable, unlinkable_module};
use crate::guest::Linked;
use crate::runtime::Inner;
use crate::state::State;

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
    linked.map(Linked::Component).map_err(|error| unlinkable(inner, binary, &error).into())
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
) -> Result<Linked<T>> {
    let (misfits, traps) = deny::of_module(module, &inner.env, &inner.grants.denied);
    Misfits::refuse(misfits)?;
    let linked = if traps.is_empty() {
        inner.modules.instantiate_pre(module)
    } else {
        module_without(inner, module, traps)
    };
    linked.map(Linked::Module).map_err(|error| unlinkable_module(inner, binary, &error).into())
}

fn module_without<T: Send + 'static>(
    inner: &Inner<T>,
    module: &Module,
    denied: Vec<(String, String, wasmtime::FuncType)>,
) -> wasmtime::Result<InstancePre<State<T>>> {
    let mut linker = inner.modules.clone();
    linker.allow_shadowing(true);
    for (from, name, ty) in denied {
        let import = format!("{from}.{name}");
        linker.func_new(&from, &name, ty, move |_, _, _| Err(Denied(import.clone()).into()))?;
    }
    linker.instantiate_pre(module)
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
        Linked::Module(pre) => deny::of_module(pre.module(), &inner.env, &more).0,
    })
}
