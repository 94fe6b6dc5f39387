//! What stands for the pool where the feature `pooling` is off: one that nobody can have, so
//! that a session needs no permit.

use wasmtime::{Config, Engine};
use wit_host_binary::limits::Limits;

use crate::error::{Error, Result};
use crate::guest::Linked;
use crate::host::Host;

/// A pool that cannot be made.
#[derive(Clone, Debug)]
pub(crate) enum Pool {}

/// The room of such a pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Room {}

/// The places of such a pool.
#[derive(Debug)]
pub(crate) enum Places {}

/// One of them.
#[derive(Debug)]
pub(crate) enum Place {}

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

impl Places {
    pub(crate) fn new(room: &Room) -> Self {
        match *room {}
    }
}

impl<T> Host<T> {
    #[expect(clippy::unused_async, reason = "it waits where there are pools")]
    pub(crate) async fn place(&self) -> Result<Option<Place>> {
        Ok(None)
    }

    pub(crate) fn try_place(&self) -> Result<Option<Place>> {
        debug_assert!(self.shared.places.is_none(), "there are no pools");
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
