//! Tests of the command as a person uses it.

pub(crate) mod cases;
pub(crate) mod commands;
pub(crate) mod diagnostics;
pub(crate) mod flood;
pub(crate) mod folders_of_root;
pub(crate) mod lines;
pub(crate) mod output;
pub(crate) mod runs;
pub(crate) mod transcripts;
pub(crate) mod watch;
