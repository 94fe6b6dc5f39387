//! Explains imports from WASI that this host does not serve: which draft or later version they
//! belong to, and which language runtime has added them.

use wasm_metadata::Producers;
use wasmparser::{Parser, Payload};

use super::mismatch::Mismatch;
use super::names::Name;
use super::probe::Unserved;
use wit_host_text::short;

/// Returns the mismatch of an import from WASI.
pub(super) fn mismatch(full: String, name: &Name, one: &Unserved, binary: &[u8]) -> Mismatch {
    let reason = &one.reason;
    let is_missing = reason.contains("is missing") || reason.contains("was not found");
    let (problem, fix) = match name.version() {
        // First, because such a package is not served in any version: another version would not
        // help.
        _ if !is_of_wasi_0_2(name) => (
            "the host does not serve this part of WASI".to_owned(),
            format!("build the guest without `{}`", interface(name)),
        ),
        Some(version) if !version.pre.is_empty() => (
            "this is a draft of WASI, and the host serves WASI 0.2".to_owned(),
            "build the guest with a toolchain that targets wasip2".to_owned(),
        ),
        Some(version) if (version.major, version.minor) != (0, 2) => (
            format!(
                "this is WASI {}.{}, and the host serves WASI 0.2",
                version.major, version.minor
            ),
            "build the guest with a toolchain that targets wasip2".to_owned(),
        ),
        _ if is_missing && one.item.is_some() => (
            "WASI 0.2 has no such item in this interface".to_owned(),
            "build the guest with the WIT that WASI 0.2 was published with".to_owned(),
        ),
        _ if is_missing => (
            "the host does not serve this part of WASI".to_owned(),
            format!("build the guest without `{}`", interface(name)),
        ),
        _ => (
            format!("it has another type in WASI 0.2: {reason}"),
            "build the guest with the WIT that WASI 0.2 was published with".to_owned(),
        ),
    };
    Mismatch::import(full, problem, fix).cause(bringer(binary))
}

fn interface(name: &Name) -> String {
    match name.package() {
        Some((namespace, package)) => format!("{namespace}:{package}/{}", name.interface),
        None => name.interface.clone(),
    }
}

/// Returns whether the package belongs to WASI 0.2, and to the versions before and after it.
fn is_of_wasi_0_2(name: &Name) -> bool {
    const PACKAGES: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];
    name.package().is_some_and(|(_, package)| PACKAGES.contains(&package))
}

/// The tools that put a language's runtime into each guest, along with its imports. Each has the
/// language, and the option that leaves out parts of the runtime.
const RUNTIMES: [(&str, &str, &str); 6] = [
    ("componentize-js", "JavaScript", " (`--disable http` and the like leave parts of it out)"),
    ("ComponentizeJS", "JavaScript", " (`--disable http` and the like leave parts of it out)"),
    ("componentize-py", "Python", ""),
    ("componentize-qjs", "JavaScript", ""),
    ("TinyGo", "Go", ""),
    ("javy", "JavaScript", ""),
];

/// Returns the language whose runtime a tool puts into guests.
pub(crate) fn language_of(tool: &str) -> Option<&'static str> {
    let found = RUNTIMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(tool));
    found.map(|(_, language, _)| *language)
}

/// Libraries of tools that do not write their own names into a guest. Each has an export by which
/// the library's address is linked, and the tool.
const LIBRARIES: [(&str, &str); 2] = [
    ("libcomponentize_py_runtime.so:memory_base", "componentize-py"),
    ("componentize_qjs_runtime.wasm:memory_base", "componentize-qjs"),
];

/// Returns the tool whose library is linked into a component.
pub(crate) fn linker_of(binary: &[u8]) -> Option<&'static str> {
    Parser::new(0).parse_all(binary).find_map(|payload| {
        let Ok(Payload::ExportSection(section)) = payload else { return None };
        section.into_iter().flatten().find_map(|export| {
            let found = LIBRARIES.iter().find(|(library, _)| *library == export.name)?;
            Some(found.1)
        })
    })
}

/// Returns a sentence that explains imports by the language runtime that a tool has put into the
/// guest, if there is one.
fn bringer(binary: &[u8]) -> Option<String> {
    let tools = tools(binary);
    let (tool, language, less) = RUNTIMES
        .iter()
        .find(|(tool, ..)| tools.iter().any(|known| known.eq_ignore_ascii_case(tool)))?;
    Some(format!(
        "the guest was made by {}, whose runtime of {language}{less} imports it whether the guest \
         uses it or not",
        short(tool)
    ))
}

/// Returns every tool that the guest was made with: those that it or its parts name, and the one
/// whose library is linked into it.
fn tools(binary: &[u8]) -> Vec<String> {
    let mut tools: Vec<_> = linker_of(binary).map(str::to_owned).into_iter().collect();
    for payload in Parser::new(0).parse_all(binary) {
        let Ok(Payload::CustomSection(section)) = payload else { continue };
        if section.name() != "producers" {
            continue;
        }
        let Ok(producers) = Producers::from_bytes(section.data(), section.data_offset()) else {
            continue;
        };
        for (_, field) in producers.iter() {
            tools.extend(field.iter().map(|(tool, _)| tool.clone()));
        }
    }
    tools
}
