//! Finds exports of a component, and calls them with values that are checked against their
//! types. Linking is the task of the generated bindings.

use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, Func, Instance, Val};
use wasmtime::{AsContextMut, Store};

use crate::error::{Error, Result};
use crate::store::state::State;
use wit_host_check::export_name::ExportName;
use wit_host_values::{Signature, fits, mismatch, short, wit};

/// A function that a component exports.
pub(crate) struct Exported {
    pub name: ExportName,
    pub ty: ComponentFunc,
}

/// Returns the functions that a component exports, by itself and in interfaces.
pub(crate) fn exports(component: &Component) -> Vec<Exported> {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut exports = Vec::new();
    let mut add = |interface: Option<&str>, function: &str, ty| {
        let name = ExportName { interface: interface.map(Into::into), function: function.into() };
        exports.push(Exported { name, ty });
    };
    for (name, export) in ty.exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(ty) => add(None, name, ty),
            ComponentItem::ComponentInstance(interface) => {
                for (function, item) in interface.exports(engine) {
                    if let ComponentItem::ComponentFunc(ty) = item.ty {
                        add(Some(name), function, ty);
                    }
                }
            }
            _ => {}
        }
    }
    exports
}

/// A function of a component's instance, with its type.
pub(crate) struct Function {
    func: Func,
    signature: Signature,
}

impl Function {
    /// Finds a function by its name.
    pub(crate) fn find(
        mut store: impl AsContextMut,
        instance: Instance,
        name: &str,
    ) -> Option<Self> {
        let func = find(&mut store, instance, name)?;
        Some(Self { func, signature: Signature::of_component(&func.ty(&store)) })
    }

    /// Returns the engine's function.
    pub(crate) fn func(&self) -> Func {
        self.func
    }

    /// Refuses arguments of the wrong types. That is a mistake of the caller, and not a failure
    /// of the guest.
    pub(crate) fn check(&self, name: &str, args: &[Val]) -> Result<()> {
        let params = &self.signature.params;
        let wrong = |reason| Err(Error::InvalidCall { function: name.into(), reason });
        if params.len() != args.len() {
            let names: Vec<_> = params.iter().map(|(param, _)| &**param).collect();
            let (takes, given) = (names.join(", "), args.len());
            return wrong(format!("it takes ({takes}), and was given {given} arguments"));
        }
        match params.iter().zip(args).find(|((_, ty), arg)| !fits(ty, arg)) {
            Some(((param, ty), arg)) => {
                let why = mismatch(ty, arg).map(|why| format!(": {why}")).unwrap_or_default();
                let (ty, arg) = (wit(ty), short(arg));
                wrong(format!("the argument `{param}` is a `{ty}`, and `{arg}` is none{why}"))
            }
            None => Ok(()),
        }
    }

    /// Calls the function, and lets the guest free what it returned.
    pub(crate) async fn call<T: Send>(
        &self,
        store: &mut Store<State<T>>,
        args: &[Val],
    ) -> wasmtime::Result<Vec<Val>> {
        let mut results = self.room();
        self.func.call_async(store, args, &mut results).await?;
        Ok(results)
    }

    /// Calls the function without async, and lets the guest free what it returned.
    pub(crate) fn call_sync<T>(
        &self,
        store: &mut Store<State<T>>,
        args: &[Val],
    ) -> wasmtime::Result<Vec<Val>> {
        let mut results = self.room();
        self.func.call(store, args, &mut results)?;
        Ok(results)
    }

    /// Returns placeholders for the results.
    fn room(&self) -> Vec<Val> {
        vec![Val::Bool(false); self.signature.results.len()]
    }
}

fn find(mut store: impl AsContextMut, instance: Instance, name: &str) -> Option<Func> {
    let root = instance.get_export_index(&mut store, None, name);
    if let Some(function) = root.and_then(|index| instance.get_func(&mut store, index)) {
        return Some(function);
    }
    // Interfaces and functions can contain dots themselves, so every dot is tried.
    name.match_indices('.').find_map(|(dot, _)| {
        let interface = instance.get_export_index(&mut store, None, &name[..dot])?;
        let index = instance.get_export_index(&mut store, Some(&interface), &name[dot + 1..])?;
        instance.get_func(&mut store, index)
    })
}
