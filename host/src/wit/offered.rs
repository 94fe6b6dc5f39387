//! The contract that a runtime offers. Reading its text takes longer than much of what
//! a small guest does, and a guest that is known to fit needs it for nothing.

use std::ops::Deref;
use std::sync::OnceLock;

use super::Contract;
use crate::error::Result;

/// A contract that is read when it is first looked at.
pub(crate) struct Offered {
    wit: String,
    contract: OnceLock<Contract>,
}

impl Offered {
    /// A contract of the embedder's own, which may not be one.
    ///
    /// # Errors
    /// Those of [`Contract::parse`].
    pub(crate) fn read(wit: String) -> Result<Self> {
        let contract = Contract::parse(&wit, None)?.into();
        Ok(Self { wit, contract })
    }

    /// A contract that is known to be one.
    pub(crate) fn known(wit: String) -> Self {
        Self { wit, contract: OnceLock::new() }
    }

    pub(crate) fn text(&self) -> &str {
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
