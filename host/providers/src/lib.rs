//! Providers for `wit-host` that run outside of the program: processes that speak JSON-RPC 2.0 on
//! their standard input and output, with one message a line. README.md describes the messages.
//!
//! ```no_run
//! use wit_host::Runtime;
//! use wit_host_providers::ProcessProvider;
//!
//! let prices = ProcessProvider::new("python3", ["prices.py"])?;
//! let runtime = Runtime::<()>::builder().provide("shop:prices/prices", prices).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod connection;
mod line;
mod message;
mod process;
mod supervisor;

pub use process::{NoSuchProgram, ProcessProvider};
pub use supervisor::supervise;
