//! Guests in JavaScript: one source for both of the engines that make components of it.

mod engines;
mod names;

use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use wit_parser::{Function, FunctionKind, Type};

use super::details::{Details, Stubbing};
use super::templates::files;
use crate::File;
use crate::stubs::exports::{Interface, Resource, World};
use crate::stubs::names::memory;
use crate::stubs::plain::{Payload, Plain, plain};
use crate::stubs::{Stubs, comment, imports};
use crate::tools::{MAKE, NODE, NPM};
use engines::{rounded_in_quickjs, unfit_for_quickjs, unfit_for_starlingmonkey};
use names::{clash, class, identifier};

pub(super) const STARLINGMONKEY: Details = Details {
    name: "js",
    summary: "a component in JavaScript on StarlingMonkey (12 MB, much of the Web's functions)",
    folder: "js",
    files: files!("js": ".gitignore", ".npmrc", "Makefile", "README.md", "guest.js",
        "package-lock.json", "package.json"),
    sources: &["guest.js"],
    replaced: NAMES,
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, NODE, NPM],
    stubs: Stubbing::Made(starlingmonkey),
    is_component: true,
};

pub(super) const QUICKJS: Details = Details {
    name: "quickjs",
    summary: "a component in JavaScript on QuickJS (1 MB)",
    folder: "quickjs",
    files: files!("quickjs": ".gitignore", ".npmrc", "Makefile", "README.md", "guest.js",
        "package-lock.json", "package.json"),
    stubs: Stubbing::Made(quickjs),
    is_component: true,
    ..STARLINGMONKEY
};

