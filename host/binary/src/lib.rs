//! What the bytes of a guest are, before anything of them is compiled: their kind, what they
//! use of WebAssembly, what they would cost, and the names in them that have a meaning. It
//! knows no engine, no contract, and no host that serves anything.

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

/// What a guest is known by: a hash of its bytes.
pub use blake3;
