//! Components that export what they import, made from WIT alone. Each function calls the imported
//! function of its name with its own arguments, so that values pass through the component in both
//! directions.

use std::fmt::Write as _;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, Resolve, WorldId, WorldItem};

/// Returns the component of the world `forward` in the text. It imports all that it exports, in an
/// interface of the same name or in `of`.
pub(super) fn forward(wit: &str) -> Vec<u8> {
    encode(wit, "forward", |resolve, interface, function| {
        let imported = resolve.wasm_signature(AbiVariant::GuestImport, function);
        let (params, results) = (types(&imported.params), types(&imported.results));
        let name = &function.name;
        let import = format!(
            "(import \"{interface}\" \"{name}\" (func ${name} (param {params}) (result {results})))"
        );
        let exported = resolve.wasm_signature(AbiVariant::GuestExport, function);
        let args: String =
            (0..exported.params.len()).map(|place| format!("(local.get {place})")).collect();
        let address = if imported.retptr { "(i32.const 16)" } else { "" };
        (import, format!("(call ${name} {args} {address}) {address}"))
    })
}

/// Returns a component of the world `other`. `body`, in the text format, is the body of each of its
/// functions.
pub(super) fn with_body(wit: &str, body: &str) -> Vec<u8> {
    encode(wit, "other", |_, _, _| (String::new(), body.to_owned()))
}

/// Returns the component of a world, whose exports have these imports and these bodies.
fn encode(
    wit: &str,
    world: &str,
    body: impl Fn(&Resolve, &str, &Function) -> (String, String),
) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("shop.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let (mut imports, mut functions) = (String::new(), String::new());
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else { panic!("it exports interfaces") };
        let interface = resolve.name_world_key(key);
        for (name, function) in &resolve.interfaces[*id].functions {
            let (import, body) = body(&resolve, &interface, function);
            let ty = resolve.wasm_signature(AbiVariant::GuestExport, function);
            let (params, results) = (types(&ty.params), types(&ty.results));
            imports += &import;
            write!(
                functions,
                "(func (export \"{interface}#{name}\") (param {params}) (result {results}) {body})"
            )
            .unwrap();
        }
    }
    let module = format!(
        r#"(module
            {imports}
            (memory (export "memory") 4)
            (global $free (mut i32) (i32.const 1024))
            {functions}
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $block i32)
                (local.set $block
                    (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $block) (local.get 3)))
                (local.get $block)))"#
    );
    encoded(&module, &resolve, world)
}

/// Returns the component of a world that the module in the text format implements.
pub(super) fn of_module(wit: &str, world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("contract.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    encoded(module, &resolve, world)
}

fn encoded(module: &str, resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

fn types(types: &[WasmType]) -> String {
    let types: Vec<_> = types.iter().map(|ty| format!("{ty:?}").to_lowercase()).collect();
    types
        .join(" ")
        .replace("pointerori64", "i64")
        .replace("pointer", "i32")
        .replace("length", "i32")
}