const NAMES: &[(&str, &str, &str)] = &[
    ("package.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
    ("package-lock.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
];

fn starlingmonkey(world: &World, selector: &str) -> Result<Stubs, String> {
    let stubs = stubs(world, selector, "")?;
    let unfit = memory(world, "JavaScript").or_else(|| unfit_for_starlingmonkey(world));
    unfit.map_or(Ok(stubs), Err)
}

fn quickjs(world: &World, selector: &str) -> Result<Stubs, String> {
    let stubs = stubs(world, selector, &rounded_in_quickjs(world))?;
    unfit_for_quickjs(world).map_or(Ok(stubs), Err)
}

/// Writes the module. `note` stands behind what can be called.
fn stubs(world: &World, selector: &str, note: &str) -> Result<Stubs, String> {
    if let Some(clash) = clash(world) {
        return Err(clash);
    }
    let mut text = format!(
        "// A guest of the world `{selector}`. Each function that the host calls returns a\n\
         // plain value until it is filled in.\n\n"
    );
    text += &imports(world, "//", |interface, function| {
        let name = called(world, function);
        match interface.full_name() {
            Some(module) => format!("import {{ {name} }} from '{module}';"),
            None => format!("import {{ default as {name} }} from '{}';", function.name),
        }
    });
    text += note;
    let written = world.exports().into_iter().map(|interface| match interface.name() {
        None => own_functions(world, &interface),
        Some(name) => of_interface(world, &interface, name),
    });
    text += &written.collect::<Vec<_>>().join("\n");
    Ok(Stubs { files: vec![File::new("guest.js", text)] })
}

/// Returns the name that an import is imported by: a resource's functions are of its class.
fn called(world: &World, function: &Function) -> String {
    let resource = function.kind.resource().map(|id| &world.resolve.types[id]);
    match resource.and_then(|definition| definition.name.as_deref()) {
        Some(resource) => resource.to_upper_camel_case(),
        None => function.item_name().to_lower_camel_case(),
    }
}

fn own_functions(world: &World, interface: &Interface<'_>) -> String {
    let functions = interface.functions().into_iter().map(|function| {
        let docs = comment("//", &function.docs);
        let rest = rest(world, function, "");
        exported(function.item_name(), |name| format!("function {name}{rest}"), &docs)
    });
    functions.collect::<Vec<_>>().join("\n")
}

/// Writes an object with the interface's functions, and a class for each of its resources.
fn of_interface(world: &World, interface: &Interface<'_>, name: &str) -> String {
    let mut text = String::new();
    let mut members = Vec::new();
    for Resource { id, name, functions } in interface.resources() {
        let class = class(world, id);
        let methods = functions.iter().map(|function| method(world, function));
        text += &format!("class {class} {{\n{}}}\n\n", methods.collect::<Vec<_>>().join("\n"));
        let name = name.to_upper_camel_case();
        members.push(match name == class {
            true => format!("  {name},\n"),
            false => format!("  {name}: {class},\n"),
        });
    }
    for function in interface.functions() {
        let name = function.item_name().to_lower_camel_case();
        let written = rest(world, function, "  ");
        let docs = comment("  //", &function.docs);
        members.push(format!("{docs}  {name}{},\n", written.trim_end()));
    }
    let full = interface.full_name().unwrap_or_default();
    let object = |name: &str| format!("const {name} = {{\n{}}};\n", members.join(""));
    text + &exported(name, object, &format!("// `{full}`\n"))
}

/// Writes what is exported, which may be called like a word of the language.
fn exported(name: &str, written: impl Fn(&str) -> String, docs: &str) -> String {
    let (name, own) = (name.to_lower_camel_case(), identifier(name));
    match name == own {
        true => format!("{docs}export {}", written(&own)),
        false => format!("{docs}{}export {{ {own} as {name} }};\n", written(&own)),
    }
}

fn method(world: &World, function: &Function) -> String {
    let docs = comment("  //", &function.docs);
    let rest = rest(world, function, "  ");
    match function.kind {
        FunctionKind::Constructor(_) => format!("{docs}  constructor{rest}"),
        FunctionKind::Static(_) => {
            format!("{docs}  static {}{rest}", function.item_name().to_lower_camel_case())
        }
        _ => format!("{docs}  {}{rest}", function.item_name().to_lower_camel_case()),
    }
}

/// Writes what comes behind a function's name: its parameters, and a body.
fn rest(world: &World, function: &Function, indent: &str) -> String {
    let is_method = matches!(function.kind, FunctionKind::Method(_));
    let params = function.params.iter().skip(usize::from(is_method));
    let params: Vec<_> = params.map(|param| identifier(&param.name)).collect();
    let returned = match function.kind {
        FunctionKind::Constructor(_) => None,
        _ => function.result.and_then(|ty| returned(world, &ty)),
    };
    let returned = returned.map_or(String::new(), |value| format!("{value} "));
    format!("({}) {{\n{indent}  {returned}// fill in\n{indent}}}\n", params.join(", "))
}

/// Writes the statement that returns the plain value, where there is one. An `ok` is returned as
/// what is in it, an `err` is thrown.
fn returned(world: &World, ty: &Type) -> Option<String> {
    match plain(world, ty) {
        Some(Plain::Result(Ok(value))) => {
            value.map(|value| format!("return {};", literal(world, &value)))
        }
        Some(Plain::Result(Err(value))) => {
            let value = value.map_or("undefined".into(), |value| literal(world, &value));
            Some(format!("throw {value};"))
        }
        Some(value) => Some(format!("return {};", literal(world, &value))),
        None => Some("throw new Error('nothing is here yet');".into()),
    }
}

fn literal(world: &World, value: &Plain<'_>) -> String {
    let tagged = |tag: &str, value: &Payload<'_>| match value {
        Some(value) => format!("{{ tag: '{tag}', val: {} }}", literal(world, value)),
        None => format!("{{ tag: '{tag}' }}"),
    };
    match value {
        Plain::False => "false".into(),
        // The bindings take only a `BigInt` for 64 bits.
        Plain::Zero(Type::S64 | Type::U64) => "0n".into(),
        Plain::Zero(_) => "0".into(),
        Plain::Char => "' '".into(),
        Plain::EmptyText => "''".into(),
        Plain::EmptyList(element) => array(element).into(),
        Plain::Nothing { of_option: true } => "{ tag: 'none' }".into(),
        Plain::Nothing { of_option: false } => "undefined".into(),
        Plain::Result(Ok(value)) => tagged("ok", value),
        Plain::Result(Err(value)) => tagged("err", value),
        Plain::Tuple(values) => {
            let values = values.iter().map(|value| literal(world, value));
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        Plain::Record(_, fields) => {
            let fields = fields.iter().map(|(name, value)| {
                format!("{}: {}", name.to_lower_camel_case(), literal(world, value))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Plain::Case { name, value, of_enum: false, .. } => tagged(name, value),
        Plain::Case { name, .. } => format!("'{name}'"),
        Plain::NoFlags(_) => "{}".into(),
        Plain::New { id, .. } => format!("new {}()", class(world, world.dealiased(*id))),
    }
}

/// Returns the type of a list of these elements. Lists of numbers are typed arrays.
fn array(element: &Type) -> &'static str {
    match element {
        Type::U8 => "new Uint8Array()",
        Type::S8 => "new Int8Array()",
        Type::U16 => "new Uint16Array()",
        Type::S16 => "new Int16Array()",
        Type::U32 => "new Uint32Array()",
        Type::S32 => "new Int32Array()",
        Type::U64 => "new BigUint64Array()",
        Type::S64 => "new BigInt64Array()",
        Type::F32 => "new Float32Array()",
        Type::F64 => "new Float64Array()",
        _ => "[]",
    }
}
