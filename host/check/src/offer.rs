//! What a host offers to guests, as far as it matters to whether one fits. Who runs the
//! guest, and how, it does not know.

use wasmtime::{Engine, FuncType, component};

use crate::deny::Pattern;
use crate::served::Served;
use wit_host_binary::limits::Limits;
use wit_host_wit::{Contract, Offered};

/// Functions of core modules, by their names.
pub type CoreFunctions = Vec<(String, FuncType)>;

/// What a host offers to guests, whose stores hold `S`.
pub struct Offer<'o, S: 'static> {
    /// What compiles the few bytes that are linked in a guest's place.
    pub engine: &'o Engine,
    /// What components are linked with.
    pub components: &'o component::Linker<S>,
    /// What core modules can import.
    pub served: &'o Served,
    /// The functions of WASI's first preview.
    pub preview1: fn(&Engine) -> wasmtime::Result<CoreFunctions>,
    /// The contract, where the host has it as WIT.
    pub contract: Option<&'o Offered>,
    /// What a guest may cost.
    pub limits: &'o Limits,
    /// What it is denied.
    pub denied: &'o [Pattern],
    /// Whether guests may be in the text form.
    pub text: bool,
}

impl<'o, S> Offer<'o, S> {
    /// The contract, read.
    pub fn contract(&self) -> Option<&'o Contract> {
        self.contract.map(std::ops::Deref::deref)
    }
}
