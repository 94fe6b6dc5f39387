//! Guests in C and in C++, with the bindings of `wit-bindgen c`.

mod names;
mod namespaces;
mod types;

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};
use wit_parser::{Function, FunctionKind, Type, TypeDefKind};

use super::details::{Details, Stubbing};
use super::templates::files;
use crate::File;
use crate::stubs::exports::{Interface, Resource, World, constructor_error};
use crate::stubs::names::memory;
use crate::stubs::plain::{Plain, plain};
use crate::stubs::{Stubs, comment, imports};
use crate::tools::{C_COMPILER, CARGO, MAKE, PYTHON};
pub(super) use names::is_word;
use names::{identifier, namespace, unfit, unfit_for_cpp};
use namespaces::namespaces;
use types::{Types, is_pointer};

pub(super) const DETAILS: Details = Details {
    name: "c",
    summary: "a component in C, by wit-bindgen and Zig's compiler",
    folder: "c",
    files: files!("c": ".gitignore", "Makefile", "README.md", "guest.c", "requirements.txt"),
    sources: &["guest.c"],
    replaced: &[],
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, CARGO.at_least(1, 88), C_COMPILER, PYTHON.at_least(3, 11)],
    stubs: Stubbing::Made(stubs),
    is_component: true,
};

pub(super) const CPP: Details = Details {
    name: "cpp",
    summary: "a component in C++, by wit-bindgen's bindings for C and Zig's compiler",
    folder: "cpp",
    files: files!("cpp": ".gitignore", "Makefile", "README.md", "abort.cpp", "guest.cpp",
        "requirements.txt", "texts.hpp"),
    sources: &["guest.cpp"],
    stubs: Stubbing::Made(in_cpp),
    ..DETAILS
};

/// The language of a source, whose declarations are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    C,
    Cpp,
}

fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    if let Some(unfit) = memory(world, "C").or_else(|| unfit(world)) {
        return Err(unfit);
    }
    source(world, selector, Dialect::C)
}

fn in_cpp(world: &World, selector: &str) -> Result<Stubs, String> {
    if let Some(unfit) = memory(world, "C++").or_else(|| unfit_for_cpp(world)) {
        return Err(unfit);
    }
    source(world, selector, Dialect::Cpp)
}

fn source(world: &World, selector: &str, dialect: Dialect) -> Result<Stubs, String> {
    if selector.contains(':') {
        return Err("it is of a package that the files only need; copy it into theirs".into());
    }
    let header = selector.to_snake_case();
    let (path, text, library, own) = match dialect {
        Dialect::C => ("guest.c", "", "stdlib.h", ""),
        Dialect::Cpp => (
            "guest.cpp",
            " Texts are\n   those of texts.hpp.",
            "cstdlib",
            "#include \"texts.hpp\"\n",
        ),
    };
    let mut text = format!(
        "/* A guest of the world `{selector}`. Each function that the host calls returns a\n   \
         plain value until it is filled in. What is handed to it is its own to free: the\n   \
         header has a `..._free` for each type.{text} */\n\n\
         #include <{library}>\n\n#include \"{header}.h\"\n{own}\n\
         #pragma clang diagnostic ignored \"-Wunused-parameter\"\n\n"
    );
    text += &imports(world, "//", |interface, function| {
        let key = interface.key.map(|(_, key)| key);
        format!("{}_{}", namespace(world, key, false), function.name.to_snake_case())
    });
    let namespaces = namespaces(world);
    let written = world.exports().into_iter().map(|interface| {
        let types = Types::new(world, &interface, &namespaces);
        of_interface(world, &types, &interface, dialect)
    });
    text += &written.collect::<Vec<_>>().join("\n");
    Ok(Stubs { files: vec![File::new(path, text)] })
}

fn of_interface(
    world: &World,
    types: &Types<'_>,
    interface: &Interface<'_>,
    dialect: Dialect,
) -> String {
    let mut text =
        interface.full_name().map_or(String::new(), |name| format!("/* `{name}` */\n\n"));
    for Resource { name, .. } in interface.resources() {
        let ty = format!("{}_{}", types.namespace(), name.to_snake_case());
        let free = match dialect {
            Dialect::C => "free(self)",
            Dialect::Cpp => "delete self",
        };
        text += &format!(
            "struct {ty}_t {{\n    char nothing_yet;\n}};\n\n\
             void {ty}_destructor({ty}_t *self) {{\n    {free};\n}}\n\n"
        );
    }
    let functions = interface.all_functions().into_iter();
    let functions = functions.map(|function| of_function(world, types, function, dialect));
    text + &functions.collect::<Vec<_>>().join("\n")
}

