//! What is kept of compiled guests, of `cache stat`.

use serde::Serialize;

/// How much is kept, and where.
#[derive(Serialize)]
pub(crate) struct Kept {
    pub(crate) directory: String,
    pub(crate) guests: usize,
    pub(crate) bytes: u64,
}
