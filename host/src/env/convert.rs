//! Rust types on one side, flat numbers on the other: which parameters of a
//! core function a type takes, how it is read from them, and how a result is
//! handed back.

use std::fmt;

use wasmtime::{ValType, WasmRet, WasmTyList};

use super::memory::{BadRange, GuestMemory};

/// A type that a host function takes from a core module.
///
/// | Rust | flat parameters |
/// | --- | --- |
/// | `i32` `u32` `i64` `u64` `f32` `f64` | one of that type |
/// | `bool` | `i32`, true unless 0 |
/// | `String` | `i32` pointer, `i32` length in bytes, of UTF-8 |
/// | `Vec<u8>` | `i32` pointer, `i32` length |
pub trait Param: Sized + Send + fmt::Debug {
    /// The flat parameters, as a tuple.
    type Flat: WasmTyList + Send;
    /// The types of [`Param::Flat`].
    const TYPES: &'static [ValType];
    /// Whether the value lies in the guest's memory.
    const IN_MEMORY: bool = false;

    /// The value behind the flat parameters, or why there is none.
    #[doc(hidden)]
    fn lift(flat: Self::Flat, memory: &GuestMemory<'_>) -> Result<Self, String>;
}

macro_rules! number_params {
    ($($number:ty: $flat:ident),*) => {$(
        impl Param for $number {
            type Flat = ($number,);
            const TYPES: &'static [ValType] = &[ValType::$flat];

            fn lift((number,): Self::Flat, _: &GuestMemory<'_>) -> Result<Self, String> {
                Ok(number)
            }
        }
    )*};
}

number_params!(i32: I32, u32: I32, i64: I64, u64: I64, f32: F32, f64: F64);

impl Param for bool {
    type Flat = (i32,);
    const TYPES: &'static [ValType] = &[ValType::I32];

    fn lift((number,): Self::Flat, _: &GuestMemory<'_>) -> Result<Self, String> {
        Ok(number != 0)
    }
}

macro_rules! range_params {
    ($($owned:ty: $read:ident),*) => {$(
        impl Param for $owned {
            type Flat = (u32, u32);
            const TYPES: &'static [ValType] = &[ValType::I32, ValType::I32];
            const IN_MEMORY: bool = true;

            fn lift((pointer, length): Self::Flat, memory: &GuestMemory<'_>) -> Result<Self, String> {
                let lent = memory.$read(pointer, length);
                lent.map(Into::into).map_err(|bad: BadRange| bad.to_string())
            }
        }
    )*};
}

range_params!(String: text, Vec<u8>: bytes);

/// A type that a host function returns to a core module.
///
/// | Rust | flat result |
/// | --- | --- |
/// | `()` | none |
/// | `i32` `u32` `i64` `u64` `f32` `f64` | one of that type |
/// | `bool` | `i32`, 0 or 1 |
/// | `String`, `Vec<u8>` | `i32` length in bytes; the bytes follow in a second step, see [`Env::define_result_writer`](super::Env::define_result_writer) |
/// | `Result<R, E>` | as `R`; an `Err` ends the guest with a trap, whose text is [`TrapMessage`] |
pub trait Return: Send {
    /// The flat result.
    type Flat: WasmTyOrNone;

    /// Hands the result over, its bytes into `kept`; or says why it cannot.
    #[doc(hidden)]
    fn lower(self, kept: &mut Vec<u8>) -> Result<Self::Flat, NotReturned>;

    /// Writes it for a trace of the call.
    #[doc(hidden)]
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

macro_rules! show_as_debug {
    () => {
        fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Debug::fmt(self, f)
        }
    };
}

/// Why nothing is returned to the guest.
#[derive(Debug)]
pub enum NotReturned {
    /// It is the guest's failure, with this text.
    Trap(String),
    /// It is the host's own.
    Host(HostFailure),
}

/// What a core function returns here: one number, or nothing.
pub trait WasmTyOrNone: WasmRet + Send + 'static {
    /// The type, where there is one.
    const TYPE: Option<ValType>;
}

impl WasmTyOrNone for () {
    const TYPE: Option<ValType> = None;
}

impl Return for () {
    type Flat = ();

    fn lower(self, _: &mut Vec<u8>) -> Result<(), NotReturned> {
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

            fn lower(self, _: &mut Vec<u8>) -> Result<Self, NotReturned> {
                Ok(self)
            }

            show_as_debug!();
        }
    )*};
}

number_returns!(i32: I32, u32: I32, i64: I64, u64: I64, f32: F32, f64: F64);

impl Return for bool {
    type Flat = i32;

    fn lower(self, _: &mut Vec<u8>) -> Result<i32, NotReturned> {
        Ok(self.into())
    }

    show_as_debug!();
}

impl Return for Vec<u8> {
    type Flat = i32;

    fn lower(self, kept: &mut Vec<u8>) -> Result<i32, NotReturned> {
        let length = i32::try_from(self.len());
        *kept = self;
        length.map_err(|_| {
            let length = kept.len();
            NotReturned::Trap(format!("a result of {length} bytes is longer than an i32 can say"))
        })
    }

    show_as_debug!();
}

impl Return for String {
    type Flat = i32;

    fn lower(self, kept: &mut Vec<u8>) -> Result<i32, NotReturned> {
        self.into_bytes().lower(kept)
    }

    show_as_debug!();
}

impl<R: Return, E: TrapMessage + Send> Return for Result<R, E> {
    type Flat = R::Flat;

    fn lower(self, kept: &mut Vec<u8>) -> Result<R::Flat, NotReturned> {
        self.map_err(TrapMessage::not_returned)?.lower(kept)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ok(result) => result.show(f),
            Err(error) => write!(f, "Err({:?})", error.trap_message()),
        }
    }
}

/// The text of the trap that an error becomes for a core module, which has no
/// other way to be told. An error type that is generated from WIT prints itself
/// as a debug dump; this is where it gets its sentence.
pub trait TrapMessage {
    /// A sentence for people: lower case, no full stop.
    fn trap_message(&self) -> String;

    /// Whose failure it is: the guest's, which gets the trap.
    #[doc(hidden)]
    fn not_returned(self) -> NotReturned
    where
        Self: Sized,
    {
        NotReturned::Trap(self.trap_message())
    }
}

/// A host function that cannot do its part, through no fault of the guest,
/// returns this, on both paths: through `?` in a function that `bindgen!` makes
/// `trappable`, as the `Err` of one in `env`. The call then fails with
/// [`Error::HostFunction`](crate::Error::HostFunction).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostFailure(pub String);

impl TrapMessage for HostFailure {
    fn trap_message(&self) -> String {
        self.0.clone()
    }

    fn not_returned(self) -> NotReturned {
        NotReturned::Host(self)
    }
}

impl TrapMessage for String {
    fn trap_message(&self) -> String {
        self.clone()
    }
}
