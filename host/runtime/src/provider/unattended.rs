//! Two providers without an implementation behind them: the functions of one trap, and those of the
//! other return the smallest value of their type. They do not know who calls.

use wasmtime::component::Val;

use super::{BoxFuture, ImportCall, ImportedFunction, Provider, ProviderFailure, Unserved};
use crate::dynamic::Unattended;
use wit_host_values::{smallest, wit};

/// Serves every function, and fails in each call.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrapProvider;

impl Provider for TrapProvider {
    fn offer(&self, _: &ImportedFunction) -> Result<(), Unserved> {
        Ok(())
    }

    fn call<'a>(&'a self, _: ImportCall<'a>) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        let reason = "there is nobody behind it: a call of it traps";
        Box::pin(async move { Err(ProviderFailure::new(reason)) })
    }

    fn describe(&self) -> String {
        "`trap`".into()
    }

    fn unattended(&self) -> Option<Unattended> {
        Some(Unattended::Trap)
    }
}

/// Serves every function with the smallest value of its type: zero, false, no text, an empty list,
/// `none`, `ok`, the first case. [`Session::defaults`](crate::Session::defaults) lists the
/// functions that were called.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultProvider;

impl Provider for DefaultProvider {
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
        match function.signature().results.iter().find(|ty| smallest(ty).is_none()) {
            None => Ok(()),
            Some(ty) => {
                Err(Unserved::new(format!("it has no value for the result, a `{}`", wit(ty))))
            }
        }
    }

    fn call<'a>(
        &'a self,
        mut call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        Box::pin(async move {
            call.note_default();
            let results = call.function().typed.ty.results();
            let values: Option<Vec<_>> = results.map(|ty| smallest(&ty)).collect();
            values.ok_or_else(|| ProviderFailure::new("there is no value of its type"))
        })
    }

    fn describe(&self) -> String {
        "`default`".into()
    }

    fn unattended(&self) -> Option<Unattended> {
        Some(Unattended::Default)
    }
}
