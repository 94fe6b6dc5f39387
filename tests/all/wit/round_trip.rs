//! Tests that the WIT that is printed for a guest and for the contract can be parsed again, and has
//! the same types.

use std::collections::BTreeMap;

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_host::Contract;
use wit_host_artifacts as guests;
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{
    Function, Handle, ManglingAndAbi, Resolve, Type, TypeDefKind, WorldId, WorldItem,
};

/// A world with a type of every kind.
const RICH: &str = r"
    package test:rich@1.2.3;
    interface types {
        record point { x: f32, y: f64, %type: option<char> }
        variant shape { dot, circle(point), path(list<point>) }
        enum colour { red, green, %enum }
        flags rights { read, write }
        type points = list<tuple<point, colour>>;
        resource canvas {
            constructor(name: string);
            draw: func(what: shape) -> result<rights, string>;
            merge: static func(a: canvas, b: borrow<canvas>) -> result<_, colour>;
        }
        all: func(a: points, b: bool, c: s8, d: u64) -> result;
    }
    interface other {
        use types.{canvas, shape as form};
        give: func() -> canvas;
        take: func(form: form, canvas: option<canvas>);
    }
    world plugin {
        import types;
        import log: func(line: string);
        import small: interface { small: func() -> u16; }
        export other;
        export run: func(data: list<u8>) -> tuple<u32, string>;
    }
";

/// Returns every function of a world, with all of its types written out.
fn shapes(resolve: &Resolve, world: WorldId) -> BTreeMap<String, String> {
    let world = &resolve.worlds[world];
    let mut shapes = BTreeMap::new();
    let sides = [("import", &world.imports), ("export", &world.exports)];
    for (side, (key, item)) in
        sides.into_iter().flat_map(|(side, items)| items.iter().map(move |item| (side, item)))
    {
        let name = format!("{side} {}", resolve.name_world_key(key));
        match item {
            WorldItem::Function(one) => {
                shapes.insert(name, function(resolve, one));
            }
            WorldItem::Interface { id, .. } => {
                for (key, one) in &resolve.interfaces[*id].functions {
                    shapes.insert(format!("{name} {key}"), function(resolve, one));
                }
            }
            WorldItem::Type { id, .. } => {
                shapes.insert(name, ty(resolve, &Type::Id(*id)));
            }
        }
    }
    shapes
}

fn function(resolve: &Resolve, function: &Function) -> String {
    let params =
        function.params.iter().map(|one| format!("{}: {}", one.name, ty(resolve, &one.ty)));
    format!("{:?} -> {}", params.collect::<Vec<_>>(), maybe(resolve, function.result.as_ref()))
}

fn maybe(resolve: &Resolve, item: Option<&Type>) -> String {
    item.map_or("nothing".into(), |item| ty(resolve, item))
}

fn ty(resolve: &Resolve, of: &Type) -> String {
    let Type::Id(id) = of else { return format!("{of:?}") };
    let definition = &resolve.types[*id];
    let name = definition.name.as_deref().unwrap_or_default();
    let ty = |of: &Type| ty(resolve, of);
    let maybe = |of: &Option<Type>| maybe(resolve, of.as_ref());
    match &definition.kind {
        TypeDefKind::Type(other) => ty(other),
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter().map(|one| format!("{}: {}", one.name, ty(&one.ty)));
            format!("record {name} {:?}", fields.collect::<Vec<_>>())
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|one| format!("{}({})", one.name, maybe(&one.ty)));
            format!("variant {name} {:?}", cases.collect::<Vec<_>>())
        }
        TypeDefKind::Enum(cases) => {
            format!("enum {name} {:?}", cases.cases.iter().map(|one| &one.name).collect::<Vec<_>>())
        }
        TypeDefKind::Flags(flags) => {
            format!(
                "flags {name} {:?}",
                flags.flags.iter().map(|one| &one.name).collect::<Vec<_>>()
            )
        }
        TypeDefKind::Tuple(tuple) => {
            format!("tuple {:?}", tuple.types.iter().map(ty).collect::<Vec<_>>())
        }
        TypeDefKind::List(item) => format!("list<{}>", ty(item)),
        TypeDefKind::Option(item) => format!("option<{}>", ty(item)),
        TypeDefKind::Result(result) => {
            format!("result<{}, {}>", maybe(&result.ok), maybe(&result.err))
        }
        TypeDefKind::Resource => format!("resource {name}"),
        TypeDefKind::Handle(Handle::Own(of)) => format!("own {}", ty(&Type::Id(*of))),
        TypeDefKind::Handle(Handle::Borrow(of)) => format!("borrow {}", ty(&Type::Id(*of))),
        other => panic!("{other:?}"),
    }
}

