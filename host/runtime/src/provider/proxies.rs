//! The handles of providers' resources that a session's guest has. The guest has a number in place
//! of each, the proxy, and the table here has the handle, which belongs to the provider's instance.
//! How a handle is called or dropped is not known here.

use std::sync::Arc;

use wasmtime::component::{ResourceAny, ResourceType, Val};

use super::Provider;
use wit_host_values::visit_handles;

/// A handle of a provider's that a guest has a proxy of.
pub struct Proxy {
    /// The provider, by the slot of its state.
    slot: usize,
    /// The resource, by its position among those of the provider.
    place: usize,
    held: Held,
    /// The number of proxies that the session had before.
    age: u64,
}

/// What a proxy stands for.
enum Held {
    /// A handle that belongs to an instance of the provider, by the instance's number.
    Handle(u64, ResourceAny),
    /// A label of the provider.
    Label(String),
}

impl Proxy {
    /// Creates the proxy of what a provider knows by a label.
    pub(crate) fn labelled(slot: usize, place: usize, label: String) -> Self {
        Self { slot, place, held: Held::Label(label), age: 0 }
    }

    /// Returns the position of the resource among those of the provider.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// Returns the handle, if it belongs to the instance.
    pub(super) fn handle_of(&self, instance: u64) -> Option<ResourceAny> {
        match self.held {
            Held::Handle(own, handle) if own == instance => Some(handle),
            _ => None,
        }
    }

    /// Returns the label, if the provider has labels.
    pub(crate) fn label(&self) -> Option<&str> {
        match &self.held {
            Held::Label(label) => Some(label),
            Held::Handle(..) => None,
        }
    }
}

/// What the engine keeps for a proxy: the number that stands for the handle, and the kind of its
/// resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) rep: u32,
    pub(crate) kind: u32,
}

/// The reason why a handle cannot be passed on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unusable(&'static str);

const FOREIGN: Unusable =
    Unusable("the handle is none that this provider has given to the session");
const STALE: Unusable = Unusable("the instance of the provider that had the handle has ended");

/// Returns the kind of the resources of one provider that stand at one position, unless one of
/// the numbers is too large.
pub(crate) fn kind(slot: usize, place: usize) -> Option<u32> {
    let (slot, place) = (u16::try_from(slot).ok()?, u16::try_from(place).ok()?);
    // The top bit keeps these kinds apart from those of the embedder, which are usually small
    // numbers. 15 bits for the slot and 16 for the place are left.
    (slot < 1 << 15).then(|| 1 << 31 | u32::from(slot) << 16 | u32::from(place))
}

/// The proxies of a session. If they are dropped with the session, each provider learns which of
/// its handles were left.
#[derive(Default)]
pub(crate) struct Proxies {
    entries: Vec<Option<Proxy>>,
    free: Vec<u32>,
    made: u64,
    owners: Vec<Option<Arc<dyn Provider>>>,
}

impl Proxies {
    /// Notes the provider of a slot, to be told of the handles that are left.
    pub(super) fn owned_by(&mut self, slot: usize, provider: &Arc<dyn Provider>) {
        if slot >= self.owners.len() {
            self.owners.resize_with(slot.saturating_add(1), || None);
        }
        self.owners[slot].get_or_insert_with(|| Arc::clone(provider));
    }

    /// Adds a proxy. `None` if there are too many.
    pub(crate) fn insert(&mut self, mut proxy: Proxy) -> Option<Label> {
        // Numbers are used again, so they do not say which proxy is older.
        proxy.age = self.made;
        self.made += 1;
        let kind = kind(proxy.slot, proxy.place)?;
        let rep = match self.free.pop() {
            Some(rep) => {
                self.entries[rep as usize] = Some(proxy);
                rep
            }
            None => {
                let rep = u32::try_from(self.entries.len()).ok()?;
                self.entries.push(Some(proxy));
                rep
            }
        };
        Some(Label { rep, kind })
    }

    pub(crate) fn get(&self, label: Label) -> Result<&Proxy, Unusable> {
        let proxy = self.entries.get(label.rep as usize).and_then(Option::as_ref);
        // The number may have gone to a proxy of another resource since, which must not be taken
        // for this one.
        proxy.filter(|proxy| kind(proxy.slot, proxy.place) == Some(label.kind)).ok_or(FOREIGN)
    }

