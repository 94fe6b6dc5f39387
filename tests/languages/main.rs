//! `make guests-table`: prints the table in guest/README.md for the guests that are built. Times
//! are the CPU time of all threads, so that other programs do not count.

#![allow(clippy::unwrap_used, reason = "a figure that cannot be had ends the table")]

#[path = "../all/guests/languages/list.rs"]
mod list;

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;
use list::{LANGUAGES, Language};
use rustix::time::{ClockId, clock_gettime};
use wit_host::{Abi, Cache, Guest, Inspection, Kind, Returns, Runtime, RuntimeBuilder, Val};
use wit_host_contract::{Functions, builder};

const HEAD: &str = "\
| language | size | first load | from the cache | a session | a call | WASI | a failure's stack |
| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |";

/// The number of measurements. The table has their median.
const TIMES: usize = 21;

/// A load that takes longer is only measured once.
const LONG: Duration = Duration::from_secs(1);

fn main() {
    println!("{HEAD}");
    for language in LANGUAGES {
        if Path::new(language.file).exists() {
            println!("{}", row(language));
        } else {
            eprintln!("guest/{} is not built: type `make guests-all`", language.folder);
        }
    }
}

fn row(language: &Language) -> String {
    let directory = tempfile::tempdir().unwrap();
    let runtime = |builder: RuntimeBuilder<Functions>| builder.build().unwrap();
    let compiling = runtime(builder().allow_text_format(true));
    let keeping = runtime(
        builder().allow_text_format(true).cache(Cache::new(directory.path().join("cache"))),
    );
    let load = |runtime: &Runtime<Functions>| runtime.load_file(language.file).unwrap();
    let start =
        |guest: &Guest<Functions>| guest.session(Functions::default()).start_blocking().unwrap();

    let first_load = median(1, || drop(load(&compiling)));
    let guest = load(&keeping);
    let mut session = start(&guest);
    let a_call = median(100, || greet(language.kind, &mut session));
    let a_session = median(10, || drop(start(&guest)));
    // A guest in use would be taken from memory and not from the disk.
    drop((session, guest));
    let from_cache = median(1, || drop(load(&keeping)));

    let inspection = compiling.inspect_file(language.file).unwrap();
    format!(
        "| [{}]({}){} | {} | {first_load:.1?} | {from_cache:.1?} | {a_session:.1?} | {a_call:.1?} | {} | {} |",
        language.title,
        language.folder,
        if language.kind == Kind::Module { ", `env`" } else { "" },
        ByteSize(u64::try_from(inspection.size).unwrap()),
        wasi(&inspection),
        debug_information(&inspection),
    )
}

fn greet(kind: Kind, session: &mut wit_host::blocking::Session<Functions>) {
    let name = [Val::String("Ada".into())];
    let greeting = match kind {
        Kind::Component => session.call("greet", &name),
        Kind::Module => session.call_with_abi(Abi::CString(Returns::Inferred), "greet", &name),
    };
    assert_eq!(greeting.unwrap(), [Val::String("HELLO, ADA!".into())]);
}

/// Returns how many interfaces of WASI a component imports, or how many functions a core module
/// does.
fn wasi(inspection: &Inspection) -> String {
    let is_wasi = |name: &str| name.starts_with("wasi:") || name.starts_with("wasi_");
    let count = inspection.imports.iter().filter(|import| is_wasi(&import.item.name)).count();
    let what = if inspection.kind == Kind::Component { "interfaces" } else { "functions" };
    if count == 0 { "none".into() } else { format!("{count} {what}") }
}

/// Returns what the stack of a failure is written with.
fn debug_information(inspection: &Inspection) -> &'static str {
    // A linked adapter has a few names of its own, which do not count.
    let has = |name, least| {
        let mut sections = inspection.custom_sections.iter();
        sections.any(|section| section.name == name && section.size >= least)
    };
    match (has(".debug_*", 1), has("name", inspection.size / 100)) {
        (true, _) => "names and lines",
        (false, true) => "names",
        (false, false) => "numbers",
    }
}

/// Returns the median of the CPU time of one call. `at_once` calls are measured together.
fn median(at_once: u32, mut one: impl FnMut()) -> Duration {
    let mut times = Vec::new();
    while times.len() < TIMES && times.first() < Some(&LONG) {
        let began = cpu_time();
        (0..at_once).for_each(|_| one());
        times.push((cpu_time() - began) / at_once);
    }
    times.sort();
    times[times.len() / 2]
}

fn cpu_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
