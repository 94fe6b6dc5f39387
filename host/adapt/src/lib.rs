//! Turns a core module that imports from `env` into a component that imports the contract. The
//! component runs in every component runtime that provides the contract.
//!
//! ```
//! use wit_host_adapt::Plan;
//!
//! let module = br#"
//!     (module
//!         (import "env" "add" (func $add (param i32 i32) (result i32)))
//!         (func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2))))
//! "#;
//! let contract = wit_host_contract::contract()?;
//! let plan = Plan::new(module, &contract, &wit_host::Limits::default())?;
//! let component = plan.into_component()?;
//!
//! let guest = wit_host_contract::builder().build()?.load(component)?;
//! let mut session = guest.session(wit_host_contract::Functions::default()).start_blocking()?;
//! assert_eq!(session.call("run", &[])?, [wit_host::Val::S32(3)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What becomes what
//! An import `env.foo_bar` becomes the function `foo-bar` of the interface of the contract that
//! has it. If several interfaces have it, it is imported as `interface_foo_bar`. The only
//! function of an interface may be imported by the interface's name as well (`env.fetch` is
//! `fetch.get`).
//!
//! Numbers, truth values, enums and flags cross as numbers, texts and bytes as pointer and length. A result
//! that is text or bytes crosses in two steps: first its length, then the bytes when
//! `env.write_mem` is called. An `err` traps.
//!
//! A function that the world exports is the module's function of that name. Its texts are C
//! strings that the module's own allocator places (`allocate` and `deallocate`, `malloc` and
//! `free`). `_initialize` is called first and once. So is `_start`, if a module without
//! `_initialize` has functions beside it. A module with nothing but `_start` becomes a command.
//!
//! The component behaves as `env` does on this host, with three exceptions:
//!
//! - A trap says its reason by the name of the function that trapped, since a component has no
//!   other way.
//! - A result that is larger than the guest's whole memory makes that memory grow. It traps if
//!   the memory must not grow.
//! - If `_start` is called as the set-up and exits, the component ends: nothing of it runs any
//!   more.
//!
//! # How it works
//! The module's code stays as it is. Functions that follow the canonical ABI are added to it,
//! and its imports and exports are led to these. `wit-component` makes a component of the
//! whole, with the published adapter for WASI's first preview if the module imports that.
//!
//! By the canonical ABI, the host writes texts into the guest's memory, and no page of it is
//! known to be free: some toolchains take every page for their heap, even one that another
//! module has added. So the bytes that the host overwrites are saved in a memory of their own,
//! and put back before the module runs on. The module's allocator is not used for this, because
//! it was not made to be called then.
//!
//! Such a component has several memories in one module, which WebAssembly allows since its
//! version 3.0. `jco transpile` needs `--multi-memory` for it.

mod allocator;
mod call_out;
mod convention;
mod core_module;
mod encode;
mod error;
mod exports;
mod glue;
mod imports;
mod layout;
mod names;
mod report;
mod rewrite;
mod serving;
mod world;

use std::path::Path;

use core_module::{CoreModule, invalid};
pub use error::AdaptError;
use error::Result;
use exports::Exports;
use glue::Glue;
use imports::Imports;
use layout::Layout;
pub use report::{Mapping, Unmappable, Unmappables};
use wit_host_binary::allocator_names::AllocatorNames;
use wit_host_binary::examine::{examine, read_guest};
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;
use wit_host_binary::proposals;
use wit_host_text::contain::contained;
use wit_host_text::shown_text;
use wit_host_wit::Contract;

/// The plan for a core module: its component, or the reasons why it cannot become one.
#[derive(Debug)]
pub struct Plan {
    component: Option<Vec<u8>>,
    world: Option<String>,
    mappings: Vec<Mapping>,
    left_out: Vec<String>,
    unmappable: Vec<Unmappable>,
}

impl Plan {
    /// Examines a core module in binary or text form, for a component that imports `contract`.
    /// `limits` apply as they do to every guest before it is compiled.
    ///
    /// # Errors
    /// [`AdaptError::Guest`] as for a guest that is loaded, [`AdaptError::NotAModule`] if it is
    /// a component already, [`AdaptError::Failed`] if the component could not be put together.
    pub fn new(bytes: &[u8], contract: &Contract, limits: &Limits) -> Result<Self> {
        Self::with_allocator(bytes, contract, limits, None)
    }

