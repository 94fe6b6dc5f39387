//! The trait for providers, which serve functions that guests import. A provider is asked whether
//! it serves a function before the guest runs, and is then called with values. The module does not
//! know how functions are added to a linker.

mod caller;
mod chain;
mod failure;
mod guest;
mod handles;
mod labels;
mod pieces;
mod proxies;
mod state;
mod unattended;

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use wasmtime::component::{Component, ResourceType, Type, Val};

pub use caller::ProviderCaller;
pub(crate) use chain::Chain;
pub(crate) use failure::ProviderFailed;
pub use failure::{ProviderFailure, Unserved};
pub use guest::GuestProvider;
pub(crate) use guest::dropping;
pub use handles::Handles;
pub use labels::Labels;
pub(crate) use pieces::{CallPieces, Callable, OfTypes, Pieces, with_types};
pub use pieces::{Piece, TakesPieces};
pub(crate) use proxies::{Handed, Label, Proxies, Unusable, kind};
pub use proxies::{LeftOver, Proxy};
pub use state::ProviderState;
pub(crate) use state::{Provisions, note};
pub use unattended::{DefaultProvider, TrapProvider};

use crate::dynamic::{Provided, Unattended};
use crate::engine::settings::Settings;
use crate::engine::shared::SharedEngine;
use crate::error::{Error, Result};
use crate::store::deadline::Deadline;
use crate::store::meter::Meter;
use crate::store::state::State;
use wit_host_binary::limits::Limits;
use wit_host_check::fit;
use wit_host_check::serving::{Resource, Typed, imports};
use wit_host_values::{Signature, resources};
use wit_host_wit::{Contract, Decoded};

/// A boxed future, which functions over values and providers return.
pub type BoxFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// The largest number of guests that may serve one another in a chain.
// Each of them has a stack and a memory of its own while the others wait, all within one call.
pub(crate) const MOST_DEEP: usize = 8;

/// Serves functions that guests import, over values.
///
/// ```
/// use wit_host::{
///     BoxFuture, ImportCall, ImportedFunction, Provider, ProviderFailure, Runtime, Unserved, Val,
/// };
///
/// /// Knows the price of everything.
/// struct Prices;
///
/// impl Provider for Prices {
///     fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
///         match function.function() {
///             "price" => Ok(()),
///             _ => Err(Unserved::new("it knows prices and nothing else")),
///         }
///     }
///
///     fn call<'a>(
///         &'a self,
///         call: ImportCall<'a>,
///     ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
///         Box::pin(async move {
///             match call.arguments() {
///                 [Val::String(article)] if article == "tea" => Ok(vec![Val::U32(250)]),
///                 _ => Err(ProviderFailure::new("there is no such article")),
///             }
///         })
///     }
///
///     fn describe(&self) -> String {
///         "a list of prices".into()
///     }
/// }
///
/// let runtime = Runtime::<()>::builder().provide("shop:prices/prices", Prices).build()?;
/// # Ok::<(), wit_host::Error>(())
/// ```
pub trait Provider: Send + Sync + 'static {
    /// Checks whether the provider serves the function. It is called when a guest that imports the
    /// function is linked.
    ///
    /// # Errors
    /// [`Unserved`], with the reason why the provider does not serve it.
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved>;

    /// Serves one call. The caller's time limit keeps running: when it is reached, the future is
    /// dropped.
    ///
    /// # Errors
    /// [`ProviderFailure`], which counts as a failure of the provider and never of the guest.
    fn call<'a>(&'a self, call: ImportCall<'a>)
    -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>>;

    /// Describes the provider in a few words, for errors.
    fn describe(&self) -> String {
        "a provider".into()
    }

    /// Describes what serves the function, for people who ask where an import is served.
    fn server(&self, interface: Option<&str>, function: &str) -> String {
        let _ = (interface, function);
        self.describe()
    }

    /// Returns the functions of the provider, if it knows their types itself. Core modules can then
    /// import them from `env` without a contract that has their types.
    fn functions(&self) -> Vec<ImportedFunction> {
        Vec::new()
    }

    /// Returns the number of guests that serve one another in this provider, including the provider
    /// if it is a guest. A chain of more than eight is refused.
    fn depth(&self) -> usize {
        0
    }

    /// Returns the world that exports these functions.
    #[doc(hidden)]
    fn world(&self) -> Option<Arc<Decoded>> {
        None
    }

    /// Returns a number that identifies the provider, if it may be added under several names.
    #[doc(hidden)]
    fn identity(&self) -> Option<usize> {
        None
    }

    /// Returns what the provider does with functions of any type, if it serves them.
    #[doc(hidden)]
    fn unattended(&self) -> Option<Unattended> {
        None
    }

    /// Returns what the provider does with handles, if it has resources.
    #[doc(hidden)]
    fn handles(&self) -> Option<&dyn Handles> {
        None
    }

    /// Returns the provider as one whose handles are labels, if they are.
    #[doc(hidden)]
    fn labels(&self) -> Option<&dyn Labels> {
        None
    }

    /// Returns what the provider does with bytes in one piece, if it takes them.
    #[doc(hidden)]
    fn pieces(&self) -> Option<&dyn TakesPieces> {
        None
    }
}

impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
        (**self).offer(function)
    }

    fn call<'a>(
        &'a self,
        call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        (**self).call(call)
    }

    fn describe(&self) -> String {
        (**self).describe()
    }

    fn server(&self, interface: Option<&str>, function: &str) -> String {
        (**self).server(interface, function)
    }

    fn functions(&self) -> Vec<ImportedFunction> {
        (**self).functions()
    }

    fn depth(&self) -> usize {
        (**self).depth()
    }

    fn world(&self) -> Option<Arc<Decoded>> {
        (**self).world()
    }

    fn unattended(&self) -> Option<Unattended> {
        (**self).unattended()
    }

    fn handles(&self) -> Option<&dyn Handles> {
        (**self).handles()
    }

    fn labels(&self) -> Option<&dyn Labels> {
        (**self).labels()
    }

    fn pieces(&self) -> Option<&dyn TakesPieces> {
        (**self).pieces()
    }

    fn identity(&self) -> Option<usize> {
        // A provider that is added under several names is the same allocation under each.
        Some(Arc::as_ptr(self).cast::<()>().addr())
    }
}

/// A function that a guest imports, with the type that a component declares for it. For a core
/// module, it is the type in the contract or of the provider.
#[derive(Clone)]
pub struct ImportedFunction {
    pub(crate) typed: Typed,
    /// `namespace:package/interface.function`.
    name: Arc<str>,
    results: usize,
    /// Whether the type has handles in it.
    has_handles: bool,
    /// The resources that the component imports. `None` for a core module.
    pub(crate) homes: Option<Arc<[Home]>>,
    /// The place of the function in its provider, once it was looked up.
    pub(crate) place: OnceLock<Option<usize>>,
}

/// A resource that a component imports, and the provider that serves it, by the slot of its state.
/// `None` if no provider does.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) resource: Resource,
    pub(crate) slot: Option<usize>,
    /// The position of the resource among those of the provider.
    pub(crate) place: usize,
}

impl ImportedFunction {
    pub(crate) fn new(typed: Typed) -> Self {
        let results = typed.ty.results().len();
        let name = match &typed.interface {
            Some(interface) => {
                let plain = interface.split('@').next().unwrap_or_default();
                format!("{plain}.{}", typed.name)
            }
            None => typed.name.clone(),
        };
        let name = name.into();
        let (homes, place) = (None, OnceLock::new());
        let mut function = Self { typed, name, results, has_handles: false, homes, place };
        // Types are walked once, because each call asks for this.
        function.has_handles = function.types().iter().any(|ty| !resources(ty).is_empty());
        function
    }

