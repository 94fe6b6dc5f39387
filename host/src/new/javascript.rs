//! Guests in JavaScript: one source for both of the engines that make components of it.

use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use wit_parser::{Function, FunctionKind, Type};

use super::File;
use super::exports::{Interface, Resource, World};
use super::language::{Details, Stubbing};
use super::plain::{Payload, Plain, plain};
use super::stub::{Stubs, comment, imports};
use super::templates::files;
use super::tools::{MAKE, NODE, NPM};

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
    stubs: Stubbing::Made(stubs),
};

pub(super) const QUICKJS: Details = Details {
    name: "quickjs",
    summary: "a component in JavaScript on QuickJS (1 MB)",
    folder: "quickjs",
    files: files!("quickjs": ".gitignore", ".npmrc", "Makefile", "README.md", "guest.js",
        "package-lock.json", "package.json"),
    ..STARLINGMONKEY
};

const NAMES: &[(&str, &str, &str)] = &[
    ("package.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
    ("package-lock.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
];

fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
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
    let written = world.exports().into_iter().map(|interface| match interface.name() {
        None => own_functions(world, &interface),
        Some(name) => of_interface(world, &interface, name),
    });
    text += &written.collect::<Vec<_>>().join("\n");
    Ok(Stubs { files: vec![File::new("guest.js", text)] })
}

/// The name that an import is imported by: a resource's functions are of its class.
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
        let name = function.item_name().to_lower_camel_case();
        format!("{docs}export function {name}{}", rest(world, function, ""))
    });
    functions.collect::<Vec<_>>().join("\n")
}

/// An object with the interface's functions, and a class for each of its resources.
fn of_interface(world: &World, interface: &Interface<'_>, name: &str) -> String {
    let mut text = String::new();
    let mut members = Vec::new();
    for Resource { name, functions } in interface.resources() {
        let class = name.to_upper_camel_case();
        let methods = functions.iter().map(|function| method(world, function));
        text += &format!("class {class} {{\n{}}}\n\n", methods.collect::<Vec<_>>().join("\n"));
        members.push(format!("  {class},\n"));
    }
    for function in interface.functions() {
        let name = function.item_name().to_lower_camel_case();
        let written = rest(world, function, "  ");
        let docs = comment("  //", &function.docs);
        members.push(format!("{docs}  {name}{},\n", written.trim_end()));
    }
    let full = interface.full_name().unwrap_or_default();
    let name = name.to_lower_camel_case();
    format!("{text}// `{full}`\nexport const {name} = {{\n{}}};\n", members.join(""))
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

/// What comes behind a function's name: its parameters, and a body.
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

/// The statement that returns the plain value, where there is one. An `ok` is returned
/// as what is in it, an `err` is thrown.
fn returned(world: &World, ty: &Type) -> Option<String> {
    match plain(world, ty) {
        Some(Plain::Result(Ok(value))) => value.map(|value| format!("return {};", literal(&value))),
        Some(Plain::Result(Err(value))) => {
            let value = value.map_or("undefined".into(), |value| literal(&value));
            Some(format!("throw {value};"))
        }
        Some(value) => Some(format!("return {};", literal(&value))),
        None => Some("throw new Error('nothing is here yet');".into()),
    }
}

fn literal(value: &Plain<'_>) -> String {
    let tagged = |tag: &str, value: &Payload<'_>| match value {
        Some(value) => format!("{{ tag: '{tag}', val: {} }}", literal(value)),
        None => format!("{{ tag: '{tag}' }}"),
    };
    match value {
        Plain::False => "false".into(),
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
            format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Plain::Record(_, fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", name.to_lower_camel_case(), literal(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Plain::Case { name, value, of_enum: false, .. } => tagged(name, value),
        Plain::Case { name, .. } => format!("'{name}'"),
        Plain::NoFlags(_) => "{}".into(),
        Plain::New { name, .. } => format!("new {}()", name.to_upper_camel_case()),
    }
}

/// Lists of numbers are typed arrays.
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

/// A parameter's name, which no word of the language can be.
fn identifier(name: &str) -> String {
    const WORDS: &[&str] = &[
        "arguments",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ];
    let name = name.to_lower_camel_case();
    if WORDS.contains(&&*name) { format!("{name}_") } else { name }
}
