//! Writes functions and types in the notation of WIT on one line, and packages as a text. It only
//! reads a resolved contract.

use std::borrow::Cow;

use wit_component::WitPrinter;
use wit_parser::{Function, FunctionKind, PackageId, Resolve, Type, TypeDef, TypeDefKind, TypeId};

use super::members;

/// Writes a package as one text, with the packages that it needs nested in it.
///
/// # Errors
/// The reason, if a type that WIT has to name has no name.
pub(crate) fn package(resolve: &Resolve, package: PackageId) -> Result<String, String> {
    let others = resolve.topological_packages();
    let nested: Vec<_> = others.into_iter().filter(|other| *other != package).collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &nested).map_err(|error| format!("{error:#}"))?;
    Ok(printer.output.to_string())
}

/// Writes a type as other types refer to it: by its name if it has one.
pub fn ty(resolve: &Resolve, ty: &Type) -> String {
    let mut printer = WitPrinter::default();
    match printer.print_type_name(resolve, ty) {
        Ok(()) => printer.output.to_string(),
        Err(_) => "a type without a name".into(),
    }
}

/// Writes a function's declaration: `add: func(a: s32, b: s32) -> s32`.
pub fn function(resolve: &Resolve, function: &Function) -> String {
    let params = function.params.iter().skip(usize::from(has_self(function)));
    let params: Vec<_> = params
        .map(|param| format!("{}: {}", quoted(&param.name), ty(resolve, &param.ty)))
        .collect();
    let (name, params) = (quoted(function.item_name()), params.join(", "));
    if let FunctionKind::Constructor(_) = function.kind {
        return format!("constructor({params})");
    }
    let keyword = match function.kind {
        FunctionKind::Static(_) => "static func",
        FunctionKind::AsyncStatic(_) => "static async func",
        FunctionKind::AsyncFreestanding | FunctionKind::AsyncMethod(_) => "async func",
        _ => "func",
    };
    match &function.result {
        Some(result) => format!("{name}: {keyword}({params}) -> {}", ty(resolve, result)),
        None => format!("{name}: {keyword}({params})"),
    }
}

/// Writes a name as WIT does. One that is a keyword of WIT has a `%` in front of it.
pub(crate) fn quoted(name: &str) -> Cow<'_, str> {
    // The parser is asked, because only it has the whole list of keywords, which grows with WIT.
    match wit_parser::parse_use_path(name) {
        Ok(wit_parser::ParsedUsePath::Name(_)) => name.into(),
        _ => format!("%{name}").into(),
    }
}

/// Writes a type's definition: `record point { x: f32, y: f32 }`.
pub(crate) fn definition(resolve: &Resolve, id: TypeId) -> String {
    let definition = &resolve.types[id];
    let (kind, name) = (definition.kind.as_str(), definition.name.as_deref());
    let name = name.map_or("_".into(), quoted);
    format!("{kind} {name} {{ {} }}", members::listed(resolve, definition))
}

/// Writes a type's definition without its name: `record { x: f32, y: f32 }`.
pub fn definition_without_name(resolve: &Resolve, definition: &TypeDef) -> String {
    let listed = |one: Option<&Type>| one.map_or("_".into(), |one| ty(resolve, one));
    match &definition.kind {
        TypeDefKind::Type(other) => ty(resolve, other),
        TypeDefKind::List(item) => format!("list<{}>", ty(resolve, item)),
        TypeDefKind::Option(some) => format!("option<{}>", ty(resolve, some)),
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<_> = tuple.types.iter().map(|item| ty(resolve, item)).collect();
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (None, None) => "result".into(),
            (ok, None) => format!("result<{}>", listed(ok.as_ref())),
            (ok, err) => format!("result<{}, {}>", listed(ok.as_ref()), listed(err.as_ref())),
        },
        kind => format!("{} {{ {} }}", kind.as_str(), members::listed(resolve, definition)),
    }
}

/// Returns whether the first parameter is the resource that a method belongs to.
pub(crate) fn has_self(function: &Function) -> bool {
    matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_))
}

/// Returns whether the function is declared `async`.
pub(crate) fn is_async(function: &Function) -> bool {
    function.kind.is_async()
}
