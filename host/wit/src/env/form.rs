//! The forms of WIT types in a core module: a number, or bytes in its memory. It does not know
//! functions.

use std::fmt;

use wit_parser::{FlagsRepr, Function, FunctionKind, Int, Resolve, Type, TypeDefKind};

/// A type of a core function's parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A floating-point number of 32 bits.
    F32,
    /// A floating-point number of 64 bits.
    F64,
}

impl Number {
    /// Returns the parser's type.
    pub fn parsed(self) -> wasmparser::ValType {
        match self {
            Self::I32 => wasmparser::ValType::I32,
            Self::I64 => wasmparser::ValType::I64,
            Self::F32 => wasmparser::ValType::F32,
            Self::F64 => wasmparser::ValType::F64,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parsed().fmt(f)
    }
}

/// The form of a WIT type in a core module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One number, of this type.
    Number(Number),
    /// Text in memory.
    Text,
    /// Bytes in memory.
    Bytes,
}

impl Form {
    /// Returns the form of a WIT type, if the conventions have one.
    pub fn of(resolve: &Resolve, ty: &Type) -> Option<Self> {
        Some(match stored(resolve, ty) {
            Type::Bool | Type::Char => Self::Number(Number::I32),
            Type::U8 | Type::S8 | Type::U16 | Type::S16 | Type::U32 | Type::S32 => {
                Self::Number(Number::I32)
            }
            Type::U64 | Type::S64 => Self::Number(Number::I64),
            Type::F32 => Self::Number(Number::F32),
            Type::F64 => Self::Number(Number::F64),
            Type::String => Self::Text,
            Type::Id(id) => match &resolve.types[id].kind {
                TypeDefKind::List(item) if plain(resolve, item) == Type::U8 => Self::Bytes,
                _ => return None,
            },
            Type::ErrorContext => return None,
        })
    }
}

/// Resolves the aliases of a type, and replaces an enum or flags by the number that represents them
/// in memory.
pub fn stored(resolve: &Resolve, ty: &Type) -> Type {
    let ty = plain(resolve, ty);
    let Type::Id(id) = ty else { return ty };
    match &resolve.types[id].kind {
        TypeDefKind::Enum(cases) => match cases.tag() {
            Int::U8 => Type::U8,
            Int::U16 => Type::U16,
            Int::U32 | Int::U64 => Type::U32,
        },
        TypeDefKind::Flags(flags) => match flags.repr() {
            FlagsRepr::U8 => Type::U8,
            FlagsRepr::U16 => Type::U16,
            FlagsRepr::U32(1) => Type::U32,
            // These flags need more than one number, for which there is no convention.
            FlagsRepr::U32(_) => ty,
        },
        _ => ty,
    }
}

/// Resolves the aliases of a type.
fn plain(resolve: &Resolve, ty: &Type) -> Type {
    let mut ty = *ty;
    while let Type::Id(id) = ty {
        let TypeDefKind::Type(named) = resolve.types[id].kind else { break };
        ty = named;
    }
    ty
}

/// Returns the types of `ok` and `err`, if the type is a `result`.
pub fn cases(resolve: &Resolve, ty: &Type) -> Option<(Option<Type>, Option<Type>)> {
    let Type::Id(id) = plain(resolve, ty) else { return None };
    match &resolve.types[id].kind {
        TypeDefKind::Result(result) => Some((result.ok, result.err)),
        _ => None,
    }
}

/// Returns true for a function that is neither a method nor asynchronous.
pub fn is_plain(function: &Function) -> bool {
    matches!(function.kind, FunctionKind::Freestanding)
}
