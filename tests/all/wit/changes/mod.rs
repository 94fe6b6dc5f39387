//! Tests of the changes between two contracts, as data: what changed, whom it breaks, and the version
//! that it requires.

use wit_host::Contract;
use wit_host::changes::{Change, Changes, Effect, VersionStep};

use crate::support::rows::Rows;

/// The old version, the new version, the step that the changes require, and a part of the message,
/// which is empty if the version is right.
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

/// The items that the contracts of every row have in common.
const COMMON: &str = "
    record article { name: string, cents: u32 }
    price: func(article: string) -> u32;
    buy: func(what: article) -> result<u32, string>;
";

fn parse(wit: &str) -> Contract {
    Contract::parse(wit, None).unwrap_or_else(|error| panic!("{error}\n{wit}"))
}

/// Returns a contract with these items in its interface and its world.
fn contract(version: &str, interface: &str, world: &str) -> Contract {
    parse(&format!(
        "package shop:prices{version};
        interface prices {{ {interface} }}
        interface extra {{ more: func(); }}
        world plugin {{ import prices; export run: func(); {world} }}"
    ))
}

/// Returns a change in one line.
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

/// Checks rows whose texts are items of the old and of the new contract.
fn check_rows(file: &str, contract: impl Fn(&str) -> Contract) {
    Rows::read(&format!("wit/changes/{file}")).check(|_, row| {
        let new = row.labelled("new").expect("the new items");
        let changes = contract(new).changes_since(&contract(row.text()));
        let found: Vec<_> = changes.changes.iter().map(line).collect();
        if found.is_empty() { "no change".into() } else { found.join("\n") }
    });
}

#[test]
fn interfaces() {
    check_rows("interfaces.txt", |items| contract("@1.0.0", &format!("{COMMON} {items}"), ""));
}

#[test]
fn worlds() {
    check_rows("worlds.txt", |items| contract("@1.0.0", COMMON, items));
    let (old, new) = (parse("package a:b; world c {}"), parse("package a:b; world d {}"));
    let renamed = "++ c: the world is called `d` now, which is no part of any type";
    check(&new.changes_since(&old), &[renamed]);
}

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

/// Returns a world that imports an interface of another package, which has a version of its own.
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

/// If a package uses a type of another, and the type changes, both packages have changed, and both
/// versions have to show it.
#[test]
fn a_package_changes_with_what_it_uses() {
    let contract = |version: &str, case: &str| {
        parse(&format!(
            "package shop:prices@1.0.0;
            interface prices {{ use data:store/keys@{version}.{{key}}; price: func(of: key) -> u32; }}
            world plugin {{ import prices; }}
            package data:store@{version} {{ interface keys {{ enum key {{ a{case} }} }} }}"
        ))
    };
    let changes = contract("1.0.1", ", b").changes_since(&contract("1.0.0", ""));
    let sentence = "the old contract has no case `b` of `key`";
    let expected = ["data:store/keys.key", "shop:prices/prices.key"]
        .map(|name| format!("!! {name}: {sentence}"));
    check(&changes, &expected.each_ref().map(String::as_str));
    let wrong = changes.versions.iter().filter(|version| !version.honest).count();
    assert_eq!(wrong, 2, "{changes}");
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
}
