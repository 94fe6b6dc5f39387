//! Stands in for isolation if the feature `isolation` is off. Its types have no values, and
//! guests are compiled in this process.

use wasmtime::Engine;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;

use super::compile::Compiled;
use crate::engine::settings::Settings;
use crate::error::Result;

/// A program for isolation. It cannot be named.
#[derive(Clone, Debug)]
pub(crate) enum Isolation {}

impl Isolation {
    pub(crate) fn with_settings(self, _: Settings) -> Self {
        match self {}
    }

    pub(crate) fn compile(&self, _: &Engine, _: Kind, _: &[u8], _: &Limits) -> Result<Compiled> {
        match *self {}
    }
}
