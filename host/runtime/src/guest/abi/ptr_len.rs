//! The convention of pointer and length, for text, bytes and arrays.

use wasmtime::component::Val;
use wasmtime::{FuncType, ValType};

use super::Returns;
use super::broken::Place;
use super::exchange::Exchange;
use super::flat::{Block, Call, Content, Reading};
use super::scalar::{Scalar, words, write_array};

const RULE: &str = "by `ptr-len` a text or an array is passed as two i32, and a number as itself";

/// The size of a pointer and a length in memory.
const PAIR: u32 = 8;

/// Prepares a call, if its arguments and its result can be those of the function.
pub(super) fn prepare(ty: &FuncType, returns: Returns, args: &[Val]) -> Result<Call, String> {
    let results: Vec<_> = ty.results().collect();
    let is_pair = matches!(&results[..], [ValType::I64] | [ValType::I32, ValType::I32]);
    let is_pointer = matches!(&results[..], [ValType::I32]);
    let reading = match returns.content(is_pair) {
        Some(content) if is_pair || is_pointer => Reading::Slice(content),
        Some(_) => {
            return Err(
                "a text is returned as one i64, as one i32 or as two by `ptr-len`, and it \
                        returns other types"
                    .into(),
            );
        }
        None => Reading::Numbers,
    };
    Call::new(ty, args, reading, block, RULE)
}

fn block(arg: &Val) -> Result<Option<Block>, String> {
    let (bytes, length) = match arg {
        Val::String(text) => (text.clone().into_bytes(), text.len()),
        Val::List(items) => {
            let (bytes, _) = write_array(items).ok_or_else(Scalar::none_of_arrays)?;
            (bytes, items.len())
        }
        _ => return Ok(None),
    };
    let block = Block::new(bytes)?;
    // An array has no more elements than bytes, and the bytes were counted.
    Ok(Some(Block { length: u32::try_from(length).ok(), ..block }))
}

/// Reads the text that a function returned, and frees it.
pub(super) async fn read<T: Send + 'static>(
    exchange: &mut Exchange<'_, T>,
    returned: &[wasmtime::Val],
    content: Content,
) -> wasmtime::Result<Val> {
    let place = Place::Returned;
    let (pointer, length) = match returned {
        [wasmtime::Val::I64(packed)] => {
            let [a, b, c, d, length @ ..] = packed.to_be_bytes();
            (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes(length))
        }
        [wasmtime::Val::I32(pointer), wasmtime::Val::I32(length)] => {
            (pointer.cast_unsigned(), length.cast_unsigned())
        }
        [wasmtime::Val::I32(pair)] => {
            let pair = exchange.bytes(place, pair.cast_unsigned(), PAIR)?;
            let mut words = words(&pair);
            (words.next().unwrap_or_default(), words.next().unwrap_or_default())
        }
        _ => wasmtime::bail!("a result of another type than the function's"),
    };
    let value = exchange.content(place, (pointer, length), content)?;
    exchange.give_back(pointer, length).await?;
    Ok(value)
}
