//! What functions of ours share: traps that say why, and the way in which the
//! host's writes into a module's memory are taken out of it again.
//!
//! The canonical ABI has the host write results and arguments into the module's
//! memory, where every byte may be in use: a module may take all pages for its
//! own heap, also those that someone else has added. So what the host is about
//! to overwrite is *saved* in a memory of ours first, and put back before any
//! code of the module runs. In between, what was written is copied to another
//! one: a result that is *kept* for the second step, or text that was *received*
//! and is on its way from one side to the other.

use wasm_encoder::{BlockType, Function, MemArg, ValType};

use super::{Made, MadeType};
use crate::convention::Number::{self, I32};
use crate::layout::Layout;

/// Where the host writes first. Not 0, which some take for no address.
const STAGE: i32 = 16;

/// The indices of what is shared.
pub(super) struct Kit {
    pub(super) failed: u32,
    pub full: u32,
    pub(super) null: u32,
    pub(super) nul: u32,
    pub(super) long: u32,
    pub(super) make_room: u32,
    pub(super) make_room_saved: u32,
    pub(super) make_room_kept: u32,
    pub(super) make_room_received: u32,
    pub(super) reserve: u32,
    pub(super) realloc: u32,
    pub(super) restore: u32,
    /// The module's memory, where anything is in memory.
    memory: Option<u32>,
    pub(super) saved: u32,
    pub(super) kept: u32,
    pub(super) received: u32,
    /// The end of what the host has written, as a global.
    pub(super) end: u32,
    /// The length of what is kept, as a global.
    pub(super) kept_length: u32,
    /// Whether `_start` was called, as a global.
    started: u32,
    /// Whether `_initialize` is done, as a global.
    pub(super) initialized: u32,
    is_needed: bool,
}

impl Kit {
    /// The indices for `layout`, with the module's memory where it is needed;
    /// `is_needed` is whether anything of this is.
    pub(super) fn new(layout: &Layout, memory: Option<u32>, is_needed: bool) -> Self {
        let mut position = layout.glued_imports;
        let mut next = || {
            position += 1;
            layout.glue(position - 1)
        };
        Self {
            failed: next(),
            full: next(),
            null: next(),
            nul: next(),
            long: next(),
            make_room: next(),
            make_room_saved: next(),
            make_room_kept: next(),
            make_room_received: next(),
            reserve: next(),
            realloc: next(),
            restore: next(),
            memory,
            saved: layout.memories,
            kept: layout.memories + 1,
            received: layout.memories + 2,
            end: layout.globals,
            kept_length: layout.globals + 1,
            started: layout.globals + 2,
            initialized: layout.globals + 3,
            is_needed,
        }
    }

    /// How many memories of ours there are.
    pub(super) fn memories(&self) -> u32 {
        if self.memory.is_some() { 3 } else { 0 }
    }

    /// The first values of our globals.
    pub(super) fn globals(&self) -> Vec<i32> {
        vec![STAGE, 0, 0, 0]
    }

    /// The module's memory. Nothing asks for it where there is none.
    pub(super) fn memory(&self) -> u32 {
        self.memory.unwrap_or_default()
    }

    /// An address in the module's memory.
    pub(super) fn at(&self, offset: u32) -> MemArg {
        MemArg { offset: offset.into(), align: 0, memory_index: self.memory() }
    }

    /// The functions, in the order of their indices.
    pub(super) fn functions(&self) -> Vec<Made> {
        if !self.is_needed {
            return Vec::new();
        }
        let mut functions = vec![
            trap("the contract's function returned an error"),
            trap("no memory is left"),
            trap("the guest gave a null pointer"),
            trap("a text with a NUL inside is no C string"),
            trap("a result is longer than an i32 can say"),
        ];
        if let Some(memory) = self.memory {
            functions.extend([
                self.make_room("make room in the guest's memory", memory),
                self.make_room("make room for what is saved", self.saved),
                self.make_room("make room for what is kept", self.kept),
                self.make_room("make room for what is received", self.received),
                self.reserving(),
                self.reallocating(),
                self.restoring("put back what was saved", &[]),
            ]);
        }
        functions
    }

