//! What changed between two contracts, as a table: each row has one change, whom
//! it breaks, and what the version has to say.

use wit_host::{Change, Changes, Contract, Effect, VersionStep};

/// What every contract of a row has beside the row's own.
const COMMON: &str = "
    record article { name: string, cents: u32 }
    price: func(article: string) -> u32;
    buy: func(what: article) -> result<u32, string>;
";

fn parse(wit: &str) -> Contract {
    Contract::parse(wit).unwrap_or_else(|error| panic!("{error}\n{wit}"))
}

/// A contract of which an interface and a world have these items.
fn contract(version: &str, interface: &str, world: &str) -> Contract {
    parse(&format!(
        "package shop:prices{version};
        interface prices {{ {interface} }}
        interface extra {{ more: func(); }}
        world plugin {{ import prices; export run: func(); {world} }}"
    ))
}

/// A change in one line.
fn line(change: &Change) -> String {
    let effect = |effect| match effect {
        Effect::Additive => "+",
        Effect::BreakingWhereUsed => "?",
        Effect::Breaking => "!",
    };
    let (guests, hosts) = (effect(change.for_guests), effect(change.for_hosts));
    format!("{guests}{hosts} {}: {}", change.name, change.what)
}

#[track_caller]
fn check(changes: &Changes, expected: &[&str]) {
    let found: Vec<_> = changes.changes.iter().map(line).collect();
    assert_eq!(found, expected, "\n{changes}");
}

/// The interface of the old contract, that of the new one, and the changes.
type Row = (&'static str, &'static str, &'static [&'static str]);

const INTERFACES: [Row; 17] = [
    ("", "", &[]),
    ("f: func();", "/// Words.\n f: func();", &[]),
    ("f: func(); g: func();", "g: func(); f: func();", &[]),
    ("", "f: func(a: u8);", &["+? shop:prices/prices.f: it is new: `f: func(a: u8)`"]),
    ("f: func() -> u8;", "", &["!+ shop:prices/prices.f: it is gone: `f: func() -> u8`"]),
    (
        "f: func(a: u8);",
        "f: func(a: u16);",
        &["!! shop:prices/prices.f: the parameter `a` is `u8` in the old contract \
           and `u16` in the new contract"],
    ),
    (
        "f: func(a: u8);",
        "f: func(a: u8, b: u8);",
        &["!! shop:prices/prices.f: the parameter `b: u8` is missing in the old contract"],
    ),
    (
        "f: func(a: u8);",
        "f: func(b: u8);",
        &["++ shop:prices/prices.f: the parameter `a` is called `b` now, which is no part of its \
           type"],
    ),
    (
        "f: func();",
        "f: func() -> u8;",
        &[
            "!! shop:prices/prices.f: the result is nothing in the old contract and `u8` in the new \
           contract",
        ],
    ),
    ("", "enum e { a }", &["++ shop:prices/prices.e: the type is new"]),
    ("type t = u8;", "", &["!+ shop:prices/prices.t: the type is gone"]),
    (
        "type t = u8;",
        "type t = u16;",
        &["!! shop:prices/prices.t: it is `t` (`u8`) in the old contract and `t` (`u16`) in the \
           new contract"],
    ),
    (
        "enum e { a } f: func(a: e); g: func() -> list<e>;",
        "enum e { a, b } f: func(a: e); g: func() -> list<e>;",
        &["!! shop:prices/prices.e: the case `b` of `e` is missing in the old contract"],
    ),
    (
        "record r { a: u8 } f: func(a: r);",
        "record r { a: u8, b: u8 } f: func(a: r) -> u8;",
        &[
            "!! shop:prices/prices.r: the field `b: u8` of `r` is missing in the old contract",
            "!! shop:prices/prices.f: the result is nothing in the old contract and `u8` in the \
             new contract",
        ],
    ),
    (
        "flags l { a, b }",
        "flags l { b, a }",
        &["!! shop:prices/prices.l: the flags of `l` stand in another order: `a, b` in the old \
           contract, `b, a` in the new contract"],
    ),
    (
        "resource r { constructor(); m: func(); }",
        "resource r { constructor(a: u8); }",
        &[
            "!! shop:prices/prices.r.constructor: the parameter `a: u8` is missing in the old \
             contract",
            "!+ shop:prices/prices.r.m: it is gone: `m: func()`",
        ],
    ),
    (
        "resource r;",
        "resource r { s: static func(); }",
        &["+? shop:prices/prices.r.s: it is new: `s: static func()`"],
    ),
];

