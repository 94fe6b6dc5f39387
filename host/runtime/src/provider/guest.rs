//! Serves the imports of guests with the exports of a component. The component has a store and
//! limits of its own. The sum of the memory that counts for the caller is kept in [`Chain`]. How
//! handles are turned into those of the caller is not known here.

use std::mem::take;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use tokio::sync::Mutex;
use wasmtime::component::{ResourceType, Val};

use super::handles::Handles;
use super::proxies::Unusable;
use super::{
    BoxFuture, CallPieces, Chain, Handed, ImportCall, ImportedFunction, LeftOver, Piece, Provider,
    ProviderFailure, ProviderState, Proxies, Proxy, TakesPieces, Unserved,
};
use crate::error::{Error, Result};
use crate::guest::Guest;
use crate::runtime::Runtime;
use crate::session::Session;
use wit_host_binary::error::GuestError;
use wit_host_binary::examine::{examine, read_guest};
use wit_host_binary::kind::Kind;
use wit_host_check::serving::{Resource, Typed, exports};
use wit_host_text::shown;
use wit_host_values::{alike_where, asynchronous};
use wit_host_wit::{Decoded, decode};

/// Serves functions with the exports of a component.
///
/// The component is loaded by a runtime of its own. That runtime's limits and grants apply to it,
/// and it shares nothing with its callers. That runtime also serves the component's imports,
/// possibly with another provider.
///
/// By default each session that calls the component gets its own instance, which ends with the
/// session. The memory and the handles of that instance count towards the caller's
/// [`Limits::memory`](crate::Limits::memory) and [`Limits::handles`](crate::Limits::handles) as well
/// as towards its own.
///
/// Resources that the component exports are served as well. A handle that a caller gets stands for
/// one of the component's instance. When the caller drops it, the instance drops its own, within
/// the caller's time. What is left at the end of a session is dropped by
/// [`Session::finish`](crate::Session::finish), or with the instance.
pub struct GuestProvider<U: 'static> {
    guest: Guest<U>,
    name: String,
    exports: Vec<Typed>,
    /// The resources that the component exports. One that has several names is there several times.
    resources: Vec<Resource>,
    /// The component's world, from which errors name the parts in which types differ.
    pub(crate) decoded: Option<Arc<Decoded>>,
    data: Box<dyn Fn() -> U + Send + Sync>,
    /// The instance that all sessions share, after [`GuestProvider::shared`].
    shared: Option<Shared<U>>,
}

/// An instance that all sessions share.
struct Shared<U: 'static> {
    instance: Mutex<Option<Instance<U>>>,
    /// The handles that sessions have left. They are dropped before the next call.
    abandoned: std::sync::Mutex<Vec<Proxy>>,
}

