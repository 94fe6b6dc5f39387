//! Stands in for the cache if the feature `cache` is off. Its types have no values, so that the
//! code that uses a cache needs no conditions.

use std::sync::Arc;

use wit_host_binary::blake3::Hash;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;

use super::compile::Compiled;
use crate::engine::pool::Room;
use crate::engine::settings::Settings;
use crate::engine::shared::SharedEngine;
use crate::error::Result;

/// A cache. It cannot be created.
#[derive(Clone, Debug)]
pub(crate) enum Cache {}

/// The key of an entry. It is never used.
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
