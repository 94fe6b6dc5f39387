//! The one provider of all tests of a guest. It is added when the guest is linked, once, and finds
//! the answers of the test in the session's host data. It does not know what the answers are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wit_host::values::short;
use wit_host::{
    BoxFuture, ImportCall, ImportedFunction, Labels, Provider, ProviderFailure, ProviderState,
    Unserved, Val,
};
use wit_host_contract::{Functions, HasFunctions};

use crate::coverage::Coverage;
use crate::scope::Scope;

/// The host data of a test's session.
pub(crate) struct Play {
    functions: Functions,
    answers: Arc<[Answers]>,
    coverage: Arc<Mutex<Coverage>>,
}

/// A provider of a test, and the imports that it answers.
pub(crate) struct Answers {
    pub(crate) scope: Scope,
    pub(crate) provider: Arc<dyn Provider>,
    /// What the provider keeps from call to call.
    pub(crate) state: Mutex<ProviderState>,
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
            if call.state().get::<Arc<[Answers]>>().is_none() {
                call.state().put(Arc::clone(&answers));
            }
            let nearest = || answers.iter().find(|one| one.scope.functions.is_some());
            let answer = answers.iter().find(|one| one.scope.has(name)).or_else(nearest);
            let Some(answer) = answer else {
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

    fn labels(&self) -> Option<&dyn Labels> {
        Some(self)
    }
}

impl Labels for Stage {
    fn dropped<'a>(
        &'a self,
        state: &'a mut ProviderState,
        function: &'a str,
        label: &'a str,
    ) -> BoxFuture<'a, Result<(), ProviderFailure>> {
        Box::pin(async move {
            let Some(answers) = state.get::<Arc<[Answers]>>() else { return Ok(()) };
            let answer = answers.iter().find(|one| one.scope.has(function));
            let Some((answer, labels)) = answer.and_then(|one| Some((one, one.provider.labels()?)))
            else {
                return Ok(());
            };
            let mut state = std::mem::take(&mut *locked(&answer.state));
            let dropped = labels.dropped(&mut state, function, label).await;
            *locked(&answer.state) = state;
            dropped
        })
    }
}
