//! The results of host functions: which result of a core function a Rust type stands for, and how
//! it is returned. It does not know how a function is defined or called.

use std::any::Any;
use std::fmt;

use wasmtime::{Caller, ExternRef, Rooted, ValType, WasmRet};

use super::failure::{NotReturned, TrapMessage};
use super::memory;
use crate::store::state::State;
use wit_host_binary::limits::LimitReached;

/// A type that a host function can return to a core module.
///
/// | Rust | flat result |
/// | --- | --- |
/// | `()` | none |
/// | `i32` `u32` `i64` `u64` `f32` `f64` | one of that type |
/// | `bool` | `i32`, 0 or 1 |
/// | `String`, `Vec<u8>` | `i32` length in bytes; the bytes follow in a second step, see [`Env::define_result_writer`](super::Env::define_result_writer) |
/// | [`Filled`](super::Filled), of a [`Buffer`](super::Buffer) | `i32` length in bytes of what was written |
/// | [`Written`](super::Written), of an [`Out`](super::Out) | none |
/// | [`Status`](super::Status) | `i32`, 0 for success |
/// | [`HostRef<V>`](super::HostRef), or an `Option` of it | `externref` |
/// | `Result<R, E>` | as `R`; an `Err` ends the guest: with a trap, whose text is [`TrapMessage`], with a [`HostFailure`](super::HostFailure), or with an [`Exit`](super::Exit) |
pub trait Return: Send {
    /// The flat result.
    type Flat: WasmTyOrNone;

    /// Whether the result is kept for the guest to fetch, and replaces the one before.
    #[doc(hidden)]
    const IS_KEPT: bool = false;

    /// Converts the result, or says why it cannot be returned.
    #[doc(hidden)]
    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<Self::Flat, NotReturned>;

    /// Writes the result for a trace of the call.
    #[doc(hidden)]
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// The place that the result of one call goes to.
pub struct Target<'c, 's, T: 'static> {
    pub(super) caller: &'c mut Caller<'s, State<T>>,
}

impl<T: 'static> Target<'_, '_, T> {
    /// Keeps bytes for the second step. They count as the guest's memory.
    #[inline(always)]
    pub(super) fn keep(&mut self, bytes: Vec<u8>) -> Result<(), NotReturned> {
        let state = self.caller.data_mut();
        state.meter.keep(bytes.len()).map_err(over)?;
        state.kept = bytes;
        Ok(())
    }

    /// Writes to the guest's memory, everything or nothing.
    pub(super) fn write(&mut self, writes: &[(u32, Vec<u8>)]) -> Result<(), NotReturned> {
        if writes.is_empty() {
            return Ok(());
        }
        let bad = |bad: memory::BadRange| NotReturned::Trap(bad.to_string());
        let memory = memory::of_caller(self.caller).map_err(bad)?;
        memory::write_all(memory.data_mut(&mut *self.caller), writes).map_err(bad)
    }

    /// Creates a reference to a value of the host.
    pub(super) fn reference<V: Any + Send + Sync>(
        &mut self,
        value: V,
    ) -> Result<Rooted<ExternRef>, NotReturned> {
        ExternRef::new(&mut *self.caller, value).map_err(NotReturned::Engine)
    }
}

#[cold]
fn over(limit: LimitReached) -> NotReturned {
    NotReturned::Engine(limit.into())
}

macro_rules! show_as_debug {
    () => {
        fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Debug::fmt(self, f)
        }
    };
}

/// The result of a core function: one number or nothing.
pub trait WasmTyOrNone: WasmRet + Send + 'static {
    /// The type of the number, if there is one.
    const TYPE: Option<ValType>;
}

impl WasmTyOrNone for () {
    const TYPE: Option<ValType> = None;
}

impl Return for () {
    type Flat = ();

    #[inline]
    fn lower<T: 'static>(self, _: &mut Target<'_, '_, T>) -> Result<(), NotReturned> {
        Ok(())
    }

    show_as_debug!();
}

macro_rules! number_returns {
    ($($number:ty: $flat:ident),*) => {$(
        impl WasmTyOrNone for $number {
            const TYPE: Option<ValType> = Some(ValType::$flat);
        }

        impl Return for $number {
            type Flat = $number;

            #[inline]
            fn lower<T: 'static>(self, _: &mut Target<'_, '_, T>) -> Result<Self, NotReturned> {
                Ok(self)
            }

            show_as_debug!();
        }
    )*};
}

number_returns!(i32: I32, u32: I32, i64: I64, u64: I64, f32: F32, f64: F64);

impl Return for bool {
    type Flat = i32;

    #[inline]
    fn lower<T: 'static>(self, _: &mut Target<'_, '_, T>) -> Result<i32, NotReturned> {
        Ok(self.into())
    }

    show_as_debug!();
}

impl Return for Vec<u8> {
    type Flat = i32;
    const IS_KEPT: bool = true;

    #[inline(always)]
    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<i32, NotReturned> {
        let length = self.len();
        to.keep(self)?;
        i32::try_from(length).map_err(|_| too_long(length))
    }

    show_as_debug!();
}

/// Kept apart, since what formats an error would keep `lower` from being inlined.
#[cold]
fn too_long(length: usize) -> NotReturned {
    NotReturned::Trap(format!("a result of {length} bytes is longer than an i32 can say"))
}

impl Return for String {
    type Flat = i32;
    const IS_KEPT: bool = true;

    #[inline(always)]
    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<i32, NotReturned> {
        self.into_bytes().lower(to)
    }

    show_as_debug!();
}

impl<R: Return, E: TrapMessage + Send> Return for Result<R, E> {
    type Flat = R::Flat;
    const IS_KEPT: bool = R::IS_KEPT;

    #[inline]
    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<R::Flat, NotReturned> {
        self.map_err(TrapMessage::not_returned)?.lower(to)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ok(result) => result.show(f),
            Err(error) => write!(f, "Err({:?})", error.trap_message()),
        }
    }
}
