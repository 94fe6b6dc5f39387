//! The JSON that the command prints, with a type for each report. The fields are the keys, which do
//! not change. The commands decide what is reported, and when.

mod changes;
mod contract;
mod fit;
mod inspection;
mod kept;
mod tests;
mod tools;
mod trace;
mod words;

pub(crate) use changes::Changes;
pub(crate) use contract::{Env, EnvImport};
pub(crate) use fit::Fit;
pub(crate) use inspection::Inspection;
pub(crate) use kept::Kept;
pub(crate) use tests::{Failed, Missing, Tested, TestedFile, Tests};
pub(crate) use tools::{Tool, Tools};
pub(crate) use trace::{End, Span, Traced};
