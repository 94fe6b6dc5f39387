//! Tests of `wit-host adapt`, as a person uses it.

use std::fs;
use std::path::Path;

use wit_host_artifacts as guests;

use crate::support::command::run;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_component_is_made_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("add.wasm");
    let output = output.to_str().unwrap();
    for guest in [guests::ADD_UNKNOWN, guests::ADD_WASIP1] {
        let ran = run(&["adapt", guest, "-o", output]);
        assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(0), "", ""), "{guest}");
        let ran = run(&["run", "-v", output]);
        assert_eq!((ran.status, &*ran.stdout), (Some(0), "3\n"), "{}", ran.stderr);
        assert!(ran.stderr.contains("a component that exports run"), "{}", ran.stderr);
        let again = run(&["adapt", output, "-o", "/dev/null"]);
        let expected =
            format!("wit-host: {output}: this is a component already; run it as it is\n");
        assert_eq!((again.status, again.stderr), (Some(126), expected));
    }
    assert_eq!(names(folder.path()), ["add.wasm"]);
}

#[test]
fn a_dry_run_tells_what_would_be_made() {
    let ran = run(&["adapt", "--dry-run", guests::ADD_UNKNOWN]);
    let expected = "\
// `env.add` is `wit-host:contract/math@0.1.0.add`: as it is
// `run` is the export `run`: as it is
// `greet` is left out: the module does not export it
package root:component;

world root {
  import wit-host:contract/math@0.1.0;

  export run: func() -> s32;
}
";
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(0), expected, ""));
}

#[test]
fn what_cannot_be_mapped_is_listed_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("guest.wat");
    let text = r#"(module
        (import "env" "add" (func (param i32 i32) (result i32)))
        (import "env" "sub" (func (param i32)))
        (import "env" "concat" (func (param i32)))
        (memory (export "memory") 1)
        (func (export "run") (result i32) (i32.const 0)))"#;
    fs::write(&module, text).unwrap();
    let (path, output) = (module.to_str().unwrap(), folder.path().join("made.wasm"));
    let list = "\n  `env.sub`: the contract imports no function of that name; it has ";
    let refused = run(&["adapt", path, "-o", output.to_str().unwrap()]);
    assert_eq!((refused.status, &*refused.stdout), (Some(126), ""));
    let beginning = format!("wit-host: {path}: the module cannot become a component:{list}");
    assert!(refused.stderr.starts_with(&beginning), "{}", refused.stderr);
    assert_eq!(names(folder.path()), ["guest.wat"]);

    let dry = run(&["adapt", "--dry-run", path]);
    assert_eq!(dry.status, Some(126));
    assert!(dry.stdout.contains("import wit-host:contract/math@0.1.0;"), "{}", dry.stdout);
    let beginning = format!("wit-host: the module cannot become a component:{list}");
    assert!(dry.stderr.starts_with(&beginning), "{}", dry.stderr);
    assert_eq!(dry.stderr.lines().count(), 3, "{}", dry.stderr);
}

#[test]
fn a_contract_of_one_s_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let module = file(
        "guest.wat",
        r#"(module (import "env" "best_price" (func $price (result i32)))
            (func (export "to_pay") (result i32) (call $price)))"#,
    );
    let contract = "package a:shop@2.0.0;
        interface prices { best-price: func() -> u32; }
        world first { }
        world second { import prices; export to-pay: func() -> u32; export more: func(); }";
    let wit = file("shop.wit", contract);
    let output = file("made.wasm", "");

    let adapt =
        |world: &[&str]| run(&[&["adapt", &module, "-o", &output, "--wit", &wit], world].concat());
    assert_eq!(adapt(&["--world", "second"]).status, Some(0));
    for (world, reason) in
        [(&[][..], "failed to read the contract `"), (&["--world", "third"], "third")]
    {
        let ran = adapt(world);
        assert_eq!(ran.status, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
    let dry = run(&["adapt", "--dry-run", &module, "--wit", &wit, "--world", "second"]);
    assert!(dry.stdout.contains("export to-pay: func() -> u32;"), "{}", dry.stdout);
    assert!(dry.stdout.contains("// `more` is left out"), "{}", dry.stdout);
}

#[test]
fn wrong_usage() {
    let cases: [(&[&str], i32, &str); 4] = [
        (&["adapt", "missing.wasm", "-o", "x.wasm"], 127, "failed to read `"),
        (&["adapt", guests::ADD_UNKNOWN], 2, "--output"),
        (&["adapt", guests::ADD_UNKNOWN, "--dry-run", "--world", "x"], 2, "--wit"),
        (&["adapt", guests::ADD_UNKNOWN, "-o", "/no/such/folder/x"], 125, "failed to write"),
    ];
    for (args, status, reason) in cases {
        let ran = run(args);
        assert_eq!(ran.status, Some(status), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{args:?}: {}", ran.stderr);
    }
}
