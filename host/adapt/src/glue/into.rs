//! Makes the functions that the component exports. They call the module's own functions, and
//! pass texts as C strings.

use wasm_encoder::{BlockType, Function, MemArg, ValType};

use super::kit::{Kit, made};
use super::{Made, flat};
use crate::allocator::{Allocator, Release};
use crate::convention::Number::I32;
use crate::convention::encoded;
use crate::core_module::count;
use crate::exports::{CallIn, Crossing};

/// The alignment that is asked for, if the allocator takes one.
const ALIGNMENT: i32 = 8;

/// Makes the set-up, which calls one function after the other.
pub(super) fn initialize(functions: impl Iterator<Item = u32>, kit: &Kit) -> Made {
    let mut body = Function::new([]);
    for function in functions {
        body.instructions().call(function);
    }
    body.instructions().i32_const(1).global_set(kit.initialized).end();
    made("_initialize", &[], &[], body)
}

/// Makes `run` of `wasi:cli/run` for a module whose main function is `start`. It succeeds if
/// `start` returns.
pub(super) fn command(start: u32) -> Made {
    let mut body = Function::new([]);
    body.instructions().call(start).i32_const(0).end();
    made("run", &[], &[I32], body)
}

/// Makes the `realloc` of WASI's adapter, which asks for whole pages and never frees them. They
/// come from the module's own `malloc`. While `_initialize` runs they are new pages, because it
/// may call WASI before the module has a heap.
pub(super) fn realloc_of_adapter(malloc: u32, memory: u32, initialized: Option<u32>) -> Made {
    let (align, size) = (2, 3);
    let mut body = Function::new([]);
    let mut code = body.instructions();
    if let Some(initialized) = initialized {
        code.global_get(initialized).i32_eqz().if_(BlockType::Empty);
        code.local_get(size).i32_const(0xffff).i32_add().i32_const(16).i32_shr_u();
        code.memory_grow(memory).local_tee(size);
        code.i32_const(-1).i32_eq().if_(BlockType::Empty).unreachable().end();
        code.local_get(size).i32_const(16).i32_shl().return_().end();
    }
    // The module's `malloc` takes no alignment, so more is allocated and the address is
    // aligned.
    code.local_get(size).local_get(align).i32_add().call(malloc).local_tee(size);
    code.i32_eqz().if_(BlockType::Empty).unreachable().end();
    code.local_get(size).local_get(align).i32_add().i32_const(1).i32_sub();
    code.i32_const(0).local_get(align).i32_sub().i32_and().end();
    made("realloc for WASI", &[I32; 4], &[I32], body)
}

/// Makes a function `(pointer, length)` that copies a received text with a NUL into a block of
/// the module's own.
pub(super) fn place(kit: &Kit, allocator: Allocator) -> Made {
    let (pointer, length, at, block) = (0, 1, 2, 3);
    let mut body = Function::new([(2, ValType::I32)]);
    let mut code = body.instructions();
    // A text with a NUL inside would be cut there without notice, so it traps.
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(at).local_get(length).i32_eq().br_if(1);
    code.local_get(pointer).local_get(at).i32_add().i32_load8_u(byte_of(kit.received));
    code.i32_eqz().if_(BlockType::Empty).call(kit.nul).end();
    code.local_get(at).i32_const(1).i32_add().local_set(at).br(0).end().end();
    code.local_get(length).i32_const(1).i32_add();
    if allocator.is_aligned {
        code.i32_const(ALIGNMENT);
    }
    code.call(allocator.allocate);
    code.local_tee(block).i32_eqz().if_(BlockType::Empty).call(kit.full).end();
    // Filling the block with zeros writes the NUL. It also traps if any of the block lies
    // outside of the memory.
    code.local_get(block).i32_const(0).local_get(length).i32_const(1).i32_add();
    code.memory_fill(kit.memory());
    code.local_get(block).local_get(pointer).local_get(length);
    code.memory_copy(kit.memory(), kit.received);
    code.local_get(block).end();
    made("place a C string", &[I32, I32], &[I32], body)
}

/// Makes a function that calls `core`, after `first`. `text` is the function that places a
/// text, and the allocator that frees its block.
pub(super) fn call(
    call: &CallIn,
    core: u32,
    first: Option<u32>,
    text: Option<(u32, Allocator)>,
    kit: &Kit,
) -> Made {
    let params = flat(call);
    let locals = Locals::new(call, count(params.len()));
    let result = match call.result {
        Some(Crossing::Number(number)) => number,
        _ => I32,
    };
    let mut body = Function::new([(locals.texts + 4, ValType::I32), (1, encoded(result))]);
    // Receive before any code of the module runs: the host has put the texts where the module's
    // own bytes belong.
    if locals.texts > 0 {
        kit.receive(&mut body);
    }
    if let Some(first) = first {
        body.instructions().call(first);
    }
    for (block, pointer) in locals.placed.iter().flatten() {
        let place = text.map_or(kit.full, |(place, _)| place);
        let mut code = body.instructions();
        code.local_get(*pointer).local_get(pointer + 1).call(place).local_set(*block);
    }
    for (param, placed) in locals.flat.iter().zip(&locals.placed) {
        body.instructions().local_get(placed.map_or(*param, |(block, _)| block));
    }
    body.instructions().call(core);
    if call.result.is_some() {
        body.instructions().local_set(locals.result(call));
    }
    finish(&mut body, call, &locals, text, kit);
    let results: Vec<_> = call.result.iter().map(|_| result).collect();
    made(&call.name, &params, &results, body)
}

