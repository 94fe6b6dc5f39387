//! Calls of functions that the program at the other end serves: which of them can be, which are
//! wanted, and how values become messages and back. How messages are exchanged is not known here.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wit_host::values::{Form, JsonStyle, from_text, tied};
use wit_host::{ImportedFunction, Unserved, Val};

use crate::message::{self, Answer, HELLO, NO_METHOD};
use crate::peer::Peer;

/// The functions that guests import from one program, with their types.
#[derive(Debug, Default)]
pub(crate) struct Wanted(Mutex<Functions>);

#[derive(Debug, Default)]
struct Functions {
    types: BTreeMap<String, String>,
    /// How often something was added that was not there.
    changes: u64,
}

impl Wanted {
    /// Adds a function that a guest imports. `whose` is what the program is called.
    ///
    /// # Errors
    /// [`Unserved`] if the type has values that cannot be sent.
    pub(crate) fn add(&self, function: &ImportedFunction, whose: &str) -> Result<(), Unserved> {
        let signature = function.signature();
        let mut types = signature.params.iter().map(|(_, ty)| ty).chain(&signature.results);
        if let Some(tied) = types.find_map(tied) {
            return Err(Unserved::new(format!(
                "its type has a `{tied}`, and no {tied} goes to {whose}"
            )));
        }
        let (name, ty) = (function.name().to_owned(), signature.to_string());
        let mut functions = self.functions();
        if functions.types.get(&name) != Some(&ty) {
            functions.types.insert(name, ty);
            functions.changes += 1;
        }
        Ok(())
    }

    /// Returns all of them.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.functions().types.clone()
    }

    /// Returns how often they have changed. Zero if there are none.
    pub(crate) fn changes(&self) -> u64 {
        self.functions().changes
    }

    fn functions(&self) -> MutexGuard<'_, Functions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the program whether it serves the functions.
///
/// # Errors
/// The reason why it does not.
pub(crate) async fn greet(peer: &Peer, wanted: &BTreeMap<String, String>) -> Result<(), String> {
    let functions = || wanted.iter().map(|(name, ty)| (name.as_str(), ty.as_str()));
    let answer = peer.ask(HELLO, message::hello(functions()), None).await?;
    message::lacking(&answer, functions()).map_or(Ok(()), Err)
}

/// Sends a call to the program, and returns the function's results.
///
/// # Errors
/// The reason why there are none.
pub(crate) async fn call(
    peer: &Peer,
    (function, arguments): (&ImportedFunction, &[Val]),
    trace_parent: Option<&str>,
) -> Result<Vec<Val>, String> {
    let signature = function.signature();
    let params = JsonStyle::default().data_urls(true).params(&signature, arguments);
    let params = params.map_err(|error| error.to_string())?;
    let result = match peer.ask(function.name(), params, trace_parent).await? {
        Answer::Result(result) => result,
        Answer::Error { code: NO_METHOD, .. } => return Err("it does not serve it".into()),
        Answer::Error { message, .. } => return Err(message),
    };
    let values = signature.results.iter().map(|ty| {
        let read = from_text("result", ty, &result.to_string(), Form::Json);
        read.map_err(|error| format!("its answer is of another type: {error}"))
    });
    values.collect()
}
