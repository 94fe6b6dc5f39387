//! Tests of modules that cannot become a component, each with the whole text of its error.

use wit_host::{Contract, GuestError, Limits};
use wit_host_adapt::{AdaptError, Plan};

use super::both::contract;

const RUN: &str = r#"(func (export "run") (result i32) (i32.const 0))"#;

/// The functions of a module, and the lines of the error.
const CASES: &[(&str, &[&str])] = &[
    (
        r#"(import "env" "sub" (func (param i32 i32) (result i32)))"#,
        &["`env.sub`: the contract imports no function of that name; it has \
           `wit-host:contract/math@0.1.0.add`, `wit-host:contract/strings@0.1.0.concat`, \
           `wit-host:contract/strings@0.1.0.to-upper`, `wit-host:contract/strings@0.1.0.split`, \
           `wit-host:contract/strings@0.1.0.from-utf8`, `wit-host:contract/fetch@0.1.0.get`"],
    ),
    (
        r#"(import "env" "add" (func (param i32 i64) (result i32)))
           (import "env" "write_mem" (func (param i32 i32)))
           (import "env" "to_upper" (func (param i32)))"#,
        &[
            "`env.add`: the module calls it as (i32, i64) -> i32, and \
             `wit-host:contract/math@0.1.0.add: func(a: s32, b: s32) -> s32` would be \
             (i32, i32) -> i32; declare it with that type",
            "`env.write_mem`: the module calls it as (i32, i32), and it is (i32); declare it \
             with that type",
            "`env.to_upper`: the module calls it as (i32), and \
             `wit-host:contract/strings@0.1.0.to-upper: func(text: string) -> string` would be \
             (i32, i32) -> i32; declare it with that type",
            "`memory`: the module exports no memory as `memory`; export one memory of 32-bit \
             addresses as `memory`",
        ],
    ),
    (
        r#"(import "env" "split" (func (param i32 i32 i32 i32) (result i32)))"#,
        &["`env.split`: `wit-host:contract/strings@0.1.0.split: func(text: string, separator: \
           string) -> list<string>` cannot be called so: a result of type `list<string>` has no \
           form among the conventions; leave it out of the guest, or write the guest as a \
           component"],
    ),
    (
        r#"(import "env" "memory" (memory 1)) (import "env" "table" (table 1 funcref))
           (import "env" "base" (global i32))"#,
        &[
            "`env.memory`: the host provides functions, and no memory, table, global or tag; \
             build the guest with its own (no `--import-memory`, no `--import-table`)",
            "`env.table`: the host provides functions, and no memory, table, global or tag; \
             build the guest with its own (no `--import-memory`, no `--import-table`)",
            "`env.base`: the host provides functions, and no memory, table, global or tag; \
             build the guest with its own (no `--import-memory`, no `--import-table`)",
        ],
    ),
    (
        r#"(import "wasi_unstable" "fd_write" (func)) (import "extern" "add" (func))"#,
        &[
            "`wasi_unstable.fd_write`: this is a draft of WASI from before its first preview; \
             build the guest with a toolchain that targets wasip1",
            "`extern.add`: nothing is known of a module `extern`; import from `env` or from \
             `wasi_snapshot_preview1`",
        ],
    ),
    (
        r#"(import "wasi_snapshot_preview1" "fd_what" (func))
           (import "wasi_snapshot_preview1" "sched_yield" (func (result i64)))"#,
        &[
            "`wasi_snapshot_preview1.fd_what`: WASI's first preview has no such function; build \
             the guest with a toolchain that targets wasip1",
            "`wasi_snapshot_preview1.sched_yield`: the module calls it as () -> i64, and it is \
             () -> i32; declare it with that type",
            "`memory`: the module exports no memory as `memory`; export one memory of 32-bit \
             addresses as `memory`",
        ],
    ),
    (
        r#"(func (export "greet") (param i32) (result i32) (local.get 0))
           (memory (export "memory") 1)"#,
        &["`greet`: it takes text, and the module exports nothing to place text with; export \
           `allocate(i32) -> i32` and `deallocate(i32, i32)`, or `malloc(i32) -> i32` and \
           `free(i32)`, or give the names of its own with `Plan::with_allocator`"],
    ),
    (
        r#"(func (export "greet") (param i32 i32) (result i32) (local.get 0))"#,
        &["`greet`: the module has it as (i32, i32) -> i32, and `greet: func(name: string) -> \
           string` would be (i32) -> i32; declare it with that type"],
    ),
    (
        r#"(@custom "component-type:old" "")"#,
        &["`module`: it was made with bindings to WIT, and carries the types of a component; \
           make a component of it with `wasm-tools component new`"],
    ),
];

