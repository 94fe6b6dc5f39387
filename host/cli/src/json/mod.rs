//! The JSON that the command prints: a type for each report, whose fields are the keys, which
//! stay as they are. What is reported, and when, is for the commands.

mod changes;
mod contract;
mod fit;
mod inspection;
mod kept;
mod tools;
mod trace;
mod words;

pub(crate) use changes::Changes;
pub(crate) use contract::{Env, EnvImport};
pub(crate) use fit::Fit;
pub(crate) use inspection::Inspection;
pub(crate) use kept::Kept;
pub(crate) use tools::{Tool, Tools};
pub(crate) use trace::{End, Span, Traced};
