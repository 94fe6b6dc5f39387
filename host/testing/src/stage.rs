//! The one provider of all tests of a guest. It is added when the guest is linked, once, and finds
//! the answers of the test in the session's host data. It does not know what the answers are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wit_host::values::short;
use wit_host::{
    BoxFuture, ImportCall, ImportedFunction, Provider, ProviderFailure, ProviderState, Unserved,
    Val,
};
use wit_host_contract::{Functions, HasFunctions};

use crate::coverage::Coverage;

/// The host data of a test's session.
pub(crate) struct Play {
    functions: Functions,
    answers: Arc<[Answers]>,
    coverage: Arc<Mutex<Coverage>>,
}

/// A provider of a test, and the imports that it answers.
pub(crate) struct Answers {
    /// The imports by their name, or `None` for all that it has answers for.
    pub(crate) name: Option<String>,
    pub(crate) provider: Arc<dyn Provider>,
    /// The functions of a fixture, by their names without versions. `None` for what answers all.
    pub(crate) functions: Option<Vec<String>>,
    /// What the provider keeps from call to call.
    pub(crate) state: Mutex<ProviderState>,
}

impl Answers {
    /// Returns whether a function is answered by this.
    fn has(&self, function: &str) -> bool {
        let is_meant = self.name.as_deref().is_none_or(|name| means(name, function));
        let functions = self.functions.as_deref();
        is_meant && functions.is_none_or(|all| all.iter().any(|one| means(one, function)))
    }
}

/// Returns whether a name in a file of tests means a function: its package, its interface, the
/// function itself, or `env`.
pub(crate) fn means(name: &str, function: &str) -> bool {
    let (name, _) = split_version(name);
    let name = match name.strip_prefix("env") {
        Some("") => return true,
        Some(own) if own.starts_with('.') => own[1..].replace('_', "-"),
        _ => name,
    };
    function == name
        || function.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['/', '.']))
        || function.rsplit_once('.').is_some_and(|(_, own)| own == name)
}

/// Takes the version out of `a:b/c@1.0.0.f`.
fn split_version(name: &str) -> (String, Option<&str>) {
    let Some((plain, version)) = name.split_once('@') else { return (name.into(), None) };
    // A version has three parts, and the function's name comes behind the third.
    match version.match_indices('.').nth(2) {
        Some((at, _)) => (format!("{plain}{}", &version[at..]), Some(&version[..at])),
        None => (plain.into(), Some(version)),
    }
}

impl Play {
    pub(crate) fn new(
        functions: Functions,
        answers: Arc<[Answers]>,
        coverage: Arc<Mutex<Coverage>>,
    ) -> Self {
        Self { functions, answers, coverage }
    }
}

impl HasFunctions for Play {
    fn functions_mut(&mut self) -> &mut Functions {
        &mut self.functions
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves every import of a guest by what its test has for it.
#[derive(Default)]
pub(crate) struct Stage {
    imported: Mutex<Vec<ImportedFunction>>,
}

impl Stage {
    /// Returns the functions that were asked for when the guest was linked.
    pub(crate) fn imported(&self) -> Vec<ImportedFunction> {
        locked(&self.imported).clone()
    }
}

impl Provider for Stage {
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
        let mut imported = locked(&self.imported);
        if !imported.iter().any(|one| one.name() == function.name()) {
            imported.push(function.clone());
        }
        Ok(())
    }

    fn call<'a>(
        &'a self,
        mut call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        Box::pin(async move {
            let name = call.function().name();
            let Some(play) = call.data::<Play>() else {
                return Err(ProviderFailure::new("the session is not one of a test"));
            };
            let coverage = Arc::clone(&play.coverage);
            let answers = Arc::clone(&play.answers);
            let nearest = || answers.iter().find(|one| one.functions.is_some());
            let Some(answer) = answers.iter().find(|one| one.has(name)).or_else(nearest) else {
                let arguments = call.arguments().iter().map(short).collect::<Vec<_>>().join(", ");
                return Err(ProviderFailure::new(format!(
                    "it has no answer to `{name}({arguments})`; add a `[[test.call]]`, or name what \
                     answers in `imports`"
                )));
            };
            // The lock is not held while the provider waits, and no other call has it meanwhile.
            let mut state = std::mem::take(&mut *locked(&answer.state));
            let results = answer.provider.call(call.with_state(&mut state)).await;
            *locked(&answer.state) = state;
            let results = results?;
            locked(&coverage).reach_import(name, &results);
            Ok(results)
        })
    }

    fn describe(&self) -> String {
        "the test's fixture".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_means() {
        for (name, expected) in [
            ("shop:prices", true),
            ("shop:prices/prices", true),
            ("shop:prices/prices@1.0.0", true),
            ("shop:prices/prices.price-of", true),
            ("shop:prices/prices@1.0.0.price-of", true),
            ("price-of", true),
            ("env", true),
            ("env.price_of", true),
            ("env.price", false),
            ("shop:prices/price", false),
            ("shop", false),
        ] {
            assert_eq!(means(name, "shop:prices/prices.price-of"), expected, "{name}");
        }
    }
}