/// The same for the items of the world.
const WORLDS: [Row; 10] = [
    ("", "import extra;", &["+? shop:prices/extra: the interface is new"]),
    ("import extra;", "", &["!+ shop:prices/extra: the interface is gone"]),
    ("import f: func();", "", &["!+ f: it is gone: `f: func()`"]),
    ("", "export greet: func();", &["!+ greet: it is new: `greet: func()`"]),
    ("export greet: func();", "", &["+! greet: it is gone: `greet: func()`"]),
    ("", "export extra;", &["!+ shop:prices/extra: the interface is new"]),
    (
        "export greet: func();",
        "export greet: func() -> string;",
        &["!! greet: the result is nothing in the old contract and `string` in the new contract"],
    ),
    (
        "import extra;",
        "export extra;",
        &[
            "!+ shop:prices/extra: the interface is gone",
            "!+ shop:prices/extra: the interface is new",
        ],
    ),
    (
        "import extra: func();",
        "import extra: interface { more: func(); }",
        &["!! extra: it was the function, and is the interface"],
    ),
    (
        "import small: interface { f: func(); }",
        "import small: interface { f: func(a: u8); }",
        &["!! small.f: the parameter `a: u8` is missing in the old contract"],
    ),
];

#[test]
fn interfaces() {
    for (old, new, expected) in INTERFACES {
        let contract = |items: &str| contract("@1.0.0", &format!("{COMMON} {items}"), "");
        check(&contract(new).changes_since(&contract(old)), expected);
    }
}

#[test]
fn worlds() {
    for (old, new, expected) in WORLDS {
        let contract = |items| contract("@1.0.0", COMMON, items);
        check(&contract(new).changes_since(&contract(old)), expected);
    }
    let (old, new) = (parse("package a:b; world c {}"), parse("package a:b; world d {}"));
    let renamed = "++ c: the world is called `d` now, which is no part of any type";
    check(&new.changes_since(&old), &[renamed]);
}

/// The old version, the new one, how far the changes go, and what is said of it:
/// nothing where the version is right.
const VERSIONS: [(&str, &str, VersionStep, &str); 25] = [
    ("@1.0.0", "@1.0.0", VersionStep::None, ""),
    ("@1.0.0", "@1.0.1", VersionStep::None, ""),
    ("@1.0.0", "@1.0.1", VersionStep::Higher, ""),
    ("@1.0.0", "@1.1.0", VersionStep::Higher, ""),
    ("@1.0.0", "@2.0.0", VersionStep::Higher, ""),
    ("@1.0.0", "@1.0.0", VersionStep::Higher, "raise it to `1.1.0`"),
    ("@1.1.0", "@1.0.0", VersionStep::Higher, "the version is lower; raise it to `1.2.0`"),
    ("@1.0.0", "@1.0.0", VersionStep::OtherTrack, "raise it to `2.0.0`"),
    ("@1.0.0", "@1.1.0", VersionStep::OtherTrack, "`1.1.0` promises to run guests of `1.0.0`"),
    ("@1.0.0", "@2.0.0", VersionStep::OtherTrack, ""),
    ("@0.1.0", "@0.1.1", VersionStep::Higher, ""),
    ("@0.1.0", "@0.1.0", VersionStep::Higher, "raise it to `0.1.1`"),
    ("@0.1.0", "@0.1.1", VersionStep::OtherTrack, "raise it to `0.2.0`"),
    ("@0.1.0", "@0.2.0", VersionStep::OtherTrack, ""),
    ("@0.0.1", "@0.0.1", VersionStep::Higher, "raise it to `0.0.2`"),
    ("@0.0.1", "@0.0.2", VersionStep::Higher, ""),
    ("@0.0.1", "@0.0.2", VersionStep::OtherTrack, ""),
    ("@1.0.0-rc.1", "@1.0.0-rc.1", VersionStep::OtherTrack, "another than `1.0.0-rc.1`"),
    ("@1.0.0-rc.1", "@1.0.0-rc.2", VersionStep::OtherTrack, ""),
    ("@1.0.0-rc.1", "@1.0.0", VersionStep::OtherTrack, ""),
    ("", "", VersionStep::None, ""),
    ("", "", VersionStep::Higher, ""),
    ("", "", VersionStep::OtherTrack, "it has no version, so nothing tells the two apart"),
    ("", "@1.0.0", VersionStep::OtherTrack, ""),
    ("@1.0.0", "", VersionStep::OtherTrack, ""),
];

