//! Builders of the runtimes that tests use, for guests that are written as text.

use wit_host::{Runtime, RuntimeBuilder};
use wit_host_contract::Functions;

/// A builder of a runtime that offers nothing yet.
pub(crate) fn builder<T: Send + 'static>() -> RuntimeBuilder<T> {
    Runtime::builder().allow_text_format(true)
}

/// A builder of a runtime that offers the shipped contract.
pub(crate) fn shipped() -> RuntimeBuilder<Functions> {
    wit_host_contract::builder().allow_text_format(true)
}
