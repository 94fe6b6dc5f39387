//! What `wit-host new` makes no project of, and what it tells instead.

use super::KINDS;
use crate::cli::{Files, check, run};

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
    for language in ["assemblyscript", "c-module", "zig", "text"] {
        let new = ["new", "guest", "--lang", language, "--wit", KINDS, "--world", "small"];
        check(&new, 2, "", "its guests are core modules, which WIT says nothing of");
    }
    let go = ["new", "guest", "--lang", "go", "--wit", KINDS, "--world", "both"];
    check(&go, 2, "", "its export `mix` is more than a function of a few numbers and texts");
    for (language, world, reason) in [
        (
            "js",
            "twins",
            "it exports `every:kind/types@1.2.0` and `other:kind/types@1.0.0`, and both",
        ),
        ("quickjs", "both", "has a method with parameters, `picture.draw`, and QuickJS's"),
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

#[test]
fn what_is_typed_next_can_be_copied() {
    let files = Files::new();
    let folder = format!("{}/guest", files.folder("with space"));
    let made = run(&["new", &folder, "--lang", "javascript"]);
    assert_eq!((made.status, &*made.stderr), (Some(0), ""));
    assert!(made.stdout.contains(&format!("\n  cd '{folder}'\n")), "{}", made.stdout);
}
