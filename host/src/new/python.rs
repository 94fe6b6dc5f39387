//! Guests in Python, with the bindings of componentize-py.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use wit_parser::{Function, FunctionKind, Type, TypeId, TypeOwner};

use super::File;
use super::exports::{Interface, Resource, World};
use super::language::{Details, Stubbing};
use super::plain::{Plain, plain};
use super::stub::{Stubs, imports};
use super::templates::files;
use super::tools::{MAKE, PYTHON};
use crate::text::shown;
use crate::wit;

pub(super) const DETAILS: Details = Details {
    name: "python",
    summary: "a component in Python, by componentize-py (18 MB)",
    folder: "python",
    files: files!("python": ".gitignore", "Makefile", "README.md", "guest.py", "requirements.txt"),
    sources: &["guest.py"],
    replaced: &[],
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, PYTHON.at_least(3, 10)],
    stubs: Stubbing::Made(stubs),
};

/// The module with the functions, and for the resources of each interface one that is
/// called like that, where componentize-py looks for them.
fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    let exports = world.exports();
    let mut body = String::new();
    let mut files = Vec::new();
    for interface in &exports {
        let class = interface.name().map_or("WitWorld".into(), |name| name.to_upper_camel_case());
        let base = match interface.name() {
            Some(_) => format!("wit_world.exports.{class}"),
            None => format!("wit_world.{class}"),
        };
        let functions = methods(world, &interface.functions());
        let functions = if functions.is_empty() { "    pass\n".into() } else { functions };
        body += &format!("\n\nclass {class}({base}):\n{functions}");
        let resources = interface.resources();
        if let (Some(name), false) = (interface.name(), resources.is_empty()) {
            files.push(of_resources(world, interface, &name.to_snake_case(), &resources));
        }
    }
    let mut text = format!(
        "\"\"\"A guest of the world `{selector}`. Each function that the host calls returns a\n\
         plain value until it is filled in.\"\"\"\n\n"
    );
    text += &imports(world, "#", |interface, function| {
        let module = interface
            .name()
            .map_or(String::new(), |name| format!("wit_world.imports.{}.", name.to_snake_case()));
        format!("{module}{}", called(world, function))
    });
    text += &modules(&body);
    text += &body;
    files.push(File::new("guest.py", text));
    Ok(Stubs { files })
}

