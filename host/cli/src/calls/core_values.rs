//! Reads and writes values of core modules that have no type in WIT. A `v128` is a whole number of
//! 128 bits in hex, and the only reference that can be written is `null`. It makes no calls.

use wit_host::Val;
use wit_host::values::lift_number;
use wit_host::wasmtime::{self, FuncType, ValType};

use super::returned::Returned;

/// The text of a null reference.
const NULL: &str = "null";

/// Reads a vector or a reference from text.
///
/// # Errors
/// A sentence that says why the text is not a value of the type.
pub(crate) fn other(ty: &ValType, text: &str) -> Result<wasmtime::Val, String> {
    match ty {
        ValType::V128 => {
            let hex = text.strip_prefix("0x").map(|digits| u128::from_str_radix(digits, 16));
            let read = hex.unwrap_or_else(|| text.parse());
            let number = read.map_err(|_| {
                "a `v128` is a whole number of 128 bits, the first lane lowest: in hex, as \
                 `0x2a`, or in decimal"
            })?;
            Ok(wasmtime::Val::V128(number.into()))
        }
        ValType::Ref(reference) if text == NULL && reference.is_nullable() => {
            Ok(wasmtime::Val::null_ref(reference.heap_type()))
        }
        ValType::Ref(_) => {
            Err("a reference is to something within the host or the guest, which has no text; \
                 there is only `null`"
                .into())
        }
        // Values of other types are read by their types in WIT.
        _ => Err("it is a number".into()),
    }
}

/// Returns an example of an argument of the type.
pub(crate) fn example(ty: &ValType) -> Option<&'static str> {
    match ty {
        ValType::I32 | ValType::I64 | ValType::V128 => Some("1"),
        ValType::F32 | ValType::F64 => Some("1.5"),
        ValType::Ref(reference) => reference.is_nullable().then_some(NULL),
    }
}

/// Returns a function's result for printing.
pub(crate) fn returned(value: &wasmtime::Val) -> Returned {
    if let Some(value) = lift_number(value) {
        return Returned { value, is_bytes: false, is_plain: false };
    }
    let is_null = value.ref_().is_some_and(|reference| reference.is_null());
    let text = match value {
        wasmtime::Val::V128(number) => format!("{:#034x}", number.as_u128()),
        _ if is_null => NULL.into(),
        wasmtime::Val::ExternRef(_) => "<externref>".into(),
        wasmtime::Val::FuncRef(_) => "<funcref>".into(),
        _ => "<reference>".into(),
    };
    Returned { value: Val::String(text), is_bytes: false, is_plain: true }
}

/// Returns the type as errors write it: `(v128, i32) -> i64`.
pub(crate) fn signature(ty: &FuncType) -> String {
    let list = |types: Vec<String>| types.join(", ");
    let params = list(ty.params().map(|ty| ty.to_string()).collect());
    match ty.results().len() {
        0 => format!("({params})"),
        1 => format!("({params}) -> {}", list(ty.results().map(|ty| ty.to_string()).collect())),
        _ => format!("({params}) -> ({})", list(ty.results().map(|ty| ty.to_string()).collect())),
    }
}

#[cfg(test)]
mod tests {
    use wit_host::values::to_wave;

    use super::*;

    #[test]
    fn vectors_as_text() {
        for (text, expected) in [
            ("0x2a", Some("0x0000000000000000000000000000002a")),
            ("42", Some("0x0000000000000000000000000000002a")),
            ("0xffffffffffffffffffffffffffffffff", Some("0xffffffffffffffffffffffffffffffff")),
            ("0x1ffffffffffffffffffffffffffffffff", None),
            ("-1", None),
            ("0x", None),
            ("[1, 2]", None),
        ] {
            let read = other(&ValType::V128, text).map(|value| to_wave(&returned(&value).value));
            let expected = expected.map(|text| format!("\"{text}\""));
            assert_eq!(read.ok(), expected, "{text}");
        }
    }

    #[test]
    fn references_as_text() {
        let null = other(&ValType::EXTERNREF, "null").expect("null");
        assert_eq!(returned(&null).value, Val::String("null".into()));
        assert!(other(&ValType::EXTERNREF, "1").is_err());
    }
}
