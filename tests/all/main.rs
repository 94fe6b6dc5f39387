//! Every test that needs an engine, in one binary: the contract's functions for components and core
//! modules, the real guests, the same behaviour in every language, refused guests, an embedder with
//! its own contract, and the command.
#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(clippy::unwrap_used, reason = "a test fails where an expectation does")]

mod adapt;
mod check;
mod cli;
mod contract;
mod guests;
mod hostile;
mod http;
mod pages;
mod providers;
mod runtime;
mod scaffold;
mod support;
mod testing;
mod values;
mod walls;
mod wit;
