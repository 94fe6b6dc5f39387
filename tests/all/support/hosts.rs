//! Builders of the runtimes that tests use. Their guests may be in text form.

use wit_host::{Runtime, RuntimeBuilder};
use wit_host_contract::Functions;

/// Returns a builder of a runtime that offers nothing yet.
pub(crate) fn builder<T: Send + 'static>() -> RuntimeBuilder<T> {
    Runtime::builder().allow_text_format(true)
}

/// Returns a builder of a runtime that offers the shipped contract.
pub(crate) fn shipped() -> RuntimeBuilder<Functions> {
    wit_host_contract::builder().allow_text_format(true)
}
