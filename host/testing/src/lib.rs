//! Tests of WebAssembly guests without their real host: files of tests, which anybody can read and
//! run, and mocks in Rust.
//!
//! A file of tests names a guest, and calls with what they return. What the guest imports is
//! answered by fixtures ([`wit_host_providers::Fixture`]), in the file or beside it. Each test is a
//! session of its own, in which clocks stand still and random bytes are the same each time. The file
//! is checked by the types of the guest before anything runs.
//!
//! ```
//! use std::path::Path;
//! use wit_host_testing::{Settings, Suite};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("cart.test.toml");
//! # std::fs::write(folder.path().join("cart.wat"), r#"
//! #     (component
//! #         (import "shop:prices/prices@1.0.0" (instance $prices
//! #             (export "price" (func (param "article" string) (result u32)))))
//! #         (core module $memory
//! #             (memory (export "memory") 1)
//! #             (data (i32.const 0) "tea"))
//! #         (core instance $memory (instantiate $memory))
//! #         (alias core export $memory "memory" (core memory $m))
//! #         (core func $price (canon lower (func $prices "price") (memory $m)))
//! #         (core module $main
//! #             (import "host" "price" (func $price (param i32 i32) (result i32)))
//! #             (func (export "teas") (param i32) (result i32)
//! #                 (i32.mul (local.get 0) (call $price (i32.const 0) (i32.const 3)))))
//! #         (core instance $main (instantiate $main
//! #             (with "host" (instance (export "price" (func $price))))))
//! #         (func (export "teas") (param "count" u32) (result u32)
//! #             (canon lift (core func $main "teas"))))
//! # "#)?;
//! let text = r#"
//! guest = "cart.wat"
//!
//! [[test]]
//! name = "two teas"
//! steps = [{ call = 'teas(2)', returns = '500' }]
//!
//! [[test.call]]
//! function = "shop:prices/prices.price"
//! args = ['"tea"']
//! returns = '250'
//! "#;
//! let suite = Suite::parse(&path, text, &Settings::default())?;
//! suite.assert();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In a test of cargo, a file is [`Suite::open`] and [`Suite::assert`], or [`Suite::run`] for each
//! of [`Suite::tests`]. [`Mocks`] answer what a guest imports by closures, and [`GuestCrate`] builds
//! the guest before. README.md has the keys of a file.

mod answers;
mod bless;
mod case;
mod coverage;
mod document;
mod error;
mod grants;
mod guest_crate;
mod hosts;
mod mock;
mod open;
mod outcome;
mod provider_test;
mod run;
mod scope;
mod served;
mod stage;
mod step;
mod suite;

pub use bless::{Blessed, Change};
pub use coverage::{Coverage, Item};
pub use error::TestFileError;
pub use grants::{denied, granted};
pub use guest_crate::{BuildError, GuestCrate};
pub use mock::{Expectation, Mocks, Times};
pub use outcome::{Failure, Outcome};
pub use provider_test::ask;
pub use served::Import;
pub use suite::{Schedule, Settings, Suite, Test};
pub use wit_host_config::Place;
