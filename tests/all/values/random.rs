//! Tests with random types and random values. A value is unchanged when it is written as text,
//! read, sent through a guest and written again, in both forms. The engine reads WAVE in the same
//! way.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use wit_component::StringEncoding;
use wit_host::values::{Form, example, from_text, short, to_json_text, to_wave};
use wit_host::wasmtime::component::{Type, wasm_wave};

use wit_host::Val;

use super::echo::Echo;

/// The numbers of guests, of types in each, and of values of each type.
const GUESTS: u32 = 16;
const TYPES: usize = 8;
const VALUES: usize = 24;

/// Names of fields, cases and flags. Some of them have a meaning in WAVE.
const NAMES: &[&str] =
    &["a", "none", "b-c", "some", "true", "ok", "X1", "err", "inf", "nan", "d2-e"];

/// A type of WIT.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Plain(&'static str),
    List(Box<Shape>),
    FixedLengthList(Box<Shape>, usize),
    Map(&'static str, Box<Shape>),
    Option(Box<Shape>),
    Tuple(Vec<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Record(Vec<Shape>),
    Variant(Vec<Option<Shape>>),
    Enum(usize),
    Flags(usize),
}

#[test]
fn text_to_value_to_guest_and_back_is_the_identity() {
    let config = Config { cases: GUESTS, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let with_values = shapes(Kinds::OfGuests).prop_flat_map(|shape| {
        let values = proptest::collection::vec(values(&shape), VALUES);
        (Just(shape), values)
    });
    let guests = proptest::collection::vec(with_values, TYPES);
    let run = TestRunner::new_with_rng(config, rng).run(&guests, |types| {
        let mut definitions = String::new();
        let names: Vec<_> = types.iter().map(|(shape, _)| wit(shape, &mut definitions)).collect();
        let mut echo = Echo::new(&definitions, &names);
        for (index, (_, values)) in types.iter().enumerate() {
            check_examples(&echo.ty(index));
            values.iter().for_each(|value| check(&mut echo, index, value));
        }
        check_composed(&definitions, &names, &types);
        Ok(())
    });
    run.unwrap();
}

/// Sends the values from one component to another, in each encoding.
fn check_composed(definitions: &str, names: &[String], types: &[(Shape, Vec<Val>)]) {
    for encoding in [StringEncoding::UTF8, StringEncoding::UTF16, StringEncoding::CompactUTF16] {
        let mut echo = Echo::composed(definitions, names, encoding);
        for (index, (_, values)) in types.iter().enumerate() {
            for value in values {
                assert_eq!(to_wave(&echo.echo(index, value)), to_wave(value), "{encoding:?}");
            }
        }
    }
}

fn check(echo: &mut Echo, index: usize, value: &Val) {
    let ty = echo.ty(index);
    for (form, write) in [(Form::Wave, to_wave as fn(&Val) -> String), (Form::Json, to_json_text)] {
        let text = write(value);
        let read = from_text("v", &ty, &text, form).unwrap();
        assert_eq!(&read, value, "{text}");
        assert_eq!(write(&echo.echo(index, &read)), text);
    }
    // The engine's reader puts flags into another order. The guest returns them in the order of the
    // type.
    let read_by_engine = wasm_wave::from_str(&ty, &to_wave(value)).unwrap();
    assert_eq!(&echo.echo(index, &read_by_engine), value);
    let theirs = wasm_wave::to_string(value).unwrap();
    assert_eq!(&from_text("v", &ty, &theirs, Form::Wave).unwrap(), value, "{theirs}");
    assert!(short(value).chars().count() <= 81);
}

fn check_examples(ty: &Type) {
    for form in [Form::Wave, Form::Json, Form::Raw] {
        let example = example(ty, form).unwrap();
        from_text("v", ty, &example, form).unwrap();
    }
}

/// Which kinds of types are generated.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kinds {
    /// Types that guests may have.
    OfGuests,
    /// Also types that the engine knows and that are off for guests.
    All,
}

const KEYS: &[&str] = &["bool", "s8", "u16", "s64", "u64", "char", "string"];

pub(crate) fn shapes(kinds: Kinds) -> impl Strategy<Value = Shape> {
    let plain = proptest::sample::select(vec![
        "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char",
        "string",
    ]);
    let leaf = prop_oneof![
        4 => plain.prop_map(Shape::Plain),
        1 => (1..=NAMES.len()).prop_map(Shape::Enum),
        1 => (1..=NAMES.len()).prop_map(Shape::Flags),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let maybe = proptest::option::of(boxed.clone());
        let unusual = match kinds {
            Kinds::OfGuests => boxed.clone().prop_map(Shape::List).boxed(),
            Kinds::All => prop_oneof![
                (boxed.clone(), 1_usize..4)
                    .prop_map(|(item, length)| Shape::FixedLengthList(item, length)),
                (proptest::sample::select(KEYS), boxed.clone())
                    .prop_map(|(key, value)| Shape::Map(key, value)),
            ]
            .boxed(),
        };
        prop_oneof![
            unusual,
            boxed.clone().prop_map(Shape::List),
            boxed.prop_map(Shape::Option),
            proptest::collection::vec(inner.clone(), 1..5).prop_map(Shape::Tuple),
            (maybe.clone(), maybe).prop_map(|(ok, err)| Shape::Result(ok, err)),
            proptest::collection::vec(inner.clone(), 1..5).prop_map(Shape::Record),
            proptest::collection::vec(proptest::option::of(inner), 1..5).prop_map(Shape::Variant),
        ]
    })
}

