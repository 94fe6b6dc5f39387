//! Tests of core modules that are served with text, by the convention that they keep: they answer as
//! the component that `adapt` makes of them.

use serde_json::{Value, json};
use wit_host::{Abi, Contract, Limits, Returns};
use wit_host_adapt::Plan;
use wit_host_artifacts as guests;
use wit_host_server::{Access, Convention};

use super::{Running, builder, live};
use crate::support::command::{Files, check, command};

const WORLD: &str = "package a:b; world greeter { export greet: func(name: string) -> string; }";

fn served(guest: &[u8], convention: Option<Convention>) -> Running {
    let runtime = crate::support::hosts::builder().build().unwrap();
    let live = live(&runtime, guest);
    Running::new(builder(Access::default()).convention(convention).only(live, guest, None))
}

fn module() -> Running {
    let abi = Abi::CString(Returns::Inferred);
    let guest = std::fs::read(guests::GREET_UNKNOWN).unwrap();
    served(&guest, Some(Convention { abi, allocator: None }))
}

#[test]
fn a_module_answers_as_its_component_does() {
    let bytes = std::fs::read(guests::GREET_UNKNOWN).unwrap();
    let contract = Contract::parse(WORLD, None).unwrap();
    let plan = Plan::new(&bytes, &contract, &Limits::default()).unwrap();
    let component = served(&plan.into_component().unwrap(), None);
    let module = module();
    for name in ["Ann", "", "grün 😀", "7", "true", "[1, 2]", "string:x", "a\nb\"c\\"] {
        let body = json!([name]).to_string();
        let answers = [component.call("greet", &body), module.call("greet", &body)];
        for answer in answers {
            assert_eq!((answer.status, answer.json()), (200, json!(format!("Hello, {name}!"))));
        }
    }
}

#[test]
fn values_say_their_types_where_nothing_else_does() {
    let module = module();
    let fib = module.call("fib_array", "[5, [0, 0, 0, 0, 0]]");
    assert_eq!(fib.json(), json!([5, [1, 1, 2, 3, 5]]), "{fib:?}");
    let typed = module.call("fib_array", r#"[{"u8": 3}, {"[s32]": [0, 0, 0]}]"#);
    assert_eq!(typed.json(), json!([2, [1, 1, 2]]), "{typed:?}");
    for (function, body, status, expected) in [
        ("greet", r#"{"name": "Ann"}"#, 400, "give a list of arguments"),
        ("greet", "[null]", 400, r#""path":"$[0]""#),
        ("greet", "[\"a\", \"b\"]", 400, "it takes (i32)"),
        ("greet", "[", 400, "EOF"),
        ("greet", r#"["a\u0000b"]"#, 400, "NUL"),
        ("gret", "[]", 404, "greet"),
    ] {
        let answer = module.call(function, body);
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert!(answer.body.contains(expected), "{body}: {}", answer.body);
    }
    let functions = module.get("/functions").json();
    let greet = functions["functions"].as_array().unwrap();
    let greet = greet.iter().find(|one| one["name"] == "greet").unwrap();
    assert_eq!(
        (&greet["has_convention"], &greet["params"]["type"]),
        (&json!(true), &json!("array"))
    );
    let document = module.get("/openapi.json").json();
    let schema = &document["components"]["schemas"]["greet_arguments"];
    assert_eq!(schema["type"], "array", "{document}");
}

#[test]
fn the_command_serves_modules_with_text() {
    let files = Files::new();
    let input = files.file("input", "{\"id\":1,\"method\":\"greet\",\"params\":[\"Ann\"]}\n");
    let output = command(files.path())
        .args(["serve", "--stdio", "--abi", "cstring", guests::GREET_UNKNOWN])
        .stdin(std::fs::File::open(&input).unwrap())
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["result"], "Hello, Ann!", "{answer}");
    let guest = guests::COMPONENT_WASIP2;
    check(&["serve", "--abi", "cstring", guest], 2, "", "`--abi` is for core modules");
}
