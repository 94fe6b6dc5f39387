//! What a host offers to guests, as far as it decides whether a guest fits. It does not know
//! who runs the guest, or how.

use wasmtime::{Engine, FuncType, component};

use crate::deny::Pattern;
use crate::served::Served;
use crate::serving::Serving;
use wit_host_binary::limits::Limits;
use wit_host_wit::{Contract, Offered};

/// Functions of core modules, with their names.
pub type CoreFunctions = Vec<(String, FuncType)>;

/// What a host offers to guests whose stores contain `S`.
pub struct Offer<'o, S: 'static> {
    /// The engine, which compiles the few bytes that are linked in place of a guest.
    pub engine: &'o Engine,
    /// The linker of components.
    pub components: &'o component::Linker<S>,
    /// What serves components beside the linker.
    pub serving: &'o dyn Serving<S>,
    /// The imports that core modules can have.
    pub served: &'o Served,
    /// Returns the functions of WASI's first preview.
    pub preview1: fn(&Engine) -> wasmtime::Result<CoreFunctions>,
    /// The contract, if the host has it as WIT.
    pub contract: Option<&'o Offered>,
    /// What a guest may cost.
    pub limits: &'o Limits,
    /// What guests are denied.
    pub denied: &'o [Pattern],
    /// Whether guests may be in text form.
    pub text: bool,
}

impl<'o, S> Offer<'o, S> {
    /// Reads and returns the contract.
    pub fn contract(&self) -> Option<&'o Contract> {
        self.contract.map(std::ops::Deref::deref)
    }
}
