//! Tests of the library with an engine: the shipped contract and an embedder's own.

pub(crate) mod abi;
pub(crate) mod borrowed;
pub(crate) mod cache;
pub(crate) mod conventions;
pub(crate) mod embedder;
pub(crate) mod failures;
pub(crate) mod isolation;
pub(crate) mod live;
pub(crate) mod plugins;
mod pool;
pub(crate) mod precompiled;
pub(crate) mod refused;
pub(crate) mod session;
pub(crate) mod tracing;