fn of_resources(
    world: &World,
    interface: &Interface<'_>,
    module: &str,
    resources: &[Resource<'_>],
) -> File {
    let mut body = String::new();
    for Resource { name, functions } in resources {
        let class = name.to_upper_camel_case();
        let functions = methods(world, functions);
        let functions = if functions.is_empty() { "    pass\n".into() } else { functions };
        body += &format!("\n\nclass {class}(wit_world.exports.{module}.{class}):\n{functions}");
    }
    let full = interface.full_name().unwrap_or_default();
    let used = modules(&body);
    File::new(
        format!("{module}.py"),
        format!("\"\"\"The resources of `{full}`.\"\"\"\n\n{used}{body}"),
    )
}

/// The lines that make the modules known whose names are in the text.
fn modules(body: &str) -> String {
    let is_name = |character: char| character.is_alphanumeric() || "._".contains(character);
    let mut modules: Vec<_> = body
        .split(|character| !is_name(character))
        .filter_map(|word| word.rsplit_once('.').map(|(module, _)| module))
        .filter(|module| !module.is_empty())
        .map(|module| match module.rsplit_once('.') {
            // A class of a module, and what it has.
            Some((of, class)) if class.starts_with(char::is_uppercase) => of,
            _ => module,
        })
        .filter(|module| module.starts_with(char::is_lowercase) && *module != "self")
        .collect();
    modules.sort_unstable();
    modules.dedup();
    modules.iter().map(|module| format!("import {module}\n")).collect()
}

fn called(world: &World, function: &Function) -> String {
    let resource = function.kind.resource().map(|id| &world.resolve.types[id]);
    let resource = resource.and_then(|definition| definition.name.as_deref());
    let name = identifier(function.item_name());
    match (resource, &function.kind) {
        (Some(resource), FunctionKind::Constructor(_)) => resource.to_upper_camel_case(),
        (Some(resource), _) => format!("{}.{name}", resource.to_upper_camel_case()),
        (None, _) => name,
    }
}

fn methods(world: &World, functions: &[&Function]) -> String {
    let written: Vec<_> = functions.iter().map(|function| method(world, function)).collect();
    written.join("\n")
}

fn method(world: &World, function: &Function) -> String {
    let is_method = matches!(function.kind, FunctionKind::Method(_));
    let params = function.params.iter().skip(usize::from(is_method));
    let (decorator, name, first) = match function.kind {
        FunctionKind::Constructor(_) => ("", "__init__".into(), "self"),
        FunctionKind::Static(_) => ("    @classmethod\n", identifier(function.item_name()), "cls"),
        _ => ("", identifier(function.item_name()), "self"),
    };
    let params = params.map(|param| identifier(&param.name));
    let params: Vec<_> = [first.to_owned()].into_iter().chain(params).collect();
    let body = match function.kind {
        FunctionKind::Constructor(_) => "pass".into(),
        _ => function.result.map_or("pass".into(), |ty| returned(world, &ty)),
    };
    let wit = shown(&wit::function(&world.resolve, function));
    format!(
        "{decorator}    def {name}({}):\n        # {wit}\n        {body}  # fill in\n",
        params.join(", ")
    )
}

/// An `ok` is returned as what is in it, an `err` is raised.
fn returned(world: &World, ty: &Type) -> String {
    match plain(world, ty) {
        Some(Plain::Result(Ok(value))) => {
            value.map_or("pass".into(), |value| format!("return {}", literal(world, &value)))
        }
        Some(Plain::Result(Err(value))) => {
            let value = value.map_or("None".into(), |value| literal(world, &value));
            format!("raise componentize_py_types.Err({value})")
        }
        Some(value) => format!("return {}", literal(world, &value)),
        None => "raise NotImplementedError".into(),
    }
}

fn literal(world: &World, value: &Plain<'_>) -> String {
    let some =
        |value: Option<&Plain<'_>>| value.map_or("None".into(), |value| literal(world, value));
    let all = |values: &mut dyn Iterator<Item = &Plain<'_>>| {
        values.map(|value| literal(world, value)).collect::<Vec<_>>().join(", ")
    };
    match value {
        Plain::False => "False".into(),
        Plain::Zero(Type::F32 | Type::F64) => "0.0".into(),
        Plain::Zero(_) => "0".into(),
        Plain::Char => "\" \"".into(),
        Plain::EmptyText => "\"\"".into(),
        Plain::EmptyList(Type::U8) => "b\"\"".into(),
        Plain::EmptyList(_) => "[]".into(),
        Plain::Nothing { .. } => "None".into(),
        Plain::Result(Ok(value)) => format!("componentize_py_types.Ok({})", some(value.as_deref())),
        Plain::Result(Err(value)) => {
            format!("componentize_py_types.Err({})", some(value.as_deref()))
        }
        Plain::Tuple(values) if values.len() == 1 => format!("({},)", all(&mut values.iter())),
        Plain::Tuple(values) => format!("({})", all(&mut values.iter())),
        Plain::Record(id, fields) => {
            format!("{}({})", path(world, *id), all(&mut fields.iter().map(|(_, value)| value)))
        }
        Plain::Case { id, name, of_enum: true, .. } => {
            format!("{}.{}", path(world, *id), name.to_shouty_snake_case())
        }
        Plain::Case { id, name, value, .. } => {
            let case = word(&name.to_upper_camel_case());
            let value = value.as_deref().map_or(String::new(), |value| literal(world, value));
            format!("{}_{case}({value})", path(world, *id))
        }
        Plain::NoFlags(id) => format!("{}(0)", path(world, *id)),
        // Its constructor has other parameters than it may have here.
        Plain::New { id, name } => {
            let module = module(world, world.dealiased(*id), false);
            let class = name.to_upper_camel_case();
            format!("{module}{class}.__new__({module}{class})")
        }
    }
}

/// A type by the module that it is defined in: other names for it are not known.
fn path(world: &World, id: TypeId) -> String {
    let id = world.dealiased(id);
    let name = world.resolve.types[id].name.as_deref().unwrap_or_default();
    format!("{}{}", module(world, id, true), name.to_upper_camel_case())
}

/// The module of the bindings, or that of the guest's own resources.
fn module(world: &World, id: TypeId, of_bindings: bool) -> String {
    let TypeOwner::Interface(interface) = world.resolve.types[id].owner else {
        return "wit_world.".into();
    };
    let name = world.resolve.interfaces[interface].name.as_deref().unwrap_or_default();
    let name = name.to_snake_case();
    match (of_bindings, world.exported(id).is_some()) {
        (false, _) => format!("{name}."),
        (true, true) => format!("wit_world.exports.{name}."),
        (true, false) => format!("wit_world.imports.{name}."),
    }
}

fn identifier(name: &str) -> String {
    word(&name.to_snake_case())
}

/// A name that is no word of the language.
fn word(name: &str) -> String {
    const WORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "self", "try", "while", "with", "yield",
    ];
    if WORDS.contains(&name) { format!("{name}_") } else { name.into() }
}