/// Returns the type as it is used. Types that need a name are added to `definitions`, one a line.
pub(crate) fn wit(shape: &Shape, definitions: &mut String) -> String {
    let mut all =
        |shapes: &[Shape]| shapes.iter().map(|shape| wit(shape, definitions)).collect::<Vec<_>>();
    let (keyword, members) = match shape {
        Shape::Plain(name) => return (*name).into(),
        Shape::List(item) => return format!("list<{}>", wit(item, definitions)),
        Shape::FixedLengthList(item, length) => {
            return format!("list<{}, {length}>", wit(item, definitions));
        }
        Shape::Map(key, value) => return format!("map<{key}, {}>", wit(value, definitions)),
        Shape::Option(some) => return format!("option<{}>", wit(some, definitions)),
        Shape::Tuple(types) => return format!("tuple<{}>", all(types).join(", ")),
        Shape::Result(ok, err) => {
            let mut part = |part: &Option<Box<Shape>>| {
                part.as_ref().map_or("_".into(), |shape| wit(shape, definitions))
            };
            return match (part(ok), part(err)) {
                (ok, err) if ok == "_" && err == "_" => "result".into(),
                (ok, err) if err == "_" => format!("result<{ok}>"),
                (ok, err) => format!("result<{ok}, {err}>"),
            };
        }
        Shape::Record(fields) => {
            let fields = all(fields);
            let fields = fields.iter().zip(NAMES).map(|(ty, name)| format!("%{name}: {ty}"));
            ("record", fields.collect::<Vec<_>>())
        }
        Shape::Variant(cases) => {
            let cases = cases.iter().zip(NAMES).map(|(payload, name)| match payload {
                Some(payload) => format!("%{name}({})", wit(payload, definitions)),
                None => format!("%{name}"),
            });
            ("variant", cases.collect())
        }
        Shape::Enum(count) => ("enum", named(*count)),
        Shape::Flags(count) => ("flags", named(*count)),
    };
    let name = format!("t{}", definitions.lines().count());
    writeln!(definitions, "{keyword} {name} {{ {} }}", members.join(", ")).unwrap();
    name
}

fn named(count: usize) -> Vec<String> {
    NAMES[..count].iter().map(|name| format!("%{name}")).collect()
}

