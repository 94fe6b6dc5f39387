//! Guests in Python, with the bindings of componentize-py.

mod names;

use heck::{ToShoutySnakeCase as _, ToUpperCamelCase as _};
use wit_parser::{Function, FunctionKind, Type, TypeId, WorldKey};

use super::details::{Details, Stubbing};
use super::templates::files;
use crate::File;
use crate::stubs::c_library;
use crate::stubs::exports::{Interface, Resource, World};
use crate::stubs::names::own_function;
use crate::stubs::plain::{Plain, plain};
use crate::stubs::{Stubs, imports};
use crate::tools::{MAKE, PYTHON};
use names::{class, identifier, looked_in, module, module_of, word, written_in};
use wit_host_text::shown;

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
    is_component: true,
};

/// Returns what the linker of componentize-py uses the name of a function for.
fn symbol(name: &str) -> Option<&'static str> {
    c_library::is_there(name).then_some(
        "is a symbol of the C library that Python's interpreter is linked with (a function of an \
         interface may have the name)",
    )
}

/// Returns the module with the functions, and for the resources of each interface a module of that
/// interface's name, where componentize-py looks for them.
fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    if let Some(unfit) = own_function(world, "Python", symbol) {
        return Err(unfit);
    }
    let mut body = String::new();
    let mut files = Vec::new();
    let mut handed_on = String::new();
    for interface in world.exports() {
        body += &of_functions(world, &interface);
        let resources = interface.resources();
        if let (Some((_, key)), false) = (interface.key, resources.is_empty()) {
            files.push(of_resources(world, &interface, key, &resources));
            handed_on += &hand_on(world, key, &resources);
        }
    }
    let mut text = format!(
        "\"\"\"A guest of the world `{selector}`. Each function that the host calls returns a\n\
         plain value until it is filled in.\"\"\"\n\n"
    );
    text += &imports(world, "#", |interface, function| imported(world, interface, function));
    text += &modules(&(handed_on.clone() + &body));
    if !handed_on.is_empty() {
        text += &format!("\n# Where componentize-py looks for the resources.\n{handed_on}");
    }
    text += &body;
    files.push(File::new("guest.py", text));
    Ok(Stubs { files })
}

/// Writes a class with the functions. For an interface that is declared in the world, the bindings
/// have no class to begin with.
fn of_functions(world: &World, interface: &Interface<'_>) -> String {
    let (class, base) = match interface.key {
        None => ("WitWorld".into(), "(wit_world.WitWorld)".into()),
        Some((_, key)) => {
            let class = class(world, key);
            let base = match key {
                WorldKey::Interface(_) => format!("(wit_world.exports.{class})"),
                WorldKey::Name(_) => String::new(),
            };
            (class, base)
        }
    };
    let functions = methods(world, &interface.functions());
    let functions = if functions.is_empty() { "    pass\n".into() } else { functions };
    format!("\n\nclass {class}{base}:\n{functions}")
}

/// Returns what an import is called by. Of an interface that is declared in the world, the bindings
/// have the types only.
fn imported(world: &World, interface: &Interface<'_>, function: &Function) -> String {
    let called = called(world, function);
    match interface.key {
        Some((_, WorldKey::Name(name))) if function.kind.resource().is_none() => {
            format!("(no binding, since `{}` is declared in the world)", shown(name))
        }
        Some((_, key)) => format!("{}.{called}", module(world, key, false)),
        None => called,
    }
}

fn of_resources(
    world: &World,
    interface: &Interface<'_>,
    key: &WorldKey,
    resources: &[Resource<'_>],
) -> File {
    let mut body = String::new();
    for Resource { name, functions, .. } in resources {
        let class = word(&name.to_upper_camel_case());
        let functions = methods(world, functions);
        let functions = if functions.is_empty() { "    pass\n".into() } else { functions };
        body += &format!("\n\nclass {class}({}.{class}):\n{functions}", module(world, key, true));
    }
    let full = interface.full_name().unwrap_or_default();
    let used = modules(&body);
    File::new(
        format!("{}.py", written_in(world, key)),
        format!("\"\"\"The resources of `{full}`.\"\"\"\n\n{used}{body}"),
    )
}

/// Writes the lines that put the resources into the module in which they are looked for, where that
/// is another one than the one in which they are written.
fn hand_on(world: &World, key: &WorldKey, resources: &[Resource<'_>]) -> String {
    let (looked_in, written_in) = (looked_in(world, key), written_in(world, key));
    if looked_in == written_in {
        return String::new();
    }
    let classes = resources.iter().map(|resource| word(&resource.name.to_upper_camel_case()));
    classes.map(|class| format!("{looked_in}.{class} = {written_in}.{class}\n")).collect()
}

/// Writes the `import` lines of the modules whose names are in the text.
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
    let wit = shown(&wit_host_wit::function(&world.resolve, function));
    format!(
        "{decorator}    def {name}({}):\n        # {wit}\n        {body}  # fill in\n",
        params.join(", ")
    )
}

/// Writes the statement that ends a function. An `ok` is returned as what is in it, an `err` is
/// raised.
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
            let key = world.exported(world.dealiased(*id));
            let module = key.map(|key| written_in(world, key)).unwrap_or_default();
            let class = word(&name.to_upper_camel_case());
            format!("{module}.{class}.__new__({module}.{class})")
        }
    }
}

/// Returns a type by the module that it is defined in: other names for it are not known.
fn path(world: &World, id: TypeId) -> String {
    let id = world.dealiased(id);
    let name = world.resolve.types[id].name.as_deref().unwrap_or_default();
    format!("{}.{}", module_of(world, id), name.to_upper_camel_case())
}
