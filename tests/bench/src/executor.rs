//! The async runtime of what is measured asynchronously.

use anyhow::Result;
use tokio::runtime::{Builder, Runtime};

/// One on the calling thread, with all that WASI may need.
pub(crate) fn executor() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
