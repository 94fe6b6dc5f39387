//! Serves the imports of guests with the exports of a component. The component has a store and
//! limits of its own. The sum of the memory that counts for the caller is kept in [`Chain`].

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Mutex;
use wasmtime::component::{Type, Val};

use super::{BoxFuture, Chain, ImportCall, ImportedFunction, Provider, ProviderFailure, Unserved};
use crate::error::{Error, Result};
use crate::guest::Guest;
use crate::runtime::Runtime;
use crate::session::Session;
use wit_host_binary::error::GuestError;
use wit_host_binary::examine::{examine, read_guest};
use wit_host_binary::kind::Kind;
use wit_host_check::serving::{Typed, exports};
use wit_host_text::shown;
use wit_host_values::{alike, tied};
use wit_host_wit::{Decoded, decode};

/// Serves functions with the exports of a component.
///
/// The component is loaded by a runtime of its own. That runtime's limits and grants apply to it,
/// and it shares nothing with its callers. That runtime also serves the component's imports,
/// possibly with another provider.
///
/// By default each session that calls the component gets its own instance, which ends with the
/// session. The memory of that instance counts towards the caller's
/// [`Limits::memory`](crate::Limits::memory) as well as towards its own.
pub struct GuestProvider<U: 'static> {
    guest: Guest<U>,
    name: String,
    exports: Vec<Typed>,
    /// The component's world, from which errors name the parts in which types differ.
    pub(crate) decoded: Option<Arc<Decoded>>,
    data: Box<dyn Fn() -> U + Send + Sync>,
    /// The instance that all sessions share, after [`GuestProvider::shared`].
    shared: Option<Mutex<Option<Instance<U>>>>,
}

/// A running instance, and the exports that were called on it.
struct Instance<U: 'static> {
    session: Session<U>,
    /// The place of each export in the session, once it was called.
    places: Vec<Option<usize>>,
}

impl<U: Send + 'static> GuestProvider<U> {
    /// Loads the component in `bytes`. Errors call it `name`. `data` returns the host data of each
    /// new instance.
    ///
    /// # Errors
    /// The errors of [`Runtime::load`], and [`Error::Guest`] for a core module, which
    /// [`RuntimeBuilder::provide_module`](crate::RuntimeBuilder::provide_module) takes.
    pub fn new(
        runtime: &Runtime<U>,
        name: impl Into<String>,
        bytes: impl AsRef<[u8]>,
        data: impl Fn() -> U + Send + Sync + 'static,
    ) -> Result<Self> {
        let (kind, binary) = examine(bytes.as_ref(), runtime.inner.text, &runtime.inner.limits)?;
        let guest = runtime.load(&binary)?;
        let Some(pre) = guest.instance_pre().filter(|_| kind == Kind::Component) else {
            let reason = "it is a core module, which serves core modules alone: give it to \
                          `RuntimeBuilder::provide_module`";
            let kind = Kind::Component.name();
            return Err(GuestError::Invalid { kind, reason: reason.into() }.into());
        };
        let exports = exports(pre.component()).0;
        let decoded = decode(&binary).ok().map(Arc::new);
        let (name, data) = (name.into(), Box::new(data));
        Ok(Self { guest, name, exports, decoded, data, shared: None })
    }

    /// Loads the component in a file.
    ///
    /// # Errors
    /// The errors of [`GuestProvider::new`], and an error if the file cannot be read.
    pub fn file(
        runtime: &Runtime<U>,
        path: impl AsRef<Path>,
        data: impl Fn() -> U + Send + Sync + 'static,
    ) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read_guest(path, &runtime.inner.limits)?;
        Self::new(runtime, path.display().to_string(), bytes, data)
    }

    /// Makes all sessions share one instance, which they call in turn. State that one session
    /// leaves in the instance is visible to the next. An instance that has failed is replaced. Its
    /// memory counts towards its own limit only.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shared = Some(Mutex::new(None));
        self
    }

    /// Returns the position of the export that serves the function, in a version that the engine
    /// accepts for it. For a function without an interface, the only export of its name in any
    /// interface serves as well.
    fn position(&self, function: &ImportedFunction) -> Option<usize> {
        let (interface, name) = (function.interface(), function.function());
        let exact = self.exports.iter().position(|export| export.is(interface, name));
        let of_env = || {
            let mut named = self.exports.iter().enumerate().filter(|(_, one)| one.name == name);
            named.next().filter(|_| named.next().is_none()).map(|(place, _)| place)
        };
        exact.or_else(|| interface.is_none().then(of_env).flatten())
    }

    fn export(&self, function: &ImportedFunction) -> Option<usize> {
        *function.place.get_or_init(|| self.position(function))
    }

    async fn start(&self, chain: Option<&Arc<Chain>>) -> Result<Instance<U>> {
        let session = Session::start_in(&self.guest, (self.data)(), chain).await?;
        Ok(Instance { session, places: vec![None; self.exports.len()] })
    }

    fn full_name(&self, export: &Typed) -> String {
        match &export.interface {
            Some(interface) => format!("{interface}.{}", export.name),
            None => export.name.clone(),
        }
    }

    async fn serve(&self, call: ImportCall<'_>) -> Result<Vec<Val>> {
        let export = self.export(call.function()).unwrap_or(usize::MAX);
        let (arguments, state) = (call.arguments(), call.state);
        if let Some(shared) = &self.shared {
            let mut held = shared.lock().await;
            if held.as_ref().is_none_or(|instance| instance.session.has_ended()) {
                *held = None;
                *held = Some(self.start(None).await?);
            }
            return match &mut *held {
                Some(instance) => instance.call(self, export, arguments).await,
                None => Err(lost()),
            };
        }
        if state.get::<Instance<U>>().is_none() {
            let chain = call.meter.chain();
            state.put(self.start(Some(&chain)).await?);
        }
        match state.get::<Instance<U>>() {
            Some(instance) => instance.call(self, export, arguments).await,
            None => Err(lost()),
        }
    }
}