/// A running instance, and the exports that were called on it.
struct Instance<U: 'static> {
    session: Session<U>,
    /// A number that no other instance has.
    number: u64,
    /// The types of the provider's resources in this instance, once a handle was returned.
    types: Vec<Option<ResourceType>>,
    /// The place of each export in the session, once it was called.
    places: Vec<Option<usize>>,
    /// Each export that is called with pieces, once it was called.
    typed: Vec<Option<Box<dyn CallPieces<U>>>>,
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
        let (exports, resources) = exports(pre.component());
        // Only error texts use the world, so a component whose world cannot be read is served
        // without it.
        let decoded = decode(&binary).ok().map(Arc::new);
        let (name, data) = (name.into(), Box::new(data));
        Ok(Self { guest, name, exports, resources, decoded, data, shared: None })
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
    /// memory and its handles count towards its own limits only.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shared = Some(Shared { instance: Mutex::new(None), abandoned: Default::default() });
        self
    }

    /// Returns the position of the export that serves the function, in a version that the engine
    /// accepts for it. For a function without an interface, the only export of its name in any
    /// interface serves as well.
    fn position(&self, function: &ImportedFunction) -> Option<usize> {
        let (interface, name) = (function.interface(), function.function());
        let exact = self.exports.iter().position(|export| export.is(interface, name));
        // A core module names no interface. Of two exports with its name, either could be the wrong
        // one.
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
        let number = INSTANCES.fetch_add(1, Ordering::Relaxed);
        let (types, typed) = (Vec::new(), Vec::new());
        Ok(Instance { session, number, types, places: vec![None; self.exports.len()], typed })
    }

    /// Returns the instance that all sessions share, without what sessions have left in it. One
    /// that has failed is replaced.
    async fn renewed<'h>(
        &self,
        shared: &Shared<U>,
        held: &'h mut Option<Instance<U>>,
    ) -> Result<&'h mut Instance<U>> {
        let left = take(&mut *shared.abandoned.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(instance) = held {
            for proxy in left {
                // Its failure ends the instance, and is none of this caller's.
                let _ = Box::pin(instance.drop_handle(self, proxy)).await;
            }
        }
        if held.as_ref().is_none_or(|instance| instance.session.has_ended()) {
            // The ended instance is dropped before another starts: in a pool that is full, the new
            // one would wait for the slot that the old one has.
            *held = None;
            *held = Some(Box::pin(self.start(None)).await?);
        }
        held.as_mut().ok_or_else(lost)
    }

    fn full_name(&self, export: &Typed) -> String {
        match &export.interface {
            Some(interface) => format!("{interface}.{}", export.name),
            None => export.name.clone(),
        }
    }

    /// Serves a call with the instance that is there for it.
    ///
    /// What few calls need is in boxes of its own, because the future of each call is as large as
    /// the largest of its parts, and is allocated for each call.
    async fn serve(&self, call: ImportCall<'_>, given: Given<'_>) -> Result<Returned> {
        // The export was found when the caller was linked. If it is not found now, `call` returns
        // `lost`.
        let export = self.export(call.function).unwrap_or(usize::MAX);
        let ImportCall { function, state, meter, slot, proxies, handed, trace_parent, .. } = call;
        let given = match given {
            Given::Values(_) if function.has_handles() => {
                Given::Handles(Passing { slot, proxies, handed })
            }
            given => given,
        };
        if let Some(shared) = &self.shared {
            // The lock is held until the call ends, because an instance serves one call at a time.
            // A caller whose time is over while it waits gives up its place in the queue.
            let mut held = shared.instance.lock().await;
            let instance = self.renewed(shared, &mut held).await?;
            instance.session.set_trace_parent(trace_parent.cloned());
            return instance.call(self, export, given).await;
        }
        if state.get::<Instance<U>>().is_none() {
            let chain = meter.chain();
            state.put(Box::pin(self.start(Some(&chain))).await?);
        }
        match state.get::<Instance<U>>() {
            Some(instance) => {
                instance.session.set_trace_parent(trace_parent.cloned());
                instance.call(self, export, given).await
            }
            None => Err(lost()),
        }
    }

    /// Returns what a call needs that passes no handle, and whose function has been called before in
    /// an instance of the caller's own. Any other call is returned.
    fn ready<'a>(&'a self, call: ImportCall<'a>) -> Result<Ready<'a>, ImportCall<'a>> {
        let export = self.export(call.function).unwrap_or(usize::MAX);
        let place = match call.state.get::<Instance<U>>() {
            Some(instance) => instance.places.get(export).copied().flatten(),
            None => None,
        };
        let is_plain = self.shared.is_none() && !call.function.has_handles();
        match (place, self.exports.get(export)) {
            (Some(place), Some(typed)) if is_plain => {
                let ImportCall { state, arguments, .. } = call;
                Ok(Ready { state, place, name: &typed.name, arguments })
            }
            _ => Err(call),
        }
    }

    /// Returns the full name of one of the resources.
    fn resource_name(&self, place: usize) -> String {
        self.resources.get(place).map(Resource::full_name).unwrap_or_default()
    }
}

/// The arguments of one call.
enum Given<'g> {
    /// Values without handles.
    Values(&'g [Val]),
    /// Values with handles in them.
    Handles(Passing<'g>),
    /// Values whose bytes are in one piece.
    Pieces(Vec<Piece>),
}

/// The results of one call.
enum Returned {
    Values(Vec<Val>),
    Pieces(Vec<Piece>),
}

/// The handles of one call, and the table of the caller's proxies.
struct Passing<'p> {
    slot: usize,
    proxies: &'p mut Proxies,
    handed: &'p mut Handed,
}

/// A call whose instance runs. Most calls are such, and the future of one is small enough for the
/// allocator to keep one at hand, which it does up to about a KiB.
struct Ready<'a> {
    state: &'a mut ProviderState,
    place: usize,
    name: &'a str,
    arguments: &'a [Val],
}

