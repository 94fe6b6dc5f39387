//! A guest: bytes that were recognised, compiled and linked, so that
//! instantiating is all that is left to do. It holds no state of a run.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use wit_host_binary::blake3;

use wasmtime::ExternType;
use wasmtime::component::{self, Val};

use crate::compile::Compiled;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::linked_module::LinkedModule;
use crate::runtime::Runtime;
use crate::state::State;
use crate::{component as component_path, link, module as module_path, pool};
use wit_host_binary::entry_point::Main;
use wit_host_binary::examine::examine;
use wit_host_binary::kind::Kind;
use wit_host_check::export_name::{self, ExportName, Unresolved};
use wit_host_check::fit;
use wit_host_values::Signature;

/// A guest, compiled and linked against a runtime. Cheap to clone, and to be
/// shared between threads.
pub struct Guest<T: 'static> {
    pub(crate) loaded: Arc<Loaded<T>>,
}

/// What the clones of a guest share.
pub(crate) struct Loaded<T: 'static> {
    runtime: Runtime<T>,
    pub(crate) linked: Linked<T>,
    /// What the guest is known by, where it was not compiled elsewhere.
    pub(crate) hash: Option<blake3::Hash>,
    /// As long as it is there, others that load the same guest share it.
    _compiled: Arc<Compiled>,
    /// Whether nothing that it imports is async, once an instance has told.
    pub(crate) is_sync: OnceLock<bool>,
}

impl<T: 'static> Guest<T> {
    /// What the guest was linked against.
    #[inline]
    pub(crate) fn inner(&self) -> &Host<T> {
        &self.loaded.runtime.inner
    }
}

impl<T> Clone for Guest<T> {
    fn clone(&self) -> Self {
        Self { loaded: Arc::clone(&self.loaded) }
    }
}

pub(crate) enum Linked<T: 'static> {
    Component(component::InstancePre<State<T>>),
    Module(LinkedModule<T>),
}

/// What came of a guest's main function.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It returned: the results of `run`, which usually are one number.
    Returned(Vec<Val>),
    /// It was a command, and this is its exit status.
    Exited(i32),
}

