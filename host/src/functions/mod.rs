//! The shipped contract's host functions. The files below say what they mean,
//! once, and know neither components nor core modules; the two functions here are
//! all that binds them to the two paths. An embedder writes the like for a
//! contract of their own.

mod fetch;
mod math;
mod strings;

use wasmtime::component::{HasSelf, Linker, WasmList, WasmStr};

use crate::bindings::wit_host::contract::fetch::{self as fetch_bindings, Host as _};
use crate::bindings::wit_host::contract::math::{self as math_bindings, Host as _};
use crate::builder::RuntimeBuilder;
use crate::env::Env;
use crate::grants::{AllowedHosts, Grants};
use crate::lent;
use crate::state::State;
use crate::wit::{Contract, ContractError, Offered};
pub use fetch::FetchLimits;

/// The host data of the shipped contract. It implements the traits that are
/// generated from `wit/`.
#[derive(Debug, Default)]
pub struct Functions {
    hosts: AllowedHosts,
    limits: FetchLimits,
    client: Option<reqwest::Client>,
}

impl Functions {
    /// Functions that may reach the network hosts in `grants`.
    pub fn new(grants: &Grants) -> Self {
        Self { hosts: grants.hosts().clone(), ..Self::default() }
    }

    /// Sets how large a fetched document may be and how long it may take.
    #[must_use]
    pub fn fetch_limits(mut self, limits: FetchLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// The shipped contract in WIT: its files, of which the first names the package.
/// One behind another they are one valid file.
pub const CONTRACT: &[&str] = &[
    include_str!("../../../wit/world.wit"),
    include_str!("../../../wit/math.wit"),
    include_str!("../../../wit/strings.wit"),
    include_str!("../../../wit/fetch.wit"),
];

impl Contract {
    /// The shipped contract.
    ///
    /// # Errors
    /// [`ContractError`], which what is shipped does
    /// not give.
    pub fn shipped() -> Result<Self, ContractError> {
        Self::parse(&CONTRACT.join("\n"), None)
    }
}

/// A runtime's builder that offers the shipped contract on both paths.
pub fn contract() -> RuntimeBuilder<Functions> {
    let mut builder = RuntimeBuilder::default().component(component).env(env);
    builder.contract = Some(Ok(Offered::known(CONTRACT.join("\n"))));
    builder
}

/// Offers the contract to components. Text is lent to `strings`, so that it is not
/// the generated binding that serves it.
fn component(linker: &mut Linker<State<Functions>>) -> wasmtime::Result<()> {
    math_bindings::add_to_linker::<_, HasSelf<Functions>>(linker, State::data_mut)?;
    let served = &mut linker.instance("wit-host:contract/strings@0.1.0")?;
    let name = |function| ("strings", function);
    type Texts = (WasmStr, WasmStr);
    lent::define::<_, Texts, _>(served, name("concat"), |(a, b)| Ok(strings::concat(&a, &b)))?;
    lent::define::<_, (WasmStr,), _>(served, name("to-upper"), |(t,)| Ok(strings::to_upper(&t)?))?;
    lent::define::<_, Texts, _>(served, name("split"), |(text, at)| strings::split(&text, &at))?;
    let from_utf8 = |(bytes,): (&[u8],)| Ok(strings::from_utf8(bytes));
    lent::define::<_, (WasmList<u8>,), _>(served, name("from-utf8"), from_utf8)?;
    fetch_bindings::add_to_linker::<_, HasSelf<Functions>>(linker, State::data_mut)
}

/// Offers the contract to core modules that import from `env`, in WIT order.
/// `strings.split` is not among it: no legacy convention returns a list of texts.
fn env(env: &mut Env<'_, Functions>) -> wasmtime::Result<()> {
    env.of("wit-host:contract/math").define("add", Functions::add)?;
    let mut text = env.of("wit-host:contract/strings");
    text.define("concat", |_: &mut Functions, a: &str, b: &str| strings::concat(a, b))?;
    text.define("to_upper", |_: &mut Functions, text: &str| strings::to_upper(text))?;
    text.define("from_utf8", |_: &mut Functions, bytes: &[u8]| strings::from_utf8(bytes))?;
    env.of("wit-host:contract/fetch.get").define_async("fetch", Functions::get)?;
    env.define_result_writer("write_mem")?;
    env.define_abort("abort")
}
