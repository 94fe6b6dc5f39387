//! The convention of functions with the attribute `#[wasmedge_bindgen]`, which take and return
//! values together with their types.

use wasmtime::component::Val;
use wasmtime::{Func, FuncType, ValType};

use super::broken::{Broken, Place};
use super::exchange::Exchange;
use super::flat::Block;
use super::scalar::{Scalar, words, write, write_array};
use wit_host_values::short;

/// The size of what a function returns: a flag, an address and a number, without gaps.
const OUTCOME: u32 = 9;
/// The size of one result in the list of results: an address, a type and a length.
const RESULT: u32 = 12;

/// The code of text. The code of an array is this number plus the code of its elements.
const TEXT: u32 = 31;
const ARRAYS_ABOVE: u32 = 20;
/// The number of types that there are arrays of.
const ARRAYS: usize = 8;

/// A call that is ready to be made.
pub(super) struct Call {
    blocks: Vec<Block>,
    /// The number of arguments.
    count: u32,
    /// The size of the list of arguments in bytes.
    size: u32,
}

/// Prepares a call, if the function follows this convention.
pub(super) fn prepare(ty: &FuncType, args: &[Val]) -> Result<Call, String> {
    let params: Vec<_> = ty.params().collect();
    let results: Vec<_> = ty.results().collect();
    if !matches!((&params[..], &results[..]), ([ValType::I32, ValType::I32], [ValType::I32])) {
        return Err("by `bindgen` every function is (i32, i32) -> i32, and this one is not; its \
                    module may keep to another convention"
            .into());
    }
    let blocks = args.iter().map(block).collect::<Result<Vec<_>, _>>()?;
    let count = u32::try_from(args.len()).ok();
    let sizes = count.and_then(|count| Some((count, count.checked_mul(8)?)));
    let (count, size) = sizes.ok_or("these are too many arguments")?;
    Ok(Call { blocks, count, size })
}

fn block(arg: &Val) -> Result<Block, String> {
    let (bytes, length) = match arg {
        Val::String(text) => (text.clone().into_bytes(), text.len()),
        Val::List(items) => {
            let (bytes, _) = write_array(items).ok_or_else(Scalar::none_of_arrays)?;
            (bytes, items.len())
        }
        scalar => {
            let mut bytes = Vec::new();
            write(scalar, &mut bytes)
                .ok_or_else(|| format!("`bindgen` has no type for {}", short(scalar)))?;
            (bytes, 1)
        }
    };
    // An array has no more elements than bytes, and the bytes were counted.
    Ok(Block { length: u32::try_from(length).ok(), ..Block::new(bytes)? })
}

/// A result that the guest has announced, and that is still to be read.
struct Listed {
    pointer: u32,
    code: u32,
    length: u32,
}

impl Call {
    /// Passes the arguments, calls the function, and reads what it returned.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        exchange: &mut Exchange<'_, T>,
        func: Func,
    ) -> wasmtime::Result<Vec<Val>> {
        let mut list = Vec::new();
        for block in &self.blocks {
            let pointer = exchange.hand_over(&block.bytes, block.size).await?;
            list.extend(pointer.to_le_bytes());
            list.extend(block.length.unwrap_or_default().to_le_bytes());
        }
        let list = exchange.hand_over(&list, self.size).await?;
        // Before the call: once the guest has freed its arguments, its results may lie in their
        // place.
        exchange.leave_arguments();
        let args = [list, self.count].map(|arg| wasmtime::Val::I32(arg.cast_signed()));
        let returned = exchange.call(func, &args).await?;
        let pointer = returned.first().and_then(wasmtime::Val::i32).unwrap_or_default();
        outcome(exchange, pointer.cast_unsigned()).await
    }
}

/// Reads what the function returned: its results, or the text of its error.
async fn outcome<T: Send + 'static>(
    exchange: &mut Exchange<'_, T>,
    pointer: u32,
) -> wasmtime::Result<Vec<Val>> {
    let outcome = exchange.bytes(Place::Outcome, pointer, OUTCOME)?;
    let (flag, rest) = outcome.split_first().map_or((0, &[][..]), |(flag, rest)| (*flag, rest));
    let mut rest = words(rest);
    let (at, number) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
    match flag {
        0 => {
            let results = results(exchange, at, number).await?;
            exchange.give_back(pointer, OUTCOME).await?;
            Ok(results)
        }
        1 => {
            let text = exchange.text(Place::ErrorText, at, number)?;
            exchange.give_back(at, number).await?;
            exchange.give_back(pointer, OUTCOME).await?;
            Ok(vec![Val::Result(Err(Some(Box::new(text))))])
        }
        other => Err(Broken::Flag(other).into()),
    }
}

/// Reads the results. All are read before any is freed, since freeing may overwrite others.
async fn results<T: Send + 'static>(
    exchange: &mut Exchange<'_, T>,
    at: u32,
    count: u32,
) -> wasmtime::Result<Vec<Val>> {
    // A list with the largest size does not fit into any memory, so it is refused when it is
    // read.
    let size = count.saturating_mul(RESULT);
    let list = exchange.bytes(Place::Results, at, size)?;
    // A result without bytes costs the guest twelve bytes in the list, and the host a whole `Val`.
    exchange.spend((list.len() / RESULT as usize).saturating_mul(size_of::<Val>()))?;
    let listed: Vec<_> = list.chunks_exact(RESULT as usize).map(Listed::read).collect();
    let mut results = Vec::new();
    for (result, number) in listed.iter().zip(1..) {
        results.push(result.value(exchange, Place::Result(number))?);
    }
    for result in &listed {
        exchange.give_back(result.pointer, result.length).await?;
    }
    exchange.give_back(at, size).await?;
    Ok(results)
}

impl Listed {
    fn read(bytes: &[u8]) -> Self {
        let mut words = words(bytes);
        let mut word = || words.next().unwrap_or_default();
        Self { pointer: word(), code: word(), length: word() }
    }

    fn value<T: Send + 'static>(
        &self,
        exchange: &mut Exchange<'_, T>,
        place: Place,
    ) -> wasmtime::Result<Val> {
        let Self { pointer, code, length } = *self;
        if code == TEXT {
            return exchange.text(place, pointer, length);
        }
        if let Some(element) = code.checked_sub(ARRAYS_ABOVE).and_then(element) {
            return exchange.array(place, (pointer, length), element);
        }
        let scalar = of_code(code).ok_or(Broken::TypeCode { place, code })?;
        if length as usize != scalar.width() {
            return Err(Broken::Length { place, length, width: scalar.width() }.into());
        }
        let bytes = exchange.bytes(place, pointer, length)?;
        Ok(scalar.read(&bytes).ok_or(Broken::Value { place, bytes })?)
    }
}

/// Returns the type with this code, which is its position in the list of types.
fn of_code(code: u32) -> Option<Scalar> {
    Scalar::ALL.get(usize::try_from(code).ok()?.checked_sub(1)?).copied()
}

/// Returns the type of the elements of an array with this code.
fn element(code: u32) -> Option<Scalar> {
    of_code(code).filter(|element| Scalar::ALL[..ARRAYS].contains(element))
}
