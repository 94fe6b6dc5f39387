//! Makes numbers of every width from digits that a person wrote. A number that its type cannot hold
//! is refused, and never becomes another number.

use wasmtime::component::{Type, Val};

/// Returns the integer as a value of the type, or `None` if the type is not an integer or is too
/// narrow.
pub fn integer(ty: &Type, number: i128) -> Option<Val> {
    Some(match ty {
        Type::S8 => Val::S8(number.try_into().ok()?),
        Type::U8 => Val::U8(number.try_into().ok()?),
        Type::S16 => Val::S16(number.try_into().ok()?),
        Type::U16 => Val::U16(number.try_into().ok()?),
        Type::S32 => Val::S32(number.try_into().ok()?),
        Type::U32 => Val::U32(number.try_into().ok()?),
        Type::S64 => Val::S64(number.try_into().ok()?),
        Type::U64 => Val::U64(number.try_into().ok()?),
        _ => return None,
    })
}

/// Returns the floating-point number that is nearest to the decimal one. It is infinite only if the
/// text is `inf` or `-inf`.
pub fn float(ty: &Type, text: &str) -> Option<Val> {
    // `1e999` is parsed as infinity, which is another number than the one that was written.
    let names_infinity = matches!(text, "inf" | "-inf");
    let value = match ty {
        Type::Float32 => Val::Float32(text.parse().ok()?),
        Type::Float64 => Val::Float64(text.parse().ok()?),
        _ => return None,
    };
    let is_infinite = match value {
        Val::Float32(number) => number.is_infinite(),
        Val::Float64(number) => number.is_infinite(),
        _ => false,
    };
    (is_infinite == names_infinity).then_some(value)
}

/// Returns the range of a type's numbers in words.
#[cfg(feature = "text")]
pub(super) fn range(ty: &Type) -> Option<String> {
    fn bounds<N: std::fmt::Display>(least: N, most: N) -> Option<String> {
        Some(format!("a whole number from {least} to {most}"))
    }
    match ty {
        Type::S8 => bounds(i8::MIN, i8::MAX),
        Type::U8 => bounds(u8::MIN, u8::MAX),
        Type::S16 => bounds(i16::MIN, i16::MAX),
        Type::U16 => bounds(u16::MIN, u16::MAX),
        Type::S32 => bounds(i32::MIN, i32::MAX),
        Type::U32 => bounds(u32::MIN, u32::MAX),
        Type::S64 => bounds(i64::MIN, i64::MAX),
        Type::U64 => bounds(u64::MIN, u64::MAX),
        Type::Float32 => Some(format!("a number up to {:e}", f32::MAX)),
        Type::Float64 => Some(format!("a number up to {:e}", f64::MAX)),
        _ => None,
    }
}
