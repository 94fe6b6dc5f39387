//! Tests of the same behaviour in every language. Each row is a call of `greet`, which uses all
//! functions of the contract, in each of the guests.

mod list;
mod rows;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use std::{env, fs};

use wit_host::blocking::Session;
use wit_host::{Abi, Error, Grants, Guest, Kind, Returns, Runtime, Val};
use wit_host_contract::{FetchLimits, Functions};

use crate::support::server;
use list::{LANGUAGES, Language};
use rows::{Row, rows};

macro_rules! each_in_a_test {
    ($($name:ident: $folder:literal),* $(,)?) => {
        $(#[test]
        fn $name() {
            check($folder);
        })*

        const TESTED: &[&str] = &[$($folder),*];
    };
}

each_in_a_test! {
    rust: "component",
    small: "small",
    c: "c",
    cpp: "cpp",
    go: "go",
    javascript: "js",
    typescript: "ts",
    quickjs: "quickjs",
    python: "python",
    assemblyscript: "module/assemblyscript",
    c_module: "module/c",
    zig: "module/zig",
    text: "module/text",
}

#[test]
fn every_language_is_tested() {
    let listed: Vec<_> = LANGUAGES.iter().map(|language| language.folder).collect();
    assert_eq!(listed, TESTED);

    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest"));
    let made_by_make = ["", "module/"].into_iter().flat_map(|folder| {
        let entries = fs::read_dir(root.join(folder)).unwrap().map(Result::unwrap);
        let made = entries.filter(|entry| entry.path().join("Makefile").exists());
        made.map(move |entry| format!("{folder}{}", entry.file_name().display()))
    });
    let tested: BTreeSet<_> = TESTED.iter().map(|&folder| folder.to_owned()).collect();
    let untested: Vec<_> = made_by_make.filter(|folder| !tested.contains(folder)).collect();
    assert!(untested.is_empty(), "no test has the guests in {untested:?}");
}

#[test]
fn both_engines_of_javascript_have_the_same_source() {
    let sources = [
        include_str!("../../../../guest/js/guest.js"),
        include_str!("../../../../guest/quickjs/guest.js"),
    ];
    assert_eq!(sources[0], sources[1]);
}

static RUNTIME: LazyLock<Runtime<Functions>> =
    LazyLock::new(|| crate::support::hosts::shipped().build().unwrap());

/// Tests one guest. A guest that is not built is reported and skipped, except in CI, where it fails
/// the test. Nothing is built here.
fn check(folder: &str) {
    let language = LANGUAGES.iter().find(|language| language.folder == folder).unwrap();
    if !Path::new(language.file).exists() {
        assert!(env::var_os("CI").is_none(), "{} is not there", language.file);
        let told = format!("guest/{folder} is not built: type `make guests-all`\n");
        // Writes past the test harness, which hides the output of tests that pass.
        return std::io::stderr().write_all(told.as_bytes()).unwrap();
    }
    let guest = RUNTIME.load_file(language.file).unwrap();
    assert_eq!(guest.kind(), language.kind);
    runs_with_no_grant(&guest);
    for row in rows().iter().filter(|row| row.is_for(language.kind)) {
        let found = greeting(&guest, language, row);
        assert_eq!(found, row.greeting, "{folder}: greet({:?})", row.name);
    }
    keeps_no_memory(&guest, language);
}

/// With this number of calls and this length of text, a garbage collector has to run. The collector
/// of StarlingMonkey leaves longer texts until they take 64 MiB.
const CALLS: usize = 160;
const LENGTH: usize = 32 << 10;

fn runs_with_no_grant(guest: &Guest<Functions>) {
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    for _ in 0..2 {
        assert_eq!(session.call("run", &[]).unwrap(), [Val::S32(3)]);
    }
}

fn greeting(guest: &Guest<Functions>, language: &Language, row: &Row) -> String {
    let grants = Grants::default().allow_host(&server::host()).unwrap();
    let limits = FetchLimits::default().size(rows::LONGEST_DOCUMENT).time(row.time);
    let functions = Functions::new(&grants).fetch_limits(limits);
    let mut session = guest.session(functions).grants(grants.clone()).start_blocking().unwrap();
    greet(&mut session, language, &row.name).unwrap()
}

fn greet(
    session: &mut Session<Functions>,
    language: &Language,
    name: &str,
) -> Result<String, Error> {
    let name = [Val::String(name.to_owned())];
    let results = match language.kind {
        Kind::Component => session.call("greet", &name)?,
        Kind::Module => session.call_with_abi(Abi::CString(Returns::Inferred), "greet", &name)?,
    };
    let [Val::String(greeting)] = &results[..] else { panic!("{results:?}") };
    Ok(greeting.clone())
}

/// Checks that the memory of a call is freed: the second half of the calls must not need as much
/// more memory as a guest would that kept one text of each.
fn keeps_no_memory(guest: &Guest<Functions>, language: &Language) {
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    let name = "x".repeat(LENGTH);
    let mut peak_after = |calls| {
        (0..calls).for_each(|_| drop(greet(&mut session, language, &name).unwrap()));
        session.spent().peak_memory
    };
    let (once, twice) = (peak_after(CALLS), peak_after(CALLS));
    assert!(twice - once < CALLS * LENGTH, "{}: {once}, then {twice}", language.folder);
}
