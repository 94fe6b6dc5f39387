//! Says what a WIT type is for a core module of the `env` conventions: a number, or bytes in
//! its memory. It knows neither names nor instructions.

use std::fmt;

use wasm_encoder::ValType;
use wit_component::WitPrinter;
use wit_parser::{Function, FunctionKind, Resolve, Type, TypeDefKind};

/// The type of a core function's parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    I32,
    I64,
    F32,
    F64,
}

impl Number {
    /// Returns the type for the encoder.
    pub(super) fn encoded(self) -> ValType {
        match self {
            Self::I32 => ValType::I32,
            Self::I64 => ValType::I64,
            Self::F32 => ValType::F32,
            Self::F64 => ValType::F64,
        }
    }

    /// Returns the type for the parser.
    pub(super) fn parsed(self) -> wasmparser::ValType {
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

/// The form of a WIT type on the core side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A number of this type.
    Number(Number),
    /// A text in memory, as pointer and length.
    Text,
    /// Bytes in memory, as pointer and length.
    Bytes,
}

impl Form {
    /// Returns the form of a WIT type, if the conventions have one.
    pub(super) fn of(resolve: &Resolve, ty: &Type) -> Option<Self> {
        Some(match plain(resolve, ty) {
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

/// Resolves the names that were given to a type.
pub(super) fn plain(resolve: &Resolve, ty: &Type) -> Type {
    let mut ty = *ty;
    while let Type::Id(id) = ty {
        let TypeDefKind::Type(named) = resolve.types[id].kind else { break };
        ty = named;
    }
    ty
}

/// Returns the two cases of a type that is a `result`.
pub(super) fn cases(resolve: &Resolve, ty: &Type) -> Option<(Option<Type>, Option<Type>)> {
    let Type::Id(id) = plain(resolve, ty) else { return None };
    match &resolve.types[id].kind {
        TypeDefKind::Result(result) => Some((result.ok, result.err)),
        _ => None,
    }
}

/// Returns whether a function is plain: neither a method nor asynchronous.
pub(super) fn is_plain(function: &Function) -> bool {
    matches!(function.kind, FunctionKind::Freestanding)
}

/// Writes a type in WIT.
pub(super) fn type_name(resolve: &Resolve, ty: &Type) -> String {
    let mut printer = WitPrinter::default();
    match printer.print_type_name(resolve, ty) {
        Ok(()) => printer.output.to_string(),
        Err(_) => "a type that has no name".into(),
    }
}

/// Writes a function's type in WIT: `func(a: s32) -> s32`.
pub(super) fn described(resolve: &Resolve, function: &Function) -> String {
    let param =
        |param: &wit_parser::Param| format!("{}: {}", param.name, type_name(resolve, &param.ty));
    let params: Vec<_> = function.params.iter().map(param).collect();
    let params = params.join(", ");
    match &function.result {
        Some(result) => format!("func({params}) -> {}", type_name(resolve, result)),
        None => format!("func({params})"),
    }
}
