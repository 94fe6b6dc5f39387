//! Functions of the embedder that guests import, with types of Rust. `env` serves core modules, and
//! `borrowed` components.

pub mod borrowed;
pub mod env;
pub(crate) mod host_call;
