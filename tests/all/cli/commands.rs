//! Tests of the commands that run no guest, as a person uses them.

use serde_json::Value;
use wit_host::Contract;
use wit_host_artifacts as guests;

use crate::support::command::{check, run};

/// Runs a command, which has to succeed, and returns its standard output.
fn printed(args: &[&str]) -> String {
    let ran = run(args);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "wit-host {args:?}");
    ran.stdout
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&printed(args)).unwrap()
}

#[test]
fn inspect_has_three_forms() {
    let (component, module) = (guests::COMPONENT_WASIP2, guests::COUNT_WORDS_WASIP1);
    let text = printed(&["inspect", component]);
    assert!(text.starts_with("component, ") && text.contains("\n  run: func() -> s32\n"), "{text}");
    let wit = printed(&["inspect", "--format", "wit", component]);
    assert!(
        wit.starts_with("package root:component;\n") && Contract::parse(&wit, None).is_ok(),
        "{wit}"
    );
    let of_module = json(&["inspect", "--format", "json", module]);
    assert_eq!(of_module["kind"], "core module");
    assert_eq!(of_module["imports"][0]["name"], "env.fetch");
    let of_component = json(&["inspect", "--format", "json", component]);
    assert_eq!(of_component["wit"], wit);
    assert_eq!(of_component["imports"][0]["name"], "wit-host:contract/math@0.1.0");
    let add = "add: func(a: s32, b: s32) -> s32";
    assert_eq!(of_component["imports"][0]["functions"][0], add);
    assert_eq!(of_component["imports"][0]["served_by"]["by"], "contract");
    assert_eq!(of_component["exports"][0]["type"], "func() -> s32");
}

#[test]
fn inspect_ends_as_run_does() {
    let text = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let module = guests::ADD_UNKNOWN;
    check(&["inspect", "/no/such/guest.wasm"], 127, "", "failed to read `");
    check(&["inspect", env!("CARGO_MANIFEST_DIR")], 125, "", "failed to read `");
    check(&["inspect", text], 126, "", "text, but not the text form");
    check(&["inspect", "--limit", "file-size=1", module], 126, "", "the limit `file_size` of 1 B");
    check(&["inspect", "--limit", "file-size", module], 2, "", "give NAME=VALUE");
    check(&["inspect", "--format", "wit", module], 2, "", "has no WIT; use `--format text`");
}

#[test]
fn the_contract_is_printed_as_json() {
    let contract = json(&["contract", "--format", "json"]);
    assert_eq!(contract["world"], "wit-host:contract/plugin@0.1.0");
    assert_eq!(contract["wit"], wit_host_contract::WIT);
    let math = &contract["interfaces"][0];
    assert_eq!(
        (&math["name"], &math["functions"][0]["name"]),
        (&"wit-host:contract/math@0.1.0".into(), &"add".into())
    );
    assert_eq!(math["functions"][0]["params"][1]["type"]["kind"], "s32");
    let env = json(&["contract", "--env", "--format", "json"]);
    let import = |name: &str| {
        let imports = env["env"].as_array().unwrap();
        imports.iter().find(|import| import["import"] == name).unwrap().clone()
    };
    assert_eq!(import("add")["type"], "(i32, i32) -> i32");
    assert_eq!(import("add")["implements"], "wit-host:contract/math.add");
    assert_eq!(import("write_mem")["implements"], Value::Null);
}

#[test]
fn the_command_says_its_name_and_version() {
    assert_eq!(printed(&["--version"]), concat!("wit-host ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn shells_get_their_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        let mut words = vec!["completions", "allow-host", "doctor"];
        // The completions for other shells do not include the values of options.
        words.extend(["bash", "zsh", "fish"].contains(&shell).then_some("quickjs"));
        assert!(words.iter().all(|word| script.contains(word)), "{shell}");
    }
}
