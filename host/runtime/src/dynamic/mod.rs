//! Functions that are served over values: functions of the embedder that are typed by a contract
//! that is read at run time, and functions of providers. They are bound when a guest is linked, and
//! what the linkers have already takes precedence. How a value crosses is not known here.

mod builder;
mod call;
mod flat;
mod function;
mod link;
mod module;
mod pieces;
mod proxy;
mod record;
mod replace;
mod target;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use call::{Call, Results};
pub(crate) use function::{Provided, Serve};
pub use link::Unattended;
pub use record::{Ended, RecordedCall, Recorder};
pub(crate) use target::Target;

use crate::provider::ImportedFunction;
pub(crate) use builder::Pending;
use record::Tape;
use wit_host_check::served::Served;
use wit_host_check::serving::{self, Typed};

/// The functions, resources and providers that a runtime serves over values.
pub(crate) struct Dynamic<T: 'static> {
    functions: Vec<Declared<T>>,
    resources: Vec<Resource<T>>,
    providers: Vec<(Target, Arc<Provided>)>,
    /// The functions of the contract, if there is one.
    contract: Vec<Typed>,
    /// The functions of the contract that have types in Rust, and are in the linker of components.
    compiled: Vec<Typed>,
    /// Records the calls of guests, if there is one.
    recorder: Option<Arc<Tape>>,
    /// The resources of providers that know handles by labels.
    pub(crate) labelled: Labelled,
}

/// The names of resources whose handles have labels. The position of each is that among the
/// resources of its provider.
#[derive(Default)]
pub(crate) struct Labelled(Mutex<Vec<String>>);

impl Labelled {
    fn names(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the position of a resource, which gets one if it has none.
    fn place(&self, resource: &serving::Resource) -> usize {
        let (mut names, name) = (self.names(), resource.full_name());
        if let Some(place) = names.iter().position(|one| *one == name) {
            return place;
        }
        names.push(name);
        names.len() - 1
    }

    /// Returns the full name of the resource at a position.
    pub(crate) fn name(&self, place: usize) -> String {
        self.names().get(place).cloned().unwrap_or_default()
    }
}

/// A function of the embedder, with its type in the contract.
struct Declared<T: 'static> {
    typed: Typed,
    serve: Arc<dyn Serve<T>>,
}

/// A resource that the embedder declared.
struct Resource<T: 'static> {
    interface: String,
    name: String,
    kind: u32,
    drop: DropResource<T>,
}

/// The function that is called when the guest drops a handle, with the number that the handle
/// stands for.
type DropResource<T> = Arc<dyn Fn(&mut T, u32) + Send + Sync>;

impl<T: 'static> Dynamic<T> {
    /// Returns the length of the longest chain of guests that serve one another in the providers.
    pub(crate) fn depth(&self) -> usize {
        let depths = self.providers.iter().map(|(_, provided)| provided.provider.depth());
        depths.max().unwrap_or_default()
    }

    /// Returns the providers, each once.
    pub(crate) fn provided(&self) -> impl Iterator<Item = &Arc<Provided>> {
        let all = || self.providers.iter().map(|(_, provided)| provided);
        let is_first = move |(at, one): &(usize, &Arc<Provided>)| {
            all().take(*at).all(|other| other.slot != one.slot)
        };
        // A provider under several names has one slot. It is started and finished once for each
        // slot, so the names must not count.
        all().enumerate().filter(is_first).map(|(_, provided)| provided)
    }

    /// Returns whether a session can leave handles of a provider.
    pub(crate) fn can_leave_handles(&self) -> bool {
        let mut providers = self.providers.iter().map(|(_, provided)| &provided.provider);
        providers.any(|provider| match provider.handles() {
            Some(handles) => handles.can_be_left(),
            None => provider.labels().is_some() && !self.labelled.names().is_empty(),
        })
    }

    fn is_empty(&self) -> bool {
        self.functions.is_empty()
            && self.resources.is_empty()
            && self.providers.is_empty()
            && self.recorder.is_none()
    }

    /// Returns the provider that serves a resource.
    fn provider_of_resource(&self, resource: &serving::Resource) -> Option<&Arc<Provided>> {
        // A target that names one function says nothing of a resource: whatever serves a resource
        // has to serve all of its functions, since its handles are known to that provider only.
        let exactness = |target: &Target| {
            target.means(Some(&resource.interface), &resource.name).filter(|_| target.is_whole())
        };
        let meant = self
            .providers
            .iter()
            .filter_map(|(target, provided)| Some((exactness(target)?, provided)));
        meant.max_by_key(|(exactness, _)| *exactness).map(|(_, provided)| provided)
    }

    /// Returns the provider that serves a function.
    fn provider(&self, interface: Option<&str>, function: &str) -> Option<&Arc<Provided>> {
        let meant = self
            .providers
            .iter()
            .filter_map(|(target, provided)| Some((target.means(interface, function)?, provided)));
        meant.max_by_key(|(exactness, _)| *exactness).map(|(_, provided)| provided)
    }
}

/// Returns the imports of core modules with types in Rust that implement a function, each as its
/// module, its name and its number.
fn implementing(table: &Served, typed: &Typed) -> Vec<(String, String, u32)> {
    let name = ImportedFunction::new(typed.clone()).name().to_owned();
    let implements =
        table.functions().filter(|(.., one)| one.implements.as_deref() == Some(&*name));
    let typed = implements.filter(|(.., one)| one.by.is_none());
    typed.map(|(module, name, one)| (module.to_owned(), name.to_owned(), one.number())).collect()
}
