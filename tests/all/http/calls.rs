//! Tests of calls: every type of WIT as JSON and back, what a failure becomes, and how the server
//! takes on no more than it can.

use std::sync::{Arc, Mutex};

use serde_json::json;
use wit_host_server::{Access, Token};

use super::{Running, builder, shop, text};

#[test]
fn values_can_be_texts_of_wave() {
    let running = shop(builder(Access::default()));
    for (function, arguments, status, expected) in [
        ("price?values=wave", json!({ "name": "tea" }), 200, json!("250")),
        ("price?values=wave", json!(["\"tea\""]), 200, json!("250")),
        ("price?values=json", json!(["tea"]), 200, json!(250)),
        ("find?values=wave", json!(["oil"]), 200, json!("none")),
        ("beep?values=wave", json!([]), 200, json!(null)),
        (
            "take?values=wave",
            json!(["{name: \"tea\", cents: 250, tags: []}", "9"]),
            422,
            json!("too-few(3)"),
        ),
    ] {
        let answer = running.call(function, &arguments.to_string());
        assert_eq!((answer.status, answer.json()), (status, expected), "{function} {arguments}");
    }
    for (function, arguments, path) in [
        ("price?values=wave", json!([7]), json!("$[0]")),
        ("price?values=wave", json!({ "other": "tea" }), json!("$.name")),
        ("price?values=wave", json!(["a", "b"]), json!("$")),
        ("price?values=wave", json!("tea"), json!("$")),
        ("weigh?values=wave", json!(["x", "1"]), json!("$[0]")),
        ("price?values=xml", json!(["tea"]), json!(null)),
    ] {
        let answer = running.call(function, &arguments.to_string());
        assert_eq!((answer.status, &answer.json()["path"]), (400, &path), "{function} {arguments}");
    }
}

#[test]
fn every_type_is_json() {
    let running = shop(builder(Access::default()));
    for (function, arguments, status, expected) in [
        ("price", json!({ "name": "tea" }), 200, json!(250)),
        ("shop:prices/prices.price", json!({ "name": "" }), 200, json!(99)),
        ("shop:prices/prices@1.0.0.price", json!(["tea"]), 200, json!(250)),
        (
            "find",
            json!({ "name": "tea" }),
            200,
            json!({ "name": "tea", "cents": 250, "tags": ["hot"] }),
        ),
        ("find", json!({ "name": "oil" }), 200, json!(null)),
        (
            "take",
            json!({ "article": { "name": "tea", "cents": 250, "tags": [] }, "count": 2 }),
            200,
            json!(500),
        ),
        (
            "take",
            json!({ "article": { "name": "tea", "cents": 250, "tags": [] }, "count": 9 }),
            422,
            json!({ "too-few": 3 }),
        ),
        (
            "take",
            json!({ "article": { "name": "salt", "cents": 1, "tags": [] }, "count": 1 }),
            422,
            json!("sold-out"),
        ),
        ("label", json!({ "name": "grün", "upper": true }), 200, json!("GRÜN")),
        ("reversed", json!({ "data": "data:;base64,AAH/" }), 200, json!("data:;base64,/wEA")),
        ("reversed", json!({ "data": [1, 2] }), 200, json!("data:;base64,AgE=")),
        (
            "pick",
            json!({ "size": "small", "marks": ["fresh"], "at": [1.5, "é"] }),
            200,
            json!(["large", ["organic"], true]),
        ),
        ("weigh", json!({ "grams": "4", "factor": 0.5 }), 200, json!(2.0)),
        ("weigh", json!({ "grams": -4, "factor": 0.5 }), 422, json!("-4 is no weight")),
        ("next", json!({ "size": "large" }), 200, json!("small")),
        ("beep", json!({}), 200, json!(null)),
    ] {
        let answer = running.call(function, &arguments.to_string());
        assert_eq!(answer.status, status, "{function}: {answer:?}");
        assert_eq!(answer.json(), expected, "{function}");
        assert!(answer.headers.contains("server-timing: wait;dur="), "{}", answer.headers);
    }
    assert_eq!(running.call("beep", "").status, 200, "without parameters there need be no body");
    assert!(running.end(), "all had ended");
}

