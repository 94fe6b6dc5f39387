//! What a runtime, its guests and their sessions share: the engine, the linkers, and what every
//! guest may do. It compiles guests. It knows no contract, only what an embedder has put into
//! its linkers.

use std::path::Path;
use std::sync::Arc;
use wit_host_binary::blake3;

use wasmtime::{Engine, component};

use crate::code::cache::{Cache, Key};
use crate::code::compile::{Compiled, compile};
use crate::code::isolate::Isolation;
use crate::dynamic::Dynamic;
use crate::engine::pool::Pool;
use crate::engine::shared::SharedEngine;
use crate::error::Result;
use crate::guest::linked_module::Provider;
use crate::store::grants::Grants;
use crate::store::state::State;
use crate::store::wasi::preview1_functions;
use wit_host_binary::examine::component_hash;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;
use wit_host_binary::prepare::{Edited, strip};
use wit_host_check::fit;
use wit_host_check::offer::Offer;
use wit_host_check::served::Served;
use wit_host_wit::Offered;

/// The parts of a runtime.
pub(crate) struct Host<T: 'static> {
    pub(crate) engine: Engine,
    pub(crate) components: component::Linker<State<T>>,
    pub(crate) modules: wasmtime::Linker<State<T>>,
    pub(crate) env: Served,
    pub(crate) dynamic: Dynamic<T>,
    pub(crate) providers: Vec<Arc<Provider<T>>>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) deterministic: bool,
    /// The seed of random bytes, if it is deterministic.
    pub(crate) seed: u64,
    pub(crate) text: bool,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) contract: Option<Offered>,
    pub(crate) shared: Arc<SharedEngine>,
    pub(crate) cache: Option<Cache>,
    pub(crate) pool: Option<Pool>,
}

impl<T: Send + 'static> Host<T> {
    /// Returns the compiled code of an examined guest, from the cache if there is one, and the
    /// guest's hash.
    pub(crate) fn compiled(
        &self,
        kind: Kind,
        binary: &[u8],
    ) -> Result<(Arc<Compiled>, blake3::Hash)> {
        let stripped = strip(binary);
        // The hash is of what is compiled, so that a guest with other debug information has the
        // same code.
        let hash = stripped.hash();
        let compile = || self.compile(kind, binary, &stripped);
        let compiled = match &self.cache {
            None => compile().map(Arc::new),
            Some(cache) => {
                let key = self.key(&hash);
                cache.load(&self.shared, kind, key, &self.limits, compile)
            }
        };
        Ok((compiled?, hash))
    }

    /// Returns the compiled code of a component's file that was loaded before. The file is only
    /// read for its hash, piece by piece.
    pub(crate) fn kept(&self, path: &Path) -> Option<(Arc<Compiled>, blake3::Hash)> {
        let cache = self.cache.as_ref()?;
        let guest = component_hash(path, self.limits.file_size)?;
        let key = self.key(&guest);
        // What is found was compared with the contract before it was compiled, and the key contains
        // that contract. So this is as good as `compile`, without its checks.
        let compiled = cache.find(&self.shared, Kind::Component, &key, &self.limits)?;
        Some((compiled, guest))
    }

    /// Returns the compiled code of a component's bytes that were loaded before. They need not have
    /// been scanned: an entry of the cache is of bytes that were, within the same limits.
    pub(crate) fn known(&self, binary: &[u8]) -> Option<(Arc<Compiled>, blake3::Hash)> {
        let cache = self.cache.as_ref()?;
        let guest = strip(binary).hash();
        let key = self.key(&guest);
        let compiled = cache.find(&self.shared, Kind::Component, &key, &self.limits)?;
        Some((compiled, guest))
    }

    fn key(&self, guest: &blake3::Hash) -> Key {
        let contract = self.contract.as_ref().map(Offered::text);
        Key::new(&self.shared, guest, contract, &self.limits)
    }

    /// Compiles an examined guest. A guest that visibly does not fit is refused before.
    pub(crate) fn compile(
        &self,
        kind: Kind,
        binary: &[u8],
        stripped: &Edited<'_>,
    ) -> Result<Compiled> {
        match kind {
            Kind::Component => fit::component_before_compiling(&self.offer(), binary)?,
            Kind::Module => fit::module_before_compiling(&self.offer(), binary)?,
        }
        let guest = (binary, stripped);
        compile(&self.engine, kind, guest, &self.limits, self.isolation.as_ref())
    }

    /// Returns what guests are checked against.
    pub(crate) fn offer(&self) -> Offer<'_, State<T>> {
        Offer {
            engine: &self.engine,
            components: &self.components,
            serving: &self.dynamic,
            served: &self.env,
            preview1: preview1_functions::functions,
            contract: self.contract.as_ref(),
            limits: &self.limits,
            denied: &self.grants.denied,
            text: self.text,
        }
    }
}
