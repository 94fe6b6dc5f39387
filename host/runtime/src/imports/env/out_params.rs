//! Results that the guest provides room for. A parameter gives the address. What the host
//! function puts there is written after it has returned, all of it or nothing.

use std::fmt;
use std::marker::PhantomData;

use wasmtime::ValType;

use super::failure::{HostFailure, NotReturned};
use super::memory::GuestMemory;
use super::param::{Param, found_flat};
use super::result::{Return, Target};

/// The address for one number of type `N`, flat an `i32` pointer. The host function returns the
/// result of [`Out::set`], alone or in a [`Status`].
pub struct Out<N> {
    pointer: u32,
    number: PhantomData<fn(N)>,
}

/// The address for text or bytes, flat an `i32` pointer and an `i32` capacity in bytes. The
/// host function returns the result of [`Buffer::fill`].
#[derive(Debug)]
pub struct Buffer {
    pointer: u32,
    capacity: u32,
}

/// The address for text or bytes, and the address for their length: flat an `i32` pointer, an
/// `i32` capacity in bytes, and an `i32` pointer to a `u32`. The host function returns the
/// result of [`MeasuredBuffer::fill`].
#[derive(Debug)]
pub struct MeasuredBuffer {
    buffer: Buffer,
    length: Out<u32>,
}

/// Bytes that are written to the guest's memory once the host function has returned. It has no
/// flat result.
#[derive(Debug, Default)]
pub struct Written(Vec<(u32, Vec<u8>)>);

/// The result of [`Buffer::fill`]: flat an `i32`, the number of bytes written. If the guest's
/// buffer is too small, the guest traps and nothing is written.
#[derive(Debug)]
pub struct Filled {
    written: Written,
    length: usize,
    capacity: u32,
}

/// A status: flat an `i32`, 0 for success. Other results are written to addresses that the
/// guest gives.
#[derive(Debug)]
pub struct Status {
    failure: Option<i32>,
    written: Written,
}

/// A number that can be written to a guest's memory.
pub trait Number: Send + 'static {
    /// Returns the number's bytes, the lowest first.
    #[doc(hidden)]
    fn bytes(self) -> Vec<u8>;
}

impl<N: Number> Out<N> {
    /// Returns the number for the guest.
    pub fn set(self, number: N) -> Written {
        Written(vec![(self.pointer, number.bytes())])
    }
}

impl Buffer {
    /// Returns the number of bytes that there is room for.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Returns the bytes for the guest.
    pub fn fill(self, bytes: impl Into<Vec<u8>>) -> Filled {
        let bytes = bytes.into();
        let (length, capacity) = (bytes.len(), self.capacity);
        Filled { written: Written(vec![(self.pointer, bytes)]), length, capacity }
    }
}

impl MeasuredBuffer {
    /// Returns the number of bytes that there is room for.
    pub fn capacity(&self) -> u32 {
        self.buffer.capacity
    }

    /// Returns the bytes and their length for the guest. If its buffer is too small, the guest
    /// gets [`Status::TOO_SMALL`] and only the length, so that it can make room and call again.
    pub fn fill(self, bytes: impl Into<Vec<u8>>) -> Status {
        let bytes = bytes.into();
        // A length that does not fit into a `u32` does not fit into the buffer either.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let measured = self.length.set(length);
        match length <= self.buffer.capacity {
            true => Written(vec![(self.buffer.pointer, bytes)]).and(measured).into(),
            false => Status { failure: Some(Status::TOO_SMALL), written: measured },
        }
    }
}

impl Written {
    /// Returns both writes, in this order.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Status {
    /// The status of [`MeasuredBuffer::fill`] for a buffer that is too small.
    pub const TOO_SMALL: i32 = 1;

    /// Returns success, with nothing to write.
    pub fn success() -> Self {
        Written::default().into()
    }

    /// Returns a failure with this code, and nothing to write. The code 0 would be success, so
    /// it becomes a [`HostFailure`].
    pub fn failure(code: i32) -> Self {
        Self { failure: Some(code), written: Written::default() }
    }
}

impl From<Written> for Status {
    fn from(written: Written) -> Self {
        Self { failure: None, written }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
        }
    )*};
}

numbers!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

impl<N: Number> Param for Out<N> {
    type Flat = (u32,);
    const TYPES: &'static [ValType] = &[ValType::I32];
    const IN_MEMORY: bool = true;
    type Lent<'m> = Self;
    found_flat!();

    fn lift<'m>((pointer,): Self::Found, memory: &GuestMemory<'m>) -> Result<Self, String> {
        // Refused before the function runs, because it may have effects. A memory never shrinks, so
        // the room is still there when it returns.
        memory.room(pointer, size_of::<N>()).map_err(|bad| bad.to_string())?;
        Ok(Self { pointer, number: PhantomData })
    }
}

impl Param for Buffer {
    type Flat = (u32, u32);
    const TYPES: &'static [ValType] = &[ValType::I32, ValType::I32];
    const IN_MEMORY: bool = true;
    type Lent<'m> = Self;
    found_flat!();

    fn lift<'m>(flat: Self::Found, memory: &GuestMemory<'m>) -> Result<Self, String> {
        let (pointer, capacity) = flat;
        memory.room(pointer, capacity as usize).map_err(|bad| bad.to_string())?;
        Ok(Self { pointer, capacity })
    }
}

impl Param for MeasuredBuffer {
    type Flat = (u32, u32, u32);
    const TYPES: &'static [ValType] = &[ValType::I32, ValType::I32, ValType::I32];
    const IN_MEMORY: bool = true;
    type Lent<'m> = Self;
    found_flat!();

    fn lift<'m>(flat: Self::Found, memory: &GuestMemory<'m>) -> Result<Self, String> {
        let (pointer, capacity, length) = flat;
        let buffer = Buffer::lift((pointer, capacity), memory)?;
        Ok(Self { buffer, length: Out::lift((length,), memory)? })
    }
}

impl<N> fmt::Debug for Out<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Out({})", self.pointer)
    }
}

impl Return for Written {
    type Flat = ();

    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<(), NotReturned> {
        to.write(&self.0)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes written", self.0.iter().map(|(_, bytes)| bytes.len()).sum::<usize>())
    }
}

impl Return for Filled {
    type Flat = u32;

    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<u32, NotReturned> {
        let (length, capacity) = (self.length, self.capacity);
        match u32::try_from(length) {
            Ok(length) if length <= capacity => self.written.lower(to).map(|()| length),
            _ => Err(NotReturned::Trap(format!(
                "{length} bytes do not fit into the guest's buffer of {capacity}"
            ))),
        }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.show(f)
    }
}

impl Return for Status {
    type Flat = i32;

    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<i32, NotReturned> {
        if self.failure == Some(0) {
            let reason = "a failure cannot have the status 0, which is success";
            return Err(NotReturned::Host(HostFailure(reason.into())));
        }
        self.written.lower(to).map(|()| self.failure.unwrap_or_default())
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}, ", self.failure.unwrap_or_default())?;
        self.written.show(f)
    }
}
