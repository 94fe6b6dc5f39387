//! Run WebAssembly guests that may call the functions you give them, and touch
//! nothing else.
//!
//! You write down in WIT what a guest may call and what it has to offer, and
//! implement the traits that `bindgen!` makes of it, once. A guest is then
//! either a *component* in any language, or a plain *core module* that imports
//! the same functions from `env`; both are loaded by one path. What a guest may
//! spend is in [`Limits`], what it may touch in [`Grants`].
//!
//! ```
//! use wit_host::wasmtime::component::{HasSelf, bindgen};
//! use wit_host::{Limits, Runtime, State};
//!
//! bindgen!({
//!     inline: "
//!         package shop:prices@1.0.0;
//!         interface prices { price: func(article: string) -> u32; }
//!         world plugin {
//!             import prices;
//!             export total: func(articles: list<string>) -> u32;
//!         }
//!     ",
//!     exports: { default: async },
//!     wasmtime_crate: wit_host::wasmtime,
//! });
//!
//! /// What the host functions work on: one for each session.
//! struct Shop { questions: u32 }
//!
//! impl shop::prices::prices::Host for Shop {
//!     fn price(&mut self, article: String) -> u32 {
//!         self.questions += 1;
//!         if article == "tea" { 250 } else { 99 }
//!     }
//! }
//! use shop::prices::prices::Host as _;
//!
//! let runtime = Runtime::builder()
//!     .component_imports(|linker| Plugin::add_to_linker::<_, HasSelf<Shop>>(linker, State::data_mut))
//!     .module_imports(|env| env.func("price", Shop::price))
//!     .limits(Limits::default().memory(16 << 20))
//!     .allow_text_format(true) // For this example, whose guest is a text.
//!     .build()?;
//!
//! // A guest is usually a file: `runtime.load_file("guest.wasm")?`.
//! let guest = runtime.load(r#"
//!     (module
//!         (import "env" "price" (func $price (param i32 i32) (result i32)))
//!         (memory (export "memory") 1)
//!         (data (i32.const 0) "tea")
//!         (func (export "two-teas") (result i32)
//!             (i32.mul (i32.const 2) (call $price (i32.const 0) (i32.const 3)))))
//! "#)?;
//! let mut session = guest.session(Shop { questions: 0 }).start_blocking()?;
//! assert_eq!(session.call("two-teas", &[])?, [wit_host::Val::S32(500)]);
//! assert_eq!(session.data().questions, 1);
//!
//! // Of a component, the world's functions are called with their own types:
//! //     let plugin = session.bind(Plugin::new)?;
//! //     session.run("total", async |store| plugin.call_total(store, &articles).await)?;
//! # Ok::<(), wit_host::Error>(())
//! ```
//!
//! # Features
//! An embedder pays for the engine, WASI, tokio and a dozen crates more. What not everybody
//! needs is a feature:
//!
//! | feature | brings | by default |
//! | --- | --- | --- |
//! | `cache` | [`Cache`]: compiled code is kept on disk, and runtimes share an engine | yes |
//! | `pooling` | [`Pool`]: room for sessions that is set aside | yes |
//! | `isolation` | [`Isolation`]: compiling, and reading debug information for [`Failure::locate`], in a process of its own | no |
//! | `text-format` | [`RuntimeBuilder::allow_text_format`]: guests in the text form, as in the examples here | no |
//! | `coredumps` | [`RuntimeBuilder::coredump`]: the memory and stack of a guest that trapped | no |
//! | `precompiled` | [`CompiledGuest`]: machine code that is made in one place and run in another | no |
//! | `serde` | `Serialize` for [`Limits`], [`Usage`], [`Inspection`] and what is in it, and `Deserialize` for [`Limits`] | no |
//! | `values-text` | [`values`] from WAVE and JSON and as JSON, and [`Abi::argument`] | no |
//!
//! # A contract that is read at run time
//! [`RuntimeBuilder::func`] serves a function of [`RuntimeBuilder::wit`] over values ([`Val`]) in
//! place of Rust's types. [`RuntimeBuilder::provide`] serves functions with a [`Provider`]: another
//! component ([`GuestProvider`]), default values ([`DefaultProvider`]), traps ([`TrapProvider`]),
//! or an implementation of your own. A function with a type in Rust takes precedence over both. All
//! of them serve components and core modules. Types are compared when a guest is linked. Another
//! component serves resources as well, whose handles [`Session::finish`] drops if the guest has not.
//!
//! # When a call fails
//! [`Error::Trapped`], [`Error::Limit`] and [`Error::HostFunction`] carry a
//! [`Failure`]: the call and its arguments, the cause in plain words, the host call
//! that was under way, the guest's stack, the last lines that it wrote to standard
//! error, and what was spent. Its `Display` is one line, and [`Failure::report`] is all of that.
//!
//! # When the host panics
//! What reads, compiles and links guests is much code, and some of it panics on guests
//! that no toolchain makes. These panics become errors, [`Error::CompilerFailed`] where it
//! was the compiler and [`Error::Host`] otherwise; a program's panic hook is still called,
//! and can ask [`panic_is_contained`]. A panic of a host function ends the session it is
//! in, with [`Error::HostFunction`].
//!
//! A program that is built with `panic = "abort"` loses all of that: each of these panics
//! ends it. With an [`Isolation`], compiling at least happens in another process.
//!
//! # Many sessions
//! A server sets room aside for its sessions with [`RuntimeBuilder::pool`]: they then
//! start several times faster, and one too many waits for its turn ([`Pool`]).
//! [`Sessions`] hands out sessions of one guest, and says with [`Reuse`] which callers
//! may be served by the same one: by default none.
//!
//! [`Live`] serves a guest that is replaced while it is called, and [`Plugins`] all guests of a folder.
//!
//! # Short calls
//! A call that takes less than a microsecond is mostly the way there. Programs that
//! block call a guest that imports nothing async with bindings that are not async
//! either, in [`blocking::Session::run_sync`]: the guest then has no stack of its own.
//! Sessions that live for one call bind by indices, see [`Session::bind`].
//!
//! # Tracing
//! What a runtime does can be followed with the crate `tracing`. Without a subscriber it costs
//! next to nothing.
//!
//! | span | level | fields | around |
//! | --- | --- | --- | --- |
//! | `load` | debug | `bytes`: the length of the guest | compiling and linking a guest, or taking it from the cache |
//! | `link` | debug | | linking, within `load` |
//! | `session` | debug | `kind`: `component` or `core module` | a session's whole life |
//! | `call` | debug | `function`; `failure`: the first line of the error, where it failed | a call into the guest, within `session` |
//! | `host_call` | trace | `module`: `env`, the embedder's, or an interface; `function` | a call of an import that a host function of [`Env`], a function over values or a provider serves, or of the shipped contract's `strings`, within `call` |
//!
//! In a `host_call` there are two events: `call`, with the field `arguments`, and
//! `return`, with the field `result`. Both are cut at 300 bytes. A contract's own
//! imports are traced by what `bindgen!` makes of them, where its options say
//! `imports: { default: tracing | verbose_tracing }` and the embedder has the crate
//! `tracing`: in spans `wit-bindgen import` with the fields `module` and
//! `function`, with events of the same names. The values in those are not cut:
//! [`debug_text`] cuts them for a listener. WASI has the same spans, and
//! `wiggle abi` for its first preview.
//!
//! A [`Cache`] tells within `load` where code came from, at the level debug: `cache
//! hit` with the field `from`, which is `memory` or `disk`, or `cache miss`. What is
//! wrong with it, it tells at the level warn, with the target `wit_host::cache`.
//!
//! # Reading order
//! A call passes through [`Runtime`] (one engine, two linkers), [`Guest`] (bytes that were
//! recognised, checked, compiled or found in the [`Cache`], and linked) and [`Session`] (a
//! store with one instance, in which [`State`] is what the host keeps). It then takes one of
//! two paths: a component's, or a core module's, which imports what [`Env`] serves and whose
//! exports take and return text by an [`Abi`]; guests may be served by others
//! ([`RuntimeBuilder::provide_module`], [`RuntimeBuilder::provide`]). Many sessions have their slots in a [`Pool`], and
//! [`Sessions`] is for those that serve one caller after another. [`Limits`] and [`Grants`]
//! bound it, [`Failure`] tells what went wrong; an [`Isolation`] compiles in another process.
//! [`Runtime::fit`] and [`Runtime::inspect`] tell what a guest is and whether it fits before
//! any of that, by a [`Contract`]. A [`CompiledGuest`] is code that is compiled in one place
//! and run in another, for a [`Processor`]. [`terminal`] shows what guests write to one, apart
//! from what the host does, and [`values`] is arguments and results as text.
//!
//! The crates beside this one: `wit-host-contract` is the shipped contract,
//! `wit-host-providers` has processes that serve imports, `wit-host-adapt`
//! makes a component of a core module, `wit-host-scaffold` a project for a guest, and
//! `wit-host-cli` is the command.