/// Ends a call. The result is copied before anything is freed, since it may lie in an argument.
fn finish(
    body: &mut Function,
    call: &CallIn,
    locals: &Locals,
    text: Option<(u32, Allocator)>,
    kit: &Kit,
) {
    let is_text = call.result == Some(Crossing::CString);
    // Before the blocks are freed: a function may return one of its arguments.
    if is_text {
        measure(body, locals, kit);
    }
    if let Some((_, allocator)) = text {
        for (block, pointer) in locals.placed.iter().flatten() {
            let mut code = body.instructions();
            code.local_get(*block);
            match allocator.release {
                Release::Sized(release) => {
                    code.local_get(pointer + 1).i32_const(1).i32_add().call(release);
                }
                Release::Aligned(release) => {
                    code.local_get(pointer + 1).i32_const(1).i32_add();
                    code.i32_const(ALIGNMENT).call(release);
                }
                Release::Pointer(release) => {
                    code.call(release);
                }
                Release::Never => {
                    code.drop();
                }
            }
        }
        if let (true, Release::Sized(release)) = (is_text, allocator.release) {
            give_back(body, locals, release);
        }
    }
    if is_text {
        hand_over(body, locals, kit);
    } else if call.result.is_some() {
        body.instructions().local_get(locals.result(call));
    }
    body.instructions().end();
}

/// Finds the NUL of the returned C string, and copies the bytes before it.
fn measure(body: &mut Function, locals: &Locals, kit: &Kit) {
    let Locals { string, length, .. } = *locals;
    let mut code = body.instructions();
    code.local_get(string).i32_eqz().if_(BlockType::Empty).call(kit.null).end();
    code.local_get(string).local_set(length);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(length).i32_load8_u(byte_of(kit.memory())).i32_eqz().br_if(1);
    code.local_get(length).i32_const(1).i32_add().local_tee(length).br_if(0);
    // Reached when the address wraps to 0, after the whole memory.
    code.call(kit.null).end().end();
    code.local_get(length).local_get(string).i32_sub().local_tee(length);
    code.call(kit.make_room_received);
    code.i32_const(0).local_get(string).local_get(length);
    code.memory_copy(kit.received, kit.memory());
}

/// Frees the returned C string. If it is an argument, that was freed already.
fn give_back(body: &mut Function, locals: &Locals, deallocate: u32) {
    let Locals { string, length, .. } = *locals;
    let mut code = body.instructions();
    code.i32_const(1);
    for (block, _) in locals.placed.iter().flatten() {
        code.local_get(*block).local_get(string).i32_ne().i32_and();
    }
    code.if_(BlockType::Empty).local_get(string);
    code.local_get(length).i32_const(1).i32_add().call(deallocate).end();
}

/// Writes the copied text to a place that the host reads.
fn hand_over(body: &mut Function, locals: &Locals, kit: &Kit) {
    let Locals { length, area, copy, .. } = *locals;
    let mut code = body.instructions();
    // The pointer and the length are returned in memory, as the canonical ABI has it.
    code.i32_const(8).i32_const(4).call(kit.reserve).local_set(area);
    code.local_get(length).i32_const(1).call(kit.reserve).local_tee(copy);
    code.i32_const(0).local_get(length).memory_copy(kit.memory(), kit.received);
    code.local_get(area).local_get(copy).i32_store(kit.at(0));
    code.local_get(area).local_get(length).i32_store(kit.at(4)).local_get(area);
}

/// The indices of the local variables.
struct Locals {
    /// The first local variable of each parameter.
    flat: Vec<u32>,
    /// For each parameter that is text: the variable of the block that it is placed in, and the
    /// parameter's first variable.
    placed: Vec<Option<(u32, u32)>>,
    texts: u32,
    string: u32,
    length: u32,
    area: u32,
    copy: u32,
    number: u32,
}

impl Locals {
    fn new(call: &CallIn, params: u32) -> Self {
        let (mut next, mut texts) = (0, 0);
        let (mut flat, mut placed) = (Vec::new(), Vec::new());
        for param in &call.params {
            flat.push(next);
            let is_text = *param == Crossing::CString;
            placed.push(is_text.then_some((params + texts, next)));
            next += if is_text { 2 } else { 1 };
            texts += u32::from(is_text);
        }
        let string = params + texts;
        let (length, area, copy, number) = (string + 1, string + 2, string + 3, string + 4);
        Self { flat, placed, texts, string, length, area, copy, number }
    }

    /// Returns the variable of the result.
    fn result(&self, call: &CallIn) -> u32 {
        if call.result == Some(Crossing::CString) { self.string } else { self.number }
    }
}

fn byte_of(memory: u32) -> MemArg {
    MemArg { offset: 0, align: 0, memory_index: memory }
}