fn of_function(world: &World, types: &Types<'_>, function: &Function, dialect: Dialect) -> String {
    let mut params: Vec<_> =
        function.params.iter().map(|param| parameter(types, &param.name, &param.ty)).collect();
    let returned = returned(world, types, function, dialect);
    params.extend(returned.pointers);
    let params = if params.is_empty() { "void".into() } else { params.join(", ") };
    let name = match types.is_world() {
        true => format!("exports_{}", types.namespace()),
        false => types.namespace(),
    };
    let docs = comment("//", &function.docs);
    let name = format!("{name}_{}", function.name.to_snake_case());
    let body: String =
        returned.body.iter().map(|line| format!("    {line} // fill in\n")).collect();
    let body = if body.is_empty() { "    // fill in\n".into() } else { body };
    format!("{docs}{} {name}({params}) {{\n{body}}}\n", returned.ty)
}

/// Writes a parameter. An option is a pointer that may be null.
fn parameter(types: &Types<'_>, name: &str, ty: &Type) -> String {
    let star = if is_pointer(types.resolve(), ty) { "*" } else { "" };
    if let Type::Id(id) = ty
        && let TypeDefKind::Option(inner) = &types.resolve().types[*id].kind
    {
        return format!("{} {star}maybe_{}", types.name(inner), identifier(name));
    }
    format!("{} {star}{}", types.name(ty), identifier(name))
}

/// What a function returns, and how.
struct Returned {
    ty: String,
    pointers: Vec<String>,
    body: Vec<String>,
}

fn returned(world: &World, types: &Types<'_>, function: &Function, dialect: Dialect) -> Returned {
    let none = Returned { ty: "void".into(), pointers: Vec::new(), body: Vec::new() };
    let Some(ty) = function.result else { return none };
    let pointer = |ty: &Type, name: &str| format!("{} *{name}", types.name(ty));
    if let (FunctionKind::Constructor(_), None) =
        (&function.kind, constructor_error(types.resolve(), function))
    {
        let value =
            plain(world, &ty).map_or("{0}".to_owned(), |value| scalar(types, &value, dialect));
        return Returned { ty: types.name(&ty), body: vec![format!("return {value};")], ..none };
    }
    let value = plain(world, &ty);
    match types.kind(&ty) {
        Some(TypeDefKind::Option(inner)) => Returned {
            ty: "bool".into(),
            pointers: vec![pointer(inner, "ret")],
            body: vec!["return false;".into()],
        },
        Some(TypeDefKind::Result(result)) => {
            let (ok, err) =
                (result.ok.map(|ty| pointer(&ty, "ret")), result.err.map(|ty| pointer(&ty, "err")));
            let mut body = match (&value, result.ok, result.err) {
                (Some(Plain::Result(Ok(Some(value)))), Some(ty), _) => {
                    stored(types, "ret", &ty, value, dialect)
                }
                (Some(Plain::Result(Err(Some(value)))), _, Some(ty)) => {
                    stored(types, "err", &ty, value, dialect)
                }
                (None, ..) => vec!["abort();".into()],
                _ => Vec::new(),
            };
            let is_ok = !matches!(value, Some(Plain::Result(Err(_))));
            body.push(format!("return {is_ok};"));
            Returned { ty: "bool".into(), pointers: ok.into_iter().chain(err).collect(), body }
        }
        _ if is_pointer(types.resolve(), &ty) => Returned {
            pointers: vec![pointer(&ty, "ret")],
            body: match &value {
                Some(value) => stored(types, "ret", &ty, value, dialect),
                None => vec!["abort();".into()],
            },
            ..none
        },
        _ => Returned {
            ty: types.name(&ty),
            body: vec![match &value {
                Some(value) => format!("return {};", scalar(types, value, dialect)),
                None => "abort();".into(),
            }],
            ..none
        },
    }
}

/// Writes the statement that stores the plain value. Memory of zeros is every plain value, except
/// for resources, and for cases behind the first.
fn stored(
    types: &Types<'_>,
    name: &str,
    ty: &Type,
    value: &Plain<'_>,
    dialect: Dialect,
) -> Vec<String> {
    match value {
        Plain::New { .. } => vec![format!("*{name} = {};", scalar(types, value, dialect))],
        value if types.is_zero(value) && dialect == Dialect::Cpp => {
            vec![format!("*{name} = {{}};")]
        }
        value if types.is_zero(value) => vec![format!("*{name} = ({}){{0}};", types.name(ty))],
        _ => vec!["abort();".into()],
    }
}

fn scalar(types: &Types<'_>, value: &Plain<'_>, dialect: Dialect) -> String {
    match value {
        Plain::False => "false".into(),
        Plain::Char => "' '".into(),
        Plain::Case { id, name, .. } => {
            let ty = types.defined(*id);
            format!("{}_{}", ty.to_shouty_snake_case(), name.to_shouty_snake_case())
        }
        Plain::New { id, .. } => {
            let ty = types.defined(*id);
            match dialect {
                Dialect::C => format!("{ty}_new(malloc(sizeof({ty}_t)))"),
                Dialect::Cpp => format!("{ty}_new(new {ty}_t())"),
            }
        }
        _ => "0".into(),
    }
}
