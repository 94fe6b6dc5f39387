//! Answers questions about a guest without running it: whether it fits this runtime, and what
//! it is. The answers come from the crate `wit-host-check`.

use std::path::Path;

use super::Runtime;
use super::host::Host;
use crate::code::compile::{Compiled, compile};
use crate::error::Result;
use crate::store::state::State;
use wit_host_binary::kind::Kind;
use wit_host_binary::prepare::strip;
use wit_host_check::fit::{self, Answer, Fit};
use wit_host_check::inspect::{Inspection, inspect};
use wit_host_check::offer::Offer;
use wit_host_text::contain::contained;
use wit_host_wit::Contract;

/// Completes the message of a panic, "the host failed to …".
const CHECK: &str = "check whether the guest fits";
const INSPECT: &str = "inspect the guest";

impl<T: Send + 'static> Runtime<T> {
    /// Checks whether the guest in `bytes` fits this runtime: everything that it imports is
    /// provided, and what it exports has the contract's types. What single sessions are denied
    /// is not considered.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest). For a component whose types cannot be
    /// written in WIT, also those of compiling it.
    pub fn fit(&self, bytes: impl AsRef<[u8]>) -> Result<Fit> {
        contained(CHECK, || {
            let offer = self.inner.offer();
            match fit::fit(&offer, bytes.as_ref())? {
                Answer::Fit(fit) => Ok(fit),
                Answer::Compile { binary, reason } => self.fit_compiled(&offer, &binary, reason),
            }
        })
    }

    fn fit_compiled(
        &self,
        offer: &Offer<'_, State<T>>,
        binary: &[u8],
        reason: String,
    ) -> Result<Fit> {
        let Host { engine, limits, isolation, .. } = &*self.inner;
        let guest = (binary, &strip(binary));
        match compile(engine, Kind::Component, guest, limits, isolation.as_ref())? {
            Compiled::Component(component) => Ok(fit::of_compiled(offer, &component, reason)),
            Compiled::Module(_) => Ok(Fit::default()),
        }
    }

    /// Checks whether the guest fits another host, which offers `contract`, and WASI as this
    /// one does.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest).
    pub fn fit_contract(&self, bytes: impl AsRef<[u8]>, contract: &Contract) -> Result<Fit> {
        contained(CHECK, || Ok(fit::fit_contract(&self.inner.offer(), bytes.as_ref(), contract)?))
    }

    /// Does what [`Runtime::fit`] does, with the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::fit`], and if the file cannot be read.
    pub fn fit_file(&self, path: impl AsRef<Path>) -> Result<Fit> {
        self.fit(self.read(path.as_ref())?)
    }

    /// Does what [`Runtime::fit_contract`] does, with the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::fit_contract`], and if the file cannot be read.
    pub fn fit_contract_file(&self, path: impl AsRef<Path>, contract: &Contract) -> Result<Fit> {
        self.fit_contract(self.read(path.as_ref())?, contract)
    }

    /// Describes a guest: what it is, what it asks for and what provides that. The guest is not
    /// compiled. What the runtime denies is not considered.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest) and
    /// [`Error::Mismatches`](crate::error::Error::Mismatches).
    pub fn inspect(&self, bytes: impl AsRef<[u8]>) -> Result<Inspection> {
        contained(INSPECT, || Ok(inspect(&self.inner.offer(), bytes.as_ref(), None)?))
    }

    /// Describes a guest for another host, which offers `contract` to components, and WASI as
    /// this one does.
    ///
    /// # Errors
    /// Those of [`Runtime::inspect`].
    pub fn inspect_contract(
        &self,
        bytes: impl AsRef<[u8]>,
        contract: &Contract,
    ) -> Result<Inspection> {
        contained(INSPECT, || Ok(inspect(&self.inner.offer(), bytes.as_ref(), Some(contract))?))
    }

    /// Does what [`Runtime::inspect`] does, with the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::inspect`], and if the file cannot be read.
    pub fn inspect_file(&self, path: impl AsRef<Path>) -> Result<Inspection> {
        self.inspect(self.read(path.as_ref())?)
    }

    /// Does what [`Runtime::inspect_contract`] does, with the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::inspect`], and if the file cannot be read.
    pub fn inspect_contract_file(
        &self,
        path: impl AsRef<Path>,
        contract: &Contract,
    ) -> Result<Inspection> {
        self.inspect_contract(self.read(path.as_ref())?, contract)
    }
}
