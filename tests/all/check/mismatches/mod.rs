//! Tests of guests that do not fit, as data. Each row of the files in this folder has a guest (its
//! world in WIT, or a core module in text form), the contract before it unless it is the shipped
//! one, and the whole text that the guest's author gets.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_host::{Contract, Error, Mismatches};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

use crate::support::rows::{Row, Rows};

fn found(row: &Row) -> String {
    let (contract, guest) = match row.labelled("guest") {
        Some(guest) => (Some(row.text()), guest),
        None => (None, row.text()),
    };
    let guest = match guest.trim_start().starts_with('(') {
        true => guest.as_bytes().to_vec(),
        false => component(guest),
    };
    let runtime = crate::support::hosts::shipped().build().expect("a runtime");
    let fit = match contract {
        None => runtime.fit(&guest).expect("a guest"),
        Some(contract) => {
            let contract = Contract::parse(contract, None).expect("a contract");
            runtime.fit_contract(&guest, &contract).expect("a guest").whole()
        }
    };
    // Loading refuses the same guests as checking, with the same text.
    match runtime.load(&guest) {
        _ if contract.is_some() => {}
        Ok(_) => assert!(fit.mismatches.is_empty(), "{}: it loads", row.name),
        Err(Error::Mismatches(loaded)) => assert_eq!(loaded.0, fit.mismatches, "{}", row.name),
        Err(other) => panic!("{}: {other}", row.name),
    }
    match fit.mismatches.is_empty() {
        true => "it fits".to_owned(),
        false => Mismatches(fit.mismatches).to_string(),
    }
}

/// Returns a component of the world in a WIT text. All of its functions trap.
pub(super) fn component(wit: &str) -> Vec<u8> {
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
    Rows::read(&format!("check/mismatches/{file}")).check(|_, row| found(row));
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
