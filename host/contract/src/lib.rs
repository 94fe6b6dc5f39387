//! The host functions of the shipped contract. The modules implement what each function means
//! once, and know neither components nor core modules. Two functions here, [`add_to_linker`]
//! and [`add_to_env`], bind them to the two paths. An embedder writes the same for a contract
//! of their own.

pub mod bindings;
mod fetch;
mod math;
mod over_values;
mod strings;

use wasmtime::component::{HasSelf, Linker, WasmList, WasmStr};

use crate::bindings::wit_host::contract::fetch::Host as _;
use crate::bindings::wit_host::contract::math::Host as _;
use crate::bindings::wit_host::contract::{fetch as fetch_bindings, math as math_bindings};
pub use fetch::FetchLimits;
#[doc(hidden)]
pub use fetch::client;
pub use over_values::{builder_over_values, types};
use wit_host::{
    AllowedHosts, Contract, ContractError, Env, Grants, RuntimeBuilder, State, borrowed,
};

/// The host data of the shipped contract. It implements the traits that are generated from
/// `wit/`.
#[derive(Debug, Default)]
pub struct Functions {
    hosts: AllowedHosts,
    limits: FetchLimits,
    client: Option<reqwest::Client>,
}

impl Functions {
    /// Creates functions that may reach the network hosts in `grants`.
    pub fn new(grants: &Grants) -> Self {
        Self { hosts: grants.hosts().clone(), ..Self::default() }
    }

    /// Sets how large a fetched document may be, and how long fetching it may take.
    #[must_use]
    pub fn fetch_limits(mut self, limits: FetchLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// The shipped contract as one WIT text.
pub const WIT: &str = concat!(
    include_str!("../wit/world.wit"),
    "\n",
    include_str!("../wit/math.wit"),
    "\n",
    include_str!("../wit/strings.wit"),
    "\n",
    include_str!("../wit/fetch.wit"),
);

/// Reads the shipped contract.
///
/// # Errors
/// [`ContractError`] in theory: the shipped contract is valid.
pub fn contract() -> Result<Contract, ContractError> {
    Contract::parse(WIT, None)
}

/// Returns the builder of a runtime that offers the shipped contract on both paths.
pub fn builder() -> RuntimeBuilder<Functions> {
    RuntimeBuilder::default()
        .component_imports(add_to_linker)
        .module_imports(add_to_env)
        .contract_of_importers(WIT)
}

/// Host data that contains the data of the shipped contract, for a host that offers this
/// contract beside one of its own.
///
/// ```
/// use wit_host_contract::{Functions, HasFunctions, add_to_env, add_to_linker};
///
/// #[derive(Default)]
/// struct Shop { shipped: Functions }
///
/// impl HasFunctions for Shop {
///     fn functions_mut(&mut self) -> &mut Functions { &mut self.shipped }
/// }
///
/// let runtime = wit_host::Runtime::<Shop>::builder()
///     .component_imports(add_to_linker)
///     .module_imports(add_to_env)
///     .build()?;
/// # Ok::<(), wit_host::Error>(())
/// ```
pub trait HasFunctions: Send + 'static {
    /// Returns the host data of the shipped contract.
    fn functions_mut(&mut self) -> &mut Functions;
}

impl HasFunctions for Functions {
    fn functions_mut(&mut self) -> &mut Functions {
        self
    }
}

/// Offers the contract to components: for
/// [`RuntimeBuilder::component_imports`](wit_host::RuntimeBuilder::component_imports).
///
/// # Errors
/// If a part of the contract is offered already.
// `strings` borrows its texts, so it is defined here and not by the generated binding, which
// copies them.
pub fn add_to_linker<T: HasFunctions>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    math_bindings::add_to_linker::<_, HasSelf<Functions>>(linker, functions)?;
    add_strings(linker)?;
    fetch_bindings::add_to_linker::<_, HasSelf<Functions>>(linker, functions)
}

fn add_strings<T: HasFunctions>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    let served = &mut linker.instance("wit-host:contract/strings@0.1.0")?;
    let name = |function| ("strings", function);
    type Texts = (WasmStr, WasmStr);
    borrowed::define::<_, Texts, _>(served, name("concat"), |(a, b)| Ok(strings::concat(&a, &b)))?;
    borrowed::define::<_, (WasmStr,), _>(served, name("to-upper"), |(t,)| {
        Ok(strings::to_upper(&t)?)
    })?;
    borrowed::define::<_, Texts, _>(served, name("split"), |(text, at)| {
        strings::split(&text, &at)
    })?;
    let from_utf8 = |(bytes,): (&[u8],)| Ok(strings::from_utf8(bytes));
    borrowed::define::<_, (WasmList<u8>,), _>(served, name("from-utf8"), from_utf8)
}

fn functions<T: HasFunctions>(state: &mut State<T>) -> &mut Functions {
    state.data_mut().functions_mut()
}

/// Offers the contract to core modules that import from `env`: for
/// [`RuntimeBuilder::module_imports`](wit_host::RuntimeBuilder::module_imports). `strings.split` is left out, because
/// no legacy convention returns a list of texts.
///
/// # Errors
/// If a part of the contract is offered already.
// In the order of the WIT.
pub fn add_to_env<T: HasFunctions>(env: &mut Env<'_, T>) -> wasmtime::Result<()> {
    let mut env = env.with_data(T::functions_mut);
    env.implementing("wit-host:contract/math").func("add", Functions::add)?;
    let mut text = env.implementing("wit-host:contract/strings");
    text.func("concat", |_: &mut Functions, a: &str, b: &str| strings::concat(a, b))?;
    text.func("to_upper", |_: &mut Functions, text: &str| strings::to_upper(text))?;
    text.func("from_utf8", |_: &mut Functions, bytes: &[u8]| strings::from_utf8(bytes))?;
    env.implementing("wit-host:contract/fetch.get").func_async("fetch", Functions::get)?;
    env.define_result_writer("write_mem")?;
    env.define_abort("abort")
}
