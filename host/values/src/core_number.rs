//! Converts numbers, which are the only values that both core modules and WIT have, in both
//! directions. It knows the types of numbers, and no other types.

use wasmtime::ValType;
use wasmtime::component::{Type, Val};

/// Returns the WIT type of a core module's number, or `None` for a vector or a reference.
pub fn number_type(ty: &ValType) -> Option<Type> {
    Some(match ty {
        ValType::I32 => Type::S32,
        ValType::I64 => Type::S64,
        ValType::F32 => Type::Float32,
        ValType::F64 => Type::Float64,
        _ => return None,
    })
}

/// Converts a value of WIT to a number of this type. Returns `None` if the value is of another
/// type.
pub fn lower_number(ty: &ValType, value: &Val) -> Option<wasmtime::Val> {
    Some(match (ty, value) {
        (ValType::I32, Val::S32(number)) => wasmtime::Val::I32(*number),
        (ValType::I32, Val::U32(number)) => wasmtime::Val::I32(number.cast_signed()),
        (ValType::I64, Val::S64(number)) => wasmtime::Val::I64(*number),
        (ValType::I64, Val::U64(number)) => wasmtime::Val::I64(number.cast_signed()),
        (ValType::F32, Val::Float32(number)) => (*number).into(),
        (ValType::F64, Val::Float64(number)) => (*number).into(),
        _ => return None,
    })
}

/// Converts a core module's number to a value of WIT. Returns `None` for a vector or a reference.
pub fn lift_number(value: &wasmtime::Val) -> Option<Val> {
    Some(match value {
        wasmtime::Val::I32(number) => Val::S32(*number),
        wasmtime::Val::I64(number) => Val::S64(*number),
        wasmtime::Val::F32(bits) => Val::Float32(f32::from_bits(*bits)),
        wasmtime::Val::F64(bits) => Val::Float64(f64::from_bits(*bits)),
        _ => return None,
    })
}
