//! What several tests use: runtimes, the command, an HTTP server, and guests that are made for one
//! function.

pub(crate) mod command;
pub(crate) mod hosts;
pub(crate) mod probe;
pub(crate) mod reexport;
pub(crate) mod rows;
pub(crate) mod server;
pub(crate) mod typed;
