//! Assigns the indices of the new module, once functions are added to a module's own. It makes
//! no functions.

use super::call_out::CallOut;
use super::core_module::{CoreModule, count};
use super::glue::is_glued;
use super::imports::{ImportUse, Imports};

/// The indices of the new module's functions, in this order: the imports that stay, the
/// contract's functions that added functions call, the module's own functions, and the added
/// ones.
pub(super) struct Layout {
    /// The new index of each imported function.
    imported: Vec<u32>,
    /// The contract's functions that added functions call.
    pub(super) called: Vec<CallOut>,
    /// The number of functions of the module, imported ones included.
    functions: u32,
    /// The number of imports that stay.
    kept: u32,
    /// The index of the first added function.
    first: u32,
    /// The number of added functions that replace imports. They come first.
    pub(super) glued_imports: usize,
    pub(super) types: u32,
    pub(super) memories: u32,
    pub(super) globals: u32,
}

impl Layout {
    pub(crate) fn new(module: &CoreModule<'_>, imports: &Imports) -> Self {
        let mut called: Vec<CallOut> = Vec::new();
        for use_ in &imports.uses {
            if let ImportUse::Glued(call) = use_
                && !called.iter().any(|one| same(one, call))
            {
                called.push(call.clone());
            }
        }
        let glued = imports.uses.iter().filter(|use_| is_glued(use_)).count();
        let kept = count(imports.uses.len() - glued);
        let own = module.function_count() - count(imports.uses.len());
        let first = kept + count(called.len()) + own;
        // Imports come first in the index space of functions. Those that are replaced move behind
        // the module's own functions, so every index in the code may change.
        let (mut staying, mut standing) = (0, first);
        let place = |use_| {
            let next = if is_glued(use_) { &mut standing } else { &mut staying };
            *next += 1;
            *next - 1
        };
        Self {
            imported: imports.uses.iter().map(place).collect(),
            called,
            functions: module.function_count(),
            kept,
            first,
            glued_imports: glued,
            types: module.type_count(),
            memories: count(module.memories.len()),
            globals: module.globals,
        }
    }

    /// Returns the new index of a function of the module.
    pub(crate) fn function(&self, old: u32) -> u32 {
        let imports = count(self.imported.len());
        match self.imported.get(old as usize) {
            Some(new) => *new,
            None => old - imports + self.kept + count(self.called.len()),
        }
    }

    /// Returns the new index of a function for its name. `None` if the module has no such
    /// function.
    pub(super) fn named(&self, old: u32) -> Option<u32> {
        (old < self.functions).then(|| self.function(old))
    }

    /// Returns the index of the contract's function that `call` calls.
    pub(super) fn called(&self, call: &CallOut) -> u32 {
        let position = self.called.iter().position(|one| same(one, call));
        self.kept + count(position.unwrap_or_default())
    }

    /// Returns the index of an added function.
    pub(super) fn glue(&self, position: usize) -> u32 {
        self.first + count(position)
    }
}

fn same(one: &CallOut, other: &CallOut) -> bool {
    (&one.module, &one.name) == (&other.module, &other.name)
}
