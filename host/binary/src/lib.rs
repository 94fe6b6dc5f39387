//! Reads the bytes of a guest before anything is compiled: their kind, the WebAssembly features
//! that they use, the cost of compiling them, and the names in them that have a meaning. This
//! crate knows no engine, no contract, and no host functions.

pub mod allocator_names;
pub mod core_type;
pub mod debug_info;
pub mod entry_point;
pub mod error;
pub mod examine;
pub mod features;
pub mod initial_sizes;
pub mod kind;
pub mod limits;
pub mod names;
pub mod prepare;
pub mod proposals;
pub mod scan;
pub mod side;
pub mod toolchains;

/// Guests are identified by a hash of their bytes.
pub use blake3;
