//! The conventions by which core modules, which know no WIT, use a contract: the names by which
//! they import its functions from `env` or export them, and the numbers that cross. How text is
//! placed in memory, and which side frees it, is not known here.

mod form;
mod lookup;
mod shape;

pub use form::{Form, Number, cases, is_plain, stored};
pub use lookup::{WorldFunction, candidates, exported, imported};
pub use shape::Shape;

/// The import that copies the text which a function returned to where the guest made room for it.
/// Its one parameter is a pointer.
pub const WRITER: &str = "write_mem";
/// The import that AssemblyScript calls to abort, with four numbers.
pub const ABORT: &str = "abort";
