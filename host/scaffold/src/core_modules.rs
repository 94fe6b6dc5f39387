//! Guests that are core modules: for the functions of the shipped contract in `env`, in
//! languages whose compilers know no WIT.

use super::details::{Details, Stubbing};
use super::templates::files;
use super::tools::{MAKE, NODE, NPM, PYTHON};

pub(super) const ASSEMBLYSCRIPT: Details = Details {
    name: "assemblyscript",
    summary: "a core module in AssemblyScript",
    folder: "module/assemblyscript",
    files: files!("module/assemblyscript": ".gitignore", ".npmrc", "Makefile", "README.md",
        "guest.ts", "host.ts", "package-lock.json", "package.json"),
    sources: &[],
    replaced: &[
        ("package.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
        ("package-lock.json", "\"name\": \"guest\"", "\"name\": \"NAME\""),
    ],
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, NODE, NPM],
    stubs: Stubbing::CoreModule,
};

pub(super) const C: Details = Details {
    name: "c-module",
    summary: "a core module in C, by Zig's compiler",
    folder: "module/c",
    files: files!("module/c": ".gitignore", "Makefile", "README.md", "guest.c", "requirements.txt"),
    replaced: &[],
    needs: &[MAKE, PYTHON.at_least(3, 5)],
    ..ASSEMBLYSCRIPT
};

pub(super) const ZIG: Details = Details {
    name: "zig",
    summary: "a core module in Zig",
    folder: "module/zig",
    files: files!("module/zig": ".gitignore", "Makefile", "README.md", "guest.zig", "host.zig",
        "requirements.txt"),
    replaced: &[],
    needs: &[MAKE, PYTHON.at_least(3, 5)],
    ..ASSEMBLYSCRIPT
};

pub(super) const TEXT: Details = Details {
    name: "text",
    summary: "a core module in WebAssembly's text format",
    folder: "module/text",
    files: files!("module/text": ".gitignore", "Makefile", "README.md", "guest.wat",
        "requirements.txt"),
    replaced: &[],
    needs: &[MAKE, PYTHON.at_least(3, 11)],
    ..ASSEMBLYSCRIPT
};
