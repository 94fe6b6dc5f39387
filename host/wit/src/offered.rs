//! The contract that a runtime offers. Reading its text takes longer than much of what
//! a small guest does, and a guest that is known to fit needs it for nothing.

use std::ops::Deref;
use std::sync::OnceLock;

use super::Contract;
use super::error::Result;

/// A contract that is read when it is first looked at.
pub struct Offered {
    wit: String,
    contract: OnceLock<Contract>,
    /// Whether every guest is held against it, or only one that imports something of it.
    holds_for_all: bool,
}

impl Offered {
    /// A contract of the embedder's own, which may not be one.
    ///
    /// # Errors
    /// Those of [`Contract::parse`].
    pub fn read(wit: String) -> Result<Self> {
        let contract = Contract::parse(&wit, None)?.into();
        Ok(Self { wit, contract, holds_for_all: true })
    }

    /// A contract of the embedder's own that was read.
    pub fn of(contract: Contract) -> Self {
        Self { wit: contract.wit(), contract: contract.into(), holds_for_all: true }
    }

    /// A contract that is known to be one, and offered to guests that were not made for it
    /// as well.
    pub fn known(wit: String) -> Self {
        Self { wit, contract: OnceLock::new(), holds_for_all: false }
    }

    /// Whether every guest is held against it.
    pub fn holds_for_all(&self) -> bool {
        self.holds_for_all
    }

    /// Its text, which is not read for that.
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
