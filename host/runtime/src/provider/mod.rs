//! Who serves the functions of an import in the place of the embedder: asked before anything
//! runs whether it can, and then called with values. How its functions are put into a linker
//! is not known here.

mod chain;
mod failure;
mod guest;
mod state;
mod unattended;

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use wasmtime::component::{Type, Val};

pub(crate) use chain::Chain;
pub(crate) use failure::ProviderFailed;
pub use failure::{ProviderFailure, Unserved};
pub use guest::GuestProvider;
pub use state::ProviderState;
pub(crate) use state::{Provisions, note};
pub use unattended::{DefaultProvider, TrapProvider};

use crate::deadline::Deadline;
use crate::dynamic::{Provided, Unattended};
use crate::meter::Meter;
use crate::state::State;
use wit_host_check::serving::Typed;
use wit_host_values::Signature;
use wit_host_wit::Decoded;

/// A future in a box, as functions over values and providers return it.
pub type BoxFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// The most providers that may stand behind one another.
pub(crate) const MOST_DEEP: usize = 8;

/// Serves functions that guests import, with values.
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
    /// Whether it serves the function, which is asked when a guest is linked that imports it.
    ///
    /// # Errors
    /// [`Unserved`], with the reason why it does not.
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved>;

    /// Serves one call. The time that the caller has left goes on: when it is over, the future
    /// is dropped.
    ///
    /// # Errors
    /// [`ProviderFailure`], which is the provider's failure and never the guest's.
    fn call<'a>(&'a self, call: ImportCall<'a>)
    -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>>;

    /// What it is, in a few words: a part of errors.
    fn describe(&self) -> String {
        "a provider".into()
    }

    /// Who serves the function, in words: what a person is told who asks.
    fn server(&self, interface: Option<&str>, function: &str) -> String {
        let _ = (interface, function);
        self.describe()
    }

    /// The functions that it has, where it knows them by itself, so that core modules can import
    /// them from `env` where no contract has their types.
    fn functions(&self) -> Vec<ImportedFunction> {
        Vec::new()
    }

    /// How many guests stand behind one another in it, itself among them where it is one. More
    /// than eight are refused.
    fn depth(&self) -> usize {
        0
    }

    /// What the world is like whose exports these functions are.
    #[doc(hidden)]
    fn world(&self) -> Option<Arc<Decoded>> {
        None
    }

    /// What tells it from others, where it may be there under several names.
    #[doc(hidden)]
    fn identity(&self) -> Option<usize> {
        None
    }

    /// What it does with functions of any type.
    #[doc(hidden)]
    fn unattended(&self) -> Option<Unattended> {
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

    fn identity(&self) -> Option<usize> {
        Some(Arc::as_ptr(self).cast::<()>().addr())
    }
}

/// A function that a guest imports, with the type that the guest has for it; of a core module,
/// the type that the contract or its provider has.
pub struct ImportedFunction {
    pub(crate) typed: Typed,
    /// `namespace:package/interface.function`.
    name: String,
    results: usize,
    /// Where its provider has it, once that has been looked up.
    pub(crate) place: OnceLock<Option<usize>>,
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
        Self { typed, name, results, place: OnceLock::new() }
    }

    /// Its full name without a version: `namespace:package/interface.function`, and only
    /// `function` for one of the world itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface that it is in, with its version: `namespace:package/interface@1.0.0`.
    pub fn interface(&self) -> Option<&str> {
        self.typed.interface.as_deref()
    }

    /// Its own name: `price`, or `[method]basket.add`.
    pub fn function(&self) -> &str {
        &self.typed.name
    }

    /// What it takes and returns.
    pub fn signature(&self) -> Signature {
        Signature::of_component(&self.typed.ty)
    }

    /// How many values it returns.
    pub(crate) fn results(&self) -> usize {
        self.results
    }

    /// Every type in its own.
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
}

impl<'a> ImportCall<'a> {
    /// The function that was called.
    pub fn function(&self) -> &'a ImportedFunction {
        self.function
    }

    /// Its arguments, which are of its types.
    pub fn arguments(&self) -> &'a [Val] {
        self.arguments
    }

    /// When the caller's time is over.
    pub fn deadline(&mut self) -> Option<Instant> {
        self.deadline.instant(self.epochs)
    }

    /// What the provider keeps for the session that the call is of, until that ends.
    pub fn state(&mut self) -> &mut ProviderState {
        self.state
    }

    /// Notes that the function was answered with a default value, which
    /// [`Session::defaults`](crate::Session::defaults) tells.
    pub fn note_default(&mut self) {
        note(self.defaults, self.function.name());
    }
}

/// Has a provider serve one call.
///
/// # Errors
/// [`ProviderFailed`].
pub(crate) async fn serve<T>(
    provided: &Provided,
    function: &ImportedFunction,
    arguments: &[Val],
    state: &mut State<T>,
) -> wasmtime::Result<Vec<Val>> {
    let (kept, defaults) = state.provisions.at(provided.slot);
    let (deadline, epochs) = (&mut state.deadline, &*state.epochs);
    let call = ImportCall {
        function,
        arguments,
        deadline,
        epochs,
        state: kept,
        meter: &mut state.meter,
        defaults,
    };
    let returned = provided.provider.call(call).await;
    returned.map_err(|failure| {
        let (server, function) = (provided.provider.describe(), function.name().to_owned());
        ProviderFailed { server, function, failure }.into()
    })
}