    /// Makes the plan of [`Plan::new`] with the names of the module's allocator. They are
    /// needed if the module has several allocators, or one with unusual names.
    ///
    /// # Errors
    /// Those of [`Plan::new`]. If the module does not have the allocator, the plan cannot be
    /// carried out.
    pub fn with_allocator(
        bytes: &[u8],
        contract: &Contract,
        limits: &Limits,
        allocator: Option<&AllocatorNames>,
    ) -> Result<Self> {
        contained("adapt the module", || Self::planned(bytes, contract, limits, allocator))
    }

    fn planned(
        bytes: &[u8],
        contract: &Contract,
        limits: &Limits,
        allocator: Option<&AllocatorNames>,
    ) -> Result<Self> {
        let (resolve, world) = (&contract.resolve, contract.world);
        let (kind, binary) = examine(bytes, true, limits)?;
        if kind == Kind::Component {
            return Err(AdaptError::NotAModule);
        }
        // This refuses what no component can contain, or the host does not run.
        proposals::validate(kind, &binary)?;
        let module = CoreModule::read(&binary)?;
        let wasi = CoreModule::read(encode::wasi_adapter())?;
        let imports = Imports::plan(&module, resolve, world, &wasi);
        let exports = Exports::plan(&module, resolve, world, allocator);
        let mut plan = Self {
            component: None,
            world: None,
            mappings: [&imports.mappings[..], &exports.mappings].concat(),
            left_out: exports.left_out.clone(),
            unmappable: [&imports.unmappable[..], &exports.unmappable].concat(),
        };
        if module.has_component_types {
            let reason = "it was made with bindings to WIT, and carries the types of a component";
            let fix = "make a component of it with `wasm-tools component new`";
            plan.unmappable.push(Unmappable::new("module", reason, fix));
        } else if imports.can_be_built(&module) {
            plan.build(&binary, &module, &imports, &exports, contract)?;
        }
        Ok(plan)
    }

    /// Makes the plan of [`Plan::new`] for the content of a file.
    ///
    /// # Errors
    /// Those of [`Plan::new`], and if the file cannot be read.
    pub fn of_file(path: impl AsRef<Path>, contract: &Contract, limits: &Limits) -> Result<Self> {
        Self::of_file_with_allocator(path, contract, limits, None)
    }

    /// Makes the plan of [`Plan::with_allocator`] for the content of a file.
    ///
    /// # Errors
    /// Those of [`Plan::with_allocator`], and if the file cannot be read.
    pub fn of_file_with_allocator(
        path: impl AsRef<Path>,
        contract: &Contract,
        limits: &Limits,
        allocator: Option<&AllocatorNames>,
    ) -> Result<Self> {
        Self::with_allocator(&read_guest(path.as_ref(), limits)?, contract, limits, allocator)
    }

    /// Returns the component's world in WIT. Items that cannot be mapped are left out.
    pub fn world(&self) -> Option<&str> {
        self.world.as_deref()
    }

    /// Returns what each import and export of the module becomes.
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// Returns the exports of the contract's world that the module lacks. The component lacks
    /// them too.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Returns the items that cannot be mapped.
    pub fn unmappable(&self) -> &[Unmappable] {
        &self.unmappable
    }

    /// Returns the component.
    ///
    /// # Errors
    /// [`AdaptError::Unmappable`] with all items that cannot be mapped, if there are any.
    pub fn into_component(self) -> Result<Vec<u8>> {
        match self.component {
            Some(component) if self.unmappable.is_empty() => Ok(component),
            _ => Err(Unmappables(self.unmappable).into()),
        }
    }

    fn build(
        &mut self,
        binary: &[u8],
        module: &CoreModule<'_>,
        imports: &Imports,
        exports: &Exports,
        contract: &Contract,
    ) -> Result<()> {
        let layout = Layout::new(module, imports);
        let glue = Glue::new(module, imports, exports, &layout);
        let made = rewrite::rewrite(binary, module, imports, &layout, &glue)
            .map_err(|error| invalid(&error))?;
        let (wasi, command) = (imports.has_wasi(), exports.is_command());
        let (resolve, world) = (&contract.resolve, contract.world);
        let resolve = world::narrowed(resolve, world, imports, exports).map_err(failed)?;
        let component = encode::component(made, &resolve, world, wasi, command).map_err(failed)?;
        self.world = Some(encode::world(&component).map_err(failed)?);
        self.component = Some(component);
        Ok(())
    }
}

fn failed(error: anyhow::Error) -> AdaptError {
    AdaptError::Failed { reason: shown_text(&format!("{error:#}")) }
}