fn parsed(wit: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("printed.wit", wit).unwrap_or_else(|error| {
        panic!("{}\n{wit}", resolve.render_error(&error));
    });
    let world = resolve.select_world(&[package], None).unwrap();
    (resolve, world)
}

fn component(wit: &str) -> Vec<u8> {
    let (resolve, world) = parsed(wit);
    let mangling = ManglingAndAbi::Standard32;
    let mut module = dummy_module(&resolve, world, mangling);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

#[test]
fn of_guests() {
    let read = |path: &str| std::fs::read(path).unwrap();
    let rich = component(RICH);
    for guest in [read(guests::COMPONENT_WASIP2), read(guests::SHOP_WASIP2), rich.clone()] {
        let inspection = crate::support::hosts::shipped().build().unwrap().inspect(&guest).unwrap();
        let wit = inspection.wit.unwrap();
        let DecodedWasm::Component(resolve, world) = decode(&guest).unwrap() else {
            panic!("{wit}")
        };
        let (printed, printed_world) = parsed(&wit);
        assert_eq!(shapes(&printed, printed_world), shapes(&resolve, world), "{wit}");
    }
    // Compares also with the types as they were before the guest was compiled.
    let DecodedWasm::Component(resolve, world) = decode(&rich).unwrap() else { panic!() };
    let (source, source_world) = parsed(RICH);
    assert_eq!(shapes(&resolve, world), shapes(&source, source_world));
}

#[test]
fn of_contracts() {
    for wit in [RICH, wit_host_contract::WIT] {
        let contract = Contract::parse(wit, None).unwrap();
        let printed = contract.wit();
        let ((source, world), (again, again_world)) = (parsed(wit), parsed(&printed));
        assert_eq!(shapes(&again, again_world), shapes(&source, world), "{printed}");
        let changes = Contract::parse(&printed, None).unwrap().changes_since(&contract);
        assert!(changes.changes.is_empty(), "{changes}");
    }
}

/// The keywords of WIT. With a `%` before them they are names.
const KEYWORDS: &str = "as async bool borrow char constructor enum error-context export f32 f64 flags \
    from func future import include interface list map option own package record resource result \
    s16 s32 s64 s8 static stream string tuple type u16 u32 u64 u8 use variant with world";

#[test]
fn names_that_are_keywords() {
    let runtime = crate::support::hosts::shipped().build().unwrap();
    for word in KEYWORDS.split_whitespace() {
        let wit = r"
            package odd:%WORD@1.0.0;
            interface sources {
                resource %WORD { constructor(%WORD: u8); other: static func() -> %WORD; }
            }
            world %WORD {
                use %WORD:more/types@1.0.0.{%WORD as given};
                import named: func(%WORD: string) -> given;
                import %WORD: interface { %WORD: func(); }
                export %WORD:more/%WORD@1.0.0;
                export sources;
                export %WORD: func(%WORD: string) -> string;
            }
            package %WORD:more@1.0.0 {
                interface %WORD {
                    use types.{%WORD as given};
                    resource holder { %WORD: func(%WORD: u8); }
                    %WORD: func(%WORD: given) -> list<given>;
                }
                interface types {
                    record %WORD { %WORD: u32 }
                    enum cases { %WORD, other }
                    flags bits { %WORD }
                    variant varied { %WORD(%WORD), other }
                    f: func(a: cases, b: bits, c: varied) -> %WORD;
                }
            }"
        .replace("WORD", word);
        let contract = Contract::parse(&wit, Some(word)).unwrap();
        let quoted = Contract::parse(&wit, Some(&format!("%{word}"))).unwrap();
        let whole = Contract::parse(&wit, Some(&format!("odd:{word}/{word}@1.0.0"))).unwrap();
        assert_eq!([quoted.name(), whole.name()], [contract.name(), contract.name()]);
        let (resolve, world) = parsed(&wit);
        let (printed, printed_world) = parsed(&contract.wit());
        assert_eq!(shapes(&printed, printed_world), shapes(&resolve, world), "{word}");

        let guest = component(&wit);
        let inspection = runtime.inspect(&guest).unwrap();
        let of_guest = inspection.wit.unwrap_or_else(|| panic!("{:?}", inspection.unreadable));
        let mismatches =
            |contract: &Contract| runtime.fit_contract(&guest, contract).unwrap().mismatches;
        assert_eq!(mismatches(&contract), [], "{word}");
        assert_eq!(mismatches(&Contract::parse(&of_guest, None).unwrap()), [], "{of_guest}");
    }
}
