//! The convention of C: text that ends with NUL, and arrays by their address.

use wasmtime::FuncType;
use wasmtime::component::Val;

use super::Returns;
use super::broken::Place;
use super::exchange::Exchange;
use super::flat::{Block, Call, Content, Reading};
use super::scalar::{Scalar, write_array};

const RULE: &str = "by `cstring` a text or an array is passed as one i32, and a number as itself";

/// Prepares a call, if its arguments and its result can be those of the function.
pub(super) fn prepare(ty: &FuncType, returns: Returns, args: &[Val]) -> Result<Call, String> {
    let has_array = args.iter().any(|arg| matches!(arg, Val::List(_)));
    let results: Vec<_> = ty.results().collect();
    // A function that fills an array usually returns a number, such as the last element, so its
    // `i32` is not taken for a text.
    let is_pointer = matches!(&results[..], [result] if result.is_i32());
    let reading = match returns.content(is_pointer && !has_array) {
        Some(content) if is_pointer => Reading::Terminated(content),
        Some(_) => {
            let reason = "a text is returned as one i32 by `cstring`, and it returns another type";
            return Err(reason.into());
        }
        None => Reading::Numbers,
    };
    Call::new(ty, args, reading, block, RULE)
}

fn block(arg: &Val) -> Result<Option<Block>, String> {
    match arg {
        Val::String(text) => {
            if let Some(index) = text.find('\0') {
                return Err(format!(
                    "a text has a NUL at index {index}, where it would end by `cstring`; \
                     leave the NUL out"
                ));
            }
            Block::new([text.as_bytes(), &[0]].concat()).map(Some)
        }
        Val::List(items) => {
            let (bytes, scalar) = write_array(items).ok_or_else(Scalar::none_of_arrays)?;
            Ok(Some(Block { filled: Some(scalar), ..Block::new(bytes)? }))
        }
        _ => Ok(None),
    }
}

/// Reads the text that a function returned, and frees it.
pub(super) async fn read<T: Send + 'static>(
    exchange: &mut Exchange<'_, T>,
    returned: &[wasmtime::Val],
    content: Content,
) -> wasmtime::Result<Val> {
    let place = Place::Returned;
    let pointer = returned.first().and_then(wasmtime::Val::i32).unwrap_or_default();
    let pointer = pointer.cast_unsigned();
    let length = exchange.c_length(place, pointer)?;
    let value = exchange.content(place, (pointer, length), content)?;
    // This does not overflow: the NUL after the text lies in memory too.
    exchange.give_back(pointer, length.saturating_add(1)).await?;
    Ok(value)
}
