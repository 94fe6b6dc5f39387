//! Compiles the examples of the library as a test binary and runs the test of each. It is a binary
//! of its own because the examples find their contracts by the folder of the package that they are
//! compiled in.
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
