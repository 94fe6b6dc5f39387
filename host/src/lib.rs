//! doc

pub mod bindings;
pub mod blocking;
mod component;
mod env;
mod error;
mod failure;
mod fit;
mod functions;
mod grants;
mod guest;
mod kind;
mod limits;
mod module;
mod runtime;
mod session;
mod state;
mod text;

pub use env::{
    AsyncHostFunction, Env, FlatList, GuestMemory, HostFunction, Join, Param, ParamList, Return,
    TrapMessage, WasmTyOrNone,
};
pub use error::{Error, Result};
pub use fit::{Misfit, Misfits};
pub use functions::{FetchLimits, Functions, contract};
pub use grants::{Access, AllowedHosts, Grants};
pub use guest::Guest;
pub use kind::Kind;
pub use limits::{LimitReached, Limits, Spent};
pub use runtime::{Runtime, RuntimeBuilder};
pub use session::{Outcome, Session};
pub use state::State;
pub use wasmtime;
pub use wasmtime::component::Val;
