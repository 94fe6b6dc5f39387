//! Tests of projects that `wit-host new` refuses to make, and of the reasons that it gives.

use std::process::Command;

use super::KINDS;
use crate::support::command::{Files, check, run};

#[test]
fn names() {
    let files = Files::new();
    let folder = files.folder("taken");
    files.file("taken/file", "");
    let empty = files.folder("empty");
    check(&["new", &folder, "--lang", "rust"], 2, "", "is there already, and is no empty folder");
    let file = files.file("plain", "");
    check(&["new", &file, "--lang", "rust"], 2, "", "plain` is there already, and is no empty");
    let within = format!("{file}/guest");
    check(&["new", &within, "--lang", "rust"], 125, "", "failed to make `");
    check(&["new", &format!("{empty}/.."), "--lang", "rust"], 2, "", "no name for a project; give");
    for name in ["Greeter", "1st", "a--b", "fn", "a\u{1b}[31m"] {
        let path = format!("{empty}/{name}");
        check(&["new", &path, "--lang", "rust"], 2, "", "no project can be called `");
    }
    assert_eq!(run(&["new", &empty, "--lang", "rust"]).status, Some(0));
}

/// `.` is the current folder. It may be a new repository.
#[test]
fn the_folder_that_one_is_in() {
    let files = Files::new();
    let here = files.folder("here");
    files.folder("here/.git");
    let new = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wit-host"));
        let ran = command.args(["new", ".", "--lang", "c"]).current_dir(&here).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ran.status.code(), text(ran.stdout), text(ran.stderr))
    };
    let (status, stdout, stderr) = new();
    assert_eq!((status, &*stderr), (Some(0), ""));
    assert!(
        stdout.ends_with("\n\n  make\n  wit-host check guest.wasm\n  wit-host run guest.wasm\n")
    );
    assert!(std::path::Path::new(&here).join("guest.c").is_file(), "{stdout}");
    let (status, _, stderr) = new();
    assert_eq!(status, Some(2));
    assert!(stderr.contains("`.` is there already, and is no empty folder"), "{stderr}");
    let unfit = files.folder("here/Unfit");
    check(
        &["new", &format!("{unfit}/./."), "--lang", "c"],
        2,
        "",
        "no project can be called `Unfit`",
    );
}

#[test]
fn languages() {
    check(&["new", "guest", "--lang", "cobol"], 2, "", "invalid value 'cobol' for '--lang");
    check(&["new", "guest"], 2, "", "--lang");
    check(&["new", "guest", "--list"], 2, "", "cannot be used with");
    check(&["new", "guest", "--lang", "rust", "--world", "both"], 2, "", "--wit");
}

#[test]
fn contracts() {
    for (world, reason) in [
        ("many", "there is no world `many`"),
        ("none", "it exports no function, so that there is nothing to fill in"),
        ("asynchronous", "its export `wait` is `async`"),
        ("streams", "its export `run` has a `stream`"),
    ] {
        check(&["new", "guest", "--lang", "rust", "--wit", KINDS, "--world", world], 2, "", reason);
    }
    check(&["new", "guest", "--lang", "rust", "--wit", KINDS], 2, "", "a world has to be named");
    let text = ["new", "guest", "--lang", "text", "--wit", KINDS, "--world", "small"];
    check(
        &text,
        2,
        "",
        "a guest in the text format is written by hand; leave `--wit` out, or take",
    );
    let go = ["new", "guest", "--lang", "go", "--wit", KINDS, "--world", "both"];
    check(
        &go,
        2,
        "",
        "its export `[constructor]picture` has a resource, and Go has no bindings for",
    );
    for (language, world, reason) in [
        (
            "js",
            "twins",
            "it exports `every:kind/types@1.2.0` and `other:kind/types@1.0.0`, and both",
        ),
        (
            "quickjs",
            "both",
            "its export `numbers` has 64-bit numbers, which QuickJS's bindings change beyond 2^53",
        ),
        ("quickjs", "twins", "are `types` in JavaScript; give one of them another name"),
        (
            "js",
            "brushes",
            "export `painting` has a resource `brush`, and so has `other:kind/types@",
        ),
    ] {
        let new = ["new", "guest", "--lang", language, "--wit", KINDS, "--world", world];
        check(&new, 2, "", reason);
    }
    let nowhere = ["new", "guest", "--lang", "rust", "--wit", "/no/such/folder"];
    check(&nowhere, 2, "", "failed to read the contract `/no/such/folder`");
}

