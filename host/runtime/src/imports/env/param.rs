//! The parameters of host functions: which parameters of a core function a Rust type stands for,
//! and how its value is read from them. It does not know how a function is defined or called.

use std::fmt;

use wasmtime::{StoreContext, ValType, WasmTyList};

use super::memory::{BadRange, GuestMemory};
use crate::store::state::State;

/// A type that a host function can take from a core module.
///
/// | Rust | flat parameters |
/// | --- | --- |
/// | `i32` `u32` `i64` `u64` `f32` `f64` | one of that type |
/// | `bool` | `i32`, true unless 0 |
/// | `&str`, `String` | `i32` pointer, `i32` length in bytes, of UTF-8 |
/// | `&[u8]`, `Vec<u8>` | `i32` pointer, `i32` length |
/// | [`NulTerminated<String>`](super::NulTerminated), of `Vec<u8>` | `i32` pointer, to bytes with a NUL behind them |
/// | [`Utf16`](super::Utf16) | `i32` pointer, to UTF-16 with its length in bytes before it |
/// | [`Out<N>`](super::Out) | `i32` pointer, to where a number is to be written |
/// | [`Buffer`](super::Buffer) | `i32` pointer, `i32` capacity in bytes |
/// | [`MeasuredBuffer`](super::MeasuredBuffer) | the same, and an `i32` pointer to where the length is to be written |
/// | [`HostRef<V>`](super::HostRef) | `externref` |
/// | `Option` of one that is a pointer to text, or a reference | the same, which may be null |
///
/// A `&str` and a `&[u8]` are borrowed from the guest's memory while the host function runs,
/// and not copied. An async function cannot take them.
pub trait Param: Sized + Send {
    /// The flat parameters, as a tuple.
    type Flat: WasmTyList + Send;
    /// The types of [`Param::Flat`].
    const TYPES: &'static [ValType];
    /// Whether the value lies in the guest's memory.
    const IN_MEMORY: bool = false;
    /// What is known of the value before the guest's memory is read.
    type Found: Send;
    // A host function is written with `&str`, whose lifetime is not known where the function is
    // defined, since each call borrows the memory anew. `Lent` puts the lifetime of a call in.
    /// The type itself. For a borrowed type, with the time that it is borrowed for.
    type Lent<'m>: fmt::Debug + Send;

    /// Looks up what the flat parameters refer to in the store. The error is the reason why it
    /// cannot be used.
    #[doc(hidden)]
    fn find<T: 'static>(
        flat: Self::Flat,
        store: &StoreContext<'_, State<T>>,
    ) -> Result<Self::Found, String>;

    /// Reads the value. The error is the reason why it cannot be read.
    #[doc(hidden)]
    fn lift<'m>(found: Self::Found, memory: &GuestMemory<'m>) -> Result<Self::Lent<'m>, String>;
}

/// Defines `find` for a parameter that its flat parameters describe completely.
macro_rules! found_flat {
    () => {
        type Found = Self::Flat;

        #[inline]
        fn find<T: 'static>(
            flat: Self::Flat,
            _: &wasmtime::StoreContext<'_, crate::store::state::State<T>>,
        ) -> Result<Self::Found, String> {
            Ok(flat)
        }
    };
}
pub(super) use found_flat;

macro_rules! number_params {
    ($($number:ty: $flat:ident),*) => {$(
        impl Param for $number {
            type Flat = ($number,);
            const TYPES: &'static [ValType] = &[ValType::$flat];
            type Lent<'m> = Self;
            found_flat!();

            #[inline]
            fn lift<'m>((number,): Self::Found, _: &GuestMemory<'m>) -> Result<Self, String> {
                Ok(number)
            }
        }
    )*};
}

number_params!(i32: I32, u32: I32, i64: I64, u64: I64, f32: F32, f64: F64);

impl Param for bool {
    type Flat = (i32,);
    const TYPES: &'static [ValType] = &[ValType::I32];
    type Lent<'m> = Self;
    found_flat!();

    #[inline]
    fn lift<'m>((number,): Self::Found, _: &GuestMemory<'m>) -> Result<Self, String> {
        Ok(number != 0)
    }
}

macro_rules! range_params {
    ($($ty:ty as $lent:ty: $read:ident),*) => {$(
        impl Param for $ty {
            type Flat = (u32, u32);
            const TYPES: &'static [ValType] = &[ValType::I32, ValType::I32];
            const IN_MEMORY: bool = true;
            type Lent<'m> = $lent;
            found_flat!();

            #[inline(always)]
            fn lift<'m>(
                (pointer, length): Self::Found,
                memory: &GuestMemory<'m>,
            ) -> Result<Self::Lent<'m>, String> {
                memory.$read(pointer, length).map(Into::into).map_err(described)
            }
        }
    )*};
}

/// Kept apart, since what formats an error would keep `lift` from being inlined.
#[cold]
fn described(bad: BadRange) -> String {
    bad.to_string()
}

range_params!(String as Self: text, Vec<u8> as Self: bytes);
range_params!(&str as &'m str: text, &[u8] as &'m [u8]: bytes);