#[test]
fn versions() {
    for (old, new, needs, wrong) in VERSIONS {
        let changed = match needs {
            VersionStep::None => "f: func();",
            VersionStep::Higher => "f: func(); g: func();",
            VersionStep::OtherTrack => "f: func() -> u8;",
        };
        let (before, after) = (contract(old, "f: func();", ""), contract(new, changed, ""));
        let changes = after.changes_since(&before);
        let [version] = &changes.versions[..] else { panic!("{old} to {new}: {changes}") };
        assert_eq!((version.needs, version.honest), (needs, wrong.is_empty()), "{changes}");
        assert_eq!(changes.honest(), version.honest);
        assert!(version.reason.contains(wrong), "{old} to {new}: {changes}");
    }
}

/// A world on interfaces of another package, each with a version of its own.
fn on(version: &str, items: &str) -> Contract {
    parse(&format!(
        "package shop:prices@1.0.0;
        world plugin {{ import data:store/keys@{version}; }}
        package data:store@{version} {{ interface keys {{ {items} }} }}"
    ))
}

#[test]
fn packages_have_versions_of_their_own() {
    let old = on("1.0.0", "get: func() -> u8;");
    let added = on("1.1.0", "get: func() -> u8; set: func();").changes_since(&old);
    check(&added, &["+? data:store/keys.set: it is new: `set: func()`"]);
    assert!(added.honest(), "{added}");
    let broken = on("1.1.0", "get: func() -> u16;").changes_since(&old);
    let packages: Vec<_> = broken.versions.iter().map(|v| (&*v.package, v.honest)).collect();
    assert_eq!(packages, [("shop:prices", true), ("data:store", false)], "{broken}");
    let moved = on("2.0.0", "get: func() -> u8;").changes_since(&old);
    check(
        &moved,
        &["!! data:store/keys: it had version 1.0.0 and has version 2.0.0, which are not \
           compatible"],
    );
    let packages: Vec<_> = moved.versions.iter().map(|v| (&*v.package, v.honest)).collect();
    assert_eq!(packages, [("shop:prices", false), ("data:store", true)], "{moved}");
}

#[test]
fn changes_are_printed_in_groups() {
    let old = contract("@1.0.0", "f: func();", "");
    let new = contract("@1.1.0", "f: func() -> u8;", "export greet: func();");
    let expected = "\
imports, which hosts offer:
  `shop:prices/prices.f`: the result is nothing in the old contract and `u8` in the new contract
    guests of the old contract on new hosts: breaking
    guests of the new contract on old hosts: breaking

exports, which guests offer:
  `greet`: it is new: `greet: func()`
    guests of the old contract on new hosts: breaking
    guests of the new contract on old hosts: additive

versions:
  `shop:prices`, 1.0.0 to 1.1.0: wrong, `1.1.0` promises to run guests of `1.0.0`, and does not; \
raise it to `2.0.0`
";
    let changes = new.changes_since(&old);
    assert_eq!(changes.to_string(), expected);
    let json = changes.json();
    assert_eq!(json["honest"], false);
    assert_eq!(json["changes"][1]["for_guests"], "breaking");
    assert_eq!(json["versions"][0]["needs"], "other-track");
}
