//! What a runtime says of a guest without running it: whether it fits, and what it is.
//! The questions are asked in its words; who answers them is `fit` and `inspect`.

use std::path::Path;

use crate::compile::{Compiled, compile};
use crate::error::Result;
use crate::host::Host;
use crate::runtime::Runtime;
use crate::state::State;
use wit_host_binary::kind::Kind;
use wit_host_binary::prepare::strip;
use wit_host_check::fit::{self, Answer, Fit};
use wit_host_check::inspect::{Inspection, inspect};
use wit_host_check::offer::Offer;
use wit_host_text::contain::contained;
use wit_host_wit::Contract;

/// What the host is about where it panics.
const CHECK: &str = "check whether the guest fits";
const INSPECT: &str = "inspect the guest";

impl<T: Send + 'static> Runtime<T> {
    /// Whether the guest in `bytes` fits this runtime: everything that it
    /// imports can be served, and what it exports has the contract's types. What
    /// single sessions are denied is not looked at.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest); where its types have no words in WIT, those of compiling it.
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

    /// Whether the guest fits another host, one that offers `contract`, and WASI
    /// as this one does.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest).
    pub fn fit_contract(&self, bytes: impl AsRef<[u8]>, contract: &Contract) -> Result<Fit> {
        contained(CHECK, || Ok(fit::fit_contract(&self.inner.offer(), bytes.as_ref(), contract)?))
    }

    /// [`Runtime::fit`] on the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::fit`], and that the file cannot be read.
    pub fn fit_file(&self, path: impl AsRef<Path>) -> Result<Fit> {
        self.fit(self.read(path.as_ref())?)
    }

    /// [`Runtime::fit_contract`] on the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::fit_contract`], and that the file cannot be read.
    pub fn fit_contract_file(&self, path: impl AsRef<Path>, contract: &Contract) -> Result<Fit> {
        self.fit_contract(self.read(path.as_ref())?, contract)
    }

    /// What a guest is, what it asks for and who serves that, without compiling
    /// it. What the runtime denies is not looked at.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest) and [`Error::Mismatches`](crate::error::Error::Mismatches).
    pub fn inspect(&self, bytes: impl AsRef<[u8]>) -> Result<Inspection> {
        contained(INSPECT, || Ok(inspect(&self.inner.offer(), bytes.as_ref(), None)?))
    }

    /// What a guest is for another host, one that offers `contract` to components, and WASI
    /// as this one does.
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

    /// [`Runtime::inspect`] on the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::inspect`], and that the file cannot be read.
    pub fn inspect_file(&self, path: impl AsRef<Path>) -> Result<Inspection> {
        self.inspect(self.read(path.as_ref())?)
    }

    /// [`Runtime::inspect_contract`] on the content of a file.
    ///
    /// # Errors
    /// Those of [`Runtime::inspect`], and that the file cannot be read.
    pub fn inspect_contract_file(
        &self,
        path: impl AsRef<Path>,
        contract: &Contract,
    ) -> Result<Inspection> {
        self.inspect_contract(self.read(path.as_ref())?, contract)
    }
}
