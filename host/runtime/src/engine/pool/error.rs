//! The errors of a pool.

use std::time::Duration;

use wit_host_binary::limits::show_size;

/// Why a pool could not be created, or a session not started in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// The memory for the pool could not be reserved.
    #[error(
        "failed to make a pool for {sessions} sessions, which takes {} of addresses: {reason}; \
         lower the number of `Pool::new`, or the limits on what a session has room for: \
         `Limits::memories`, `Limits::tables`, `Limits::table_elements`, `Limits::stack`",
        show_size(*.addresses)
    )]
    NoRoom {
        /// The number of sessions that the pool was for.
        sessions: usize,
        /// The number of bytes of addresses that it would take at least.
        addresses: u64,
        /// Why they are not available.
        reason: String,
    },

    /// The guest needs more than a slot in the pool has.
    #[error(
        "the guest does not fit into the pool: {reason}; raise `Limits::instances`, \
         `Limits::memories` or `Limits::tables`, whichever it is"
    )]
    TooLargeGuest {
        /// What the guest needs, and what a slot has.
        reason: String,
    },

    /// Every slot of the pool is taken.
    #[error(
        "all {sessions} slots of the pool are taken{}; end sessions sooner, or raise the number \
         of `Pool::new` or the time of `Pool::wait`",
        after(.waited.as_ref())
    )]
    Full {
        /// The number of sessions that the pool is for.
        sessions: usize,
        /// How long the session has waited for a slot, if it has.
        waited: Option<Duration>,
    },
}

fn after(waited: Option<&Duration>) -> String {
    waited.map(|waited| format!(", and none was left within {waited:?}")).unwrap_or_default()
}
