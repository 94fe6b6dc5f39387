//! What of a guest is served: its functions with their types and comments, and those that are left
//! out, with the reason.

use std::collections::HashMap;

use serde_json::{Value, json};
use wit_host::values::{Signature, tied};
use wit_host::{Abi, Contract, Guest, Kind};

use crate::convention;

/// An export that is served.
#[derive(Debug)]
pub struct Function {
    /// Its full name: `greet`, or `shop:prices/cart@1.0.0.total`.
    pub name: String,
    /// Its parameters and results.
    pub signature: Signature,
    /// What its comment in the WIT says.
    pub docs: Option<String>,
    /// The convention by which it takes and returns text, if it is a core module's that keeps one.
    /// Its parameters and results are then not what it is called with.
    pub convention: Option<Abi>,
}

/// An export that is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its full name.
    pub name: String,
    /// Why it is not served.
    pub reason: String,
}

/// What one guest serves.
#[derive(Debug)]
pub(crate) struct Functions {
    pub(crate) served: Vec<Function>,
    pub(crate) left_out: Vec<LeftOut>,
    /// The guest's imports and exports as WIT. `None` for a core module.
    pub(crate) wit: Option<String>,
}

impl Functions {
    /// Returns what a guest serves, with the comments in its bytes. A core module is called by the
    /// convention, if there is one.
    pub(crate) fn new<T: Send + 'static>(
        guest: &Guest<T>,
        bytes: &[u8],
        convention: Option<Abi>,
    ) -> Self {
        let convention = convention.filter(|_| guest.kind() == Kind::Module);
        let wit = guest.runtime().inspect(bytes).ok().and_then(|inspection| inspection.wit);
        let docs = wit.as_deref().map(docs).unwrap_or_default();
        let (mut served, mut left_out) = (Vec::new(), Vec::new());
        for name in guest.exports().into_iter().filter(|name| !name.starts_with("wasi:")) {
            match signature(guest, &name) {
                Ok(signature) => {
                    let docs = docs.get(&name).cloned();
                    served.push(Function { name, signature, docs, convention });
                }
                Err(reason) => left_out.push(LeftOut { name, reason }),
            }
        }
        Self { served, left_out, wit }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Function> {
        self.served.iter().find(|function| function.name == name)
    }

    /// Returns all of it as JSON, for the page and for programs.
    pub(crate) fn json(&self) -> Value {
        let served = self.served.iter().map(|function| {
            json!({
                "name": function.name,
                "wit": function.signature.to_string(),
                "docs": function.docs,
                "has_convention": function.convention.is_some(),
                "params": function.params(),
                "result": function.result(),
            })
        });
        let left_out = self.left_out.iter();
        let left_out = left_out.map(|one| json!({ "name": one.name, "reason": one.reason }));
        json!({ "functions": served.collect::<Value>(), "left_out": left_out.collect::<Value>() })
    }
}

impl Function {
    /// Returns the schema of the arguments: an object, or a list of values whose types only they
    /// themselves say.
    pub(crate) fn params(&self) -> Value {
        match self.convention {
            Some(_) => convention::params(),
            None => self.signature.params_schema(),
        }
    }

    /// Returns the schema of what it returns, or of the `ok` of a `result`.
    pub(crate) fn result(&self) -> Value {
        match self.convention {
            Some(_) => convention::result(),
            None => self.signature.result_schema(),
        }
    }

    /// Returns the schema of the `err` of what it returns, if it returns a `result`.
    pub(crate) fn error(&self) -> Option<Value> {
        match self.convention {
            Some(Abi::Bindgen) => Some(json!({ "type": "string" })),
            Some(_) => None,
            None => self.signature.error_schema(),
        }
    }
}

/// Returns the type of a function that can be served, or why it cannot.
fn signature<T: Send + 'static>(guest: &Guest<T>, name: &str) -> Result<Signature, String> {
    let Some(signature) = guest.signature(name) else {
        return Err("its parameters or results are neither numbers nor values of WIT".into());
    };
    let mut types = signature.params.iter().map(|(_, ty)| ty).chain(&signature.results);
    match types.find_map(tied) {
        Some(tied) => Err(format!("its type has a `{tied}`, which lives as long as a session")),
        None => Ok(signature),
    }
}

/// Returns the comments of the functions that a guest's WIT exports, by their full names.
fn docs(wit: &str) -> HashMap<String, String> {
    let Ok(contract) = Contract::parse(wit, None) else { return HashMap::new() };
    let json = contract.json();
    let mut docs = HashMap::new();
    let mut note = |name: String, function: &Value| {
        if let Some(text) = function["docs"].as_str() {
            docs.insert(name, text.to_owned());
        }
    };
    for export in json["exports"].as_array().into_iter().flatten() {
        let Some(name) = export["name"].as_str() else { continue };
        note(name.to_owned(), export);
        let interfaces = json["interfaces"].as_array().into_iter().flatten();
        for interface in interfaces.filter(|interface| interface["name"] == *name) {
            for function in interface["functions"].as_array().into_iter().flatten() {
                if let Some(own) = function["name"].as_str() {
                    note(format!("{name}.{own}"), function);
                }
            }
        }
    }
    docs
}
