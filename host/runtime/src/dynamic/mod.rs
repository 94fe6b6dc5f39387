//! Functions that are served over values: those of the embedder's that are typed by a contract
//! which is read at run time, and those of providers. All are bound when a guest is linked,
//! behind what is in the linkers already. How a value crosses is not known here.

mod builder;
mod call;
mod flat;
mod function;
mod link;
mod module;
mod target;

use std::sync::Arc;

pub use call::{Call, Results};
pub(crate) use function::{Provided, Serve};
pub use link::Unattended;
pub(crate) use target::Target;

pub(crate) use builder::Pending;
use wit_host_check::serving::Typed;

/// What a runtime serves over values.
pub(crate) struct Dynamic<T: 'static> {
    functions: Vec<Declared<T>>,
    resources: Vec<Resource<T>>,
    providers: Vec<(Target, Arc<Provided>)>,
    /// The functions of the contract, where there is one.
    contract: Vec<Typed>,
    /// Those of them that have types in Rust, and are in the linker of components.
    compiled: Vec<Typed>,
}

/// A function of the embedder's, with its type.
struct Declared<T: 'static> {
    typed: Typed,
    serve: Arc<dyn Serve<T>>,
}

/// A resource of the embedder's.
struct Resource<T: 'static> {
    interface: String,
    name: String,
    kind: u32,
    drop: DropResource<T>,
}

/// Is told that the guest has dropped a handle, with what that stands for.
type DropResource<T> = Arc<dyn Fn(&mut T, u32) + Send + Sync>;

impl<T: 'static> Dynamic<T> {
    /// How many guests stand behind one another in its providers.
    pub(crate) fn depth(&self) -> usize {
        let depths = self.providers.iter().map(|(_, provided)| provided.provider.depth());
        depths.max().unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.resources.is_empty() && self.providers.is_empty()
    }

    /// The provider that serves a function.
    fn provider(&self, interface: Option<&str>, function: &str) -> Option<&Arc<Provided>> {
        let meant = self
            .providers
            .iter()
            .filter_map(|(target, provided)| Some((target.means(interface, function)?, provided)));
        meant.max_by_key(|(exactness, _)| *exactness).map(|(_, provided)| provided)
    }
}
