//! What serves imports that no test answers, beside the contract. It does not know the tests.

use std::path::PathBuf;
use std::sync::Arc;

use wit_host::{Provider, RuntimeBuilder};

use crate::scope::{is_all_of, is_in};
use crate::stage::Play;

/// What serves imports of guests that a test does not answer. An interface of which the test
/// answers any function is answered by the test alone.
#[derive(Clone)]
pub struct Import {
    name: String,
    server: Server,
}

#[derive(Clone)]
enum Server {
    Provider(Arc<dyn Provider>),
    Replacement(Arc<dyn Provider>),
    Module(PathBuf),
}

impl Import {
    /// Serves imports with a provider. `name` is a name as
    /// [`RuntimeBuilder::provide`] takes it.
    pub fn provider(name: impl Into<String>, provider: impl Provider) -> Self {
        Self { name: name.into(), server: Server::Provider(Arc::new(provider)) }
    }

    /// Serves imports with a provider in the place of what the host serves itself, as
    /// [`RuntimeBuilder::replace`] does.
    pub fn replacement(name: impl Into<String>, provider: impl Provider) -> Self {
        Self { name: name.into(), server: Server::Replacement(Arc::new(provider)) }
    }

    /// Serves what core modules import from the module `name` with the exports of the core module
    /// in a file.
    pub fn module(name: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), server: Server::Module(file.into()) }
    }

    /// Returns whether it serves all of what a component imports as `import`.
    pub(crate) fn is_all_of(&self, import: &str) -> bool {
        is_all_of(&self.name, import)
    }

    /// Returns whether it serves what a guest imports as `import`, or one function of it, and
    /// nothing besides.
    pub(crate) fn is_in(&self, import: &str) -> bool {
        is_in(&self.name, import)
    }

    /// Returns whether it replaces what the host serves itself.
    pub(crate) fn replaces(&self) -> bool {
        matches!(self.server, Server::Replacement(_))
    }

    /// Adds what serves the imports to a runtime's builder.
    pub(crate) fn add(&self, builder: RuntimeBuilder<Play>) -> RuntimeBuilder<Play> {
        match &self.server {
            Server::Provider(provider) => builder.provide(&self.name, Arc::clone(provider)),
            Server::Replacement(provider) => builder.replace(&self.name, Arc::clone(provider)),
            Server::Module(file) => builder.provide_module_file(&self.name, file),
        }
    }
}
