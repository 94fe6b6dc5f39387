//! The tables of changes. Two signs before each change say what it does to guests of the old
//! contract, and to hosts of it: `+` nothing, `!` it breaks them, `?` it breaks them if a guest
//! calls what is new.

use wit_host::changes::VersionStep;

/// The items of the old contract's interface, those of the new one, and the changes.
pub(super) type Row = (&'static str, &'static str, &'static [&'static str]);

pub(super) const INTERFACES: [Row; 19] = [
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
        "f: func(a: u8); g: func(a: u8);",
        "f: func(a: u16); g: func(a: u16);",
        &[
            "!! shop:prices/prices.f: the parameter `a` is `u8` in the old contract and `u16` in \
             the new contract",
            "!! shop:prices/prices.g: the parameter `a` is `u8` in the old contract and `u16` in \
             the new contract",
        ],
    ),
    (
        "enum e { a } type f = e;",
        "enum e { a, b } type f = e;",
        &["!! shop:prices/prices.e: the old contract has no case `b` of `e`"],
    ),
    (
        "f: func(a: u8);",
        "f: func(a: u8, b: u8);",
        &["!! shop:prices/prices.f: the old contract has no parameter `b: u8`"],
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
        &["!! shop:prices/prices.e: the old contract has no case `b` of `e`"],
    ),
    (
        "record r { a: u8 } f: func(a: r);",
        "record r { a: u8, b: u8 } f: func(a: r) -> u8;",
        &[
            "!! shop:prices/prices.r: the old contract has no field `b: u8` of `r`",
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
            "!! shop:prices/prices.r.constructor: the old contract has no parameter `a: u8`",
            "!+ shop:prices/prices.r.m: it is gone: `m: func()`",
        ],
    ),
    (
        "resource r;",
        "resource r { s: static func(); }",
        &["+? shop:prices/prices.r.s: it is new: `s: static func()`"],
    ),
];

/// Rows for the items of the world, in the form of [`Row`].
pub(super) const WORLDS: [Row; 10] = [
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
        &["!! small.f: the old contract has no parameter `a: u8`"],
    ),
];

/// The old version, the new version, the step that the changes require, and a part of the message,
/// which is empty if the version is right.
pub(super) const VERSIONS: [(&str, &str, VersionStep, &str); 25] = [
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
