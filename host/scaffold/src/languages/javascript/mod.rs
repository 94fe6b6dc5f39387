//! Guests in JavaScript: one source for both of the engines that make components of it. Guests in
//! TypeScript have it too, with types around it.

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

/// The name of the world's types in TypeScript. No name of a contract has such a character.
const WORLD: &str = "$world";

/// How the source is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    JavaScript,
    /// With the types that the declarations of the world have. They are given to what is exported
    /// as a whole, so that parameters and results need none.
    TypeScript,
}

fn starlingmonkey(world: &World, selector: &str) -> Result<Stubs, String> {
    of_starlingmonkey(world, selector, Dialect::JavaScript)
}

pub(super) fn of_starlingmonkey(
    world: &World,
    selector: &str,
    dialect: Dialect,
) -> Result<Stubs, String> {
    let stubs = stubs(world, selector, "", dialect)?;
    let unfit = memory(world, "JavaScript").or_else(|| unfit_for_starlingmonkey(world));
    unfit.map_or(Ok(stubs), Err)
}

fn quickjs(world: &World, selector: &str) -> Result<Stubs, String> {
    let stubs = stubs(world, selector, &rounded_in_quickjs(world), Dialect::JavaScript)?;
    unfit_for_quickjs(world).map_or(Ok(stubs), Err)
}

/// Writes the module. `note` stands behind what can be called.
fn stubs(world: &World, selector: &str, note: &str, dialect: Dialect) -> Result<Stubs, String> {
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
    let exports = world.exports();
    if dialect == Dialect::TypeScript && exports.iter().any(|one| one.name().is_none()) {
        text += &format!("import type * as {WORLD} from '{}';\n\n", full_name(world));
    }
    let source = Source { world, dialect };
    let written = exports.into_iter().map(|interface| match interface.name() {
        None => source.own_functions(&interface),
        Some(name) => source.of_interface(&interface, name),
    });
    text += &written.collect::<Vec<_>>().join("\n");
    let path = match dialect {
        Dialect::JavaScript => "guest.js",
        Dialect::TypeScript => "guest.ts",
    };
    Ok(Stubs { files: vec![File::new(path, text)] })
}

/// Returns the world's name with its package: `shop:prices/till@1.0.0`.
fn full_name(world: &World) -> String {
    let definition = world.definition();
    let package = definition.package.map(|id| &world.resolve.packages[id].name);
    package.map_or_else(|| definition.name.clone(), |name| name.interface_id(&definition.name))
}

/// Returns the name that an import is imported by: a resource's functions are of its class.
fn called(world: &World, function: &Function) -> String {
    let resource = function.kind.resource().map(|id| &world.resolve.types[id]);
    match resource.and_then(|definition| definition.name.as_deref()) {
        Some(resource) => resource.to_upper_camel_case(),
        None => function.item_name().to_lower_camel_case(),
    }
}

/// The source that is written.
struct Source<'w> {
    world: &'w World,
    dialect: Dialect,
}

