//! The JSON of `cache stat`: the compiled guests that are stored.

use serde::Serialize;

/// The place of the cache, and how much it contains.
#[derive(Serialize)]
pub(crate) struct Kept {
    pub(crate) directory: String,
    pub(crate) guests: usize,
    pub(crate) bytes: u64,
}