pub(crate) fn values(shape: &Shape) -> BoxedStrategy<Val> {
    let text = || proptest::collection::vec(any::<char>(), 0..8);
    match shape {
        Shape::Plain("bool") => any::<bool>().prop_map(Val::Bool).boxed(),
        Shape::Plain("s8") => any::<i8>().prop_map(Val::S8).boxed(),
        Shape::Plain("u8") => any::<u8>().prop_map(Val::U8).boxed(),
        Shape::Plain("s16") => any::<i16>().prop_map(Val::S16).boxed(),
        Shape::Plain("u16") => any::<u16>().prop_map(Val::U16).boxed(),
        Shape::Plain("s32") => any::<i32>().prop_map(Val::S32).boxed(),
        Shape::Plain("u32") => any::<u32>().prop_map(Val::U32).boxed(),
        Shape::Plain("s64") => any::<i64>().prop_map(Val::S64).boxed(),
        Shape::Plain("u64") => any::<u64>().prop_map(Val::U64).boxed(),
        Shape::Plain("f32") => proptest::num::f32::ANY.prop_map(Val::Float32).boxed(),
        Shape::Plain("f64") => proptest::num::f64::ANY.prop_map(Val::Float64).boxed(),
        Shape::Plain("char") => any::<char>().prop_map(Val::Char).boxed(),
        Shape::Plain(_) => text().prop_map(|text| Val::String(text.iter().collect())).boxed(),
        Shape::List(item) => {
            proptest::collection::vec(values(item), 0..4).prop_map(Val::List).boxed()
        }
        Shape::FixedLengthList(item, length) => {
            proptest::collection::vec(values(item), *length).prop_map(Val::FixedLengthList).boxed()
        }
        Shape::Map(key, value) => {
            let pair = (values(&Shape::Plain(key)), values(value));
            let pairs = proptest::collection::vec(pair, 0..4);
            pairs.prop_map(|pairs| Val::Map(each_key_once(pairs))).boxed()
        }
        Shape::Option(some) => {
            proptest::option::of(values(some).prop_map(Box::new)).prop_map(Val::Option).boxed()
        }
        Shape::Tuple(types) => all_values(types).prop_map(Val::Tuple).boxed(),
        Shape::Result(ok, err) => {
            let (ok, err) = (payloads(ok.as_deref()), payloads(err.as_deref()));
            let (ok, err) = (ok.prop_map(|value| Val::Result(Ok(value))), err);
            prop_oneof![ok, err.prop_map(|value| Val::Result(Err(value)))].boxed()
        }
        Shape::Record(fields) => {
            let names = NAMES.iter().map(|name| (*name).to_owned());
            all_values(fields)
                .prop_map(move |values| Val::Record(names.clone().zip(values).collect()))
                .boxed()
        }
        Shape::Variant(cases) => {
            let cases = cases.iter().zip(NAMES).map(|(payload, name)| {
                let value = payloads(payload.as_ref());
                value.prop_map(move |value| Val::Variant((*name).into(), value)).boxed()
            });
            proptest::strategy::Union::new(cases.collect::<Vec<_>>()).boxed()
        }
        Shape::Enum(count) => proptest::sample::select(&NAMES[..*count])
            .prop_map(|name| Val::Enum(name.into()))
            .boxed(),
        Shape::Flags(count) => proptest::sample::subsequence(&NAMES[..*count], 0..=*count)
            .prop_map(|names| Val::Flags(names.into_iter().map(Into::into).collect()))
            .boxed(),
    }
}

fn each_key_once(pairs: Vec<(Val, Val)>) -> Vec<(Val, Val)> {
    let mut keys = BTreeSet::new();
    pairs.into_iter().filter(|(key, _)| keys.insert(to_wave(key))).collect()
}

fn all_values(shapes: &[Shape]) -> impl Strategy<Value = Vec<Val>> + use<> {
    shapes.iter().map(values).collect::<Vec<_>>()
}

fn payloads(shape: Option<&Shape>) -> BoxedStrategy<Option<Box<Val>>> {
    match shape {
        Some(shape) => values(shape).prop_map(|value| Some(Box::new(value))).boxed(),
        None => Just(None).boxed(),
    }
}
