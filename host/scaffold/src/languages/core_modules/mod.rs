//! Projects of guests that are core modules. Their compilers do not know WIT, and they import the
//! contract's functions from `env`.

mod assemblyscript;
mod boundary;
mod c;
mod zig;

use super::details::{Details, Stubbing};
use super::templates::files;
use crate::stubs;
use crate::stubs::exports::World;
use crate::stubs::plain::{Plain, plain};
use crate::tools::{MAKE, NODE, NPM, PYTHON};
use boundary::{Boundary, Crossing};
use wit_host_wit::env::{Form, Shape, exported};
use wit_parser::Type;

pub(super) const ASSEMBLYSCRIPT: Details = Details {
    name: "assemblyscript",
    summary: "a core module in AssemblyScript",
    folder: "module/assemblyscript",
    files: files!("module/assemblyscript": ".gitignore", ".npmrc", "Makefile", "README.md",
        "guest.ts", "host.ts", "package-lock.json", "package.json"),
    sources: &["guest.ts", "host.ts"],
    replaced: &[
        ("package.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
        ("package-lock.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
    ],
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, NODE, NPM],
    stubs: Stubbing::Made(assemblyscript::stubs),
    is_component: false,
};

pub(super) const C: Details = Details {
    name: "c-module",
    summary: "a core module in C, by Zig's compiler",
    folder: "module/c",
    files: files!("module/c": ".gitignore", "Makefile", "README.md", "guest.c", "requirements.txt"),
    sources: &["guest.c"],
    replaced: &[],
    stubs: Stubbing::Made(c::stubs),
    needs: &[MAKE, PYTHON.at_least(3, 5)],
    ..ASSEMBLYSCRIPT
};

pub(super) const ZIG: Details = Details {
    name: "zig",
    summary: "a core module in Zig",
    folder: "module/zig",
    files: files!("module/zig": ".gitignore", "Makefile", "README.md", "guest.zig", "host.zig",
        "requirements.txt"),
    sources: &["guest.zig", "host.zig"],
    replaced: &[],
    needs: &[MAKE, PYTHON.at_least(3, 5)],
    stubs: Stubbing::Made(zig::stubs),
    ..ASSEMBLYSCRIPT
};

pub(super) const TEXT: Details = Details {
    name: "text",
    summary: "a core module in WebAssembly's text format",
    folder: "module/text",
    files: files!("module/text": ".gitignore", "Makefile", "README.md", "guest.wat",
        "requirements.txt"),
    replaced: &[],
    sources: &[],
    needs: &[MAKE, PYTHON.at_least(3, 11)],
    stubs: Stubbing::Text,
    ..ASSEMBLYSCRIPT
};

/// Lists the functions that the guest can call, as a comment.
fn of_imports(
    boundary: &Boundary<'_>,
    prefix: &str,
    called: impl FnMut(&Crossing<'_>) -> String,
) -> String {
    let names: Vec<_> = boundary.imports.iter().map(called).collect();
    let rows = names.into_iter().zip(boundary.imports.iter().map(|import| import.wit.clone()));
    let mut text = stubs::called(prefix, rows.collect());
    if !boundary.left_out.is_empty() {
        text += &format!(
            "{prefix} WASI is had by what the language has of it. Left out: {}\n\n",
            boundary.left_out.join(", ")
        );
    }
    text
}

/// Joins the functions of a source, with an empty line between them.
fn of_exports(functions: impl Iterator<Item = String>) -> String {
    functions.collect::<Vec<_>>().join("\n")
}

/// Returns a function of the guest with arguments, as the command takes them for a core module,
/// and whether any of it is text. `None` if the guest has no function.
pub(crate) fn example(world: &World) -> Option<(String, bool)> {
    let all = exported(&world.resolve, world.id());
    all.iter().find_map(|one| {
        let shape = Shape::of_export(&world.resolve, one.function).ok()?;
        let mut words = vec![one.core_name(&all)?];
        for (param, form) in one.function.params.iter().zip(&shape.params) {
            words.push(match (form, plain(world, &param.ty)?) {
                (Form::Text, _) => "text".into(),
                (_, Plain::Char) => "32".into(),
                _ => "0".into(),
            });
        }
        let has_text = shape.result.iter().chain(&shape.params).any(|form| *form == Form::Text);
        Some((words.join(" "), has_text))
    })
}

/// Returns the name that AssemblyScript and Zig have for a scalar. Characters are numbers.
fn scalar(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::S8 => "i8",
        Type::U16 => "u16",
        Type::S16 => "i16",
        Type::S32 => "i32",
        Type::U64 => "u64",
        Type::S64 => "i64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        _ => "u32",
    }
}