    /// Sets the resources that the component imports.
    pub(crate) fn of_component(self, homes: &Arc<[Home]>) -> Self {
        Self { homes: Some(Arc::clone(homes)), ..self }
    }

    /// Returns whether the function's type has handles in it.
    #[inline]
    pub(crate) fn has_handles(&self) -> bool {
        self.has_handles
    }

    /// Returns the import of a resource in the function's type.
    pub(crate) fn home(&self, ty: &ResourceType) -> Option<&Home> {
        self.homes.as_ref()?.iter().find(|home| home.resource.ty == *ty)
    }

    /// Returns the full name, to be kept.
    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the functions that guests of the contract can import, for a provider that checks
    /// before a guest is linked what it has for them.
    ///
    /// # Errors
    /// [`Error::Host`] if the engine does not take the contract's types.
    pub fn of_contract(contract: &Contract) -> Result<Vec<Self>> {
        Self::of(contract, fit::importing)
    }

    /// Returns the functions that guests of the contract export, as who calls them has them: as
    /// imports.
    ///
    /// # Errors
    /// Those of [`ImportedFunction::of_contract`].
    pub fn of_exports(contract: &Contract) -> Result<Vec<Self>> {
        let mut functions = Self::of(contract, fit::importing_exports)?;
        let (interfaces, own) = contract.exports();
        functions.retain(|function| match function.interface() {
            Some(interface) => interfaces.iter().any(|name| name == interface),
            None => own.iter().any(|name| name == function.function()),
        });
        Ok(functions)
    }

    fn of(
        contract: &Contract,
        importing: fn(&wasmtime::Engine, &Contract) -> Result<Component, String>,
    ) -> Result<Vec<Self>> {
        // The engine only holds the types, which are compared by their structure. No guest runs in
        // it.
        let settings = Settings::new(&Limits::default(), false, false);
        let shared = SharedEngine::new(settings, false, None)?;
        let component = importing(&shared.engine, contract);
        let action = "read the types of the contract";
        let component = component.map_err(|reason| Error::Host { action, reason })?;
        Ok(imports(&component).0.into_iter().map(Self::new).collect())
    }

    /// Returns the full name without a version: `namespace:package/interface.function`, or only
    /// `function` for an import of the world itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the interface of the function, with its version:
    /// `namespace:package/interface@1.0.0`.
    pub fn interface(&self) -> Option<&str> {
        self.typed.interface.as_deref()
    }

    /// Returns the function's own name: `price`, or `[method]basket.add`.
    pub fn function(&self) -> &str {
        &self.typed.name
    }

    /// Returns the function's parameters and results.
    pub fn signature(&self) -> Signature {
        Signature::of_component(&self.typed.ty)
    }

    /// Returns the number of results.
    pub(crate) fn results(&self) -> usize {
        self.results
    }

    /// Returns the types of all parameters and results.
    pub(crate) fn types(&self) -> Vec<Type> {
        let params = self.typed.ty.params().map(|(_, ty)| ty);
        params.chain(self.typed.ty.results()).collect()
    }
}

impl fmt::Debug for ImportedFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.signature())
    }
}

/// A call of a function that a provider serves.
pub struct ImportCall<'a> {
    function: &'a ImportedFunction,
    arguments: &'a [Val],
    deadline: &'a mut Deadline,
    epochs: &'a AtomicU64,
    pub(crate) state: &'a mut ProviderState,
    pub(crate) meter: &'a mut Meter,
    defaults: &'a mut Vec<String>,
    slot: usize,
    proxies: &'a mut Proxies,
    handed: &'a mut Handed,
    data: &'a mut (dyn Any + Send),
    pub(crate) trace_parent: Option<&'a Arc<str>>,
}