impl Source<'_> {
    fn own_functions(&self, interface: &Interface<'_>) -> String {
        let functions = interface.functions().into_iter().map(|function| {
            let docs = comment("//", &function.docs);
            let written = |name: &str| match self.dialect {
                Dialect::JavaScript => format!("function {name}{}", self.rest(function, " ", "")),
                Dialect::TypeScript => {
                    let exported = function.item_name().to_lower_camel_case();
                    let rest = self.rest(function, " => ", "");
                    format!("const {name}: typeof {WORLD}.{exported} = {}", closed(&rest))
                }
            };
            exported(function.item_name(), written, &docs)
        });
        functions.collect::<Vec<_>>().join("\n")
    }

    /// Writes an object with the interface's functions, and a class for each of its resources.
    fn of_interface(&self, interface: &Interface<'_>, name: &str) -> String {
        let mut text = String::new();
        let mut members = Vec::new();
        for Resource { id, name, functions } in interface.resources() {
            let class = class(self.world, id);
            let methods = functions.iter().map(|function| self.method(function));
            let mut methods: Vec<_> = methods.collect();
            if self.dialect == Dialect::TypeScript {
                let dropped = "  // Called when the handle is dropped.\n";
                methods.push(format!("{dropped}  [Symbol.dispose]() {{}}\n"));
            }
            text += &format!("class {class} {{\n{}}}\n\n", methods.join("\n"));
            let name = name.to_upper_camel_case();
            members.push(match name == class {
                true => format!("  {name},\n"),
                false => format!("  {name}: {class},\n"),
            });
        }
        for function in interface.functions() {
            let name = function.item_name().to_lower_camel_case();
            let written = self.rest(function, " ", "  ");
            let docs = comment("  //", &function.docs);
            members.push(format!("{docs}  {name}{},\n", written.trim_end()));
        }
        let full = interface.full_name().unwrap_or_default();
        let ty = match self.dialect {
            Dialect::JavaScript => String::new(),
            Dialect::TypeScript => format!(": typeof import('{full}')"),
        };
        let object = |name: &str| format!("const {name}{ty} = {{\n{}}};\n", members.join(""));
        text + &exported(name, object, &format!("// `{full}`\n"))
    }

    fn method(&self, function: &Function) -> String {
        let docs = comment("  //", &function.docs);
        let rest = self.rest(function, " ", "  ");
        let name = function.item_name().to_lower_camel_case();
        match function.kind {
            FunctionKind::Constructor(_) => format!("{docs}  constructor{rest}"),
            FunctionKind::Static(_) => format!("{docs}  static {name}{rest}"),
            _ => format!("{docs}  {name}{rest}"),
        }
    }

    /// Writes what comes behind a function's name: its parameters, what is between them and the
    /// body, and a body.
    fn rest(&self, function: &Function, between: &str, indent: &str) -> String {
        let is_method = matches!(function.kind, FunctionKind::Method(_));
        let params = function.params.iter().skip(usize::from(is_method));
        let params: Vec<_> = params.map(|param| identifier(&param.name)).collect();
        let returned = match function.kind {
            FunctionKind::Constructor(_) => None,
            _ => function.result.and_then(|ty| self.returned(&ty)),
        };
        let returned = returned.map_or(String::new(), |value| format!("{value} "));
        let params = params.join(", ");
        format!("({params}){between}{{\n{indent}  {returned}// fill in\n{indent}}}\n")
    }

    /// Returns the statement that returns the plain value, where there is one. An `ok` is returned
    /// as what is in it, an `err` is thrown.
    fn returned(&self, ty: &Type) -> Option<String> {
        match plain(self.world, ty) {
            Some(Plain::Result(Ok(value))) => {
                value.map(|value| format!("return {};", self.literal(&value)))
            }
            Some(Plain::Result(Err(value))) => {
                let value = value.map_or("undefined".into(), |value| self.literal(&value));
                Some(format!("throw {value};"))
            }
            Some(value) => Some(format!("return {};", self.literal(&value))),
            None => Some("throw new Error('nothing is here yet');".into()),
        }
    }

    fn literal(&self, value: &Plain<'_>) -> String {
        let tagged = |tag: &str, value: &Payload<'_>| match value {
            Some(value) => format!("{{ tag: '{tag}', val: {} }}", self.literal(value)),
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
                let values = values.iter().map(|value| self.literal(value));
                format!("[{}]", values.collect::<Vec<_>>().join(", "))
            }
            Plain::Record(_, fields) => {
                let fields = fields.iter().map(|(name, value)| {
                    format!("{}: {}", name.to_lower_camel_case(), self.literal(value))
                });
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Plain::Case { name, value, of_enum: false, .. } => tagged(name, value),
            Plain::Case { name, .. } => format!("'{name}'"),
            Plain::NoFlags(_) => "{}".into(),
            Plain::New { id, .. } => {
                let class = class(self.world, self.world.dealiased(*id));
                match self.dialect {
                    Dialect::JavaScript => format!("new {class}()"),
                    // A constructor may have parameters, for which there is nothing yet.
                    Dialect::TypeScript => format!("new ({class} as any)()"),
                }
            }
        }
    }
}

/// Ends the statement that a function's text is.
fn closed(function: &str) -> String {
    format!("{};\n", function.trim_end())
}

/// Writes what is exported, which may be called like a word of the language.
fn exported(name: &str, written: impl Fn(&str) -> String, docs: &str) -> String {
    let (name, own) = (name.to_lower_camel_case(), identifier(name));
    match name == own {
        true => format!("{docs}export {}", written(&own)),
        false => format!("{docs}{}export {{ {own} as {name} }};\n", written(&own)),
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
