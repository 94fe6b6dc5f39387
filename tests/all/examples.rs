//! The library's examples, each of which has a test that runs it.
#![allow(dead_code, reason = "they are programs")]

#[path = "../../host/examples/core_module.rs"]
mod core_module;
#[path = "../../host/examples/library/main.rs"]
mod library;
#[path = "../../host/examples/server.rs"]
mod server;
#[path = "../../host/examples/smallest.rs"]
mod smallest;
