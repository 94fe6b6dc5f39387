//! The component path: finding an export of a component and calling it with
//! values that are checked against its type. Linking is the generated bindings'
//! work.

use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, Func, Instance, Val};
use wasmtime::{AsContextMut, Store};

use crate::error::{Error, Result};
use crate::state::State;
use wit_host_check::export_name::ExportName;
use wit_host_values::{Signature, fits, short, wit};

/// A function that a component exports.
pub(crate) struct Exported {
    pub name: ExportName,
    pub ty: ComponentFunc,
}

/// The functions that a component exports, by itself and in interfaces.
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
    /// The function of that name, if there is one.
    pub(crate) fn find(
        mut store: impl AsContextMut,
        instance: Instance,
        name: &str,
    ) -> Option<Self> {
        let func = find(&mut store, instance, name)?;
        Some(Self { func, signature: Signature::of_component(&func.ty(&store)) })
    }

    /// Refuses arguments that are not the function's, which is the caller's mistake
    /// and no failure of the guest.
    pub(crate) fn check(&self, name: &str, args: &[Val]) -> Result<()> {
        let params = &self.signature.params;
        let wrong = |reason| Err(Error::InvalidCall { function: name.into(), reason });
        if params.len() != args.len() {
            let names: Vec<_> = params.iter().map(|(param, _)| &**param).collect();
            let (takes, given) = (names.join(", "), args.len());
            return wrong(format!("it takes ({takes}), and was given {given} arguments"));
        }
        match params.iter().zip(args).find(|((_, ty), arg)| !fits(ty, arg)) {
            Some(((param, ty), arg)) => wrong(format!(
                "the argument `{param}` is a `{}`, and `{}` is none",
                wit(ty),
                short(arg)
            )),
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

    /// The same, not async.
    pub(crate) fn call_sync<T>(
        &self,
        store: &mut Store<State<T>>,
        args: &[Val],
    ) -> wasmtime::Result<Vec<Val>> {
        let mut results = self.room();
        self.func.call(store, args, &mut results)?;
        Ok(results)
    }

    /// Room for results.
    fn room(&self) -> Vec<Val> {
        vec![Val::Bool(false); self.signature.results.len()]
    }
}

fn find(mut store: impl AsContextMut, instance: Instance, name: &str) -> Option<Func> {
    let root = instance.get_export_index(&mut store, None, name);
    if let Some(function) = root.and_then(|index| instance.get_func(&mut store, index)) {
        return Some(function);
    }
    // Names of interfaces and of functions have dots of their own.
    name.match_indices('.').find_map(|(dot, _)| {
        let interface = instance.get_export_index(&mut store, None, &name[..dot])?;
        let index = instance.get_export_index(&mut store, Some(&interface), &name[dot + 1..])?;
        instance.get_func(&mut store, index)
    })
}
