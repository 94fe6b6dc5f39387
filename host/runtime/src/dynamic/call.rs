//! One call of a function over values: what it is given, and what it may return. It does not
//! know which kind of guest has called.

use wasmtime::StoreContextMut;
use wasmtime::component::{ResourceDynamic, Val};

use crate::env::{GuestFailure, HostFailure};
use crate::grants::Grants;
use crate::state::State;

/// A call of a function over values that a guest has made.
pub struct Call<'a, T: 'static> {
    pub(super) store: StoreContextMut<'a, State<T>>,
    pub(super) arguments: &'a [Val],
}

impl<'a, T> Call<'a, T> {
    /// The arguments, which are of the types that the contract has.
    pub fn arguments(&self) -> &'a [Val] {
        self.arguments
    }

    /// The session's host data.
    pub fn data(&self) -> &T {
        self.store.data().data()
    }

    /// The session's host data, to be changed.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut().data_mut()
    }

    /// What the session's guest may touch, for functions that are bounded by it.
    pub fn grants(&self) -> &Grants {
        self.store.data().grants()
    }

    /// A handle for the guest to own, of the resource that was declared with `kind` in
    /// [`RuntimeBuilder::resource`](crate::RuntimeBuilder::resource), which stands for `rep`.
    ///
    /// # Errors
    /// The engine's, which has no room for another one.
    pub fn own(&mut self, kind: u32, rep: u32) -> wasmtime::Result<Val> {
        let handle = ResourceDynamic::new_own(rep, kind);
        Ok(Val::Resource(handle.try_into_resource_any(&mut self.store)?))
    }

    /// What the handle stands for that is the argument at `place`. It has to be asked once for
    /// each handle: one that the guest has only lent is given back by that, and one that it
    /// gave away belongs to the host from then on.
    ///
    /// # Errors
    /// [`GuestFailure`] where the argument is no handle of the host's.
    pub fn rep(&mut self, place: usize) -> wasmtime::Result<u32> {
        let Some(Val::Resource(handle)) = self.arguments.get(place) else {
            return Err(GuestFailure(format!("the argument {place} is no handle")).into());
        };
        Ok(handle.try_into_resource_dynamic(&mut self.store)?.rep())
    }
}

/// What a function over values returns: nothing as `()`, a [`Val`], or values as a `Vec`, and a
/// `Result` of one of these, whose `Err` ends the call. That is a
/// [`HostFailure`], a [`GuestFailure`], an [`Exit`](crate::Exit) or an error of one's own,
/// which is the host's failure.
pub trait Results {
    /// Puts the values where they are expected.
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
