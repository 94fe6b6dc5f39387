//! Machine code of guests: compiled here or in a process of its own, kept in a cache, or made ahead
//! of time.

#[cfg_attr(not(feature = "cache"), path = "no_cache.rs")]
pub(crate) mod cache;
pub(crate) mod compile;
#[cfg_attr(not(feature = "isolation"), path = "no_isolate.rs")]
pub(crate) mod isolate;
#[cfg(feature = "precompiled")]
pub(crate) mod precompiled;
