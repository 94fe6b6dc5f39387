//! Lists the guests with the same behaviour, one for each language and each way to build it. It
//! does not know what they do.

use wit_host::Kind;
use wit_host_artifacts as guests;

pub(crate) struct Language {
    /// The guest's folder in `guest/`.
    pub(crate) folder: &'static str,
    /// The name of the language in the page for authors.
    #[allow(dead_code, reason = "the program that prints that page's table has it")]
    pub(crate) title: &'static str,
    pub(crate) kind: Kind,
    /// The path of the built guest.
    pub(crate) file: &'static str,
}

/// Returns the path where `make guests-all` puts a guest.
macro_rules! built {
    ($name:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/guests/languages/", $name, ".wasm")
    };
}

#[rustfmt::skip]
pub(crate) const LANGUAGES: &[Language] = &[
    component("component", "Rust", guests::COMPONENT_WASIP2),
    component("small", "Rust, without `std`", guests::SMALL_WASIP2),
    component("c", "C", built!("c")),
    component("cpp", "C++", built!("cpp")),
    component("go", "Go", built!("go")),
    component("js", "JavaScript (StarlingMonkey)", built!("js")),
    component("ts", "TypeScript (StarlingMonkey)", built!("ts")),
    component("quickjs", "JavaScript (QuickJS)", built!("quickjs")),
    component("python", "Python", built!("python")),
    module("module/assemblyscript", "AssemblyScript", built!("module-assemblyscript")),
    module("module/c", "C", built!("module-c")),
    module("module/zig", "Zig", built!("module-zig")),
    module("module/text", "text format", built!("module-text")),
];

const fn component(folder: &'static str, title: &'static str, file: &'static str) -> Language {
    Language { folder, title, kind: Kind::Component, file }
}

const fn module(folder: &'static str, title: &'static str, file: &'static str) -> Language {
    Language { folder, title, kind: Kind::Module, file }
}
