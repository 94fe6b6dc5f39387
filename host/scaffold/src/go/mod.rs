//! Guests in Go: there is no generator of bindings among the tools, so that what crosses
//! is written here, as far as it is numbers and text.

mod crossing;

use wit_parser::Function;

use super::File;
use super::details::{Details, Stubbing};
use super::exports::World;
use super::names::memory;
use super::stub::Stubs;
use super::templates::files;
use super::tools::{MAKE, PYTHON};
use crossing::Crossing;
use wit_host_text::shown;

pub(super) const DETAILS: Details = Details {
    name: "go",
    summary: "a component in Go (2.5 MB); for other contracts, of numbers and text",
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
    let mut contract = "package main\n\n\
         // This file is the contract: each of its functions with Go's types, over what\n\
         // crosses to the host and back.\n"
        .to_owned();
    for interface in world.imports() {
        for function in interface.all_functions() {
            contract += &match Crossing::new(&interface, function) {
                Some(crossing) => crossing.import(),
                None => left_out(world, function),
            };
        }
    }
    for interface in world.exports() {
        for function in interface.all_functions() {
            let Some(crossing) = Crossing::new(&interface, function) else {
                return Err(format!(
                    "its export `{}` is more than a function of a few numbers and texts, and Go \
                     has no bindings for that here; take another language",
                    function.name
                ));
            };
            guest += &crossing.stub();
            contract += &crossing.export();
        }
    }
    guest += "\n// A guest has nothing to do before it is called.\nfunc main() {}\n";
    Ok(Stubs { files: vec![File::new("guest.go", guest), File::new("contract.go", contract)] })
}

fn left_out(world: &World, function: &Function) -> String {
    format!("\n// Left out: {}\n", shown(&wit_host_wit::function(&world.resolve, function)))
}
