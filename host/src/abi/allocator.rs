//! The allocator that a guest exports, under either of the names that toolchains
//! have for it. It knows how to call it, and not whether its answers can be true.

use wasmtime::{AsContextMut, Instance, TypedFunc};

/// What a guest has to export for blocks to be had.
const WANTED: &str = "`allocate(i32) -> i32` and `deallocate(i32, i32)`, or \
                      `malloc(i32) -> i32` and `free(i32)`";

/// Two functions of a guest.
pub(super) struct Allocator {
    allocate: TypedFunc<u32, u32>,
    release: Release,
}

/// How a block is given back.
enum Release {
    /// `deallocate(pointer, size)`.
    Deallocate(TypedFunc<(u32, u32), ()>),
    /// `free(pointer)`.
    Free(TypedFunc<u32, ()>),
}

impl Allocator {
    /// The guest's allocator, if it has both functions of one.
    pub(super) fn find(mut store: impl AsContextMut, instance: Instance) -> Option<Self> {
        let store = &mut store;
        let mut allocate = |name| instance.get_typed_func(&mut *store, name).ok();
        let (allocates, mallocs) = (allocate("allocate"), allocate("malloc"));
        let deallocate = instance.get_typed_func(&mut *store, "deallocate").ok();
        let free = instance.get_typed_func(&mut *store, "free").ok();
        if let (Some(allocate), Some(deallocate)) = (allocates, deallocate) {
            return Some(Self { allocate, release: Release::Deallocate(deallocate) });
        }
        Some(Self { allocate: mallocs?, release: Release::Free(free?) })
    }

    /// Why there is none, and what there would have to be.
    pub(super) fn missing() -> String {
        format!(
            "text and arrays are handed over in blocks of the guest's allocator, and it exports \
             none; it would have to export {WANTED}"
        )
    }

    /// What the function is called that makes blocks.
    pub(super) fn name(&self) -> &'static str {
        match self.release {
            Release::Deallocate(_) => "allocate",
            Release::Free(_) => "malloc",
        }
    }

    pub(super) async fn allocate(
        &self,
        store: impl AsContextMut<Data: Send>,
        size: u32,
    ) -> wasmtime::Result<u32> {
        self.allocate.call_async(store, size).await
    }

    /// Gives back a block that the host got from here.
    pub(super) async fn release(
        &self,
        store: impl AsContextMut<Data: Send>,
        pointer: u32,
        size: u32,
    ) -> wasmtime::Result<()> {
        match &self.release {
            Release::Deallocate(deallocate) => deallocate.call_async(store, (pointer, size)).await,
            Release::Free(free) => free.call_async(store, pointer).await,
        }
    }

    /// Gives back a block that the guest returned, where there is a function for
    /// blocks that did not come from here.
    pub(super) async fn give_back(
        &self,
        store: impl AsContextMut<Data: Send>,
        pointer: u32,
        size: u32,
    ) -> wasmtime::Result<()> {
        match self.release {
            Release::Deallocate(_) => self.release(store, pointer, size).await,
            Release::Free(_) => Ok(()),
        }
    }
}
