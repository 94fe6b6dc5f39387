//! The contract that a runtime offers, read on first use. Reading the text takes longer than
//! much of what a small guest does, and a guest that is known to fit does not need it.

use std::ops::Deref;
use std::sync::OnceLock;

use super::Contract;
use super::error::Result;

/// A contract that is read when it is first looked at.
pub struct Offered {
    wit: String,
    contract: OnceLock<Contract>,
    /// Whether every guest is checked against the contract, or only those that import something
    /// of it.
    holds_for_all: bool,
}

impl Offered {
    /// Reads a contract of the embedder's own. It is read at once, since it may be malformed.
    ///
    /// # Errors
    /// Those of [`Contract::parse`].
    pub fn read(wit: String) -> Result<Self> {
        let contract = Contract::parse(&wit, None)?.into();
        Ok(Self { wit, contract, holds_for_all: true })
    }

    /// Offers a contract of the embedder's own that was read already.
    pub fn of(contract: Contract) -> Self {
        Self { wit: contract.wit(), contract: contract.into(), holds_for_all: true }
    }

    /// Offers a contract that is known to be well-formed. Guests that import nothing of it are
    /// accepted as well.
    pub fn known(wit: String) -> Self {
        Self { wit, contract: OnceLock::new(), holds_for_all: false }
    }

    /// Returns whether every guest is checked against the contract.
    pub fn holds_for_all(&self) -> bool {
        self.holds_for_all
    }

    /// Returns the contract's text without reading it.
    pub fn text(&self) -> &str {
        &self.wit
    }
}

impl Deref for Offered {
    type Target = Contract;

    fn deref(&self) -> &Contract {
        self.contract.get_or_init(|| {
            Contract::parse(&self.wit, None).expect("a contract that is known to be one")
        })
    }
}
