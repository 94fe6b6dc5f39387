//! Links functions over values to a component's imports that the linker does not serve, with the
//! types that the component declares. What serves them, and how a call is served, is not known
//! here.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, InstancePre, Linker, ResourceType};
use wit_parser::{Function, WorldItem};

use crate::fit::Mismatch;
use crate::fit::names::is_same_interface;
use crate::offer::Offer;
use wit_host_values::{Signature, alike};
use wit_host_wit::{Decoded, Sides, differences, function as notation};

/// Serves imports of components, whose stores hold `S`.
pub trait Serving<S: 'static> {
    /// Returns a copy of the linker with what else serves the component's imports, or `None` if
    /// there is nothing to add.
    ///
    /// # Errors
    /// [`NotLinked::Unserved`] if an import has a provider that cannot serve it, and the engine's
    /// errors.
    fn linker(
        &self,
        component: &Component,
        linker: &Linker<S>,
    ) -> Result<Option<Linker<S>>, NotLinked>;

    /// Describes what serves a function of an interface, or of the world itself. `None` for a
    /// function of the contract, and for one that nothing serves over values.
    fn server(&self, interface: Option<&str>, function: &str) -> Option<String>;
}

/// The reason why a component was not linked.
#[derive(Debug)]
pub enum NotLinked {
    /// An import has a provider, which cannot serve it.
    Unserved(Box<NotServed>),
    /// The engine refuses to link the component.
    Engine(wasmtime::Error),
}

impl From<wasmtime::Error> for NotLinked {
    fn from(error: wasmtime::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Box<NotServed>> for NotLinked {
    fn from(unserved: Box<NotServed>) -> Self {
        Self::Unserved(unserved)
    }
}

/// An import that has a provider, which cannot serve it.
#[derive(Clone, Debug)]
pub struct NotServed {
    /// The interface of the import, with the component's name for it.
    pub interface: Option<String>,
    /// The name of the function or the resource.
    pub item: String,
    /// The provider, as errors describe it.
    pub server: String,
    /// The reason why it cannot serve the import.
    pub reason: String,
    /// What can be done to serve the import.
    pub fix: String,
    /// The type of the import in the component, and its type in the provider.
    pub types: Option<(String, String)>,
    /// The world of the provider, if its types have names.
    pub declared: Option<Arc<Decoded>>,
}

impl NotServed {
    /// Creates the error for a function that the server has with another type.
    pub fn other_type(
        (interface, item): (Option<&str>, &str),
        server: &str,
        guest: &ComponentFunc,
        theirs: &ComponentFunc,
    ) -> Self {
        let types = [guest, theirs].map(|ty| Signature::of_component(ty).to_string());
        let [guest, theirs] = types;
        Self {
            interface: interface.map(Into::into),
            item: item.into(),
            server: server.into(),
            reason: format!("{server} has it with another type"),
            fix: "build both against the same WIT".into(),
            types: Some((guest, theirs)),
            declared: None,
        }
    }

    /// Returns the import's full name.
    pub fn name(&self) -> String {
        match &self.interface {
            Some(interface) => format!("{interface}.{}", self.item),
            None => self.item.clone(),
        }
    }

    /// Returns the mismatch of the import for a guest that does not fit. If the types have names,
    /// it states the smallest part that differs.
    pub fn mismatch(&self, guest: Option<&Decoded>) -> Mismatch {
        let named = guest.and_then(|guest| self.by_parts(guest));
        named.unwrap_or_else(|| {
            let (guest, theirs) = self.types.clone().unzip();
            let mismatch = Mismatch::import(self.name(), &self.reason, &self.fix);
            mismatch.types(guest, theirs).of_provider()
        })
    }

    fn by_parts(&self, guest: &Decoded) -> Option<Mismatch> {
        self.types.as_ref()?;
        let theirs = self.declared.as_ref()?;
        let interface = self.interface.as_deref();
        let ours = function_of(guest, Part::Imports, interface, &self.item)?;
        let their = function_of(theirs, Part::Exports, interface, &self.item)?;
        let sides = Sides {
            ours: &guest.resolve,
            theirs: &theirs.resolve,
            our_name: "the guest",
            their_name: "the provider",
        };
        let found = differences(sides, ours, their);
        let first = found.first()?;
        let (our, their) = first
            .definitions
            .clone()
            .unwrap_or_else(|| (notation(sides.ours, ours), notation(sides.theirs, their)));
        let problem = format!("{}: {}", self.reason, crate::fit::sentences(&found));
        let mismatch = Mismatch::import(self.name(), problem, &self.fix);
        Some(mismatch.types(Some(our), Some(their)).of_provider())
    }
}

#[derive(Clone, Copy)]
enum Part {
    Imports,
    Exports,
}

fn function_of<'d>(
    of: &'d Decoded,
    part: Part,
    interface: Option<&str>,
    name: &str,
) -> Option<&'d Function> {
    let world = &of.resolve.worlds[of.world];
    let items = match part {
        Part::Imports => &world.imports,
        Part::Exports => &world.exports,
    };
    items.iter().find_map(|(key, item)| match (item, interface) {
        (WorldItem::Function(function), None) => (function.name == name).then_some(function),
        (WorldItem::Interface { id, .. }, Some(interface)) => {
            let is_it = is_same_interface(&of.resolve.name_world_key(key), interface);
            of.resolve.interfaces[*id].functions.get(name).filter(|_| is_it)
        }
        _ => None,
    })
}

