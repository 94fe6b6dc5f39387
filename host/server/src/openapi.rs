//! The OpenAPI document (3.1) of what a guest serves.

use serde_json::{Map, Value, json};

use crate::functions::{Function, Functions};

/// Returns the document. `base` is what stands before `/call` in the paths.
pub(crate) fn document(title: &str, base: &str, functions: &Functions, has_token: bool) -> Value {
    let paths: Map<_, _> = functions.served.iter().map(|one| path(base, one)).collect();
    let arguments = functions.served.iter();
    let arguments = arguments.map(|one| (arguments_of(one), one.params()));
    let mut schemas: Map<_, _> = arguments.collect();
    schemas.insert("Problem".into(), problem());
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": "1" },
        "paths": paths,
        "components": {
            "schemas": schemas,
        },
    });
    if has_token {
        document["components"]["securitySchemes"] =
            json!({ "token": { "type": "http", "scheme": "bearer" } });
        document["security"] = json!([{ "token": [] }]);
    }
    document
}

fn path(base: &str, function: &Function) -> (String, Value) {
    let body = |schema: Value| json!({ "application/json": { "schema": schema } });
    let mut responses = Map::new();
    let returned = json!({ "description": "What it returned", "content": body(function.result()) });
    responses.insert("200".into(), returned);
    if let Some(error) = function.error() {
        let failed = json!({ "description": "Its `err`", "content": body(error) });
        responses.insert("422".into(), failed);
    }
    for (status, description) in PROBLEMS {
        let problem = json!({
            "description": description,
            "content": {
                "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
            },
        });
        responses.insert(status.into(), problem);
    }
    let mut operation = json!({
        "operationId": identifier(&function.name),
        "summary": function.signature.to_string(),
        "requestBody": {
            "required": true,
            "content": body(arguments(function)),
        },
        "responses": responses,
    });
    if let Some(docs) = &function.docs {
        operation["description"] = docs.as_str().into();
    }
    (format!("{base}/call/{}", function.name), json!({ "post": operation }))
}

/// Returns the name of the schema of a function's arguments, which generated programs call them by.
fn arguments_of(function: &Function) -> String {
    format!("{}_arguments", identifier(&function.name))
}

/// Returns the schema of a body: the arguments by name or as a list, and null for none.
fn arguments(function: &Function) -> Value {
    let named = json!({ "$ref": format!("#/components/schemas/{}", arguments_of(function)) });
    // By a convention they are a list anyway, and have no names.
    if function.convention.is_some() {
        return named;
    }
    let mut forms = vec![named, function.signature.list_schema()];
    if function.signature.params.is_empty() {
        forms.push(json!({ "type": "null" }));
    }
    json!({ "anyOf": forms })
}

/// The answers that any call may have, and what they mean.
const PROBLEMS: [(&str, &str); 9] = [
    ("400", "The arguments are wrong"),
    ("401", "A token is missing, or is another one"),
    ("403", "Pages of this origin may not call"),
    ("408", "The body took too long"),
    ("413", "The body is too large"),
    ("415", "The body is no JSON"),
    ("500", "The call failed"),
    ("503", "Every session is in use"),
    ("504", "The call ran out of time"),
];

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457)",
        "properties": {
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "report": { "type": "string", "description": "All that is known of a failed call" },
            "trace": { "type": "string", "description": "The trace that the call belongs to" },
        },
        "required": ["title", "status", "detail"],
    })
}

/// Returns a name as programs may have one.
fn identifier(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}
