//! The component path: finding an export of a component and calling it with
//! values that are checked against its type. Linking is the generated bindings'
//! work.

use wasmtime::component::types::{ComponentItem, Field, Type};
use wasmtime::component::{Component, Func, Instance, Val};
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

/// Refuses arguments that are not the function's, which is the caller's mistake
/// and no failure of the guest.
pub(crate) fn check<T>(
    store: &Store<State<T>>,
    func: Func,
    name: &str,
    args: &[Val],
) -> Result<()> {
    let ty = func.ty(store);
    let params: Vec<_> = ty.params().collect();
    let names: Vec<_> = params.iter().map(|(param, _)| *param).collect();
    let wrong = |reason| Err(Error::WrongType { function: name.into(), reason });
    if params.len() != args.len() {
        let (takes, given) = (names.join(", "), args.len());
        return wrong(format!("it takes ({takes}), and was given {given} arguments"));
    }
    match params.iter().zip(args).find(|((_, ty), arg)| !fits(ty, arg)) {
        Some(((param, _), _)) => wrong(format!("the argument `{param}` is of another type")),
        None => Ok(()),
    }
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

/// Whether a value is one of the type.
fn fits(ty: &Type, value: &Val) -> bool {
    let payload = |ty: Option<Type>, value: &Option<Box<Val>>| match (ty, value) {
        (None, None) => true,
        (Some(ty), Some(value)) => fits(&ty, value),
        _ => false,
    };
    match (ty, value) {
        (Type::List(list), Val::List(items)) => items.iter().all(|item| fits(&list.ty(), item)),
        (Type::Tuple(tuple), Val::Tuple(items)) => {
            let types: Vec<_> = tuple.types().collect();
            types.len() == items.len() && types.iter().zip(items).all(|(ty, item)| fits(ty, item))
        }
        (Type::Record(record), Val::Record(values)) => {
            let same = |(field, (name, value)): (Field<'_>, &(String, Val))| {
                field.name == name && fits(&field.ty, value)
            };
            record.fields().len() == values.len() && record.fields().zip(values).all(same)
        }
        (Type::Variant(variant), Val::Variant(name, value)) => variant
            .cases()
            .find(|case| case.name == name)
            .is_some_and(|case| payload(case.ty, value)),
        (Type::Enum(cases), Val::Enum(name)) => cases.names().any(|case| case == name),
        (Type::Flags(flags), Val::Flags(set)) => {
            set.iter().all(|name| flags.names().any(|flag| flag == name))
        }
        (Type::Option(some), Val::Option(value)) => {
            value.as_ref().is_none_or(|value| fits(&some.ty(), value))
        }
        (Type::Result(result), Val::Result(value)) => match value {
            Ok(value) => payload(result.ok(), value),
            Err(value) => payload(result.err(), value),
        },
        (Type::Own(_) | Type::Borrow(_), Val::Resource(_)) => true,
        (Type::Bool, Val::Bool(_))
        | (Type::Char, Val::Char(_))
        | (Type::String, Val::String(_))
        | (Type::S8, Val::S8(_))
        | (Type::U8, Val::U8(_))
        | (Type::S16, Val::S16(_))
        | (Type::U16, Val::U16(_))
        | (Type::S32, Val::S32(_))
        | (Type::U32, Val::U32(_))
        | (Type::S64, Val::S64(_))
        | (Type::U64, Val::U64(_))
        | (Type::Float32, Val::Float32(_))
        | (Type::Float64, Val::Float64(_)) => true,
        _ => false,
    }
}
