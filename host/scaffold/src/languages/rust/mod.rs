//! Guests in Rust, with the bindings of the crate `wit-bindgen`.

pub(crate) mod cargo;
mod names;
mod types;

use heck::ToUpperCamelCase as _;
use wit_parser::{Function, FunctionKind, WorldKey};

use super::details::{Details, Stubbing};
use super::templates::files;
use crate::File;
use crate::stubs::exports::{Interface, Resource, World, constructor_error};
use crate::stubs::{Stubs, comment, imports};
use crate::tools::{C_COMPILER, CARGO, MAKE, WASIP2};
use names::{camel, identifier, module_of, path_of, state, unfit};
use types::Types;

pub(super) const DETAILS: Details = Details {
    name: "rust",
    summary: "a component in Rust, with the crate wit-bindgen and plain cargo",
    folder: "component",
    files: files!("component": "Cargo.toml", "src/lib.rs"),
    sources: &["src/lib.rs"],
    replaced: &[],
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, CARGO.at_least(1, 85), WASIP2, C_COMPILER],
    stubs: Stubbing::Made(stubs),
    is_component: true,
};

pub(super) const SMALL: Details = Details {
    name: "rust-small",
    summary: "a component in Rust without the standard library (18 KB)",
    folder: "small",
    files: files!("small": "Cargo.toml", "README.md", "src/lib.rs"),
    stubs: Stubbing::Shipped,
    is_component: true,
    ..DETAILS
};

/// Writes the library, with one module for each exported interface. Names of the contract stand
/// behind those of the modules that they are of, so that none is taken for another.
fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    unfit(world).map_or(Ok(()), Err)?;
    let (own, interfaces): (Vec<_>, Vec<_>) =
        world.exports().into_iter().partition(|interface| interface.key.is_none());
    let mut library = format!(
        "//! A guest of the world `{selector}`. Each function that the host calls returns a\n\
         //! plain value until it is filled in.\n\
         #![allow(dead_code, unused_variables, reason = \"until everything is filled in\")]\n\n"
    );
    let mut files = Vec::new();
    for interface in &interfaces {
        let Some((_, key)) = interface.key else { continue };
        let module = module_of(world, key);
        library += &format!("mod {module};\n");
        files.push(File::new(format!("src/{module}.rs"), of_interface(world, interface, key)));
    }
    library += if interfaces.is_empty() { "" } else { "\n" };
    library += &format!(
        "/// What wit-bindgen makes of the contract.\n\
         mod bindings {{\n    wit_bindgen::generate!({{ path: \"wit\", world: \"{selector}\", \
         generate_all }});\n}}\n\n"
    );
    library += &imports(world, "//", |interface, function| called(world, interface, function));
    library += "struct Component;\n\n";
    for interface in &own {
        let types = Types::new(world, interface);
        let functions = of_functions(&types, &interface.functions());
        library += &format!("impl bindings::Guest for Component {{\n{functions}}}\n\n");
    }
    library += "bindings::export!(Component with_types_in bindings);\n";
    files.push(File::new("src/lib.rs", library));
    Ok(Stubs { files })
}

/// Writes the module of an interface, with a type for what is behind each of its resources.
fn of_interface(world: &World, interface: &Interface<'_>, key: &WorldKey) -> String {
    let types = Types::new(world, interface);
    let name = interface.full_name().unwrap_or_default();
    let mut text = format!(
        "//! What the guest offers as `{name}`.\n\nuse crate::Component;\n\
         use crate::bindings::{} as wit;\n\n",
        path_of(world, key, true)
    );
    let resources = interface.resources();
    for Resource { name, .. } in &resources {
        text += &format!(
            "/// What is behind each `{name}` of the host's.\npub(crate) struct {};\n\n",
            state(name)
        );
    }
    text += "impl wit::Guest for Component {\n";
    for Resource { name, .. } in &resources {
        text += &format!("    type {} = {};\n", camel(name), state(name));
    }
    let functions = of_functions(&types, &interface.functions());
    text += if resources.is_empty() || functions.is_empty() { "" } else { "\n" };
    text += &format!("{functions}}}\n");
    for Resource { name, functions, .. } in &resources {
        let (camel, state) = (name.to_upper_camel_case(), state(name));
        let functions = of_functions(&types, functions);
        text += &format!("\nimpl wit::Guest{camel} for {state} {{\n{functions}}}\n");
    }
    text
}

fn of_functions(types: &Types<'_>, functions: &[&Function]) -> String {
    let written = functions.iter().map(|function| of_function(types, function));
    written.collect::<Vec<_>>().join("\n")
}

fn of_function(types: &Types<'_>, function: &Function) -> String {
    let is_method = matches!(function.kind, FunctionKind::Method(_));
    let params = function.params.iter().skip(usize::from(is_method));
    let params =
        params.map(|param| format!("{}: {}", identifier(&param.name), types.name(&param.ty)));
    let params: Vec<_> = is_method.then(|| "&self".to_owned()).into_iter().chain(params).collect();
    let (name, returned, value) =
        match (&function.kind, constructor_error(types.resolve(), function)) {
            (FunctionKind::Constructor(_), Some(error)) => {
                let error = error.map_or("()".into(), |error| types.name(&error));
                ("new".into(), format!(" -> Result<Self, {error}>"), "Ok(Self)".into())
            }
            (FunctionKind::Constructor(_), None) => {
                ("new".into(), " -> Self".into(), "Self".into())
            }
            _ => {
                let returned = function.result.map(|ty| format!(" -> {}", types.name(&ty)));
                let value = function.result.map_or(String::new(), |ty| types.returned(&ty));
                (identifier(function.item_name()), returned.unwrap_or_default(), value)
            }
        };
    let docs = comment("    ///", &function.docs);
    let value = if value.is_empty() { "// fill in".into() } else { format!("{value} // fill in") };
    format!("{docs}    fn {name}({}){returned} {{\n        {value}\n    }}\n", params.join(", "))
}

/// Returns the path that an import is called by.
fn called(world: &World, interface: &Interface<'_>, function: &Function) -> String {
    let mut path = vec!["bindings".to_owned()];
    path.extend(interface.key.iter().map(|(_, key)| path_of(world, key, false)));
    if let Some(resource) = function.kind.resource() {
        let name = world.resolve.types[resource].name.as_deref().unwrap_or_default();
        path.push(name.to_upper_camel_case());
    }
    path.push(match function.kind {
        FunctionKind::Constructor(_) => "new".into(),
        _ => identifier(function.item_name()),
    });
    path.join("::")
}
