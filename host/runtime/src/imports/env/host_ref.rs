//! Values of the host that a guest holds as `externref`, without access to their content. The
//! engine keeps them, and its garbage collector frees them.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use wasmtime::{AsContextMut, ExternRef, OwnedRooted, RootScope, Rooted, StoreContext, ValType};

use super::failure::NotReturned;
use super::memory::GuestMemory;
use super::param::Param;
use super::result::{Return, Target, WasmTyOrNone};
use crate::store::state::State;

/// A value of the host that guests can hold and pass on, but not look into. Its flat type is
/// `externref`. A host function that takes one gets the same value that another one returned.
/// The guest traps if it passes null or a value of another type. An `Option` of it may be null.
///
/// The runtime has to be built with
/// [`RuntimeBuilder::host_values`](crate::runtime::builder::RuntimeBuilder::host_values). A value lives
/// at least as long as a guest holds it, and no longer than the session and the host's own
/// clones. Each reference that a guest holds counts for a few bytes of its memory; the value
/// behind it does not count.
///
/// A function that a guest exports takes one as
/// `Option<wasmtime::OwnedRooted<wasmtime::ExternRef>>`, which [`HostRef::to_guest`] returns.
pub struct HostRef<V>(Arc<V>);

impl<V: Send + Sync + 'static> HostRef<V> {
    /// Creates a value that guests can hold.
    pub fn new(value: V) -> Self {
        Self(Arc::new(value))
    }

    /// Returns the value as an argument for a guest, within
    /// [`Session::run`](crate::session::Session::run).
    ///
    /// # Errors
    /// If the guest's memory is used up, or the runtime has no host values.
    pub fn to_guest(&self, store: impl AsContextMut) -> wasmtime::Result<OwnedRooted<ExternRef>> {
        let mut scope = RootScope::new(store);
        let reference = ExternRef::new(&mut scope, Arc::clone(&self.0))?;
        reference.to_owned_rooted(&mut scope)
    }
}

impl<V> Deref for HostRef<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<V> Clone for HostRef<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> fmt::Debug for HostRef<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host value")
    }
}

type Flat = Option<Rooted<ExternRef>>;

impl<V: Send + Sync + 'static> Param for Option<HostRef<V>> {
    type Flat = (Flat,);
    const TYPES: &'static [ValType] = &[ValType::EXTERNREF];
    type Found = Self;
    type Lent<'m> = Self;

    fn find<T: 'static>(
        (flat,): Self::Flat,
        store: &StoreContext<'_, State<T>>,
    ) -> Result<Self, String> {
        let Some(reference) = flat else { return Ok(None) };
        let value = reference.data(store).map_err(|error| error.to_string())?;
        // A guest can pass any reference that it holds, also one to a value of another type.
        let value = value.and_then(<dyn Any + Send + Sync>::downcast_ref::<Arc<V>>);
        let value = value.ok_or("the reference is to a host value of another type")?;
        Ok(Some(HostRef(Arc::clone(value))))
    }

    fn lift(found: Self, _: &GuestMemory<'_>) -> Result<Self, String> {
        Ok(found)
    }
}

impl<V: Send + Sync + 'static> Param for HostRef<V> {
    type Flat = (Flat,);
    const TYPES: &'static [ValType] = &[ValType::EXTERNREF];
    type Found = Self;
    type Lent<'m> = Self;

    fn find<T: 'static>(
        flat: Self::Flat,
        store: &StoreContext<'_, State<T>>,
    ) -> Result<Self, String> {
        let value = Option::<Self>::find(flat, store)?;
        value.ok_or_else(|| "the reference to a host value is null".into())
    }

    fn lift(found: Self, _: &GuestMemory<'_>) -> Result<Self, String> {
        Ok(found)
    }
}

impl WasmTyOrNone for Flat {
    const TYPE: Option<ValType> = Some(ValType::EXTERNREF);
}

impl<V: Send + Sync + 'static> Return for Option<HostRef<V>> {
    type Flat = Flat;

    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<Flat, NotReturned> {
        self.map(|value| to.reference(value.0)).transpose()
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => fmt::Debug::fmt(value, f),
            None => f.write_str("null"),
        }
    }
}

impl<V: Send + Sync + 'static> Return for HostRef<V> {
    type Flat = Flat;

    fn lower<T: 'static>(self, to: &mut Target<'_, '_, T>) -> Result<Flat, NotReturned> {
        Some(self).lower(to)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