impl Ready<'_> {
    async fn call<U: Send + 'static>(self) -> Result<Vec<Val>, ProviderFailure> {
        let Some(instance) = self.state.get::<Instance<U>>() else {
            return Err(ProviderFailure::of(lost()));
        };
        instance.session.allow_handles();
        let results = instance.session.call_at(self.place, self.name, self.arguments).await;
        instance.session.reserve_handles();
        results.map_err(ProviderFailure::of)
    }
}

/// The number of instances so far.
static INSTANCES: AtomicU64 = AtomicU64::new(0);

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
        given: Given<'_>,
    ) -> Result<Returned> {
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
        // While the instance waits for a call, its handles are reserved for it in the chain's sum.
        // While it runs, it may also have what the others have left.
        self.session.allow_handles();
        let results = match given {
            Given::Values(arguments) => {
                self.session.call_at(place, &typed.name, arguments).await.map(Returned::Values)
            }
            Given::Handles(passing) => {
                let passed = self.pass(provider, (place, &typed.name), passing);
                Box::pin(passed).await.map(Returned::Values)
            }
            Given::Pieces(arguments) => {
                if self.typed.len() <= export {
                    self.typed.resize_with(provider.exports.len(), || None);
                }
                let Some(held) = self.typed.get_mut(export) else { return Err(lost()) };
                let function = match held {
                    Some(function) => &**function,
                    None => &**held.insert(self.session.pieces_at(place, &typed.ty)?),
                };
                let returned = self.session.call_pieces(function, &typed.name, arguments).await;
                returned.map(Returned::Pieces)
            }
        };
        // Also after a failure, since the caller's limit is worked out from what is reserved here.
        self.session.reserve_handles();
        results
    }

    /// Calls a function whose type has handles in it.
    async fn pass(
        &mut self,
        provider: &GuestProvider<U>,
        (place, name): (usize, &str),
        Passing { slot, proxies, handed }: Passing<'_>,
    ) -> Result<Vec<Val>> {
        if self.session.has_ended() {
            return Err(self.session.ended_error());
        }
        // An ended session was refused above, since `give` takes handles that are given away out of
        // the caller's table for good.
        let arguments = handed.give(proxies, self.number).map_err(unusable)?;
        let mut results = self.session.call_at(place, name, &arguments).await?;
        // The engine knows the types of resources only of an instance, and finds them by name. Once
        // for each instance is enough.
        if self.types.is_empty() {
            let mut find = |one: &Resource| self.session.resource_type(&one.interface, &one.name);
            self.types = provider.resources.iter().map(&mut find).collect();
        }
        let made = handed.keep(proxies, slot, (self.number, &self.types), &mut results);
        made.map_err(unusable)?;
        Ok(results)
    }

    /// Drops a handle, unless the instance to which it belongs has ended.
    async fn drop_handle(&mut self, provider: &GuestProvider<U>, proxy: Proxy) -> Result<()> {
        // The handles of an ended instance were dropped with its store.
        let handle = proxy.handle_of(self.number).filter(|_| !self.session.has_ended());
        let Some(handle) = handle else { return Ok(()) };
        let resource = provider.resources.get(proxy.place());
        let name = resource.map(|one| dropping(&one.name)).unwrap_or_default();
        self.session.allow_handles();
        let outcome = self.session.drop_handle(&name, handle).await;
        self.session.reserve_handles();
        outcome
    }

    /// Drops handles in order, and returns the first failure.
    async fn drop_all(&mut self, provider: &GuestProvider<U>, left: Vec<Proxy>) -> Result<()> {
        let mut outcome = Ok(());
        for proxy in left {
            // `and` runs its argument in each turn, so that a failure does not keep the others from
            // being dropped.
            outcome = outcome.and(self.drop_handle(provider, proxy).await);
        }
        outcome
    }
}

/// Returns the name of the function that drops a handle, which is that of its import.
pub(crate) fn dropping(resource: &str) -> String {
    format!("[resource-drop]{resource}")
}

fn unusable(error: Unusable) -> Error {
    Error::Host { action: "pass a handle to a provider", reason: error.to_string() }
}

