//! A guest that returns the values that it gets, for any types.

use std::fmt::Write as _;

use wasm_encoder::{ComponentBuilder, ComponentExportKind};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_host::blocking::Session;
use wit_host::wasmtime::component::Type;
use wit_host::{Guest, Val};
use wit_parser::Resolve;

/// A running guest with one function for each of some types.
pub(crate) struct Echo {
    guest: Guest<()>,
    session: Session<()>,
}

impl Echo {
    /// Starts a guest. `definitions` is the WIT of the types that have names.
    pub(crate) fn new(definitions: &str, types: &[impl AsRef<str>]) -> Self {
        let runtime = crate::support::hosts::builder().build().unwrap();
        let guest = runtime.load(component(definitions, types)).unwrap();
        let session = guest.session(()).start_blocking().unwrap();
        Self { guest, session }
    }

    /// Starts a guest inside of another component, which passes every call on to it and has texts
    /// in `encoding`.
    pub(crate) fn composed(
        definitions: &str,
        types: &[impl AsRef<str>],
        encoding: StringEncoding,
    ) -> Self {
        let parts = [component(definitions, types), forwarder(definitions, types, encoding)];
        let runtime = crate::support::hosts::builder().build().unwrap();
        let guest = runtime.load(composition(&parts)).unwrap();
        let session = guest.session(()).start_blocking().unwrap();
        Self { guest, session }
    }

    /// Returns one of the types, as the engine knows it.
    pub(crate) fn ty(&self, index: usize) -> Type {
        let name = self.guest.resolve(&format!("echo{index}")).unwrap();
        self.guest.signature(&name).unwrap().params.swap_remove(0).1
    }

    /// Sends a value through the guest.
    pub(crate) fn echo(&mut self, index: usize, value: &Val) -> Val {
        let mut args = vec![value.clone()];
        args.resize(1 + NUMBERS, Val::U32(7));
        let name = self.guest.resolve(&format!("echo{index}")).unwrap();
        let mut results = self.session.call(&name, &args).unwrap();
        match results.pop() {
            Some(Val::Tuple(mut echoed)) => {
                assert_eq!(echoed[1..], args[1..]);
                echoed.swap_remove(0)
            }
            other => panic!("a tuple was expected: {other:?}"),
        }
    }
}

/// The number of additional parameters. So many parameters are passed in memory, in the form of a
/// tuple of them. The function only has to return the address that it gets.
const NUMBERS: usize = 16;

const INTERFACE: &str = "test:echo/values";

fn component(definitions: &str, types: &[impl AsRef<str>]) -> Vec<u8> {
    let body = "(param i32) (result i32) (local.get 0)";
    let echo = |index| format!("(func (export \"{INTERFACE}#echo{index}\") {body})");
    let bodies: String = (0..types.len()).map(echo).collect();
    let world = "export values;";
    encode(definitions, types, world, &core_module("", &bodies), StringEncoding::UTF8)
}

/// Returns a component that imports the interface, exports it, and passes every call on.
fn forwarder(definitions: &str, types: &[impl AsRef<str>], encoding: StringEncoding) -> Vec<u8> {
    let import = |index| {
        format!("(import \"{INTERFACE}\" \"echo{index}\" (func $echo{index} (param i32 i32)))")
    };
    // The result is stored in a block that is large enough for any result of the tests.
    let forward = |index| {
        format!(
            "(func (export \"{INTERFACE}#echo{index}\") (param i32) (result i32) (local $at i32)
                (local.set $at (call $take
                    (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 8192)))
                (call $echo{index} (local.get 0) (local.get $at))
                (local.get $at))"
        )
    };
    let imports: String = (0..types.len()).map(import).collect();
    let bodies: String = (0..types.len()).map(forward).collect();
    let world = "import values; export values;";
    encode(definitions, types, world, &core_module(&imports, &bodies), encoding)
}

/// Returns a component of the two. The first serves the second.
fn composition([echo, forwarder]: &[Vec<u8>; 2]) -> Vec<u8> {
    let mut composition = ComponentBuilder::default();
    let [echo, forwarder] = [echo, forwarder].map(|part| composition.component_raw(None, part));
    let nothing: [(&str, ComponentExportKind, u32); 0] = [];
    let echo = composition.instantiate(None, echo, nothing);
    let kind = ComponentExportKind::Instance;
    let values = composition.alias_export(echo, INTERFACE, kind);
    let forwarder = composition.instantiate(None, forwarder, [(INTERFACE, kind, values)]);
    let values = composition.alias_export(forwarder, INTERFACE, kind);
    composition.export(INTERFACE, kind, values, None);
    composition.finish()
}

fn encode(
    definitions: &str,
    types: &[impl AsRef<str>],
    world: &str,
    module: &str,
    encoding: StringEncoding,
) -> Vec<u8> {
    let mut functions = String::new();
    let params: String = (0..NUMBERS).map(|index| format!(", p{index}: u32")).collect();
    let results = ", u32".repeat(NUMBERS);
    for (index, ty) in types.iter().enumerate() {
        let ty = ty.as_ref();
        writeln!(functions, "echo{index}: func(v: {ty}{params}) -> tuple<{ty}{results}>;").unwrap();
    }
    let wit = format!(
        "package test:echo; interface values {{ {definitions} {functions} }} \
         world echo {{ {world} }}"
    );
    let mut resolve = Resolve::default();
    let package = resolve.push_str("echo.wit", &wit).unwrap_or_else(|e| panic!("{e:#}: {wit}"));
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// Returns a core module whose allocator never frees memory.
fn core_module(imports: &str, bodies: &str) -> String {
    format!(
        r#"(module {imports}
            (memory (export "memory") 1)
            (global $free (mut i32) (i32.const 16))
            (func $take (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $block i32)
                (local.set $block (i32.and
                    (i32.add (global.get $free) (i32.sub (local.get 2) (i32.const 1)))
                    (i32.sub (i32.const 0) (local.get 2))))
                (global.set $free (i32.add (local.get $block) (local.get 3)))
                (if (i32.gt_u (global.get $free) (i32.shl (memory.size) (i32.const 16)))
                    (then (drop (memory.grow
                        (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1))))))
                (memory.copy (local.get $block) (local.get 0)
                    (select (local.get 1) (local.get 3)
                        (i32.lt_u (local.get 1) (local.get 3))))
                (local.get $block))
            {bodies})"#
    )
}
