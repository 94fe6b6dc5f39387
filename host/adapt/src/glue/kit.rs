//! The parts that all added functions share: traps with a reason, and the way in which the
//! host's writes into a module's memory are undone.
//!
//! By the canonical ABI, the host writes results and arguments into the module's memory. Every
//! byte of that may be in use: a module may take all pages for its own heap, even those that
//! another one has added. So the bytes that the host is about to overwrite are first *saved* in
//! a memory of ours, and put back before any code of the module runs. In between, the host's
//! bytes are copied to a third memory. They are a result that is *kept* for the second step of
//! a call, or a text that was *received* and is on its way from one side to the other.

use wasm_encoder::{BlockType, Function, MemArg, ValType};

use super::{Made, MadeType};
use crate::convention::Number::{self, I32};
use crate::layout::Layout;

/// The address at which the host begins to write. It is not 0, which some take for a null
/// pointer.
const STAGE: i32 = 16;

/// The indices of the shared functions, memories and globals.
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
    /// The module's memory, if anything crosses through memory.
    memory: Option<u32>,
    pub(super) saved: u32,
    pub(super) kept: u32,
    pub(super) received: u32,
    /// The global with the end of the bytes that the host has written.
    pub(super) end: u32,
    /// The global with the length of the kept result.
    pub(super) kept_length: u32,
    /// The global that says whether `_start` was called.
    started: u32,
    /// The global that says whether `_initialize` is done.
    pub(super) initialized: u32,
    is_needed: bool,
}

impl Kit {
    /// Assigns the indices for `layout`. `memory` is the module's memory if it is needed, and
    /// `is_needed` says whether any function of the kit is.
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

    /// Returns the number of memories that are added.
    pub(super) fn memories(&self) -> u32 {
        if self.memory.is_some() { 3 } else { 0 }
    }

    /// Returns the initial values of the globals that are added.
    pub(super) fn globals(&self) -> Vec<i32> {
        vec![STAGE, 0, 0, 0]
    }

    /// Returns the module's memory. It is only used where there is one.
    pub(super) fn memory(&self) -> u32 {
        self.memory.unwrap_or_default()
    }

    /// Returns an address in the module's memory, for an instruction.
    pub(super) fn at(&self, offset: u32) -> MemArg {
        MemArg { offset: offset.into(), align: 0, memory_index: self.memory() }
    }

    /// Returns the functions in the order of their indices.
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

    /// Makes a function that grows a memory to at least that many bytes.
    fn make_room(&self, name: &str, memory: u32) -> Made {
        let mut body = Function::new([(1, ValType::I32)]);
        let mut code = body.instructions();
        // The number of pages, rounded up. Adding 0xffff before the shift could overflow.
        code.local_get(0).i32_const(16).i32_shr_u();
        code.local_get(0).i32_const(0xffff).i32_and().i32_const(0).i32_ne();
        code.i32_add().local_set(1);
        code.local_get(1).memory_size(memory).i32_gt_u().if_(BlockType::Empty);
        code.local_get(1).memory_size(memory).i32_sub().memory_grow(memory);
        code.i32_const(-1).i32_eq().if_(BlockType::Empty).call(self.full).end();
        code.end().end();
        made(name, &[I32], &[], body)
    }

    /// Makes a function `(size, align)` that returns an address for the host to write to. The
    /// bytes there are saved first.
    fn reserving(&self) -> Made {
        let (size, align, start, end) = (0, 1, 2, 3);
        let mut body = Function::new([(2, ValType::I32)]);
        let mut code = body.instructions();
        // The end of the last place, aligned upwards.
        code.global_get(self.end).local_get(align).i32_add().i32_const(1).i32_sub();
        code.i32_const(0).local_get(align).i32_sub().i32_and().local_tee(start);
        code.local_get(size).i32_add().local_tee(end);
        // An end before the last one means that the address overflowed.
        code.global_get(self.end).i32_lt_u().if_(BlockType::Empty).call(self.full).end();
        code.local_get(end).call(self.make_room).local_get(end).call(self.make_room_saved);
        // Save what lies between the two ends. It stands in the memory of saved bytes at the
        // same address, so that putting it back is one copy.
        code.global_get(self.end).global_get(self.end);
        code.local_get(end).global_get(self.end).i32_sub();
        code.memory_copy(self.saved, self.memory());
        code.local_get(end).global_set(self.end).local_get(start).end();
        made("reserve a place for the host", &[I32, I32], &[I32], body)
    }

    /// Makes the canonical ABI's `realloc`. It reserves a new place even where the old one
    /// could grow.
    fn reallocating(&self) -> Made {
        let (old, old_size, align, size, start) = (0, 1, 2, 3, 4);
        let mut body = Function::new([(1, ValType::I32)]);
        let mut code = body.instructions();
        // A block that shrinks stays where it is.
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

    /// Makes the function that the host calls once it has read a result from memory.
    pub(super) fn post_return(&self, export: &str) -> Made {
        self.restoring(&format!("{export} (the host has its result)"), &[I32])
    }

    /// Copies all bytes that the host has written to the memory of received bytes, at the same
    /// addresses, and puts back the bytes that were there before.
    pub(super) fn receive(&self, body: &mut Function) {
        let mut code = body.instructions();
        code.global_get(self.end).call(self.make_room_received);
        code.i32_const(STAGE).i32_const(STAGE);
        code.global_get(self.end).i32_const(STAGE).i32_sub();
        code.memory_copy(self.received, self.memory()).call(self.restore);
    }

    /// Makes a function that calls `start` once, however often it is called itself.
    pub(super) fn start_once(&self, start: u32) -> Made {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        code.global_get(self.started).i32_eqz().if_(BlockType::Empty);
        code.i32_const(1).global_set(self.started).call(start).end().end();
        made("_start, once", &[], &[], body)
    }
}

/// Makes an added function.
pub(super) fn made(name: &str, params: &[Number], results: &[Number], body: Function) -> Made {
    Made { name: name.into(), ty: MadeType::Of(params.into(), results.into()), body }
}

/// Makes a function that traps. A trap in a component has no message of its own, so the
/// function's name is the message.
fn trap(name: &str) -> Made {
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    made(name, &[], &[], body)
}
