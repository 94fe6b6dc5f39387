//! A guest: bytes that were recognised, compiled and linked, so that only instantiating them is
//! left. It contains no state of a session.

pub(crate) mod abi;
pub(crate) mod component;
pub(crate) mod link;
pub(crate) mod linked_module;
pub(crate) mod module;
pub(crate) mod provide;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use wit_host_binary::blake3;

use wasmtime::ExternType;
use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{InstancePre, Val};

use crate::code::compile::Compiled;
use crate::engine::pool;
use crate::error::{Error, Result};
use crate::runtime::Runtime;
use crate::runtime::host::Host;
use crate::store::state::State;
use linked_module::LinkedModule;
use wit_host_binary::entry_point::Main;
use wit_host_binary::examine::{recognise_within, scan_within};
use wit_host_binary::kind::Kind;
use wit_host_check::export_name::{self, ExportName, Unresolved};
use wit_host_check::fit;
use wit_host_values::{Signature, alike};

/// A guest that is compiled and linked against a runtime. Cloning it is cheap, and threads can
/// share it.
pub struct Guest<T: 'static> {
    pub(crate) loaded: Arc<Loaded<T>>,
}

/// What the clones of a guest share.
pub(crate) struct Loaded<T: 'static> {
    runtime: Runtime<T>,
    pub(crate) linked: Linked<T>,
    /// The hash of the guest's bytes. `None` if it was compiled elsewhere.
    pub(crate) hash: Option<blake3::Hash>,
    /// Keeps the compiled code alive, so that others that load the same guest can share it.
    _compiled: Arc<Compiled>,
    /// Whether the guest imports nothing async. Known once there was an instance.
    pub(crate) is_sync: OnceLock<bool>,
}

impl<T: 'static> Guest<T> {
    /// Returns the host that the guest was linked against.
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
    Component(InstancePre<State<T>>),
    Module(LinkedModule<T>),
}

/// The result of a guest's main function.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It returned: the results of `run`, usually one number.
    Returned(Vec<Val>),
    /// It was a command that exited with this status.
    Exited(i32),
}

impl<T: Send + 'static> Guest<T> {
    pub(crate) fn new(runtime: Runtime<T>, bytes: &[u8]) -> Result<Self> {
        let inner = &runtime.inner;
        let (kind, binary) = recognise_within(bytes, inner.text, &inner.limits)?;
        if kind == Kind::Component
            && let Some(guest) = Self::known(&runtime, &binary)
        {
            return Ok(guest);
        }
        // Compiling knows no limits, so what would cost too much is refused before it.
        scan_within(kind, &binary, &inner.limits)?;
        if kind == Kind::Module {
            fit::before_compiling(&inner.offer(), &binary)?;
        }
        let (compiled, hash) = inner.compiled(kind, &binary)?;
        Self::of_compiled(runtime, compiled, Some(hash), &binary)
    }

    /// Returns the guest of a component's bytes, if it was loaded before and still fits. Scanning
    /// reads every instruction, which takes five times as long as all else that is left to do.
    fn known(runtime: &Runtime<T>, binary: &[u8]) -> Option<Self> {
        let (compiled, hash) = runtime.inner.known(binary)?;
        Self::of_compiled(runtime.clone(), compiled, Some(hash), &[]).ok()
    }

    /// Returns the guest in a file, if it was loaded before and still fits.
    pub(crate) fn kept(runtime: &Runtime<T>, path: &Path) -> Option<Self> {
        let (compiled, hash) = runtime.inner.kept(path)?;
        // If it does not fit any more, the caller loads its bytes, which tell the reason.
        Self::of_compiled(runtime.clone(), compiled, Some(hash), &[]).ok()
    }

    /// Links compiled code. If it does not fit, the reason is read from `binary`. Without
    /// `binary`, the reason is the engine's message.
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

    /// Returns the kind of the guest.
    pub fn kind(&self) -> Kind {
        match &self.loaded.linked {
            Linked::Component(_) => Kind::Component,
            Linked::Module(_) => Kind::Module,
        }
    }

    /// Returns the runtime that the guest is linked against.
    pub fn runtime(&self) -> &Runtime<T> {
        &self.loaded.runtime
    }

    /// Returns the BLAKE3 hash of the guest's binary form without its debug information. `None` if
    /// the guest was compiled elsewhere.
    pub fn hash(&self) -> Option<[u8; 32]> {
        self.loaded.hash.map(Into::into)
    }

    /// Returns true if a name means functions of the same type in both guests.
    pub(crate) fn agrees(&self, other: &Self, name: &str) -> bool {
        let (Ok(one), Ok(two)) = (self.resolve(name), other.resolve(name)) else { return false };
        match (self.component_type(&one), other.component_type(&two)) {
            (Some(one), Some(two)) => alike(&one, &two),
            (None, None) => match (self.core_type(&one), other.core_type(&two)) {
                (Some(one), Some(two)) => wasmtime::FuncType::eq(&one, &two),
                _ => false,
            },
            _ => false,
        }
    }

    fn component_type(&self, function: &str) -> Option<ComponentFunc> {
        let Linked::Component(pre) = &self.loaded.linked else { return None };
        let mut exports = component::exports(pre.component()).into_iter();
        exports.find(|export| export.name.to_string() == function).map(|export| export.ty)
    }

    /// Returns the names of the guest's imports: of a component interfaces and functions, as
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

    /// Returns the names of the functions that can be called: `name`, or
    /// `namespace:package/interface.name` for a function in an exported interface.
    pub fn exports(&self) -> Vec<String> {
        self.export_names().iter().map(ToString::to_string).collect()
    }

    /// Returns the full name of the one function that a shorter name means: `total` or
    /// `shop:prices/cart.total` for `shop:prices/cart@1.0.0.total`. A full name is returned
    /// unchanged. Among a resource's functions, `[method]basket.add` is also called
    /// `basket.add`, and `[constructor]basket` is also called `basket`.
    ///
    /// # Errors
    /// [`Error::NoSuchFunction`](Error::NoSuchFunction), with the most similar names first, and
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

    /// Returns the parameters and results of a function by its full name. `None` if the guest
    /// has no such function, or if it is one of a core module with parameters or results that
    /// are not numbers.
    pub fn signature(&self, function: &str) -> Option<Signature> {
        match &self.loaded.linked {
            Linked::Component(_) => {
                self.component_type(function).map(|ty| Signature::of_component(&ty))
            }
            Linked::Module(linked) => match linked.module().get_export(function)? {
                ExternType::Func(ty) => Signature::of_module(&ty),
                _ => None,
            },
        }
    }

    /// Returns the type of a core module's function in the engine's own types, for
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

    /// Returns a component that is ready to be instantiated, for bindings that look its exports
    /// up once and not in every session: see [`Session::bind`](crate::Session::bind). `None`
    /// for a core module.
    pub fn instance_pre(&self) -> Option<&InstancePre<State<T>>> {
        match &self.loaded.linked {
            Linked::Component(pre) => Some(pre),
            Linked::Module(_) => None,
        }
    }

    fn export_names(&self) -> Vec<ExportName> {
        match &self.loaded.linked {
            Linked::Component(pre) => {
                let exports = component::exports(pre.component()).into_iter();
                exports.map(|exported| exported.name).collect()
            }
            Linked::Module(linked) => module::exports(linked.module()),
        }
    }

    /// Returns the function that [`Session::main`](crate::Session::main) calls. It is the first
    /// of these that the guest has: the world's `run`, the `run` of a `wasi:cli/run` command, a
    /// core module's `run`, `_start`, and a core module's export without a name.
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
