//! What a host offers to guests, as far as it matters to whether one fits. Who runs the
//! guest, and how, it does not know.

use wasmtime::{Engine, FuncType, component};

use crate::deny::Pattern;
use crate::env::Table;
use crate::limits::Limits;
use crate::wit::{Contract, Offered};

/// What a host offers to guests, whose stores hold `S`.
pub(crate) struct Offer<'o, S: 'static> {
    /// What compiles the few bytes that are linked in a guest's place.
    pub(crate) engine: &'o Engine,
    /// What components are linked with.
    pub(crate) components: &'o component::Linker<S>,
    /// What core modules can import.
    pub(crate) served: &'o Table,
    /// The functions of WASI's first preview.
    pub(crate) preview1: fn(&Engine) -> wasmtime::Result<Vec<(String, FuncType)>>,
    /// The contract, where the host has it as WIT.
    pub(crate) contract: Option<&'o Offered>,
    /// What a guest may cost.
    pub(crate) limits: &'o Limits,
    /// What it is denied.
    pub(crate) denied: &'o [Pattern],
    /// Whether guests may be in the text form.
    pub(crate) text: bool,
}

impl<'o, S> Offer<'o, S> {
    /// The contract, read.
    pub(crate) fn contract(&self) -> Option<&'o Contract> {
        self.contract.map(std::ops::Deref::deref)
    }
}
