//! What serves a component's imports beside the functions in a linker: by values, with the
//! types that the component itself has. Who that is, and how it is called, is not known here.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, InstancePre, Linker};
use wit_parser::{Function, WorldItem};

use crate::fit::Mismatch;
use crate::fit::names::is_same_interface;
use crate::offer::Offer;
use wit_host_values::{Signature, alike};
use wit_host_wit::{Decoded, Sides, differences, function as notation};

/// Serves imports of components, whose stores hold `S`.
pub trait Serving<S: 'static> {
    /// The linker with what serves the component's imports and is not in it, or nothing where
    /// nothing is to be added.
    ///
    /// # Errors
    /// That something would serve an import, and cannot; and the engine's.
    fn linker(
        &self,
        component: &Component,
        linker: &Linker<S>,
    ) -> Result<Option<Linker<S>>, NotLinked>;

    /// Who serves a function of an interface, or of the world itself, in words. Nothing where
    /// that is a function of the contract.
    fn server(&self, interface: Option<&str>, function: &str) -> Option<String>;
}

/// Why a component was not linked.
#[derive(Debug)]
pub enum NotLinked {
    /// Who would serve an import cannot.
    Unserved(Box<NotServed>),
    /// The engine refuses it.
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

/// An import that somebody would serve, and cannot.
#[derive(Clone, Debug)]
pub struct NotServed {
    /// The interface that it is in, as the component has it.
    pub interface: Option<String>,
    /// The function or the resource.
    pub item: String,
    /// Who would serve it, in words.
    pub server: String,
    /// Why not.
    pub reason: String,
    /// What can be done about it.
    pub fix: String,
    /// The type that the component has it with, and the server's.
    pub types: Option<(String, String)>,
    /// The server's own types, where they have names.
    pub declared: Option<Arc<Decoded>>,
}

impl NotServed {
    /// A function that is served with another type.
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

    /// The import's full name.
    pub fn name(&self) -> String {
        match &self.interface {
            Some(interface) => format!("{interface}.{}", self.item),
            None => self.item.clone(),
        }
    }

    /// The reason as that of a guest that does not fit; where its types have names, by the
    /// smallest part that differs.
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
    /// The interface that it is in, in full.
    pub interface: Option<String>,
    /// Its own name, with the kind of a resource's function before it.
    pub name: String,
    /// What it takes and returns.
    pub ty: ComponentFunc,
}

impl Typed {
    /// Whether it is the function of that name in an interface that the engine would take for
    /// its own.
    pub fn is(&self, interface: Option<&str>, name: &str) -> bool {
        let is_of = match (&self.interface, interface) {
            (Some(own), Some(other)) => is_same_interface(own, other),
            (None, None) => true,
            _ => false,
        };
        is_of && self.name == name
    }

    /// Refuses a type that is another one.
    ///
    /// # Errors
    /// [`NotServed`], in the words of a server whose type this is.
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

/// The functions that a component imports, in their order, and the resources, with the
/// interfaces that these are in.
pub fn imports(component: &Component) -> (Vec<Typed>, Vec<(String, String)>) {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut of = Items::default();
    ty.imports(engine).for_each(|(name, import)| of.take(engine, name, import.ty));
    (of.functions, of.resources)
}

/// The same of what it exports.
pub fn exports(component: &Component) -> (Vec<Typed>, Vec<(String, String)>) {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut of = Items::default();
    ty.exports(engine).for_each(|(name, export)| of.take(engine, name, export.ty));
    (of.functions, of.resources)
}

#[derive(Default)]
struct Items {
    functions: Vec<Typed>,
    resources: Vec<(String, String)>,
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
                        ComponentItem::Resource(_) => self.resources.push((interface, item)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

impl<S: 'static> Offer<'_, S> {
    /// Links a component, or says why it cannot.
    ///
    /// # Errors
    /// [`NotLinked`].
    pub fn link(&self, component: &Component) -> Result<InstancePre<S>, NotLinked> {
        let linker = self.serving.linker(component, self.components)?;
        let linker = linker.as_ref().unwrap_or(self.components);
        Ok(linker.instantiate_pre(component)?)
    }
}
