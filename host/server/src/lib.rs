//! Serves the exports of guests over HTTP: each function is a path, its arguments and results are
//! JSON. It knows neither a contract nor a command; what a guest may touch and spend is its
//! runtime's.
//!
//! ```no_run
//! use wit_host::{Live, Pool, Runtime, Sessions};
//! use wit_host_server::{Bounds, Server};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = std::fs::read("greeter.wasm")?;
//! let runtime = Runtime::builder().pool(Pool::new(64)).build()?;
//! let live = Live::builder(|guest| Sessions::new(guest, || ())).serve(runtime.load(&bytes)?);
//! let server = Server::builder(Bounds::default()).only(live, &bytes, None);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! // Until the future ends; then the calls that are under way end.
//! server.serve(listener, std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```

mod access;
mod admin;
mod admission;
mod answer;
mod call;
mod client;
mod convention;
mod functions;
mod guests;
mod host_calls;
mod metrics;
mod notation;
mod openapi;
#[cfg(feature = "otel")]
mod otel;
mod page;
mod problem;
mod routes;
mod server;
mod trace;

pub use access::{Access, Token};
pub use admission::Bounds;
pub use convention::Convention;
pub use functions::{Function, LeftOut};
pub use host_calls::HostCalls;
#[cfg(feature = "otel")]
pub use otel::{Export, Telemetry, TelemetryError};
pub use server::{Entry, Server, ServerBuilder};

/// The program of the crate's page is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Page;
