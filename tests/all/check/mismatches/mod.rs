//! Tests of guests that do not fit, as data. Each file in this folder has rows with a guest (its
//! world in WIT, or a core module in text form), the contract unless it is the shipped one, and the
//! whole text that the guest's author gets. With `BLESS=1` the texts are written into the files,
//! for a person to read through.

use std::fs;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_host::{Contract, Error, Mismatches};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// A row of a file.
struct Row {
    name: String,
    contract: Option<String>,
    guest: String,
    expected: String,
}

impl Row {
    fn read(text: &str) -> Self {
        let (name, rest) = text.split_once('\n').expect("a row has a name");
        let (given, expected) = rest.split_once("--- expect\n").expect("a row has an end");
        let (contract, guest) = match given.split_once("--- guest\n") {
            Some((contract, guest)) => (Some(contract.to_owned()), guest),
            None => (None, given),
        };
        let (guest, expected) = (guest.to_owned(), expected.trim_end().to_owned());
        Self { name: name.to_owned(), contract, guest, expected }
    }

    fn write(&self) -> String {
        let Self { name, guest, expected, .. } = self;
        let contract = match &self.contract {
            Some(contract) => format!("{contract}--- guest\n"),
            None => String::new(),
        };
        format!("=== {name}\n{contract}{guest}--- expect\n{expected}\n\n")
    }

    fn found(&self) -> String {
        let guest = match self.guest.trim_start().starts_with('(') {
            true => self.guest.clone().into_bytes(),
            false => component(&self.guest),
        };
        let runtime = crate::support::hosts::shipped().build().expect("a runtime");
        let fit = match &self.contract {
            None => runtime.fit(&guest).expect("a guest"),
            Some(contract) => {
                let contract = Contract::parse(contract, None).expect("a contract");
                runtime.fit_contract(&guest, &contract).expect("a guest").whole()
            }
        };
        // Loading refuses the same guests as checking, with the same text.
        match runtime.load(&guest) {
            _ if self.contract.is_some() => {}
            Ok(_) => assert!(fit.mismatches.is_empty(), "{}: it loads", self.name),
            Err(Error::Mismatches(loaded)) => assert_eq!(loaded.0, fit.mismatches, "{}", self.name),
            Err(other) => panic!("{}: {other}", self.name),
        }
        match fit.mismatches.is_empty() {
            true => "it fits".to_owned(),
            false => Mismatches(fit.mismatches).to_string(),
        }
    }
}

/// Returns a component of the world in a WIT text. All of its functions trap.
fn component(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("guest.wit", wit).expect("the guest's WIT is valid");
    let world = resolve.select_world(&[package], None).expect("a world");
    let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
    let mut module = dummy_module(&resolve, world, abi);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("types");
    let encoder = ComponentEncoder::default().module(&module).expect("a module of a component");
    encoder.merge_imports_based_on_semver(false).encode().expect("a component")
}

fn check(file: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/all/check/mismatches").join(file);
    let text = fs::read_to_string(&path).expect("the rows");
    let (head, rows) = text.split_once("=== ").expect("a row");
    let rows: Vec<_> = rows.split("\n=== ").map(Row::read).collect();
    if std::env::var_os("BLESS").is_some() {
        let rows = rows.into_iter().map(|row| Row { expected: row.found(), ..row }.write());
        let text = format!("{head}{}", rows.collect::<String>());
        return fs::write(&path, text.trim_end().to_owned() + "\n").expect("a writable file");
    }
    for row in rows {
        assert_eq!(row.found(), row.expected, "{file}: {}", row.name);
    }
}

#[test]
fn functions_and_interfaces() {
    check("functions.txt");
}

#[test]
fn types() {
    check("types.txt");
}

#[test]
fn versions() {
    check("versions.txt");
}

#[test]
fn exports() {
    check("exports.txt");
}

#[test]
fn wasi() {
    check("wasi.txt");
}

#[test]
fn core_modules() {
    check("modules.txt");
}