/// A function that a component imports or exports.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The full name of the function's interface.
    pub interface: Option<String>,
    /// The function's own name, with the prefix of a resource's function.
    pub name: String,
    /// The type: parameters and results.
    pub ty: ComponentFunc,
}

impl Typed {
    /// Returns true if this is the function `name` of an interface that the engine accepts for this
    /// function's own.
    pub fn is(&self, interface: Option<&str>, name: &str) -> bool {
        let is_of = match (&self.interface, interface) {
            (Some(own), Some(other)) => is_same_interface(own, other),
            (None, None) => true,
            _ => false,
        };
        is_of && self.name == name
    }

    /// Refuses a guest's function whose type differs from this one.
    ///
    /// # Errors
    /// [`NotServed`], with `server` as the owner of this type.
    pub fn check(&self, guest: &Self, server: &str) -> Result<(), Box<NotServed>> {
        match alike(&guest.ty, &self.ty) {
            true => Ok(()),
            false => {
                let import = (guest.interface.as_deref(), &*guest.name);
                Err(Box::new(NotServed::other_type(import, server, &guest.ty, &self.ty)))
            }
        }
    }
}

/// A resource that a component imports or exports in an interface.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The full name of the interface.
    pub interface: String,
    /// The resource's own name.
    pub name: String,
    /// The type, as the component's functions have it. Several names of one resource have one type.
    pub ty: ResourceType,
}

impl Resource {
    /// Returns true if this is the resource `name` of an interface that the engine accepts for
    /// this resource's own.
    pub fn is(&self, interface: &str, name: &str) -> bool {
        self.name == name && is_same_interface(&self.interface, interface)
    }

    /// Returns the full name without a version: `namespace:package/interface.resource`.
    pub fn full_name(&self) -> String {
        let plain = self.interface.split('@').next().unwrap_or_default();
        format!("{plain}.{}", self.name)
    }
}

/// Returns the functions that a component imports, in their order, and the resources, each with its
/// interface.
pub fn imports(component: &Component) -> (Vec<Typed>, Vec<Resource>) {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut of = Items::default();
    ty.imports(engine).for_each(|(name, import)| of.take(engine, name, import.ty));
    (of.functions, of.resources)
}

/// Returns the functions that a component exports, in their order, and the resources, each with its
/// interface.
pub fn exports(component: &Component) -> (Vec<Typed>, Vec<Resource>) {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut of = Items::default();
    ty.exports(engine).for_each(|(name, export)| of.take(engine, name, export.ty));
    (of.functions, of.resources)
}

#[derive(Default)]
struct Items {
    functions: Vec<Typed>,
    resources: Vec<Resource>,
}

impl Items {
    fn take(&mut self, engine: &Engine, name: &str, item: ComponentItem) {
        let name = name.to_owned();
        match item {
            ComponentItem::ComponentFunc(ty) => {
                self.functions.push(Typed { interface: None, name, ty });
            }
            ComponentItem::ComponentInstance(instance) => {
                for (item, export) in instance.exports(engine) {
                    let (interface, item) = (name.clone(), item.to_owned());
                    match export.ty {
                        ComponentItem::ComponentFunc(ty) => {
                            let interface = Some(interface);
                            self.functions.push(Typed { interface, name: item, ty });
                        }
                        ComponentItem::Resource(ty) => {
                            self.resources.push(Resource { interface, name: item, ty });
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

impl<S: 'static> Offer<'_, S> {
    /// Links a component, or returns why it cannot be linked.
    ///
    /// # Errors
    /// [`NotLinked`].
    pub fn link(&self, component: &Component) -> Result<InstancePre<S>, NotLinked> {
        let linker = self.serving.linker(component, self.components)?;
        let linker = linker.as_ref().unwrap_or(self.components);
        Ok(linker.instantiate_pre(component)?)
    }
}
