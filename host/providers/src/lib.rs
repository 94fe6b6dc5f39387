//! Providers for `wit-host`: processes that speak JSON-RPC 2.0 on their standard input and output,
//! with one message a line ([`ProcessProvider`]), the program that this one is a process of
//! ([`Client`]), and fixtures, which are files with written or recorded answers ([`Fixture`],
//! [`Recording`]). README.md describes the messages and the files.
//!
//! ```no_run
//! use wit_host::Runtime;
//! use wit_host_providers::ProcessProvider;
//!
//! let prices = ProcessProvider::new("python3", ["prices.py"])?;
//! let runtime = Runtime::<()>::builder().provide("shop:prices/prices", prices).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod connection;
mod fixture;
mod line;
mod message;
mod peer;
mod process;
mod recording;
mod remote;
mod supervisor;
mod surroundings;

pub use client::{Client, Request, RequestError, Requests};
pub use fixture::{
    Answered, Asked, Fixture, FixtureError, FixtureProvider, Given, Left, Order, Report,
    WrittenCall,
};
pub use process::{NoSuchProgram, ProcessProvider};
pub use recording::Recording;
pub use supervisor::supervise;
pub use surroundings::{PlayedSurroundings, RecordedSurroundings, WasiParts};
