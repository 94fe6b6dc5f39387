//! Tests of JSON for programs, which is written by type. Each style can be read back, parameters
//! are given by name or in order, and an error has the path of what is wrong.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_host::Val;
use wit_host::values::{Form, Json, JsonStyle, Signature, from_text, to_json, to_wave};
use wit_host::wasmtime::component::types::ComponentItem;
use wit_host::wasmtime::component::{Component, Type};
use wit_host::wasmtime::{self, Engine};
use wit_parser::{ManglingAndAbi, Resolve};

use super::DEFINITIONS;
use super::random::{Kinds, shapes, values, wit};

/// The numbers of components, of types in each, and of values of each type.
const COMPONENTS: u32 = 24;
const TYPES: usize = 8;
const VALUES: usize = 16;

/// Returns the signature of a function. Its parameters `p0` and so on have these types, and its
/// result has the first of them. The engine has all types switched on.
fn signature(definitions: &str, types: &[impl AsRef<str>]) -> Signature {
    let params = types.iter().enumerate().map(|(at, ty)| format!("p{at}: {}", ty.as_ref()));
    let params = params.collect::<Vec<_>>().join(", ");
    let result = types.first().map_or(String::new(), |ty| format!("-> {}", ty.as_ref()));
    let text = format!(
        "package test:json; interface values {{ resource handle; {definitions} \
         f: func({params}) {result}; }} world w {{ export values; }}"
    );
    let mut resolve = Resolve::default();
    let package = resolve.push_str("json.wit", &text).unwrap_or_else(|e| panic!("{e:#}: {text}"));
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let component = ComponentEncoder::default().module(&module).unwrap().encode().unwrap();
    let mut config = wasmtime::Config::new();
    config.wasm_component_model_map(true).wasm_component_model_fixed_length_lists(true);
    let engine = Engine::new(&config).unwrap();
    let component = Component::new(&engine, component).unwrap_or_else(|e| panic!("{e:#}: {text}"));
    let ty = component.component_type();
    let mut exports = ty.exports(&engine);
    let Some((_, item)) = exports.next() else { panic!("{text}") };
    let ComponentItem::ComponentInstance(instance) = item.ty else { panic!("{text}") };
    let Some(item) = instance.get_export(&engine, "f") else { panic!("{text}") };
    let ComponentItem::ComponentFunc(function) = item.ty else { panic!("{text}") };
    Signature::of_component(&function)
}

/// Fields that are left out take memory, and nothing in the text.
#[test]
fn what_is_left_out_has_a_limit() {
    let fields: String = (0..1_000).map(|n| format!("item{n}: option<u8>,")).collect();
    let signature = signature(&format!("record wide {{ {fields} }}"), &["list<wide>"]);
    let ty = &signature.params[0].1;
    let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
    for (form, item) in [(Form::Json, "{}"), (Form::Wave, "{:}")] {
        assert!(from_text("p0", ty, &list(item, 100), form).is_ok(), "{item}");
        let error = from_text("p0", ty, &list(item, 2_000), form).unwrap_err().to_string();
        assert!(error.contains("leaves out more than 1048576 fields"), "{error}");
    }
}

fn types(types: &[&str]) -> Vec<Type> {
    let signature = signature(DEFINITIONS, types);
    signature.params.into_iter().map(|(_, ty)| ty).collect()
}

const STYLES: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

fn styles() -> impl Iterator<Item = JsonStyle> {
    STYLES.iter().map(|(urls, wide)| JsonStyle::default().data_urls(*urls).wide_as_text(*wide))
}