    /// Takes a proxy out of the table.
    pub(crate) fn remove(&mut self, label: Label) -> Result<Proxy, Unusable> {
        self.get(label)?;
        let entry = self.entries.get_mut(label.rep as usize);
        let proxy = entry.and_then(Option::take).ok_or(FOREIGN)?;
        self.free.push(label.rep);
        Ok(proxy)
    }

    /// Takes all proxies of a provider out of the table, the newest first.
    pub(crate) fn take_all(&mut self, slot: usize) -> Vec<Proxy> {
        let mut taken = Vec::new();
        for (rep, entry) in (0..).zip(&mut self.entries) {
            if let Some(proxy) = entry.take_if(|proxy| proxy.slot == slot) {
                self.free.push(rep);
                taken.push(proxy);
            }
        }
        // What a resource has made is newer than the resource, and some resources trap when they
        // are dropped before what they have made.
        taken.sort_unstable_by_key(|proxy| std::cmp::Reverse(proxy.age));
        taken
    }
}

// A session can end at any moment, such as when its future is dropped. An instance that all
// sessions share would then keep the handles for ever.
impl Drop for Proxies {
    fn drop(&mut self) {
        for (slot, owner) in std::mem::take(&mut self.owners).into_iter().enumerate() {
            let Some(owner) = owner else { continue };
            let left = self.take_all(slot);
            if let Some(owner) = owner.handles().filter(|_| !left.is_empty()) {
                owner.abandon(left);
            }
        }
    }
}

/// The handles of one call: those in its arguments, which the caller's engine has given up, and
/// those in its results, which it does not have yet.
#[derive(Default)]
pub(crate) struct Handed {
    pub(crate) arguments: Vec<Val>,
    /// For each handle in the arguments, in order, its proxy, and whether it is given away.
    pub(crate) passed: Vec<(Label, bool)>,
    /// The proxy of each handle in the results, in order.
    pub(crate) made: Vec<Label>,
}

impl Handed {
    /// Returns the arguments with the handles of the provider's instance in place of proxies. A
    /// proxy that is given away is gone from the table.
    pub(super) fn give(
        &mut self,
        proxies: &mut Proxies,
        instance: u64,
    ) -> Result<Vec<Val>, Unusable> {
        let mut handles = Vec::with_capacity(self.passed.len());
        for (label, _) in &self.passed {
            handles.push(proxies.get(*label)?.handle_of(instance).ok_or(STALE)?);
        }
        // In a second pass, so that a call that is refused takes nothing out of the table. A handle
        // that is given away twice fails here.
        for (label, _) in self.passed.iter().filter(|(_, is_own)| *is_own) {
            proxies.remove(*label)?;
        }
        let mut arguments = std::mem::take(&mut self.arguments);
        let mut handles = handles.into_iter();
        for argument in &mut arguments {
            visit_handles(argument, &mut |handle| {
                *handle = handles.next().ok_or(FOREIGN)?;
                Ok(())
            })?;
        }
        Ok(arguments)
    }

    /// Makes a proxy for each handle in the results of a provider's instance, whose resources have
    /// these types.
    pub(super) fn keep(
        &mut self,
        proxies: &mut Proxies,
        slot: usize,
        (instance, types): (u64, &[Option<ResourceType>]),
        results: &mut [Val],
    ) -> Result<(), Unusable> {
        for result in results {
            visit_handles(result, &mut |handle| {
                let is_it = |ty: &Option<ResourceType>| *ty == Some(handle.ty());
                let place = types.iter().position(is_it).ok_or(FOREIGN)?;
                let proxy = Proxy { slot, place, held: Held::Handle(instance, *handle), age: 0 };
                self.made.push(proxies.insert(proxy).ok_or(FOREIGN)?);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Handles of a provider's that a guest had not dropped at the end of its session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOver {
    /// The resource: `namespace:package/interface.resource`.
    pub resource: String,
    /// The provider, as errors describe it.
    pub provider: String,
    /// The number of handles.
    pub count: usize,
}

impl LeftOver {
    /// Counts proxies by their resources, of which `name` returns the names.
    pub(crate) fn of(left: &[Proxy], provider: &str, name: impl Fn(usize) -> String) -> Vec<Self> {
        let mut places: Vec<_> = left.iter().map(Proxy::place).collect();
        places.sort_unstable();
        let counted = places.chunk_by(|one, other| one == other).map(|same| Self {
            resource: same.first().map(|place| name(*place)).unwrap_or_default(),
            provider: provider.to_owned(),
            count: same.len(),
        });
        counted.collect()
    }
}
