//! Passes a guest's output to a function of the embedder as it is written.

use std::fmt;
use std::sync::Arc;

use super::direct::Writer;
use wit_host_binary::limits::LimitReached;

type Function = dyn Fn(&[u8]) + Send + Sync;

/// The function that takes the bytes.
#[derive(Clone)]
pub(crate) struct OutputFunction(Arc<Function>);

impl OutputFunction {
    pub(crate) fn new(function: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }
}

impl Writer for OutputFunction {
    fn write(&self, bytes: &[u8]) -> Result<(), LimitReached> {
        (self.0)(bytes);
        Ok(())
    }
}

impl fmt::Debug for OutputFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutputFunction")
    }
}