    /// Has a memory be of so many bytes at least.
    fn make_room(&self, name: &str, memory: u32) -> Made {
        let mut body = Function::new([(1, ValType::I32)]);
        let mut code = body.instructions();
        code.local_get(0).i32_const(16).i32_shr_u();
        code.local_get(0).i32_const(0xffff).i32_and().i32_const(0).i32_ne();
        code.i32_add().local_set(1);
        code.local_get(1).memory_size(memory).i32_gt_u().if_(BlockType::Empty);
        code.local_get(1).memory_size(memory).i32_sub().memory_grow(memory);
        code.i32_const(-1).i32_eq().if_(BlockType::Empty).call(self.full).end();
        code.end().end();
        made(name, &[I32], &[], body)
    }

    /// `(size, align)`: a place for the host to write to, whose bytes are saved.
    fn reserving(&self) -> Made {
        let (size, align, start, end) = (0, 1, 2, 3);
        let mut body = Function::new([(2, ValType::I32)]);
        let mut code = body.instructions();
        code.global_get(self.end).local_get(align).i32_add().i32_const(1).i32_sub();
        code.i32_const(0).local_get(align).i32_sub().i32_and().local_tee(start);
        code.local_get(size).i32_add().local_tee(end);
        code.global_get(self.end).i32_lt_u().if_(BlockType::Empty).call(self.full).end();
        code.local_get(end).call(self.make_room).local_get(end).call(self.make_room_saved);
        code.global_get(self.end).global_get(self.end);
        code.local_get(end).global_get(self.end).i32_sub();
        code.memory_copy(self.saved, self.memory());
        code.local_get(end).global_set(self.end).local_get(start).end();
        made("reserve a place for the host", &[I32, I32], &[I32], body)
    }

    /// The canonical ABI's `realloc`.
    fn reallocating(&self) -> Made {
        let (old, old_size, align, size, start) = (0, 1, 2, 3, 4);
        let mut body = Function::new([(1, ValType::I32)]);
        let mut code = body.instructions();
        code.local_get(size).local_get(old_size).i32_le_u().if_(BlockType::Empty);
        code.local_get(old).return_().end();
        code.local_get(size).local_get(align).call(self.reserve).local_tee(start);
        code.local_get(old).local_get(old_size).memory_copy(self.memory(), self.memory());
        code.local_get(start).end();
        made("realloc for the host", &[I32; 4], &[I32], body)
    }

    fn restoring(&self, name: &str, params: &[Number]) -> Made {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        code.i32_const(STAGE).i32_const(STAGE);
        code.global_get(self.end).i32_const(STAGE).i32_sub();
        code.memory_copy(self.memory(), self.saved);
        code.i32_const(STAGE).global_set(self.end).end();
        made(name, params, &[], body)
    }

    /// Called by the host once it has taken a result out of memory.
    pub(super) fn post_return(&self, export: &str) -> Made {
        self.restoring(&format!("{export} (the host has its result)"), &[I32])
    }

    /// Copies all that the host has written to where it is received, at the same
    /// addresses, and puts back what was there.
    pub(super) fn receive(&self, body: &mut Function) {
        let mut code = body.instructions();
        code.global_get(self.end).call(self.make_room_received);
        code.i32_const(STAGE).i32_const(STAGE);
        code.global_get(self.end).i32_const(STAGE).i32_sub();
        code.memory_copy(self.received, self.memory()).call(self.restore);
    }

    /// Calls `start` the first time.
    pub(super) fn start_once(&self, start: u32) -> Made {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        code.global_get(self.started).i32_eqz().if_(BlockType::Empty);
        code.i32_const(1).global_set(self.started).call(start).end().end();
        made("_start, once", &[], &[], body)
    }
}

/// A function of ours.
pub(super) fn made(name: &str, params: &[Number], results: &[Number], body: Function) -> Made {
    Made { name: name.into(), ty: MadeType::Of(params.into(), results.into()), body }
}

/// A function that traps. Its name is all that a trap can say.
fn trap(name: &str) -> Made {
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    made(name, &[], &[], body)
}
