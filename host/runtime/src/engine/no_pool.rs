//! Stands in for the pool if the feature `pooling` is off. Its types have no values, and
//! sessions need no slot.

use wasmtime::{Config, Engine};
use wit_host_binary::limits::Limits;

use crate::error::{Error, Result};
use crate::guest::Linked;
use crate::runtime::host::Host;

/// A pool. It cannot be created.
#[derive(Clone, Debug)]
pub(crate) enum Pool {}

/// The size of a pool. It cannot be created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Room {}

/// The slots of a pool. They cannot be created.
#[derive(Debug)]
pub(crate) enum Slots {}

/// A slot of a pool. It cannot be created.
#[derive(Debug)]
pub(crate) enum Permit {}

impl Room {
    pub(crate) fn new(pool: &Pool, _: &Limits, _: usize, _: bool, _: usize) -> Self {
        match *pool {}
    }

    pub(crate) fn configure(&self, _: &mut Config) -> Result<()> {
        match *self {}
    }

    pub(crate) fn no_room(&self, _: String) -> Error {
        match *self {}
    }
}

impl Slots {
    pub(crate) fn new(room: &Room) -> Self {
        match *room {}
    }
}

impl<T> Host<T> {
    #[expect(clippy::unused_async, reason = "it waits where there are pools")]
    pub(crate) async fn permit(&self) -> Result<Option<Permit>> {
        Ok(None)
    }

    pub(crate) fn try_permit(&self) -> Result<Option<Permit>> {
        debug_assert!(self.shared.slots.is_none(), "there are no pools");
        Ok(None)
    }
}

pub(crate) fn is_pooled(_: &Engine) -> bool {
    false
}

pub(crate) fn linked<T: 'static>(_: &Linked<T>, _: &Limits) -> Result<()> {
    Ok(())
}

pub(crate) fn unfit(_: &Engine, _: &wasmtime::Error) -> Option<Error> {
    None
}
