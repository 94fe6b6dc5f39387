//! The component path: finding an export of a component and calling it with
//! values that are checked against its type. Linking is the generated bindings'
//! work.

use wasmtime::component::{Component, Func, Instance, Val, types::ComponentItem};
use wasmtime::{AsContextMut, Store};

use crate::error::{Error, Result};
use crate::state::State;

/// The functions that a component exports, those of interfaces by their full
/// name.
pub(crate) fn exports(component: &Component) -> Vec<String> {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut exports = Vec::new();
    for (name, export) in ty.exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(_) => exports.push(name.into()),
            ComponentItem::ComponentInstance(interface) => exports.extend(
                interface
                    .exports(engine)
                    .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
                    .map(|(function, _)| format!("{name}.{function}")),
            ),
            _ => {}
        }
    }
    exports
}

/// The function of that name, if there is one.
pub(crate) fn find(mut store: impl AsContextMut, instance: Instance, name: &str) -> Option<Func> {
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

/// Refuses arguments that are not as many as the function takes. Their types
/// are checked by the engine as it lowers them, before anything runs.
pub(crate) fn check<T>(
    store: &Store<State<T>>,
    func: Func,
    name: &str,
    args: &[Val],
) -> Result<()> {
    let ty = func.ty(store);
    let params: Vec<_> = ty.params().map(|(param, _)| param.to_owned()).collect();
    if params.len() == args.len() {
        return Ok(());
    }
    let reason =
        format!("it takes ({}), and was given {} arguments", params.join(", "), args.len());
    Err(Error::WrongType { function: name.into(), reason })
}

/// Calls the function, and lets the guest free what it returned.
pub(crate) async fn call<T: Send>(
    store: &mut Store<State<T>>,
    func: Func,
    args: &[Val],
) -> wasmtime::Result<Vec<Val>> {
    let mut results = vec![Val::Bool(false); func.ty(&*store).results().len()];
    func.call_async(&mut *store, args, &mut results).await?;
    Ok(results)
}