#[test]
fn everything_is_listed() {
    for (functions, expected) in CASES {
        let module = format!("(module {functions} {RUN})");
        let contract = wit_host_contract::contract().unwrap();
        let plan = Plan::new(module.as_bytes(), &contract, &Limits::default()).unwrap();
        let found: Vec<_> = plan.unmappable().iter().map(ToString::to_string).collect();
        assert_eq!(found, *expected, "{functions}");
        assert!(matches!(plan.into_component(), Err(AdaptError::Unmappable(_))), "{functions}");
    }
}

#[test]
fn nothing_to_call() {
    let contract = wit_host_contract::contract().unwrap();
    let module = br#"(module (func (export "main")))"#;
    let plan = Plan::new(module, &contract, &Limits::default()).unwrap();
    let error = plan.into_component().unwrap_err().to_string();
    let expected = "the module cannot become a component: `module`: it exports none of the \
                    world's functions (`run`, `greet`), and no `_start`; export one of them, with \
                    `_` for each `-` of its name";
    assert_eq!(error, expected);
}

#[test]
fn a_name_that_several_interfaces_have() {
    let text = "package a:b@1.0.0;
        interface lines { put: func(n: s32); }
        interface words { put: func(n: s32); }
        world guest { import lines; import words; export run: func() -> s32; }";
    let contract = Contract::parse(text, None).unwrap();
    let plan = |name: &str| {
        let module = format!(r#"(module (import "env" "{name}" (func (param i32))) {RUN})"#);
        Plan::new(module.as_bytes(), &contract, &Limits::default()).unwrap()
    };
    let error = plan("put").into_component().unwrap_err().to_string();
    let expected = "the module cannot become a component: `env.put`: it may be any of \
                    `a:b/lines@1.0.0.put`, `a:b/words@1.0.0.put`; import it as \
                    `interface_function`, with `_` for each `-`";
    assert_eq!(error, expected);
    let world = plan("words_put").world().unwrap().to_owned();
    assert!(world.contains("words") && !world.contains("lines"), "{world}");
}

#[test]
fn contracts_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let error = Contract::read(folder.path(), None).unwrap_err().to_string();
    assert!(error.starts_with("failed to read the contract `"), "{error}");
    std::fs::write(folder.path().join("a.wit"), "package a:b; world guest {").unwrap();
    let error = Contract::read(folder.path(), None).unwrap_err().to_string();
    assert!(error.contains("a.wit:1:"), "{error}");
}

#[test]
fn what_is_no_core_module() {
    let contract = contract();
    let plan = |bytes: &[u8]| Plan::new(bytes, &contract, &Limits::default());
    assert!(matches!(plan(b"(component)"), Err(AdaptError::NotAModule)));
    assert!(matches!(plan(b"\x7fELF"), Err(AdaptError::Guest(GuestError::NotAGuest { .. }))));
    let invalid = br#"(module (func (result i32)))"#;
    assert!(matches!(
        plan(invalid),
        Err(AdaptError::Guest(GuestError::Invalid { kind: "core module", .. }))
    ));
    let wide = br#"(module (memory (export "memory") i64 1))"#;
    let refused = plan(wide);
    assert!(matches!(refused, Err(AdaptError::Guest(GuestError::UnsupportedFeature(_)))));
    let small = Limits::default().file_size(10);
    let large = Plan::new(invalid, &contract, &small);
    assert!(matches!(large, Err(AdaptError::Guest(GuestError::OverLoadLimit { .. }))));
}
