//! Tests of the dependencies between the crates: which crate may use which, and what none of a
//! crate's dependencies may contain. cargo refuses cycles, and these tests fix the direction.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Our crates, bottom up. One uses only those before it.
const LAYERS: [&str; 14] = [
    "wit-host-text",
    "wit-host-binary",
    "wit-host-wit",
    "wit-host-values",
    "wit-host-check",
    "wit-host-adapt",
    "wit-host-scaffold",
    "wit-host",
    "wit-host-contract",
    "wit-host-config",
    "wit-host-providers",
    "wit-host-server",
    "wit-host-testing",
    "wit-host-cli",
];

/// Crates that only a program needs, which no library may depend on.
const OF_COMMANDS: &[&str] = &["clap", "rustyline", "notify", "tracing-subscriber"];
const OF_HTTP: &[&str] = &["reqwest", "hyper", "rustls", "ring"];
const OF_CLIENT: &[&str] = &["reqwest", "rustls", "ring"];
const OF_ENGINE: &[&str] = &["wasmtime", "wasmtime-wasi", "tokio"];
const OF_RUNTIME: &[&str] = &["wasmtime-wasi", "tokio"];
const OF_HOST: &[&str] = &["wit-host", "wit-host-check", "wit-host-contract"];

/// For each crate, what none of its dependencies may be.
const KEPT_OUT: &[(&str, &[&[&str]])] = &[
    ("wit-host-text", &[OF_COMMANDS, OF_HTTP, OF_ENGINE]),
    ("wit-host-binary", &[OF_COMMANDS, OF_HTTP, OF_ENGINE]),
    ("wit-host-wit", &[OF_COMMANDS, OF_HTTP, OF_ENGINE]),
    ("wit-host-values", &[OF_COMMANDS, OF_HTTP, OF_RUNTIME]),
    ("wit-host-check", &[OF_COMMANDS, OF_HTTP, OF_RUNTIME]),
    ("wit-host-adapt", &[OF_COMMANDS, OF_HTTP, OF_ENGINE]),
    ("wit-host-scaffold", &[OF_COMMANDS, OF_HTTP, OF_ENGINE]),
    ("wit-host", &[OF_COMMANDS, OF_HTTP]),
    ("wit-host-contract", &[OF_COMMANDS]),
    ("wit-host-config", &[OF_COMMANDS, OF_HTTP, OF_ENGINE, OF_HOST]),
    ("wit-host-providers", &[OF_COMMANDS, OF_HTTP]),
    ("wit-host-server", &[OF_COMMANDS, OF_CLIENT]),
    ("wit-host-testing", &[OF_COMMANDS]),
];

/// What comes with a feature of the library alone.
const OF_FEATURES: &[(&str, &[&str])] = &[("text-format", &["wat"]), ("isolation", &["rlimit"])];

/// The number of crates that an embedder builds: the engine, WASI, tokio, and about twenty others.
const MOST_CRATES: usize = 195;
/// The number of direct dependencies of the library.
const MOST_DIRECT: usize = 15;

/// Returns the crates that a crate depends on in a normal build, with their versions.
fn tree(name: &str, more: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo.args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--package", name]);
    let output = cargo.args(more).args(["--format", "{p}"]).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let parts = text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    parts.collect()
}

fn names(crates: &BTreeSet<String>) -> BTreeSet<&str> {
    crates.iter().filter_map(|one| one.split(' ').next()).collect()
}

#[test]
fn arrows_point_down() {
    let places: BTreeMap<_, _> = LAYERS.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    for (at, name) in LAYERS.iter().enumerate() {
        let crates = tree(name, &[]);
        for used in names(&crates) {
            if let Some(place) = places.get(used) {
                assert!(*place <= at, "{name} uses {used}, which is above it");
            }
        }
    }
}

#[test]
fn what_is_kept_out() {
    for (name, groups) in KEPT_OUT {
        let crates = tree(name, &[]);
        let names = names(&crates);
        for out in groups.iter().copied().flatten() {
            assert!(!names.contains(out), "{name} brings {out} along");
        }
    }
}

#[test]
fn what_an_embedder_builds() {
    let (all, direct) = (tree("wit-host", &[]).len(), tree("wit-host", &["--depth", "1"]).len());
    assert!(all <= MOST_CRATES, "{all} crates");
    // The first line is the library itself.
    assert!(direct - 1 <= MOST_DIRECT, "{direct} direct dependencies");
}

#[test]
fn what_comes_with_a_feature() {
    let without = tree("wit-host", &["--no-default-features"]);
    for (feature, brought) in OF_FEATURES {
        let with = tree("wit-host", &["--no-default-features", "--features", feature]);
        for one in *brought {
            assert!(names(&with).contains(one), "{feature} does not bring {one}");
            assert!(!names(&without).contains(one), "{one} comes without {feature}");
        }
    }
}
