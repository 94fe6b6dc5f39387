//! What stands for the cache where the feature `cache` is off: one that nobody can have.

use std::sync::Arc;

use wit_host_binary::blake3::Hash;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;

use crate::compile::Compiled;
use crate::engine::Settings;
use crate::error::Result;
use crate::pool::Room;
use crate::shared_engine::SharedEngine;

/// A cache that cannot be made.
#[derive(Clone, Debug)]
pub(crate) enum Cache {}

/// The name of no entry.
pub(crate) struct Key;

impl Key {
    pub(crate) fn new(_: &SharedEngine, _: &Hash, _: Option<&str>, _: &Limits) -> Self {
        Self
    }
}

impl Cache {
    pub(crate) fn engine(
        &self,
        _: Settings,
        _: bool,
        _: Option<Room>,
    ) -> Result<Arc<SharedEngine>> {
        match *self {}
    }

    pub(crate) fn find(
        &self,
        _: &SharedEngine,
        _: Kind,
        _: &Key,
        _: &Limits,
    ) -> Option<Arc<Compiled>> {
        match *self {}
    }

    pub(crate) fn load(
        &self,
        _: &SharedEngine,
        _: Kind,
        _: Key,
        _: &Limits,
        _: impl FnOnce() -> Result<Compiled>,
    ) -> Result<Arc<Compiled>> {
        match *self {}
    }
}