/// The programs of the crate's page are compiled with the examples here.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Page;

pub mod blocking;
mod code;
mod dynamic;
mod engine;
mod error;
mod failure;
mod guest;
mod imports;
mod live;
mod output;
mod provider;
mod reuse;
mod runtime;
mod session;
mod store;

#[cfg(feature = "cache")]
pub use code::cache::{Cache, CacheStats};
#[cfg(feature = "isolation")]
pub use code::isolate::{Isolation, isolated_worker};
#[cfg(feature = "precompiled")]
pub use code::precompiled::{CompiledGuest, Manifest};
#[doc(hidden)]
pub use dynamic::Unattended;
pub use dynamic::{Call, Ended, RecordedCall, Recorder, Results};
#[cfg(feature = "pooling")]
pub use engine::pool::{Pool, PoolError};
pub use engine::processor::Processor;
pub use error::{Error, Result};
pub use failure::Failure;
pub use guest::abi::{Abi, Returns};
pub use guest::{Guest, Outcome};
pub use imports::env::{Env, Exit, GuestFailure, HostFailure};
pub use imports::{borrowed, env};
pub use live::{
    Change, Changes, FolderChange, Generation, Live, LiveBuilder, NotReplaced, PluginChange,
    Plugins, Rollback, Serving, Watched, WatchedFolder, Watching,
};
pub use output::terminal;
pub use provider::{
    BoxFuture, DefaultProvider, GuestProvider, ImportCall, ImportedFunction, LeftOver, Provider,
    ProviderCaller, ProviderFailure, ProviderState, TrapProvider, Unserved,
};
#[doc(hidden)]
pub use provider::{Handles, Labels, Piece, Proxy, TakesPieces};
pub use reuse::{Lease, Reuse, Sessions};
pub use runtime::Runtime;
pub use runtime::builder::RuntimeBuilder;
pub use session::Session;
pub use session::builder::SessionBuilder;
pub use store::grants::{Access, AllowedHosts, Grants, Stdio};
pub use store::state::State;
pub use store::usage::Usage;
pub use store::wasi::surroundings::Surroundings;
/// URLs, for [`AllowedHosts::contains`].
pub use url;
/// The engine, for `bindgen!` and for the types that it and [`State`] meet in.
pub use wasmtime;
pub use wasmtime::component::Val;
pub use wit_host_binary::allocator_names::AllocatorNames;
pub use wit_host_binary::entry_point::Main;
pub use wit_host_binary::error::GuestError;
pub use wit_host_binary::kind::Kind;
pub use wit_host_binary::limits::{LimitReached, Limits, OverLimit, parse_size};
pub use wit_host_binary::proposals::{Unsupported, UnsupportedFeature};
pub use wit_host_binary::side::Side;
pub use wit_host_binary::toolchains::Toolchain;
pub use wit_host_check::deny::Denial;
pub use wit_host_check::fit::{Fit, Mismatch, Mismatches};
pub use wit_host_check::inspect::{self, Inspection};
pub use wit_host_text::contain::{Panicked, panic_is_contained};
pub use wit_host_text::debug_text;
#[doc(inline)]
pub use wit_host_values as values;
pub use wit_host_wit::{Contract, ContractError, Features, Package, changes};
