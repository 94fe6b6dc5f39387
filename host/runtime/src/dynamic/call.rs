//! A call of a function over values: its arguments, and what it may return. It does not know which
//! kind of guest calls.

use wasmtime::StoreContextMut;
use wasmtime::component::{ResourceDynamic, Val};

use crate::imports::env::{GuestFailure, HostFailure};
use crate::store::grants::Grants;
use crate::store::state::State;

/// A call of a function over values that a guest has made.
pub struct Call<'a, T: 'static> {
    pub(super) store: StoreContextMut<'a, State<T>>,
    pub(super) arguments: &'a [Val],
}

impl<'a, T> Call<'a, T> {
    /// Returns the arguments, which have the types of the contract.
    pub fn arguments(&self) -> &'a [Val] {
        self.arguments
    }

    /// Returns the session's host data.
    pub fn data(&self) -> &T {
        self.store.data().data()
    }

    /// Returns the session's host data for changes.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut().data_mut()
    }

    /// Returns the grants of the session, for functions that have to respect them.
    pub fn grants(&self) -> &Grants {
        self.store.data().grants()
    }

    /// Creates a handle that the guest owns, of the resource that
    /// [`RuntimeBuilder::resource`](crate::RuntimeBuilder::resource) declared with `kind`. The
    /// handle stands for `rep`.
    ///
    /// # Errors
    /// The engine's error, if it has no room for another handle.
    pub fn own(&mut self, kind: u32, rep: u32) -> wasmtime::Result<Val> {
        let handle = ResourceDynamic::new_own(rep, kind);
        Ok(Val::Resource(handle.try_into_resource_any(&mut self.store)?))
    }

    /// Returns the number that the handle in the argument at `place` stands for. It has to be
    /// called once for each handle: a borrowed handle is returned to the guest by it, and an owned
    /// handle then belongs to the host.
    ///
    /// # Errors
    /// [`GuestFailure`] if the argument is not a handle of a resource of the host.
    pub fn rep(&mut self, place: usize) -> wasmtime::Result<u32> {
        let Some(Val::Resource(handle)) = self.arguments.get(place) else {
            return Err(GuestFailure(format!("the argument {place} is no handle")).into());
        };
        Ok(handle.try_into_resource_dynamic(&mut self.store)?.rep())
    }
}

/// The return types of functions over values: `()` for no value, a [`Val`], a `Vec` of values, or a
/// `Result` of one of these, whose `Err` ends the call. The error is a [`HostFailure`], a
/// [`GuestFailure`], an [`Exit`](crate::Exit), or another error, which counts as a failure of the
/// host.
pub trait Results {
    /// Writes the values to the places of the results.
    #[doc(hidden)]
    fn put(self, results: &mut [Val]) -> wasmtime::Result<()>;
}

impl Results for () {
    #[inline]
    fn put(self, results: &mut [Val]) -> wasmtime::Result<()> {
        if results.is_empty() { Ok(()) } else { Err(miscounted(0, results.len())) }
    }
}

impl Results for Val {
    #[inline]
    fn put(self, results: &mut [Val]) -> wasmtime::Result<()> {
        let [result] = results else { return Err(miscounted(1, results.len())) };
        *result = self;
        Ok(())
    }
}

impl Results for Vec<Val> {
    #[inline]
    fn put(self, results: &mut [Val]) -> wasmtime::Result<()> {
        if self.len() != results.len() {
            return Err(miscounted(self.len(), results.len()));
        }
        results.iter_mut().zip(self).for_each(|(result, value)| *result = value);
        Ok(())
    }
}

impl<R: Results, E: Into<wasmtime::Error>> Results for Result<R, E> {
    #[inline]
    fn put(self, results: &mut [Val]) -> wasmtime::Result<()> {
        match self {
            Ok(returned) => returned.put(results),
            Err(error) => Err(error.into()),
        }
    }
}

#[cold]
fn miscounted(returned: usize, expected: usize) -> wasmtime::Error {
    let reason = format!("it returned {returned} values, and its type has {expected}");
    HostFailure(reason).into()
}
