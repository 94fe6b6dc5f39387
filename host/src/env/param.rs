//! What a host function takes: which parameters of a core function a Rust type
//! stands for, and how it is read from them.

use std::fmt;

use wasmtime::{StoreContext, ValType, WasmTyList};

use super::memory::{BadRange, GuestMemory};
use crate::state::State;

/// A type that a host function takes from a core module.
///
/// | Rust | flat parameters |
/// | --- | --- |
/// | `i32` `u32` `i64` `u64` `f32` `f64` | one of that type |
/// | `bool` | `i32`, true unless 0 |
/// | `String` | `i32` pointer, `i32` length in bytes, of UTF-8 |
/// | `Vec<u8>` | `i32` pointer, `i32` length |
/// | [`NulTerminated<String>`](super::NulTerminated), of `Vec<u8>` | `i32` pointer, to bytes with a NUL behind them |
/// | [`Utf16`](super::Utf16) | `i32` pointer, to UTF-16 with its length in bytes before it |
/// | [`Out<N>`](super::Out) | `i32` pointer, to where a number is to be written |
/// | [`Buffer`](super::Buffer) | `i32` pointer, `i32` capacity in bytes |
/// | [`MeasuredBuffer`](super::MeasuredBuffer) | the same, and an `i32` pointer to where the length is to be written |
/// | [`HostRef<V>`](super::HostRef) | `externref` |
/// | `Option` of one that is a pointer to text, or a reference | the same, which may be null |
pub trait Param: Sized + Send + fmt::Debug {
    /// The flat parameters, as a tuple.
    type Flat: WasmTyList + Send;
    /// The types of [`Param::Flat`].
    const TYPES: &'static [ValType];
    /// Whether the value lies in the guest's memory.
    const IN_MEMORY: bool = false;

    /// The value behind the flat parameters, or why there is none.
    #[doc(hidden)]
    fn lift<T: 'static>(flat: Self::Flat, from: &Source<'_, T>) -> Result<Self, String>;
}

/// What the parameters of one call are read from.
pub struct Source<'c, T: 'static> {
    pub(crate) memory: GuestMemory<'c>,
    pub(crate) store: StoreContext<'c, State<T>>,
}

macro_rules! number_params {
    ($($number:ty: $flat:ident),*) => {$(
        impl Param for $number {
            type Flat = ($number,);
            const TYPES: &'static [ValType] = &[ValType::$flat];

            fn lift<T: 'static>((number,): Self::Flat, _: &Source<'_, T>) -> Result<Self, String> {
                Ok(number)
            }
        }
    )*};
}

number_params!(i32: I32, u32: I32, i64: I64, u64: I64, f32: F32, f64: F64);

impl Param for bool {
    type Flat = (i32,);
    const TYPES: &'static [ValType] = &[ValType::I32];

    fn lift<T: 'static>((number,): Self::Flat, _: &Source<'_, T>) -> Result<Self, String> {
        Ok(number != 0)
    }
}

macro_rules! range_params {
    ($($owned:ty: $read:ident),*) => {$(
        impl Param for $owned {
            type Flat = (u32, u32);
            const TYPES: &'static [ValType] = &[ValType::I32, ValType::I32];
            const IN_MEMORY: bool = true;

            fn lift<T: 'static>((pointer, length): Self::Flat, from: &Source<'_, T>) -> Result<Self, String> {
                let lent = from.memory.$read(pointer, length);
                lent.map(Into::into).map_err(|bad: BadRange| bad.to_string())
            }
        }
    )*};
}

range_params!(String: text, Vec<u8>: bytes);
