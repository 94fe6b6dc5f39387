//! The subcommands, one file each.

pub(crate) mod adapt;
pub(crate) mod cache;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod contract;
pub(crate) mod doctor;
pub(crate) mod inspect;
pub(crate) mod new;
pub(crate) mod run;
pub(crate) mod shell;
