//! Reads what a guest has passed to the host. Within `abi`, this is the only place where an
//! address or a length of the guest is used, after it was checked.

use wasmtime::component::Val;

use super::super::broken::{Broken, Place};
use super::super::flat::Content;
use super::super::scalar::Scalar;
use super::Exchange;
use crate::imports::env::GuestMemory;
use wit_host_binary::limits::LimitReached;

impl<T: Send + 'static> Exchange<'_, T> {
    /// Returns a copy of the bytes at an address.
    pub(crate) fn bytes(
        &mut self,
        place: Place,
        pointer: u32,
        length: u32,
    ) -> wasmtime::Result<Vec<u8>> {
        // Before the bytes are counted: a wrong length is a mistake of the guest, however large it
        // is, and no limit that it reached.
        self.check_range(place, pointer, length)?;
        self.spend(length as usize)?;
        let bytes = self.view().bytes(pointer, length);
        Ok(bytes.map_err(|bad| Broken::Range { place, bad })?.to_vec())
    }

    /// Returns the text at an address.
    pub(crate) fn text(
        &mut self,
        place: Place,
        pointer: u32,
        length: u32,
    ) -> wasmtime::Result<Val> {
        self.check_range(place, pointer, length)?;
        self.spend(length as usize)?;
        let text = self.view().text(pointer, length);
        Ok(Val::String(text.map_err(|bad| Broken::Range { place, bad })?.into()))
    }

    /// Returns the array of this number of bytes at an address.
    pub(crate) fn array(
        &mut self,
        place: Place,
        range: (u32, u32),
        scalar: Scalar,
    ) -> wasmtime::Result<Val> {
        self.check_range(place, range.0, range.1)?;
        // An element takes more memory in the host than in the guest, so the host's size is
        // counted.
        let elements = range.1 as usize / scalar.width();
        self.spend(elements.saturating_mul(size_of::<Val>()))?;
        self.filled(place, range, scalar)
    }

    /// Returns the array at an address, whose length the caller has chosen.
    pub(crate) fn filled(
        &self,
        place: Place,
        (pointer, length): (u32, u32),
        scalar: Scalar,
    ) -> wasmtime::Result<Val> {
        let width = scalar.width();
        let bytes = self.view().bytes(pointer, length);
        let items = bytes.map_err(|bad| Broken::Range { place, bad })?.chunks_exact(width);
        if !items.remainder().is_empty() {
            return Err(Broken::Length { place, length, width }.into());
        }
        let items = items.map(|item| {
            scalar.read(item).ok_or_else(|| Broken::Value { place, bytes: item.to_vec() })
        });
        Ok(Val::List(items.collect::<Result<_, _>>()?))
    }

    /// Returns the length of the text at an address, which ends before a NUL.
    pub(crate) fn c_length(&self, place: Place, pointer: u32) -> wasmtime::Result<u32> {
        let (memory, left) = (self.memory(), self.left);
        let size = memory.len();
        if pointer == 0 {
            return Err(Broken::Null { place, memory: size }.into());
        }
        self.check_range(place, pointer, 1)?;
        let rest = memory.get(pointer as usize..).unwrap_or_default();
        // The search ends at the limit, however far away a NUL is.
        match rest.iter().take(left.saturating_add(1)).position(|byte| *byte == 0) {
            Some(length) => Ok(u32::try_from(length)?),
            None if rest.len() > left => Err(self.too_much()),
            None => Err(Broken::NoEnd { place, pointer, memory: size }.into()),
        }
    }

    /// Returns the text or the bytes at an address.
    pub(crate) fn content(
        &mut self,
        place: Place,
        range: (u32, u32),
        content: Content,
    ) -> wasmtime::Result<Val> {
        match content {
            Content::Text => self.text(place, range.0, range.1),
            Content::Bytes => self.array(place, range, Scalar::U8),
        }
    }

    /// Checks that the range lies in the guest's memory.
    fn check_range(&self, place: Place, pointer: u32, length: u32) -> wasmtime::Result<()> {
        let range = self.view().bytes(pointer, length);
        range.map_err(|bad| Broken::Range { place, bad })?;
        Ok(())
    }

    /// Counts bytes that the guest makes the host keep.
    pub(crate) fn spend(&mut self, bytes: usize) -> wasmtime::Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| self.too_much())?;
        Ok(())
    }

    fn too_much(&self) -> wasmtime::Error {
        LimitReached::HostCallBytes(self.store.data().meter.limits().host_call_bytes).into()
    }

    /// Returns a view of the whole memory. Its own limit is off, because `spend` counts what is
    /// taken.
    pub(super) fn view(&self) -> GuestMemory<'_> {
        GuestMemory::new(self.memory(), usize::MAX)
    }
}
