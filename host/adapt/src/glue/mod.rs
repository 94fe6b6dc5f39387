//! Makes the functions that are added to a core module. They translate between its conventions
//! and the canonical ABI. `kit` contains the parts that they share, `out` the calls of the
//! contract, and `into` the calls of the module.

mod into;
mod kit;
mod out;

use wasm_encoder::Function;

use super::allocator::{Allocator, Release};
use super::convention::Number;
use super::core_module::CoreModule;
use super::exports::{CallIn, Crossing, Exports};
use super::imports::{ImportUse, Imports};
use super::layout::Layout;
use kit::Kit;
use wit_host_binary::names::START;

/// A function to be added to a module.
pub(super) struct Made {
    /// A name for people, which is shown in backtraces.
    pub name: String,
    pub ty: MadeType,
    pub(super) body: Function,
}

/// The type of an added function.
pub(super) enum MadeType {
    /// A type with these parameters and results.
    Of(Vec<Number>, Vec<Number>),
    /// One of the module's own types, by its index.
    Own(u32),
}

/// Everything that is added to a module.
pub(super) struct Glue {
    /// The functions in the order of their indices.
    pub functions: Vec<Made>,
    /// The functions that are exported, with their indices.
    pub(super) exports: Vec<(String, u32)>,
    /// The number of memories.
    pub(super) memories: u32,
    /// The initial values of the globals, all of them `i32`.
    pub(super) globals: Vec<i32>,
}

impl Glue {
    /// Makes the functions that the planned imports and exports need.
    pub(crate) fn new(
        module: &CoreModule<'_>,
        imports: &Imports,
        exports: &Exports,
        layout: &Layout,
    ) -> Self {
        let needs_memory = imports.keeps_results() || exports.in_memory();
        let memory = module.memory().ok().filter(|_| needs_memory);
        let kit = Kit::new(layout, memory, needs_memory || !layout.called.is_empty());
        let mut glue = Self {
            functions: out::functions(module, imports, layout, &kit),
            exports: Vec::new(),
            memories: kit.memories(),
            globals: Vec::new(),
        };
        glue.functions.extend(kit.functions());
        if kit.memories() > 0 {
            // Not as `cabi_realloc`: WASI's adapter would take its own memory from that, and keep
            // it.
            glue.exports.push(("cabi_import_realloc".into(), kit.realloc));
            glue.exports.push(("cabi_export_realloc".into(), kit.realloc));
        }
        glue.set_up(imports, exports, layout, &kit);
        glue.realloc_for_wasi(module, imports, exports, layout, &kit);
        glue.calls(exports, layout, &kit);
        if !glue.functions.is_empty() {
            glue.globals = kit.globals();
        }
        glue
    }

    /// Adds a function, and returns its index.
    fn add(&mut self, layout: &Layout, made: Made) -> u32 {
        let index = layout.glue(self.functions.len());
        self.functions.push(made);
        index
    }

    /// Adds the function that is called before anything else, and a command's main function.
    fn set_up(&mut self, imports: &Imports, exports: &Exports, layout: &Layout, kit: &Kit) {
        // The start function becomes a part of the set-up, since imports cannot be called while
        // the component is instantiated.
        if !exports.initialize.is_empty() {
            let functions = exports.initialize.iter().map(|&function| layout.function(function));
            let index = self.add(layout, into::initialize(functions, kit));
            self.exports.push(("_initialize".into(), index));
        }
        if let (true, Some(start)) = (exports.is_command(), exports.start) {
            match imports.has_wasi() {
                true => self.exports.push((START.into(), layout.function(start))),
                false => {
                    let index = self.add(layout, into::command(layout.function(start)));
                    self.exports.push((format!("{}#run", super::world::COMMAND), index));
                }
            }
        }
    }

    /// Returns the function from which WASI's adapter gets its memory. Without one, the adapter
    /// grows the memory itself; the heaps of most toolchains cope with that.
    fn realloc_for_wasi(
        &mut self,
        module: &CoreModule<'_>,
        imports: &Imports,
        exports: &Exports,
        layout: &Layout,
        kit: &Kit,
    ) {
        let realloc = ("cabi_realloc", &[Number::I32; 4], &[Number::I32]);
        if let Some(own) = module.function_of(realloc.0, realloc.1, realloc.2) {
            self.exports.push((realloc.0.into(), layout.function(own)));
        } else if let (true, Some(malloc)) = (imports.has_wasi(), settled_malloc(exports)) {
            let memory = module.memory().unwrap_or_default();
            let initialized = (!exports.initialize.is_empty()).then_some(kit.initialized);
            let made = into::realloc_of_adapter(layout.function(malloc), memory, initialized);
            let index = self.add(layout, made);
            self.exports.push(("cabi_realloc_adapter".into(), index));
        }
    }

    fn calls(&mut self, exports: &Exports, layout: &Layout, kit: &Kit) {
        let start = exports.start.filter(|_| !exports.is_command());
        let first = start.map(|start| self.add(layout, kit.start_once(layout.function(start))));
        let allocator =
            exports.allocator.map(|found| found.remapped(|index| layout.function(index)));
        let place = allocator
            .filter(|_| exports.in_memory())
            .map(|allocator| self.add(layout, into::place(kit, allocator)));
        for call in &exports.calls {
            let core = layout.function(call.function);
            // Numbers cross as they are, so the module's own function is exported, and costs
            // nothing more.
            if !call.has_text() && first.is_none() {
                self.exports.push((call.name.clone(), core));
                continue;
            }
            let text = place.zip(allocator);
            let index = self.add(layout, into::call(call, core, first, text, kit));
            self.exports.push((call.name.clone(), index));
            if call.result == Some(Crossing::CString) {
                let index = self.add(layout, kit.post_return(&call.name));
                self.exports.push((format!("cabi_post_{}", call.name), index));
            }
        }
    }
}

/// Returns the module's `malloc` if the module is set up by a call of its own. A module that
/// sets itself up in each call from outside must not be called during another call.
fn settled_malloc(exports: &Exports) -> Option<u32> {
    let is_set_up = exports.start.is_some() || !exports.initialize.is_empty();
    match exports.allocator {
        Some(Allocator { allocate, is_aligned: false, release: Release::Pointer(_) })
            if is_set_up =>
        {
            Some(allocate)
        }
        _ => None,
    }
}

/// Returns whether an import is replaced by an added function.
pub(super) fn is_glued(use_: &ImportUse) -> bool {
    match use_ {
        ImportUse::Renamed(_) | ImportUse::Wasi => false,
        ImportUse::Glued(_) | ImportUse::Writer | ImportUse::Trap => true,
    }
}

/// Returns the flat parameters of an export by the canonical ABI.
fn flat(call: &CallIn) -> Vec<Number> {
    let flat = |param: &Crossing| match param {
        Crossing::Number(number) => vec![*number],
        Crossing::CString => vec![Number::I32, Number::I32],
    };
    call.params.iter().flat_map(flat).collect()
}
