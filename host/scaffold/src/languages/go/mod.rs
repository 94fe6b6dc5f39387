//! Projects of guests in Go. No generator of bindings for Go is among the tools, so the bindings
//! are written here, except for resources that the guest itself implements.

mod crossing;
mod structured;
mod types;

use wit_parser::Function;

use super::details::{Details, Stubbing};
use super::templates::files;
use crate::File;
use crate::stubs::Stubs;
use crate::stubs::exports::Interface;
use crate::stubs::exports::World;
use crate::stubs::names::memory;
use crate::stubs::scope::Scope;
use crate::tools::{MAKE, PYTHON};
use crossing::{Crossing, Names, is_word};
use structured::Structured;
use types::Types;
use wit_host_text::shown;

pub(super) const DETAILS: Details = Details {
    name: "go",
    summary: "a component in Go (2.5 MB); for other contracts, without resources of its own",
    folder: "go",
    files: files!("go": ".gitignore", "Makefile", "README.md", "canonical.go", "contract.go",
        "go.mod", "guest.go", "requirements.txt", "wasi.wat", "wasi.wit"),
    sources: &["contract.go", "guest.go"],
    // Go has modules and packages of its own whose names are one word: `go`, `fmt`.
    replaced: &[("go.mod", "module guest", "module guest/NAME")],
    build: "make",
    output: "guest.wasm",
    needs: &[MAKE, PYTHON.at_least(3, 11)],
    stubs: Stubbing::Made(stubs),
    is_component: true,
};

fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    if let Some(unfit) = memory(world, "Go") {
        return Err(unfit);
    }
    let mut guest = format!(
        "// A guest of the world `{selector}`. Each function that the host calls returns a\n\
         // plain value until it is filled in. What it can call is in contract.go, and begins\n\
         // with `host`.\npackage main\n"
    );
    let mut types = Types::new(world, Scope::new(is_word, &[]));
    let mut contract = String::new();
    for interface in world.imports() {
        for function in interface.all_functions() {
            contract += &match Bound::new(&mut types, &interface, function, false) {
                Ok(Bound::Simple(one)) => one.import(),
                Ok(Bound::Structured(one)) => one.import(),
                // A guest need not call an import, so one without bindings is no reason to refuse
                // the world.
                Err(_) => left_out(world, function),
            };
        }
    }
    for interface in world.exports() {
        for function in interface.all_functions() {
            let one = Bound::new(&mut types, &interface, function, true).map_err(|what| {
                format!(
                    "its export `{}` has {what}, and Go has no bindings for that here; take another \
                     language",
                    function.name
                )
            })?;
            let (stub, export) = match one {
                Bound::Simple(one) => (one.stub(), one.export()),
                Bound::Structured(one) => (one.stub(&types), one.export()),
            };
            guest += &stub;
            contract += &export;
        }
    }
    guest += "\n// A guest has nothing to do before it is called.\nfunc main() {}\n";
    // Only values that contain other values need it.
    let is_structured = contract.contains("unsafe.") || !types.text.is_empty();
    let import = if is_structured { "\nimport \"unsafe\"\n" } else { "" };
    let contract = format!(
        "package main\n\n\
         // This file is the contract: each of its functions with Go's types, over what\n\
         // crosses to the host and back.\n{import}{}{contract}",
        types.text
    );
    let mut files = vec![File::new("guest.go", guest), File::new("contract.go", contract)];
    if is_structured {
        files.push(File::new("values.go", include_str!("values.go")));
    }
    Ok(Stubs { files })
}

/// A function, by the kind of values that it takes and returns.
enum Bound<'w> {
    Simple(Crossing<'w>),
    Structured(Structured<'w>),
}

impl<'w> Bound<'w> {
    fn new(
        types: &mut Types<'w>,
        interface: &Interface<'w>,
        function: &'w Function,
        exported: bool,
    ) -> Result<Self, &'static str> {
        let names =
            |types: &mut Types<'_>| Names::new(interface, function, exported, &mut types.scope);
        let is_simple = Crossing::is_of(function);
        let names = names(types);
        match is_simple {
            true => Ok(Self::Simple(Crossing::new(interface, function, names, &types.scope))),
            false => {
                Structured::new(types, interface, function, names, exported).map(Self::Structured)
            }
        }
    }
}

fn left_out(world: &World, function: &Function) -> String {
    format!("\n// Left out: {}\n", shown(&wit_host_wit::function(&world.resolve, function)))
}
