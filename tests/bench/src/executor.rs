//! The async runtime for asynchronous measurements.

use anyhow::Result;
use tokio::runtime::{Builder, Runtime};

/// Creates an async runtime on the calling thread, with everything that WASI may need.
pub(crate) fn executor() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