impl<'a> ImportCall<'a> {
    /// Returns the function that was called.
    pub fn function(&self) -> &'a ImportedFunction {
        self.function
    }

    /// Returns the arguments, which have the types of the function's parameters.
    pub fn arguments(&self) -> &'a [Val] {
        self.arguments
    }

    /// Returns the instant at which the caller's time limit is reached.
    pub fn deadline(&mut self) -> Option<Instant> {
        self.deadline.instant(self.epochs)
    }

    /// Returns the state that the provider keeps for the caller's session, until the session ends.
    pub fn state(&mut self) -> &mut ProviderState {
        self.state
    }

    /// Returns the call for another provider, which keeps its state in `state`.
    #[must_use]
    pub fn with_state<'b>(self, state: &'b mut ProviderState) -> ImportCall<'b>
    where
        'a: 'b,
    {
        ImportCall { state, ..self }
    }

    /// Returns the span of a distributed trace that the call belongs to, as W3C's `traceparent` has
    /// it, if the caller's session was given one by
    /// [`Session::set_trace_parent`](crate::Session::set_trace_parent).
    pub fn trace_parent(&self) -> Option<&'a Arc<str>> {
        self.trace_parent
    }

    /// Returns the host data of the caller's session, if it has this type.
    pub fn data<D: 'static>(&mut self) -> Option<&mut D> {
        self.data.downcast_mut()
    }

    /// Notes that the call was answered with a default value.
    /// [`Session::defaults`](crate::Session::defaults) lists the functions.
    pub fn note_default(&mut self) {
        note(self.defaults, self.function.name());
    }
}

/// Serves one call with a provider.
///
/// # Errors
/// [`ProviderFailed`].
pub(crate) async fn serve<T: Send + 'static>(
    provided: &Provided,
    function: &ImportedFunction,
    arguments: &[Val],
    handed: &mut Handed,
    state: &mut State<T>,
) -> wasmtime::Result<Vec<Val>> {
    let call = import_call(provided, function, arguments, handed, state);
    let returned = provided.provider.call(call).await;
    returned.map_err(|failure| provided.failed(function.name(), failure))
}

/// Serves one call with a provider that takes pieces.
///
/// # Errors
/// [`ProviderFailed`].
pub(crate) async fn serve_pieces<T: Send + 'static>(
    provided: &Provided,
    function: &ImportedFunction,
    arguments: Vec<Piece>,
    state: &mut State<T>,
) -> wasmtime::Result<Vec<Piece>> {
    let mut handed = Handed::default();
    let call = import_call(provided, function, &[], &mut handed, state);
    let returned = match provided.provider.pieces() {
        Some(provider) => provider.call_pieces(call, arguments).await,
        None => Err(ProviderFailure::new("it takes no bytes in one piece")),
    };
    returned.map_err(|failure| provided.failed(function.name(), failure))
}

fn import_call<'a, T: Send + 'static>(
    provided: &Provided,
    function: &'a ImportedFunction,
    arguments: &'a [Val],
    handed: &'a mut Handed,
    state: &'a mut State<T>,
) -> ImportCall<'a> {
    let Provisions { states, defaults, proxies, .. } = &mut state.provisions;
    // Only functions with handles make proxies, and the others do not pay for the note.
    if function.has_handles() {
        proxies.owned_by(provided.slot, &provided.provider);
    }
    ImportCall {
        function,
        arguments,
        deadline: &mut state.deadline,
        epochs: &state.epochs,
        state: states.of(provided.slot),
        meter: &mut state.meter,
        defaults,
        slot: provided.slot,
        proxies,
        handed,
        data: &mut state.data,
        trace_parent: state.trace_parent.as_ref(),
    }
}

impl Provided {
    /// Returns the error of a guest's call in which the provider failed.
    #[cold]
    pub(crate) fn failed(&self, function: &str, failure: ProviderFailure) -> wasmtime::Error {
        failure.in_call(|| (self.provider.describe(), function.to_owned()))
    }
}
