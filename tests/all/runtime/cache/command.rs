//! Tests of `wit-host cache`, and of what other commands put into the cache, as a person uses them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};

use super::{Place, entries, module};
use crate::support::command::{Ran, run_with};

/// Returns a place for a cache, and a guest beside it.
fn guest() -> (Place, String) {
    let place = Place::new();
    let guest = place.folder.path().join("guest.wat");
    fs::write(&guest, module(7)).unwrap();
    let guest = guest.to_str().unwrap().to_owned();
    (place, guest)
}

fn run(place: &Place, args: &[&str]) -> Ran {
    run_with(place.folder.path(), args)
}

fn printed(place: &Place, args: &[&str]) -> String {
    let ran = run(place, args);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "wit-host {args:?}");
    ran.stdout
}

#[test]
fn a_cache_is_looked_at_and_cleared() {
    let (place, guest) = guest();
    let directory = place.directory.display();
    let stat = |guests: &str| {
        let told = printed(&place, &["cache", "stat"]);
        assert!(
            told.starts_with(guests) && told.ends_with(&format!(" in {directory}\n")),
            "{told}"
        );
    };
    assert_eq!(printed(&place, &["cache", "path"]), format!("{directory}\n"));
    stat("0 compiled guests of 0 B in ");
    assert!(!place.directory.exists(), "looking makes nothing");
    assert_eq!(printed(&place, &["run", &guest]), "7\n");
    assert_eq!(printed(&place, &["call", &guest, "run"]), "7\n");
    stat("1 compiled guest of ");
    let bytes = fs::metadata(place.entry()).unwrap().len();
    let json: Value =
        serde_json::from_str(&printed(&place, &["cache", "stat", "--format", "json"])).unwrap();
    assert_eq!(json, json!({ "directory": place.directory, "guests": 1, "bytes": bytes }));
    let cleared = printed(&place, &["cache", "clear"]);
    assert!(cleared.starts_with("removed 1 compiled guest of "), "{cleared}");
    stat("0 compiled guests of 0 B in ");
}

#[test]
fn nothing_is_kept_with_no_cache() {
    let (place, guest) = guest();
    assert_eq!(printed(&place, &["run", "--no-cache", &guest]), "7\n");
    assert_eq!(printed(&place, &["call", "--no-cache", &guest, "run"]), "7\n");
    assert!(!place.directory.exists());
    printed(&place, &["inspect", &guest]);
    printed(&place, &["check", &guest]);
    assert!(!place.directory.exists());
}

/// An existing entry is used: with too little memory for compiling, the guest runs all the same.
#[test]
fn a_run_takes_what_another_compiled() {
    let (place, guest) = guest();
    let starved = ["run", "--isolate", "--limit", "compile-memory=40MiB", &guest];
    assert_eq!(run(&place, &starved).status, Some(126));
    printed(&place, &["run", "--isolate", &guest]);
    assert_eq!(printed(&place, &starved), "7\n");
    assert_eq!(entries(&place.directory).len(), 1);
}

#[test]
fn a_cache_that_cannot_be_used_is_one_line() {
    let (place, guest) = guest();
    printed(&place, &["run", &guest]);
    fs::set_permissions(&place.directory, Permissions::from_mode(0o755)).unwrap();
    let ran = run(&place, &["run", &guest]);
    assert_eq!((ran.status, &*ran.stdout), (Some(0), "7\n"));
    let told = format!("wit-host: failed to use the cache `{}`: ", place.directory.display());
    assert!(ran.stderr.starts_with(&told), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    let ran = run(&place, &["cache", "stat"]);
    assert_eq!(ran.status, Some(125), "{}", ran.stderr);
    assert!(ran.stderr.contains("its mode is 0755; set 0700 if nobody else"), "{}", ran.stderr);
    assert_eq!(printed(&place, &["run", "--no-cache", &guest]), "7\n");
}

#[test]
fn a_person_without_a_home_has_no_cache() {
    let (place, guest) = guest();
    let run = |args: &[&str], name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wit-host"));
        command.args(args).env_clear().env(name, value).current_dir(place.folder.path());
        command.output().unwrap()
    };
    for (name, value) in [("XDG_CACHE_HOME", "relative"), ("HOME", ""), ("HOME", "relative")] {
        let output = run(&["run", &guest], name, value);
        assert_eq!((&*output.stdout, output.stderr.len()), (&b"7\n"[..], 0), "{name}={value}");
        assert_eq!(run(&["cache", "path"], name, value).status.code(), Some(2));
    }
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 1, "the guest");
    let home = place.folder.path().to_str().unwrap();
    let output = run(&["cache", "path"], "HOME", home);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{home}/.cache/wit-host\n"));
}