#[test]
fn wrong_calls_say_what_is_wrong() {
    let running = shop(builder(Access::default()));
    for (function, body, status, expected) in [
        ("price", "{}", 400, "name"),
        ("price", r#"{"name": 7}"#, 400, "$.name"),
        ("price", r#"{"name": "tea", "more": 1}"#, 400, "more"),
        ("price", r#"{"name": "#, 400, "EOF"),
        ("price", "", 400, ""),
        ("price", r#""tea""#, 400, ""),
        ("pick", r#"{"size": "huge", "marks": [], "at": [1, "x"]}"#, 400, "small"),
        ("prise", "{}", 404, "shop:prices/prices@1.0.0.price"),
        ("", "{}", 404, ""),
    ] {
        let answer = running.call(function, body);
        assert_eq!(answer.status, status, "{function} {body}: {answer:?}");
        assert!(answer.headers.contains("content-type: application/problem+json"), "{answer:?}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(answer.body.contains(expected), "{function} {body}: {problem}");
    }
}

#[test]
fn a_failure_is_a_problem_with_its_report() {
    let guest = r#"(module
        (func (export "trap") unreachable)
        (func (export "spin") (loop (br 0)))
        (func (export "two") (result i32 i64) i32.const 1 i64.const 9007199254740993)
        (func (export "vector") (result v128) v128.const i64x2 0 0))"#;
    let running = text(builder(Access::default()), guest);
    let trapped = running.call("trap", "");
    assert_eq!(trapped.status, 500, "{trapped:?}");
    assert!(trapped.json()["report"].as_str().unwrap().contains("unreachable"), "{trapped:?}");
    assert_eq!(running.call("spin", "").status, 504);
    assert_eq!(running.call("two", "").json(), json!([1, "9007199254740993"]));
    let vector = running.call("vector", "");
    assert_eq!(vector.status, 404);
    assert!(vector.body.contains("is not served: "), "{}", vector.body);
    let functions = running.get("/functions").json();
    assert_eq!(functions["left_out"][0]["name"], "vector", "{functions}");
    assert_eq!(running.get("/wit").status, 404, "a core module has none");
}

#[test]
fn who_is_one_too_many_is_told_to_come_again() {
    let guest = r#"(module (func (export "spin") (loop (br 0))))"#;
    let running = text(builder(Access::default()), guest);
    let statuses = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let answer = running.call("spin", "");
                if answer.status == 503 {
                    assert!(answer.headers.contains("retry-after: 1"), "{answer:?}");
                }
                statuses.lock().unwrap().push(answer.status);
            });
        }
    });
    let statuses = statuses.into_inner().unwrap();
    assert!(statuses.iter().all(|status| [503, 504].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&504), "{statuses:?}");
}

#[test]
fn a_token_is_asked_for_before_anything_else() {
    let access = Access { token: Token::new("secret"), ..Access::default() };
    let running = shop(builder(access));
    let call = |header: &str| {
        let headers = format!("Content-Type: application/json\r\n{header}");
        Running::send(running.address, "POST /call/beep", &headers, "{}").status
    };
    assert_eq!(call(""), 401);
    assert_eq!(call("Authorization: Bearer other\r\n"), 401);
    assert_eq!(call("Authorization: Bearer secret\r\n"), 200);
    assert_eq!(running.get("/functions").json()["needs_token"], true);
    assert!(running.get("/openapi.json").body.contains(r#""scheme":"bearer""#));
}

#[test]
fn pages_of_other_sites_call_only_if_they_may() {
    let origins = vec!["https://app.example".into()];
    let access = Access { origins, ..Access::default() };
    let running = shop(builder(access));
    let call = |headers: &str| {
        let headers = format!("Content-Type: application/json\r\n{headers}");
        Running::send(running.address, "POST /call/beep", &headers, "{}")
    };
    assert_eq!(call("Origin: https://evil.example\r\n").status, 403);
    let allowed = call("Origin: https://app.example\r\n");
    assert_eq!(allowed.status, 200);
    assert!(allowed.headers.contains("access-control-allow-origin: https://app.example"));
    let asked = Running::send(
        running.address,
        "OPTIONS /call/beep",
        "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n",
        "",
    );
    assert_eq!(asked.status, 204);
    assert!(asked.headers.contains("access-control-allow-headers: authorization, content-type"));
    assert_eq!(call("Host: rebound.example\r\n").status, 421);
    let form = "Content-Type: text/plain\r\n";
    assert_eq!(Running::send(running.address, "POST /call/beep", form, "{}").status, 415);
}

#[test]
fn the_page_and_the_documents_are_there() {
    let running = shop(builder(Access::default()));
    let page = running.get("/");
    assert_eq!(page.status, 200);
    assert!(page.headers.contains("content-security-policy: default-src 'none'; "), "{page:?}");
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "it asks no other");
    for path in ["/page.js", "/page.css", "/healthz", "/readyz", "/wit", "/guests"] {
        assert_eq!(running.get(path).status, 200, "{path}");
    }
    let document = running.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let price = &document["paths"]["/call/shop:prices/prices@1.0.0.price"]["post"];
    let schema = &price["requestBody"]["content"]["application/json"]["schema"]["anyOf"][0];
    let named = "#/components/schemas/shop_prices_prices_1_0_0_price_arguments";
    assert_eq!(schema["$ref"], named, "{price}");
    let schema = &document["components"]["schemas"][named.rsplit('/').next().unwrap()];
    assert_eq!(schema["properties"]["name"]["type"], "string", "{document}");
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(running.get("/nothing").status, 404);
    assert_eq!(running.get("/call/price").status, 405);
}

#[test]
fn each_answer_is_logged_on_one_line() {
    let entries = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&entries);
    let running = shop(builder(Access::default()).log(move |entry| {
        log.lock().unwrap().push((entry.path.clone(), entry.status, entry.function.clone()));
    }));
    running.call("price", r#"{"name": "tea"}"#);
    running.get("/a%0Ab%1b");
    assert!(running.end());
    let price = Some("shop:prices/prices@1.0.0.price".to_owned());
    let expected = [("/call/price".to_owned(), 200, price), ("/a%0Ab%1b".to_owned(), 404, None)];
    assert_eq!(*entries.lock().unwrap(), expected);
}