impl<T: Send + 'static> Guest<T> {
    pub(crate) fn new(runtime: Runtime<T>, bytes: &[u8]) -> Result<Self> {
        let inner = &runtime.inner;
        let (kind, binary) = examine(bytes, inner.text, &inner.limits)?;
        if kind == Kind::Module {
            fit::before_compiling(&inner.offer(), &binary)?;
        }
        let (compiled, hash) = inner.compiled(kind, &binary)?;
        Self::of_compiled(runtime, compiled, Some(hash), &binary)
    }

    /// The guest in a file that was loaded before, and still fits.
    pub(crate) fn kept(runtime: &Runtime<T>, path: &Path) -> Option<Self> {
        let (compiled, hash) = runtime.inner.kept(path)?;
        // Why it does not fit is to be told from its bytes.
        Self::of_compiled(runtime.clone(), compiled, Some(hash), &[]).ok()
    }

    /// Links compiled code. Where it does not fit, the reason is read from `binary`;
    /// without that it is what the engine says.
    pub(crate) fn of_compiled(
        runtime: Runtime<T>,
        compiled: Arc<Compiled>,
        hash: Option<blake3::Hash>,
        binary: &[u8],
    ) -> Result<Self> {
        let inner = &runtime.inner;
        link::check_denied(inner, &compiled)?;
        let linked = tracing::debug_span!("link").in_scope(|| match &*compiled {
            Compiled::Component(component) => link::component(inner, component, binary),
            Compiled::Module(module) => link::module(inner, module, binary).map(Linked::Module),
        })?;
        if pool::is_pooled(&inner.engine) {
            pool::linked(&linked, &inner.limits)?;
        }
        let is_sync = OnceLock::new();
        let loaded = Loaded { runtime, linked, hash, _compiled: compiled, is_sync };
        Ok(Self { loaded: Arc::new(loaded) })
    }

    /// What the guest is made of.
    pub fn kind(&self) -> Kind {
        match &self.loaded.linked {
            Linked::Component(_) => Kind::Component,
            Linked::Module(_) => Kind::Module,
        }
    }

    /// The runtime that the guest is linked against.
    pub fn runtime(&self) -> &Runtime<T> {
        &self.loaded.runtime
    }

    /// The names of what the guest imports: interfaces and functions of a component, as
    /// `namespace:package/interface@1.0.0`; of a core module `module.name`, as `env.add`.
    pub fn imports(&self) -> Vec<String> {
        match &self.loaded.linked {
            Linked::Component(pre) => {
                let (ty, engine) = (pre.component().component_type(), pre.engine());
                ty.imports(engine).map(|(name, _)| name.to_owned()).collect()
            }
            Linked::Module(linked) => {
                let imports = linked.module().imports();
                imports.map(|import| format!("{}.{}", import.module(), import.name())).collect()
            }
        }
    }

    /// The names of the functions that can be called: `name`, or
    /// `namespace:package/interface.name` for one in an exported interface.
    pub fn exports(&self) -> Vec<String> {
        self.export_names().iter().map(ToString::to_string).collect()
    }

    /// The full name of the one function that a shorter name means: `total` or
    /// `shop:prices/cart.total` for `shop:prices/cart@1.0.0.total`. A full name is
    /// given back as it is. Of a resource's functions, `[method]basket.add` is also
    /// `basket.add`, and `[constructor]basket` is also `basket`.
    ///
    /// # Errors
    /// [`Error::NoSuchFunction`](Error::NoSuchFunction), with the most
    /// similar names first, and
    /// [`Error::AmbiguousFunction`](Error::AmbiguousFunction).
    pub fn resolve(&self, name: &str) -> Result<String> {
        let function = || name.to_owned();
        export_name::resolve(&self.export_names(), name).map_err(|unresolved| match unresolved {
            Unresolved::Ambiguous(candidates) => {
                Error::AmbiguousFunction { function: function(), candidates }
            }
            Unresolved::Unknown(exports) => Error::NoSuchFunction { function: function(), exports },
        })
    }

    /// What the function of that full name takes and returns. `None` where the
    /// guest has no such function, or one of a core module that takes or returns
    /// what is no number.
    pub fn signature(&self, function: &str) -> Option<Signature> {
        match &self.loaded.linked {
            Linked::Component(pre) => {
                let mut exports = component_path::exports(pre.component()).into_iter();
                let exported = exports.find(|exported| exported.name.to_string() == function)?;
                Some(Signature::of_component(&exported.ty))
            }
            Linked::Module(linked) => match linked.module().get_export(function)? {
                ExternType::Func(ty) => Signature::of_module(&ty),
                _ => None,
            },
        }
    }

    /// What a core module's function takes and returns, in the engine's own types, for
    /// [`Session::call_core`](crate::Session::call_core). `None` for a component.
    pub fn core_type(&self, function: &str) -> Option<wasmtime::FuncType> {
        match &self.loaded.linked {
            Linked::Component(_) => None,
            Linked::Module(linked) => match linked.module().get_export(function)? {
                ExternType::Func(ty) => Some(ty),
                _ => None,
            },
        }
    }

    /// A component, ready to be instantiated: for bindings that look its exports up once
    /// and not in every session, see [`Session::bind`](crate::Session::bind). `None` for a core module.
    pub fn instance_pre(&self) -> Option<&component::InstancePre<State<T>>> {
        match &self.loaded.linked {
            Linked::Component(pre) => Some(pre),
            Linked::Module(_) => None,
        }
    }

    fn export_names(&self) -> Vec<ExportName> {
        match &self.loaded.linked {
            Linked::Component(pre) => {
                let exports = component_path::exports(pre.component()).into_iter();
                exports.map(|exported| exported.name).collect()
            }
            Linked::Module(linked) => module_path::exports(linked.module()),
        }
    }

    /// The function that [`Session::main`](crate::Session::main) calls, the first that the guest has of
    /// the world's `run`, a `wasi:cli/run` command, a core module's `run`, `_start`, and
    /// a core module's export without a name.
    pub fn main(&self) -> Option<Main> {
        let exports = self.exports();
        let find = |wanted: &str| exports.iter().find(|name| *name == wanted).cloned();
        let command = |name: &&String| Main::is_of_wasi(name);
        let is_component = self.kind() == Kind::Component;
        find("run")
            .map(Main::Run)
            .or_else(|| {
                exports.iter().filter(|_| is_component).find(command).cloned().map(Main::Command)
            })
            .or_else(|| find("_start").map(Main::Start))
            .or_else(|| find("").map(Main::Run))
    }
}
