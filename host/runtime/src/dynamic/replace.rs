//! Serves core modules with providers in the place of functions with types in Rust. It does not know
//! what a provider answers.

use std::sync::Arc;

use super::builder::Modules;
use super::flat::Flat;
use super::module::ModuleImport;
use super::record::recorded;
use super::{Provided, Serve, Target, implementing};
use crate::provider::{ImportedFunction, ProviderFailed, ProviderFailure};
use wit_host_binary::names::ENV;
use wit_host_check::serving::Typed;

impl<T: Send + 'static> Modules<'_, T> {
    /// Replaces the functions that a name means, as far as they implement functions of the
    /// contract.
    pub(super) fn replace(
        &mut self,
        target: &Target,
        provided: &Arc<Provided>,
        contract: &[Typed],
    ) -> wasmtime::Result<()> {
        for typed in contract {
            for (module, name, number) in implementing(self.table, typed) {
                let is_meant = match target {
                    Target::Env(None) => module == ENV,
                    Target::Env(Some(import)) => module == ENV && *import == name,
                    other => other.means(typed.interface.as_deref(), &typed.name).is_some(),
                };
                let Ok(flat) = Flat::of(&typed.ty) else { continue };
                let ty = flat.ty(self.linker.engine());
                let served = self.table.function(&module, &name);
                if !is_meant || !served.is_some_and(|served| served.ty.matches(&ty)) {
                    continue;
                }
                let function = Arc::new(ImportedFunction::new(typed.clone()));
                let by = provided.provider.server(typed.interface.as_deref(), &typed.name);
                self.linker.allow_shadowing(true);
                if let Err(unserved) = provided.provider.offer(&function) {
                    // Guests that do not import the function are not concerned, and none is known
                    // yet. So it fails in the call.
                    let server = provided.provider.describe();
                    self.linker.func_new(&module, &name, ty, move |_, _, _| {
                        let (server, function) = (server.clone(), function.name().to_owned());
                        let failure = ProviderFailure::new(unserved.to_string());
                        Err(ProviderFailed { server, function, failure }.into())
                    })?;
                    continue;
                }
                self.table.served_by(&module, &name, by);
                let serve: Arc<dyn Serve<T>> = recorded(provided.serving(), self.recorder);
                let import = ModuleImport { module, name, flat, function, number };
                serve.to_module(self.linker, import)?;
            }
        }
        self.linker.allow_shadowing(false);
        Ok(())
    }
}
