//! Makes the functions that replace imports from `env`. They call the contract's function by
//! the canonical ABI, and return its result as the convention of `env` has it.

use wasm_encoder::{BlockType, Function};
use wit_parser::Type;

use super::kit::{Kit, made};
use super::{Made, MadeType, is_glued};
use crate::call_out::{Area, CallOut, Outcome, Value};
use crate::convention::Number::I32;
use crate::convention::encoded;
use crate::core_module::{CoreModule, count};
use crate::imports::{ImportUse, Imports};
use crate::layout::Layout;

/// Makes one function for each import that is replaced.
pub(super) fn functions(
    module: &CoreModule<'_>,
    imports: &Imports,
    layout: &Layout,
    kit: &Kit,
) -> Vec<Made> {
    let mut functions = Vec::new();
    for (import, use_) in
        module.imports.iter().zip(&imports.uses).filter(|(_, use_)| is_glued(use_))
    {
        let name = format!("{}.{}", import.module, import.name);
        functions.push(match use_ {
            ImportUse::Glued(call) => self::call(&name, call, layout.called(call), kit),
            ImportUse::Writer => writer(&name, kit),
            _ => unmapped(&name, module, import),
        });
    }
    functions
}

/// Makes a function that calls the contract's function.
fn call(name: &str, call: &CallOut, function: u32, kit: &Kit) -> Made {
    let locals = call.results.first().copied().unwrap_or(I32);
    let mut body = Function::new([(3, encoded(I32)), (1, encoded(locals))]);
    let area = count(call.params.len());
    match call.outcome {
        Outcome::Same => {
            arguments(&mut body, call).call(function);
        }
        Outcome::Discriminant => {
            arguments(&mut body, call).call(function);
            check(&mut body, kit);
        }
        Outcome::Area(found) => {
            let mut code = body.instructions();
            code.i32_const(found.size.cast_signed()).i32_const(found.align.cast_signed());
            code.call(kit.reserve).local_set(area);
            arguments(&mut body, call).local_get(area).call(function);
            if found.fallible {
                body.instructions().local_get(area).i32_load8_u(kit.at(0));
                check(&mut body, kit);
            }
            result(&mut body, found, area, kit);
        }
    }
    body.instructions().end();
    made(name, &call.params, &call.results, body)
}

fn arguments<'b>(body: &'b mut Function, call: &CallOut) -> wasm_encoder::InstructionSink<'b> {
    let mut code = body.instructions();
    for index in 0..count(call.params.len()) {
        code.local_get(index);
    }
    code
}

/// Traps unless the number on the stack is 0.
fn check(body: &mut Function, kit: &Kit) {
    body.instructions().if_(BlockType::Empty).call(kit.failed).end();
}

/// Returns the result that the host has written to the address in the local `area`. The three
/// locals behind it are free for use.
fn result(body: &mut Function, found: Area, area: u32, kit: &Kit) {
    let (pointer, length, number) = (area + 1, area + 2, area + 3);
    let mut code = body.instructions();
    match found.value {
        Value::Nothing => {
            code.call(kit.restore);
        }
        Value::Number(ty) => {
            code.local_get(area);
            load(body, ty, found.offset, kit);
            // The number is taken first, because `restore` puts the guest's own bytes back over it.
            body.instructions().local_set(number).call(kit.restore).local_get(number);
        }
        Value::Range => {
            code.local_get(area).i32_load(kit.at(found.offset)).local_set(pointer);
            code.local_get(area).i32_load(kit.at(found.offset + 4)).local_tee(length);
            // The module gets the length as a signed number. From 2 GiB on it would be negative,
            // which guests take for an error or for nothing.
            code.i32_const(0).i32_lt_s().if_(BlockType::Empty).call(kit.long).end();
            // The bytes are kept outside of the module's memory until it calls `write_mem`.
            code.local_get(length).call(kit.make_room_kept);
            code.i32_const(0).local_get(pointer).local_get(length);
            code.memory_copy(kit.kept, kit.memory());
            code.local_get(length).global_set(kit.kept_length);
            code.call(kit.restore).local_get(length);
        }
    }
}

/// Loads a number from the address on the stack. In memory it may have fewer bytes than as a
/// core value.
fn load(body: &mut Function, ty: Type, offset: u32, kit: &Kit) {
    let (mut code, at) = (body.instructions(), kit.at(offset));
    match ty {
        Type::Bool | Type::U8 => code.i32_load8_u(at),
        Type::S8 => code.i32_load8_s(at),
        Type::U16 => code.i32_load16_u(at),
        Type::S16 => code.i32_load16_s(at),
        Type::U64 | Type::S64 => code.i64_load(at),
        Type::F32 => code.f32_load(at),
        Type::F64 => code.f64_load(at),
        _ => code.i32_load(at),
    };
}

/// Makes `write_mem`, which copies the kept result to an address, as often as it is called. An
/// empty result copies nothing, so any address is accepted for it.
fn writer(name: &str, kit: &Kit) -> Made {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    code.global_get(kit.kept_length).if_(BlockType::Empty);
    code.local_get(0).i32_const(0).global_get(kit.kept_length);
    code.memory_copy(kit.memory(), kit.kept).end().end();
    made(name, &[I32], &[], body)
}

/// Makes a function that traps in place of an import that nothing provides.
fn unmapped(name: &str, module: &CoreModule<'_>, import: &wasmparser::Import<'_>) -> Made {
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    let ty = module
        .import_type(import)
        .map_or_else(|| MadeType::Of(Vec::new(), Vec::new()), |(index, _)| MadeType::Own(index));
    Made { name: name.into(), ty, body }
}
