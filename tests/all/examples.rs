//! The examples of the library, each of which has a test that runs it. A test of its own,
//! since their contracts lie where the package is that they are of.
#![allow(missing_docs, clippy::unwrap_used, dead_code, reason = "they are programs")]

#[path = "../../host/runtime/examples/core_module.rs"]
mod core_module;
#[path = "../../host/runtime/examples/library/main.rs"]
mod library;
#[path = "../../host/runtime/examples/providers.rs"]
mod providers;
#[path = "../../host/runtime/examples/server.rs"]
mod server;
#[path = "../../host/runtime/examples/smallest.rs"]
mod smallest;
