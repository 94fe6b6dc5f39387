//! A core module that imports from `env` becomes a component that imports the
//! contract: it then runs in every component runtime that has the contract.
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
//! let mut session = guest.session_blocking(wit_host_contract::Functions::default())?;
//! assert_eq!(session.call("run", &[])?, [wit_host::Val::S32(3)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What becomes what
//! An import `env.foo_bar` is the function `foo-bar` of whatever interface of the
//! contract has it. Where several have, it is imported as `interface_foo_bar`, and
//! the only function of an interface goes by the interface's name as well
//! (`env.fetch` is `fetch.get`). Numbers, truth values, enums and flags are numbers, text
//! and bytes as pointer and length. A result that is text or bytes crosses in two
//! steps: its length, and the bytes when `env.write_mem` is called. An `err`
//! traps. A function that the world exports is the module's of that name, with
//! texts as C strings that its own allocator places (`allocate` and `deallocate`,
//! `malloc` and `free`). `_initialize` is called first and once; `_start` too,
//! where a module without `_initialize` has functions beside it. A module with
//! nothing but `_start` becomes a command.
//!
//! What `env` does on this host, the component does, with three exceptions. A trap
//! tells why by the name of the function that trapped, since a component has no
//! other words for it. A result that is larger than the guest's whole memory makes
//! that memory grow, and traps where it must not. And where `_start` is called as a
//! set-up, an exit is one: nothing of the component runs on after it.
//!
//! # How
//! The module's code stays as it is. Functions of ours are put beside it that
//! keep to the canonical ABI, imports and exports lead to these, and
//! `wit-component` makes a component of the whole, with the published adapter
//! for WASI's first preview where the module imports that.
//!
//! The canonical ABI has the host write texts into the guest's memory, and no page
//! of that is known to be free: some toolchains take every page that there is for
//! their heap, whoever added it. So what the host overwrites is saved in a memory
//! of ours and put back before the module runs on. The module's allocator is called
//! for nothing that it was not made for. Such a component has several memories in
//! one module, which WebAssembly has since its version 3.0; `jco transpile` wants
//! to be told by `--multi-memory`.

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

/// What would become of a core module: a component, or the reasons why not.
#[derive(Debug)]
pub struct Plan {
    component: Option<Vec<u8>>,
    world: Option<String>,
    mappings: Vec<Mapping>,
    left_out: Vec<String>,
    unmappable: Vec<Unmappable>,
}

impl Plan {
    /// Looks at a core module, in binary or in text form, and at the contract that
    /// its component is to be for. `limits` are those that every guest is under
    /// before it is compiled.
    ///
    /// # Errors
    /// [`AdaptError::Guest`] as for a guest that is loaded, [`AdaptError::NotAModule`] where
    /// it is a component already, [`AdaptError::Failed`] where the component could not be put
    /// together.
    pub fn new(bytes: &[u8], contract: &Contract, limits: &Limits) -> Result<Self> {
        Self::with_allocator(bytes, contract, limits, None)
    }

    /// [`Plan::new`] with the names of the module's allocator, where it has several, or one
    /// of other names than the usual ones.
    ///
    /// # Errors
    /// Those of [`Plan::new`]. An allocator that the module does not have cannot be mapped.
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
        // What no component can have of WebAssembly, or the host does not run.
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

    /// [`Plan::new`] on the content of a file.
    ///
    /// # Errors
    /// Those of [`Plan::new`], and that the file cannot be read.
    pub fn of_file(path: impl AsRef<Path>, contract: &Contract, limits: &Limits) -> Result<Self> {
        Self::of_file_with_allocator(path, contract, limits, None)
    }

    /// [`Plan::with_allocator`] on the content of a file.
    ///
    /// # Errors
    /// Those of [`Plan::with_allocator`], and that the file cannot be read.
    pub fn of_file_with_allocator(
        path: impl AsRef<Path>,
        contract: &Contract,
        limits: &Limits,
        allocator: Option<&AllocatorNames>,
    ) -> Result<Self> {
        Self::with_allocator(&read_guest(path.as_ref(), limits)?, contract, limits, allocator)
    }

    /// The component's world in WIT, as far as it can be told: what cannot be
    /// mapped is not in it.
    pub fn world(&self) -> Option<&str> {
        self.world.as_deref()
    }

    /// What becomes what.
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// The exports of the contract's world that the module lacks, and the component
    /// with it.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// What cannot be mapped.
    pub fn unmappable(&self) -> &[Unmappable] {
        &self.unmappable
    }

    /// The component.
    ///
    /// # Errors
    /// [`AdaptError::Unmappable`] where anything cannot be mapped, with all of it.
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
