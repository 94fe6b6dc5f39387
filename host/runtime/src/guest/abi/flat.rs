//! Calls of functions whose parameters are numbers and addresses. The conventions `cstring` and
//! `ptr_len` share it.

use wasmtime::component::{Type, Val};
use wasmtime::{Func, FuncType, ValType};

use super::broken::Place;
use super::exchange::Exchange;
use super::scalar::Scalar;
use super::{Returns, cstring, ptr_len};
use crate::guest::module;
use wit_host_values::{lower_number, number};

/// A call that is ready to be made.
#[derive(Debug)]
pub(super) struct Call {
    arguments: Vec<Argument>,
    reading: Reading,
}

/// How the result is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Numbers,
    /// Up to a NUL.
    Terminated(Content),
    /// As a pointer and a length.
    Slice(Content),
}

/// What a result is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Bytes,
}

impl Returns {
    /// Returns what is read, or `None` for numbers. `likely` is what the type suggests if the
    /// caller did not say.
    pub(super) fn content(self, likely: bool) -> Option<Content> {
        match self {
            Self::Text => Some(Content::Text),
            Self::Inferred => likely.then_some(Content::Text),
            Self::Bytes => Some(Content::Bytes),
            Self::Number => None,
        }
    }
}

/// What is passed for one argument.
#[derive(Debug)]
enum Argument {
    Number(wasmtime::Val),
    Block(Block),
}

/// Bytes that are passed in a block.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// The number of bytes.
    pub(super) size: u32,
    /// The length that is passed after the pointer, if one is.
    pub(super) length: Option<u32>,
    /// The type of elements that are read from the block again after the call.
    pub(super) filled: Option<Scalar>,
}

impl Block {
    /// Creates a block.
    ///
    /// # Errors
    /// If there are more bytes than a 32-bit memory has.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let size = u32::try_from(bytes.len())
            .map_err(|_| format!("{} bytes are more than its memory can have", bytes.len()))?;
        Ok(Self { bytes, size, length: None, filled: None })
    }
}

impl Call {
    /// Prepares a call, if the arguments fit the function. `block` makes a block of an argument
    /// that is not a number, and `rule` says how arguments are passed.
    pub(super) fn new(
        ty: &FuncType,
        args: &[Val],
        reading: Reading,
        block: impl Fn(&Val) -> Result<Option<Block>, String>,
        rule: &str,
    ) -> Result<Self, String> {
        let refused = || format!("{}; {rule}", module::mismatch(ty, args));
        module::check_results(ty)?;
        let (mut params, mut arguments) = (ty.params(), Vec::new());
        for arg in args {
            let argument = match block(arg)? {
                Some(block) => {
                    let count = 1 + usize::from(block.length.is_some());
                    let fits = (0..count).all(|_| params.next().is_some_and(|ty| ty.is_i32()));
                    fits.then_some(Argument::Block(block))
                }
                None => {
                    let number = params.next().and_then(|param| widened(&param, arg));
                    number.map(Argument::Number)
                }
            };
            arguments.push(argument.ok_or_else(refused)?);
        }
        match params.next() {
            None => Ok(Self { arguments, reading }),
            Some(_) => Err(refused()),
        }
    }

    /// Returns whether an argument is passed in a block.
    pub(super) fn allocates(&self) -> bool {
        self.arguments.iter().any(|argument| matches!(argument, Argument::Block(_)))
    }

    /// Passes the arguments, calls the function, and reads its result and the arrays that it
    /// may have filled.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        exchange: &mut Exchange<'_, T>,
        func: Func,
    ) -> wasmtime::Result<Vec<Val>> {
        let (mut flat, mut filled) = (Vec::new(), Vec::new());
        for (argument, number) in self.arguments.iter().zip(1..) {
            match argument {
                Argument::Number(number) => flat.push(*number),
                Argument::Block(block) => {
                    let pointer = exchange.hand_over(&block.bytes, block.size).await?;
                    let address = [Some(pointer), block.length].into_iter().flatten();
                    flat.extend(address.map(|part| wasmtime::Val::I32(part.cast_signed())));
                    let place = Place::Array(number);
                    filled
                        .extend(block.filled.map(|scalar| (place, (pointer, block.size), scalar)));
                }
            }
        }
        let returned = exchange.call(func, &flat).await?;
        let mut results = match self.reading {
            Reading::Numbers => module::lifted(&returned)?,
            Reading::Terminated(content) => {
                vec![cstring::read(exchange, &returned, content).await?]
            }
            Reading::Slice(content) => vec![ptr_len::read(exchange, &returned, content).await?],
        };
        // Before the blocks are freed, because freeing may write over them.
        for (place, range, scalar) in filled {
            results.push(exchange.filled(place, range, scalar)?);
        }
        exchange.take_arguments_back().await?;
        Ok(results)
    }
}

/// Converts a number to the parameter's type. Any type of number is accepted if its value fits.
/// `bool` and `char` have the values that C gives them.
fn widened(ty: &ValType, value: &Val) -> Option<wasmtime::Val> {
    if let Some(same) = lower_number(ty, value) {
        return Some(same);
    }
    let (whole, text) = match value {
        Val::Bool(value) => whole(*value),
        Val::Char(character) => whole(u32::from(*character)),
        Val::U8(number) => whole(*number),
        Val::S8(number) => whole(*number),
        Val::U16(number) => whole(*number),
        Val::S16(number) => whole(*number),
        Val::U32(number) => whole(*number),
        Val::S32(number) => whole(*number),
        Val::U64(number) => whole(*number),
        Val::S64(number) => whole(*number),
        Val::Float32(number) => (None, number.to_string()),
        Val::Float64(number) => (None, number.to_string()),
        _ => return None,
    };
    let types = match ty {
        ValType::I32 => [Type::S32, Type::U32],
        ValType::I64 => [Type::S64, Type::U64],
        ValType::F32 => [Type::Float32, Type::Float32],
        ValType::F64 => [Type::Float64, Type::Float64],
        _ => return None,
    };
    let read = |target: &Type| match target {
        Type::Float32 | Type::Float64 => number::float(target, &text),
        _ => number::integer(target, whole?),
    };
    types.iter().find_map(read).and_then(|number| lower_number(ty, &number))
}

fn whole(number: impl Into<i128>) -> (Option<i128>, String) {
    let number = number.into();
    (Some(number), number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_passed_where_their_value_is_kept() {
        let cases = [
            (ValType::I32, Val::U8(200), Some("I32(200)")),
            (ValType::I32, Val::U32(u32::MAX), Some("I32(-1)")),
            (ValType::I32, Val::S64(-1), Some("I32(-1)")),
            (ValType::I32, Val::S64(1 << 32), None),
            (ValType::I32, Val::Float64(1.0), None),
            (ValType::I32, Val::Bool(true), Some("I32(1)")),
            (ValType::I32, Val::Char('a'), Some("I32(97)")),
            (ValType::I64, Val::S32(-7), Some("I64(-7)")),
            (ValType::I64, Val::U64(u64::MAX), Some("I64(-1)")),
            (ValType::F64, Val::S32(3), Some("F64(4613937818241073152)")),
            (ValType::F32, Val::Float64(0.1), Some("F32(1036831949)")),
            (ValType::F32, Val::Float64(1e300), None),
            (ValType::I32, Val::String("1".into()), None),
        ];
        for (ty, value, expected) in cases {
            let passed = widened(&ty, &value).map(|number| format!("{number:?}"));
            assert_eq!(passed.as_deref(), expected, "{value:?} as {ty}");
        }
    }
}