/// Core modules know numbers and bytes in memory, and functions by one name.
#[test]
fn functions_that_no_core_module_has() {
    let files = Files::new();
    for (wit, reason) in [
        (
            "record p { x: u8 } f: func(a: p);",
            "carries its export `a:b/i.f`: a parameter of type `p` has no form among the \
             conventions; take a language whose guests are components",
        ),
        ("f: func() -> option<u8>;", "its export `a:b/i.f`: a result of type `option<u8>` has no"),
        ("f: func(a: list<string>);", "a parameter of type `list<string>` has no form"),
        ("f: func(a: list<u8>);", "a parameter of bytes may hold a NUL, which ends a C string"),
        ("f: func() -> result<list<u8>>;", "a result of bytes may hold a NUL"),
        ("resource r { m: func(); } f: func();", "[method]r.m`: it is of a resource"),
    ] {
        let world = |side: &str| {
            let wit = format!(
                "package a:b; interface i {{ {wit} }} world w {{ {side} i; export run: func(); }}"
            );
            files.file(&format!("{side}.wit"), wit)
        };
        let exported = world("export");
        let imported = world("import");
        for language in ["assemblyscript", "c-module", "zig"] {
            let new = ["new", "guest", "--lang", language, "--wit", &exported];
            check(&new, 2, "", reason);
            // Bytes reach the host.
            if !reason.contains("bytes") {
                let new = ["new", "guest", "--lang", language, "--wit", &imported];
                check(&new, 2, "", &reason.replace("export", "import"));
            }
        }
    }
    let twice = files.file(
        "twice.wit",
        "package a:b;
        package c:d { interface i { f: func(); } }
        interface i { f: func(); }
        world w { import i; import c:d/i; export run: func(); }",
    );
    let new = ["new", "guest", "--lang", "c-module", "--wit", &twice];
    check(&new, 2, "", "its import `a:b/i.f` has no name of its own among core modules");
    let zig =
        files.file("zig.wit", "package a:b; world w { import log: func(); export f: func(); }");
    let new = ["new", "guest", "--lang", "zig", "--wit", &zig];
    check(&new, 2, "", "its import `log` would be `log` in Zig, which is a function that the");
}

#[test]
fn files_that_are_no_contract() {
    let files = Files::new();
    for (name, wit, reason) in [
        ("world.wit", "package a:b; interface c {}", "it has no world, which says what a guest"),
        ("two.wit", "package a:b; world c {} world d {}", "has to be named: the package has `c`"),
        ("broken.wit", "package a:b;\ninterface c { d: func( }", "broken.wit:2:24"),
        ("nothing.wit", "", "no `package` header was found"),
    ] {
        let file = files.file(name, wit);
        check(&["new", "guest", "--lang", "rust", "--wit", &file], 2, "", reason);
    }
    let empty = files.folder("empty");
    let new = ["new", "guest", "--lang", "rust", "--wit", &empty];
    check(&new, 2, "", "empty`: the folder has no file that ends with `.wit`");
}

/// Types that contain another type twice, at many levels, have values that are too large for any
/// disk.
#[test]
fn values_that_are_too_long() {
    let files = Files::new();
    let folder = files.folder("made");
    let wit = |name: &str, depth: usize, double: &dyn Fn(usize) -> String| {
        let types: String =
            (1..=depth).map(|n| format!("type t{n} = {};\n", double(n - 1))).collect();
        let wit = format!(
            "package a:b;\ninterface c {{ type t0 = u8; {types} f: func(a: t{depth}) -> t{depth}; }}\n\
             world w {{ export c; }}"
        );
        files.file(name, wit)
    };
    let pair = |n: usize| format!("tuple<t{n}, t{n}>");
    let [twice, often] = [24, 40].map(|depth| wit(&format!("pair{depth}.wit"), depth, &pair));
    let result = wit("result.wit", 60, &|n| format!("result<t{n}, t{n}>"));
    let deep = wit("deep.wit", 5_000, &|n| format!("option<t{n}>"));
    for language in ["rust", "c", "cpp", "go", "js", "ts", "quickjs", "python"] {
        for wit in [&twice, &often] {
            let new = ["new", "guest", "--lang", language, "--wit", wit];
            check(&new, 2, "", "its export `f` returns `t");
        }
        let new = ["new", "guest", "--lang", language, "--wit", &deep];
        check(&new, 2, "", "has types within types, more than 100 deep");
    }
    for language in ["rust", "go"] {
        let made = format!("{folder}/{language}-guest");
        assert_eq!(run(&["new", &made, "--lang", language, "--wit", &result]).status, Some(0));
    }
}

#[test]
fn what_is_typed_next_can_be_copied() {
    let files = Files::new();
    let folder = format!("{}/guest", files.folder("with space"));
    let made = run(&["new", &folder, "--lang", "javascript"]);
    assert_eq!((made.status, &*made.stderr), (Some(0), ""));
    assert!(made.stdout.contains(&format!("\n  cd '{folder}'\n")), "{}", made.stdout);
}
