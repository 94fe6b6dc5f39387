//! A contract as core modules see it, which know no WIT: by which name each of its
//! functions is imported from `env` or exported, and which numbers cross. How texts are
//! placed in memory, and who frees them, is not known here.

mod form;
mod lookup;
mod shape;

pub use form::{Form, Number, cases, is_plain, stored};
pub use lookup::{WorldFunction, candidates, exported, imported};
pub use shape::Shape;

/// The import by which a text that a function returned is copied to where the guest made
/// room for it: its one parameter is a pointer.
pub const WRITER: &str = "write_mem";
/// The import by which AssemblyScript gives up, with four numbers.
pub const ABORT: &str = "abort";
