//! Moves blocks between the host and a guest during one call: it passes arguments and frees
//! them again. The answers of the guest's allocator are checked here, and what is read from
//! memory is checked in `reading`.

mod reading;

use wasmtime::{Func, Instance, Memory, Store, Trap};

use super::allocator::Allocator;
use super::broken::Broken;
use crate::imports::env::{MEMORY, write};
use crate::store::state::State;
use wit_host_binary::allocator_names::AllocatorNames;

/// The exports of a guest that blocks are passed through.
pub(crate) struct Access {
    memory: Memory,
    allocator: Option<Allocator>,
}

impl Access {
    /// Finds these exports. What is missing is noted, and reported when it is needed.
    pub(crate) fn find<T: 'static>(
        store: &mut Store<State<T>>,
        instance: Instance,
        allocates: bool,
        names: Option<&AllocatorNames>,
        known: bool,
    ) -> Result<Self, String> {
        let memory = instance.get_memory(&mut *store, MEMORY);
        let memory = memory.ok_or_else(|| {
            format!("text and arrays are in memory, and the guest exports none named `{MEMORY}`")
        })?;
        let allocator = match Allocator::find(store, instance, names, known) {
            Err(reason) if allocates || names.is_some() => return Err(reason),
            found => found.ok(),
        };
        Ok(Self { memory, allocator })
    }
}

/// A block that the host has allocated for an argument.
#[derive(Clone, Copy)]
struct Block {
    pointer: u32,
    size: u32,
}

/// The exchange of one call of a guest.
pub(crate) struct Exchange<'c, T: 'static> {
    store: &'c mut Store<State<T>>,
    access: &'c Access,
    /// The blocks that the host has to free.
    held: Vec<Block>,
    /// The number of bytes of the host's memory that the guest may still fill.
    left: usize,
}

impl<'c, T: Send + 'static> Exchange<'c, T> {
    pub(crate) fn new(store: &'c mut Store<State<T>>, access: &'c Access) -> Self {
        let left = store.data().meter.limits().host_call_bytes;
        Self { store, access, held: Vec::new(), left }
    }

    /// Copies the bytes into a new block of the guest.
    pub(crate) async fn hand_over(&mut self, bytes: &[u8], size: u32) -> wasmtime::Result<u32> {
        let access = self.access;
        let Some(allocator) = &access.allocator else {
            wasmtime::bail!(Allocator::missing());
        };
        let pointer = allocator.allocate(&mut *self.store, size).await?;
        self.check(allocator.name(), Block { pointer, size })?;
        self.held.push(Block { pointer, size });
        // The allocator may have grown the memory, which can move it, so it is looked up again.
        write(self.access.memory.data_mut(&mut *self.store), pointer, bytes)
            .map_err(|_| self.outside(allocator.name(), pointer, size))?;
        Ok(pointer)
    }

    /// Leaves the blocks of the arguments to the guest, which frees them.
    pub(crate) fn leave_arguments(&mut self) {
        self.held.clear();
    }

    /// Frees every block that was passed as an argument.
    pub(crate) async fn take_arguments_back(&mut self) -> wasmtime::Result<()> {
        let Some(allocator) = &self.access.allocator else { return Ok(()) };
        for Block { pointer, size } in std::mem::take(&mut self.held) {
            // An allocator may return null for a block without bytes.
            if (pointer, size) != (0, 0) {
                allocator.release(&mut *self.store, pointer, size).await?;
            }
        }
        Ok(())
    }

    /// Frees a block that the guest returned, unless it lies in an argument. A guest may refuse
    /// that with a failed assertion. Rust's allocator does if a text has a capacity beyond its
    /// length, which is all that the host knows. Such a block is not freed.
    pub(crate) async fn give_back(&mut self, pointer: u32, size: u32) -> wasmtime::Result<()> {
        let Some(allocator) = &self.access.allocator else { return Ok(()) };
        let returned = Block { pointer, size };
        let is_in = |held: &Block| held.pointer == pointer || held.overlaps(returned);
        if self.held.iter().any(is_in) {
            return Ok(());
        }
        match allocator.give_back(&mut *self.store, pointer, size).await {
            Err(error) if error.downcast_ref() == Some(&Trap::UnreachableCodeReached) => Ok(()),
            outcome => outcome,
        }
    }

    pub(crate) async fn call(
        &mut self,
        func: Func,
        args: &[wasmtime::Val],
    ) -> wasmtime::Result<Vec<wasmtime::Val>> {
        let mut results = vec![wasmtime::Val::I32(0); func.ty(&*self.store).results().len()];
        func.call_async(&mut *self.store, args, &mut results).await?;
        Ok(results)
    }

    fn memory(&self) -> &[u8] {
        self.access.memory.data(&*self.store)
    }

    /// Checks whether an allocator's answer can be right.
    fn check(&self, allocator: &str, block: Block) -> Result<(), Broken> {
        let (Block { pointer, size }, memory) = (block, self.memory().len());
        if size == 0 {
            return Ok(());
        }
        if pointer == 0 {
            return Err(Broken::NoRoom { allocator: allocator.into(), size, memory });
        }
        if self.view().bytes(pointer, size).is_err() {
            return Err(self.outside(allocator, pointer, size));
        }
        let other = self.held.iter().find(|held| held.overlaps(block));
        other.map_or(Ok(()), |other| {
            let Block { pointer: other, size: other_size } = *other;
            let allocator = allocator.into();
            Err(Broken::BlockOverlaps { allocator, pointer, size, other, other_size, memory })
        })
    }

    fn outside(&self, allocator: &str, pointer: u32, size: u32) -> Broken {
        let allocator = allocator.into();
        Broken::BlockOutside { allocator, pointer, size, memory: self.memory().len() }
    }
}

impl Block {
    fn overlaps(self, other: Self) -> bool {
        let end = |block: Self| u64::from(block.pointer) + u64::from(block.size);
        let both = self.size > 0 && other.size > 0;
        both && u64::from(self.pointer) < end(other) && u64::from(other.pointer) < end(self)
    }
}