/// Returns the error for an instance that was stored and cannot be found, which is a fault of the
/// host.
fn lost() -> Error {
    Error::Host { action: "call a provider", reason: "its instance is not there".into() }
}

impl<U: Send + 'static> Instance<U> {
    async fn call(
        &mut self,
        provider: &GuestProvider<U>,
        export: usize,
        arguments: &[Val],
    ) -> Result<Vec<Val>> {
        let (Some(typed), Some(place)) =
            (provider.exports.get(export), self.places.get_mut(export))
        else {
            return Err(lost());
        };
        let place = match *place {
            Some(place) => place,
            None => {
                let found = self.session.place_of(&provider.full_name(typed))?;
                *place.insert(found)
            }
        };
        self.session.call_at(place, &typed.name, arguments).await
    }
}

impl<U: Send + 'static> Provider for GuestProvider<U> {
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
        let Some(export) = self.export(function).and_then(|place| self.exports.get(place)) else {
            let others: Vec<_> = self.exports.iter().map(|export| self.full_name(export)).collect();
            let reason =
                format!("it exports no such function, but {}", wit_host_text::list(&others));
            return Err(Unserved::new(reason));
        };
        if !alike(&function.typed.ty, &export.ty) {
            return Err(Unserved::type_differs());
        }
        let what = |ty: &Type| tied(ty);
        match function.types().iter().find_map(what) {
            None => Ok(()),
            Some(tied) => Err(Unserved::new(format!(
                "its type has a `{tied}`, and no {tied} goes from one guest to another"
            ))),
        }
    }

    fn call<'a>(
        &'a self,
        call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        Box::pin(async move { self.serve(call).await.map_err(ProviderFailure::of) })
    }

    fn describe(&self) -> String {
        format!("`{}`", shown(&self.name))
    }

    fn server(&self, interface: Option<&str>, function: &str) -> String {
        let export = self.exports.iter().find(|export| export.is(interface, function));
        let by_name = || self.exports.iter().find(|export| export.name == function);
        match export.or_else(by_name).map(|export| (&export.interface, &export.name)) {
            Some((Some(interface), _)) => format!("{}, export `{interface}`", self.describe()),
            Some((None, function)) => format!("{}, export `{function}`", self.describe()),
            None => self.describe(),
        }
    }

    fn functions(&self) -> Vec<ImportedFunction> {
        self.exports.iter().cloned().map(ImportedFunction::new).collect()
    }

    fn world(&self) -> Option<Arc<Decoded>> {
        self.decoded.clone()
    }

    fn depth(&self) -> usize {
        self.guest.inner().dynamic.depth().saturating_add(1)
    }
}
