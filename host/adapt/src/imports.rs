//! Plans what becomes of each import of a core module.

use wit_parser::{Resolve, WorldId};

use super::call_out::{CallOut, Outcome};
use super::core_module::{CoreModule, MEMORY};
use super::report::{Mapping, Unmappable};
use super::serving::Serving;
use wit_host_wit::env::imported;

/// What becomes of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ImportUse {
    /// It stays, under the name that the canonical ABI has for the contract's function.
    Renamed(CallOut),
    /// It stays as it is, and WASI's adapter provides it.
    Wasi,
    /// An added function replaces it and makes this call.
    Glued(CallOut),
    /// An added function replaces it and copies the kept result.
    Writer,
    /// An added function replaces it and traps.
    Trap,
}

/// What becomes of every import, in the module's order.
pub(super) struct Imports {
    pub(super) uses: Vec<ImportUse>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) unmappable: Vec<Unmappable>,
}

impl Imports {
    /// Plans each import of `module`. `wasi` is the module that provides WASI.
    pub(super) fn plan(
        module: &CoreModule<'_>,
        resolve: &Resolve,
        world: WorldId,
        wasi: &CoreModule<'_>,
    ) -> Self {
        let mut serving = Serving {
            module,
            resolve,
            contract: imported(resolve, world),
            wasi,
            mappings: Vec::new(),
            in_memory: false,
        };
        let (mut uses, mut unmappable) = (Vec::new(), Vec::new());
        for import in &module.imports {
            uses.push(serving.serve(import).unwrap_or_else(|reason| {
                // A function that traps stands in, so that a plan still shows the component's
                // world.
                unmappable.push(reason);
                ImportUse::Trap
            }));
        }
        if let (true, Err(reason)) = (serving.in_memory, module.memory()) {
            unmappable.push(no_memory(reason));
        }
        Self { uses, mappings: serving.mappings, unmappable }
    }

    /// Returns whether WASI's adapter is needed.
    pub(super) fn has_wasi(&self) -> bool {
        self.uses.contains(&ImportUse::Wasi)
    }

    /// Returns whether a module can be made, if only to show its world. It cannot if an import
    /// is not a function, or if there is no memory to use: an added function could not replace
    /// it.
    pub(super) fn can_be_built(&self, module: &CoreModule<'_>) -> bool {
        let functions = module.imports.iter().all(|import| module.import_type(import).is_some());
        functions && self.unmappable.iter().all(|unmappable| unmappable.item != MEMORY)
    }

    /// Returns whether results cross through memory or are kept.
    pub(super) fn keeps_results(&self) -> bool {
        self.uses.iter().any(|use_| match use_ {
            ImportUse::Glued(call) => matches!(call.outcome, Outcome::Area(_)),
            use_ => *use_ == ImportUse::Writer,
        })
    }
}

/// Returns the error for a module whose memory is needed and cannot be used.
pub(super) fn no_memory(reason: &str) -> Unmappable {
    let fix = "export one memory of 32-bit addresses as `memory`";
    Unmappable::new(MEMORY, reason, fix)
}
