//! The conventions of `env` as this crate's parts see them: the encoder's words for their
//! numbers, and functions in WIT.

use wasm_encoder::ValType;
use wit_component::WitPrinter;
use wit_parser::{Function, Resolve, Type};

pub(super) use wit_host_wit::env::{Form, Number, cases, is_plain, stored};

/// Returns the type as the encoder has it.
pub(super) fn encoded(number: Number) -> ValType {
    match number {
        Number::I32 => ValType::I32,
        Number::I64 => ValType::I64,
        Number::F32 => ValType::F32,
        Number::F64 => ValType::F64,
    }
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