impl<U: Send + 'static> Handles for GuestProvider<U> {
    fn place(&self, interface: &str, name: &str) -> Option<usize> {
        let found = self.resources.iter().find(|one| one.is(interface, name))?;
        // All names of a resource stand for its first one.
        self.resources.iter().position(|one| one.ty == found.ty)
    }

    fn can_be_left(&self) -> bool {
        !self.resources.is_empty() || self.guest.inner().dynamic.can_leave_handles()
    }

    fn are_callers(&self) -> bool {
        self.shared.is_none()
    }

    fn drop_handle<'a>(
        &'a self,
        state: &'a mut ProviderState,
        proxy: Proxy,
    ) -> BoxFuture<'a, Result<(), ProviderFailure>> {
        Box::pin(async move {
            let outcome = match &self.shared {
                Some(shared) => match &mut *shared.instance.lock().await {
                    Some(instance) => instance.drop_handle(self, proxy).await,
                    None => Ok(()),
                },
                None => match state.get::<Instance<U>>() {
                    Some(instance) => instance.drop_handle(self, proxy).await,
                    None => Ok(()),
                },
            };
            outcome.map_err(ProviderFailure::of)
        })
    }

    fn finish<'a>(
        &'a self,
        state: &'a mut ProviderState,
        left: Vec<Proxy>,
    ) -> BoxFuture<'a, Result<Vec<LeftOver>, ProviderFailure>> {
        Box::pin(async move {
            let name = |place| self.resource_name(place);
            let mut all = LeftOver::of(&left, &self.describe(), name);
            if let Some(shared) = &self.shared {
                let dropped = match &mut *shared.instance.lock().await {
                    Some(instance) => instance.drop_all(self, left).await,
                    None => Ok(()),
                };
                return dropped.map(|()| all).map_err(ProviderFailure::of);
            }
            if let Some(instance) = state.get::<Instance<U>>() {
                let dropped = instance.drop_all(self, left).await;
                // After the drops, because a destructor may drop handles of the providers behind
                // this one, which would otherwise count as left.
                let finished = instance.session.finish().await;
                dropped.map_err(ProviderFailure::of)?;
                all.extend(finished.map_err(ProviderFailure::of)?);
            }
            Ok(all)
        })
    }

    fn abandon(&self, left: Vec<Proxy>) {
        if let Some(shared) = &self.shared {
            // A session is dropped without waiting, so it cannot wait for the instance. The next
            // call drops the handles.
            let mut abandoned = shared.abandoned.lock().unwrap_or_else(PoisonError::into_inner);
            abandoned.extend(left);
        }
    }
}

impl<U: Send + 'static> TakesPieces for GuestProvider<U> {
    fn call_pieces<'a>(
        &'a self,
        call: ImportCall<'a>,
        arguments: Vec<Piece>,
    ) -> BoxFuture<'a, Result<Vec<Piece>, ProviderFailure>> {
        Box::pin(async move {
            let returned = self.serve(call, Given::Pieces(arguments)).await;
            match returned.map_err(ProviderFailure::of)? {
                Returned::Pieces(pieces) => Ok(pieces),
                Returned::Values(_) => Err(ProviderFailure::of(lost())),
            }
        })
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
        // The engine gives each component its own resource types, so they are never equal. They are
        // one resource if the caller's name for it is one by which this component exports it.
        let mut same = |ours: &ResourceType, theirs: &ResourceType| {
            let is_exported = |resource: &Resource| {
                let is_it = |one: &Resource| {
                    one.ty == *theirs && one.is(&resource.interface, &resource.name)
                };
                self.resources.iter().any(is_it)
            };
            function.homes.is_none()
                || function.home(ours).is_some_and(|home| is_exported(&home.resource))
        };
        if !alike_where(&function.typed.ty, &export.ty, &mut same) {
            return Err(Unserved::type_differs());
        }
        if function.has_handles() && function.homes.is_none() {
            return Err(Unserved::new("its type has a handle, and core modules have none"));
        }
        match function.types().iter().find_map(asynchronous) {
            None => Ok(()),
            Some(found) => Err(Unserved::new(format!(
                "its type has a `{found}`, and no {found} goes from one guest to another"
            ))),
        }
    }

    fn call<'a>(
        &'a self,
        call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        let call = match self.ready(call) {
            Ok(ready) => return Box::pin(ready.call::<U>()),
            Err(call) => call,
        };
        let arguments = Given::Values(call.arguments);
        Box::pin(async move {
            match self.serve(call, arguments).await.map_err(ProviderFailure::of)? {
                Returned::Values(values) => Ok(values),
                Returned::Pieces(_) => Err(ProviderFailure::of(lost())),
            }
        })
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

    fn handles(&self) -> Option<&dyn Handles> {
        Some(self)
    }

    fn pieces(&self) -> Option<&dyn TakesPieces> {
        Some(self)
    }

    fn depth(&self) -> usize {
        self.guest.inner().dynamic.depth().saturating_add(1)
    }
}
