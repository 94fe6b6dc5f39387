//! Every test that needs an engine, in one binary: the contract's functions for components and core
//! modules, the real guests, the same behaviour in every language, refused guests, an embedder with
//! its own contract, and the command.
#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(clippy::unwrap_used, reason = "a test fails where an expectation does")]

mod abi;
mod adapt;
mod ahead;
mod blocking;
mod cache;
mod calling;
mod canonical;
mod cases;
mod changes;
mod cli;
mod commands;
mod contract;
mod conventions;
mod diagnostics;
mod embedder;
mod failures;
mod fetch;
mod flood;
mod folders_of_root;
mod functions;
mod guards;
mod guests;
mod handles;
mod hostile;
mod hosts;
mod inspect;
mod isolation;
mod lacking;
mod languages;
mod late;
mod lent;
mod lines;
mod mismatches;
mod new;
mod output;
mod pages;
mod panics;
mod pool;
mod probe;
mod providers;
mod reentry;
mod reexport;
mod refused;
mod round_trip;
mod server;
mod sessions;
mod spending;
mod terms;
mod tracing;
mod values;
mod walls;
mod watch;
