//! The engine: its settings, what runtimes with the same settings share, and the slots that it sets
//! aside for sessions.

#[cfg_attr(not(feature = "pooling"), path = "no_pool.rs")]
pub(crate) mod pool;
pub(crate) mod processor;
pub(crate) mod settings;
pub(crate) mod shared;