#[test]
fn every_type_in_every_style_there_and_back() {
    let config = Config { cases: COMPONENTS, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let with_values = shapes(Kinds::All).prop_flat_map(|shape| {
        let values = proptest::collection::vec(values(&shape), VALUES);
        (Just(shape), values)
    });
    let components = proptest::collection::vec(with_values, TYPES);
    let run = TestRunner::new_with_rng(config, rng).run(&components, |shapes| {
        let mut definitions = String::new();
        let names: Vec<_> = shapes.iter().map(|(shape, _)| wit(shape, &mut definitions)).collect();
        let signature = signature(&definitions, &names);
        for ((_, ty), (_, values)) in signature.params.iter().zip(&shapes) {
            values.iter().for_each(|value| there_and_back(ty, value));
        }
        for index in 0..VALUES {
            let arguments = shapes.iter().map(|(_, values)| values[index].clone());
            by_name_and_in_order(&signature, &arguments.collect::<Vec<_>>());
        }
        Ok(())
    });
    run.unwrap();
}

fn there_and_back(ty: &Type, value: &Val) {
    for style in styles() {
        let typed = style.value(ty, value).unwrap();
        for written in [&typed, &style.untyped(value)] {
            let text = written.to_string();
            let read = Json::parse(&text).and_then(|json| json.value(ty));
            assert_eq!(read.as_ref(), Ok(value), "{text}");
        }
    }
    let wave = to_wave(value);
    assert_eq!(from_text("v", ty, &wave, Form::Wave).as_ref(), Ok(value), "{wave}");
}

fn by_name_and_in_order(signature: &Signature, arguments: &[Val]) {
    let style = JsonStyle::default();
    let named = style.params(signature, arguments).unwrap();
    let in_order: serde_json::Value = arguments.iter().map(to_json).collect();
    for text in [named.to_string(), in_order.to_string()] {
        let read = Json::parse(&text).and_then(|json| json.params(signature));
        assert_eq!(read.as_deref(), Ok(arguments), "{text}");
    }
    let results = style.results(&signature.results, &arguments[..1]).unwrap().to_string();
    let read = Json::parse(&results).and_then(|json| json.results(&signature.results));
    assert_eq!(read.as_deref(), Ok(&arguments[..1]), "{results}");
}

/// A type, a value in WAVE, its JSON for programs, and its JSON for browsers.
const WRITTEN: &[(&str, &str, &str, &str)] = &[
    ("list<u8>", "[0, 255]", r#""data:;base64,AP8=""#, r#""data:;base64,AP8=""#),
    ("list<u8>", "[]", r#""data:;base64,""#, r#""data:;base64,""#),
    ("list<u8, 2>", "[0, 255]", r#""data:;base64,AP8=""#, r#""data:;base64,AP8=""#),
    ("list<s8>", "[0, 1]", "[0,1]", "[0,1]"),
    ("list<u16, 2>", "[1, 2]", "[1,2]", "[1,2]"),
    ("map<string, u8>", "[(\"a\", 1)]", r#"{"a":1}"#, r#"{"a":1}"#),
    (
        "map<string, list<u8>>",
        "[(\"a\", [])]",
        r#"{"a":"data:;base64,"}"#,
        r#"{"a":"data:;base64,"}"#,
    ),
    ("map<string, u8>", "[]", "{}", "{}"),
    ("map<u64, bool>", "[]", "[]", "[]"),
    (
        "map<u64, bool>",
        "[(9007199254740993, true)]",
        "[[9007199254740993,true]]",
        r#"[["9007199254740993",true]]"#,
    ),
    ("u64", "9007199254740991", "9007199254740991", "9007199254740991"),
    ("u64", "9007199254740992", "9007199254740992", r#""9007199254740992""#),
    ("s64", "-9007199254740992", "-9007199254740992", r#""-9007199254740992""#),
    ("option<s64>", "some(9223372036854775807)", "9223372036854775807", r#""9223372036854775807""#),
    ("f64", "nan", r#""nan""#, r#""nan""#),
];

#[test]
fn what_programs_and_browsers_are_given() {
    let tys = types(&WRITTEN.iter().map(|(ty, ..)| *ty).collect::<Vec<_>>());
    for (ty, (name, wave, programs, browsers)) in tys.iter().zip(WRITTEN) {
        let value = from_text("v", ty, wave, Form::Wave).unwrap();
        let style = JsonStyle::default().data_urls(true);
        assert_eq!(style.value(ty, &value).unwrap().to_string(), *programs, "{name}");
        let style = style.wide_as_text(true);
        assert_eq!(style.value(ty, &value).unwrap().to_string(), *browsers, "{name}");
    }
}

/// A type, JSON, and either the value in WAVE or the error with its path.
const READ: &[(&str, &str, Result<&str, &str>)] = &[
    ("u8", "172.0", Ok("172")),
    ("s64", "-1e3", Ok("-1000")),
    ("u64", "9007199254740992.0", Ok("9007199254740992")),
    ("map<string, u8>", r#"[["a", 1], ["b", 2]]"#, Ok(r#"[("a", 1), ("b", 2)]"#)),
    ("map<string, u8>", r#"{"a": 1, "b": 2}"#, Ok(r#"[("a", 1), ("b", 2)]"#)),
    ("map<string, u8>", r#"{"a": 1, "a": 2}"#, Err("at `$`: the key `\"a\"` is there twice")),
    (
        "map<string, u8>",
        r#"{"a": 1, "b": []}"#,
        Err("at `$[\"b\"]`: expected `u8` (a whole number from 0 to 255), found `[…]`"),
    ),
    ("map<u8, u8>", r#"{"1": 1}"#, Err("at `$`: expected `map<u8, u8>`, found `{…}`")),
    ("map<u8, u8>", "[[1, 2], [1, 3]]", Err("at `$[1]`: the key `1` is there twice")),
    (
        "map<u8, u8>",
        "[[1, 2], [1]]",
        Err("at `$[1]`: expected a list of a key and its value, found `[…]`"),
    ),
    ("map<u8, u8>", "[1]", Err("at `$[0]`: expected a list of a key and its value, found `1`")),
    (
        "map<u8, u8>",
        "[[1, 256]]",
        Err("at `$[0][1]`: expected `u8` (a whole number from 0 to 255), found `256`"),
    ),
    ("list<u8, 2>", "[1]", Err("at `$`: the list has 2 values, and here are 1")),
    ("list<u8, 2>", r#""data:;base64,AAAA""#, Err("at `$`: the list has 2 values, and here are 3")),
    ("list<u8, 2>", "7", Err("at `$`: expected `list<u8, 2>`, found `7`")),
    (
        "list<person>",
        r#"[{"name": "a"}, {"name": "b", "at": {"x": 1, "y": "2"}}]"#,
        Err("at `$[1].at.y`: expected `f32` (a number up to 3.4028235e38), found `\"2\"`"),
    ),
    (
        "borrow<handle>",
        "1",
        Err(
            "at `$`: `borrow<resource>` cannot be written as text; pass on what an earlier call returned",
        ),
    ),
    ("u8", "{", Err("at `$`: it is no JSON: EOF while parsing an object at line 1 column 1")),
];

#[test]
fn what_is_read_and_what_is_wrong_where() {
    let tys = types(&READ.iter().map(|(ty, ..)| *ty).collect::<Vec<_>>());
    for (ty, (name, text, expected)) in tys.iter().zip(READ) {
        let read = Json::parse(text).and_then(|json| json.value(ty));
        let found = read.map(|value| to_wave(&value)).map_err(|error| error.to_string());
        assert_eq!(found.as_deref(), expected.map_err(str::to_owned).as_deref(), "{name}: {text}");
    }
    for (ty, text, expected) in [
        ("map<u8, u8>", "[(1, 2), (1, 3)]", "at `[1]`: the key `1` is there twice"),
        ("map<u8, u8>", "[(1)]", "at `[0]`: expected a key and its value, found `(1`"),
        ("map<u8, u8>", "[(1, 2, 3)]", "at `[0]`: expected `)`, found `3` (at character 9)"),
        ("map<u8, u8>", "{}", "expected `map<u8, u8>`, found `{`"),
        ("list<u8, 2>", "[1, 2, 3]", "the list has 2 values, and here are 3"),
    ] {
        let error = from_text("v", &types(&[ty])[0], text, Form::Wave).unwrap_err();
        assert_eq!(error.reason, expected, "{ty}: {text}");
    }
}

#[test]
fn parameters_that_are_wrong() {
    let signature = signature("", &["u8", "option<string>"]);
    let none = Signature { params: Vec::new(), results: Vec::new() };
    let given = vec![Val::U8(1), Val::Option(None)];
    for (signature, text, expected) in [
        (&signature, r#"{"p0": 1}"#, Ok(given.clone())),
        (&signature, r#"{"p1": null, "p0": 1}"#, Ok(given)),
        (&signature, "[1]", Err("at `$`: the function has 2 parameters, and here are 1")),
        (&signature, r#"{"p1": "a"}"#, Err("at `$`: the parameter `p0` is missing")),
        (&signature, r#"{"p0": 1, "p0": 1}"#, Err("at `$`: the parameter `p0` is there twice")),
        (
            &signature,
            r#"{"p2": 1}"#,
            Err("at `$`: there is no parameter `p2`; the parameters are `p0`, `p1`"),
        ),
        (
            &signature,
            r#"{"p0": -1}"#,
            Err("at `$.p0`: expected `u8` (a whole number from 0 to 255), found `-1`"),
        ),
        (&signature, r#"[1, 2]"#, Err("at `$[1]`: expected `string`, found `2`")),
        (
            &signature,
            "7",
            Err("at `$`: expected the parameters as an object by their names or as a list, \
                 found `7`"),
        ),
        (&none, "null", Ok(Vec::new())),
        (&none, "[]", Ok(Vec::new())),
        (&none, "{}", Ok(Vec::new())),
    ] {
        let read = Json::parse(text).and_then(|json| json.params(signature));
        let read = read.map_err(|error| error.to_string());
        assert_eq!(read, expected.map_err(str::to_owned), "{text}");
    }
    let error = Json::parse("1").unwrap().results(&[]).unwrap_err();
    assert_eq!(error.to_string(), "at `$`: expected no result, found `1`");
}

#[test]
fn values_that_are_none_of_the_type_are_not_written() {
    let tys = types(&["person", "shape", "tuple<u8, list<bool>>", "own<handle>", "list<u8, 2>"]);
    let point = Val::Record(vec![("x".into(), Val::Float32(1.0)), ("y".into(), Val::U8(1))]);
    let some = |value| Val::Option(Some(Box::new(value)));
    let person = Val::Record(vec![
        ("name".into(), Val::String("a".into())),
        ("age".into(), Val::Option(None)),
        ("at".into(), some(point)),
    ]);
    let bad_list = Val::List(vec![Val::Bool(true), Val::U8(1)]);
    for (index, value, expected) in [
        (0, person, "at `$.at.y`: expected `f32` (a number up to 3.4028235e38), found `1`"),
        (1, Val::Variant("ok".into(), None), "at `$`: the payload of `ok` is missing"),
        (1, Val::Variant("dot".into(), Some(Box::new(Val::U8(1)))), "at `$`: `dot` has no payload"),
        (2, Val::Tuple(vec![Val::U8(1), bad_list]), "at `$[1][1]`: expected `bool`, found `1`"),
        (
            3,
            Val::U8(1),
            "at `$`: `own<resource>` cannot be written as text; pass on what an earlier call \
             returned",
        ),
        (4, Val::FixedLengthList(vec![Val::U8(1)]), "at `$`: expected `list<u8, 2>`, found `[1]`"),
    ] {
        let error = JsonStyle::default().value(&tys[index], &value).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_text_has_no_more_values_than_it_may() {
    let too_many = "there are more values in it than may be; bytes take one as a data URL";
    for (text, most, fits) in [
        ("7", 1, true),
        ("7", 0, false),
        ("[1, 2]", 3, true),
        ("[1, 2]", 2, false),
        (r#"{"a": {"b": []}}"#, 3, true),
        (r#"{"a": {"b": []}}"#, 2, false),
    ] {
        match Json::parse_within(text, most) {
            Ok(_) => assert!(fits, "{text}"),
            Err(error) => assert_eq!((error.reason.as_str(), fits), (too_many, false), "{text}"),
        }
    }
    let deep = "[".repeat(1_000_000);
    assert!(Json::parse(&deep).unwrap_err().reason.starts_with("it is no JSON: recursion limit"));
}

#[test]
fn the_deepest_types_are_written_and_read() {
    type Wrap = fn(Val) -> Val;
    // The engine does not accept deeper types as parameters.
    let deep = |of: &str| format!("{}u8{}", of.repeat(97), ">".repeat(97));
    let kinds: [(&str, Wrap); 4] = [
        ("list<", |value| Val::List(vec![value])),
        ("tuple<", |value| Val::Tuple(vec![value])),
        ("option<", |value| Val::Option(Some(Box::new(value)))),
        ("result<", |value| Val::Result(Ok(Some(Box::new(value))))),
    ];
    for (of, wrap) in kinds {
        let ty = &types(&[&deep(of)])[0];
        let value = (0..97).fold(Val::U8(7), |value, _| wrap(value));
        there_and_back(ty, &value);
        let wrong = (0..97).fold(Val::Bool(true), |value, _| wrap(value));
        let error = JsonStyle::default().value(ty, &wrong).unwrap_err();
        assert!(error.reason.starts_with("expected `u8`"), "{error}");
    }
}
