//! Scans a guest before it is compiled, and refuses one that would cost the compiler too much.
//! Compiling is where a small file can do the most harm, because neither fuel nor epochs nor a
//! limiter apply to it. The scan is one pass over the sections that keeps only counters. It
//! does not decide whether a guest is valid; the engine does.

mod bounds;
mod code;
mod module;
mod scopes;
mod types;

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Instance, Parser, Payload,
};

use crate::limits::{LimitReached, Limits, OverLimit};
use crate::side::Side;
use bounds::Bounds;
use module::Modules;
use scopes::{Makes, Scopes};

/// Why a guest is not compiled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The guest is over `limit`, and over the `others`.
    Limits {
        limit: OverLimit,
        others: Vec<OverLimit>,
    },
    Malformed(String),
    /// The guest passes a component as a value, so its instances cannot be counted.
    Uncounted {
        side: Side,
        name: String,
    },
}

impl From<BinaryReaderError> for Refusal {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Refuses a guest that is over its limits.
pub(crate) fn scan(binary: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let (scopes, modules) = (Scopes::default(), Modules::default());
    let (definitions, functions, items) = (0, 0, 0);
    let bounds = Bounds::new(limits);
    let mut scan = Scan { binary, bounds, scopes, modules, definitions, functions, items };
    let read = scan.all();
    let mut reached = scan.bounds.reached().into_iter();
    // A limit that was passed before the guest turned out to be malformed is the better reason:
    // it may be what broke the reading off.
    match reached.next() {
        Some(limit) => Err(Refusal::Limits { limit, others: reached.collect() }),
        None => read,
    }
}

struct Scan<'l> {
    binary: &'l [u8],
    bounds: Bounds<'l>,
    scopes: Scopes,
    modules: Modules,
    definitions: usize,
    functions: usize,
    items: usize,
}

impl Scan<'_> {
    fn all(&mut self) -> Result<(), Refusal> {
        for payload in Parser::new(0).parse_all(self.binary) {
            let payload = payload?;
            // Sections of every kind count as items as well, so that empty ones are not free.
            self.items(u32::from(payload.as_section().is_some()));
            self.payload(payload)?;
        }
        Ok(())
    }

    fn payload(&mut self, payload: Payload<'_>) -> Result<(), Refusal> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.begin(encoding == wasmparser::Encoding::Component);
                Ok(())
            }
            Payload::End(_) => {
                self.scopes.end();
                Ok(())
            }
            Payload::TypeSection(section) => {
                self.items(section.count());
                section.into_iter().try_for_each(|types| {
                    self.modules.types(&types?, &mut self.bounds);
                    Ok(())
                })
            }
            Payload::CodeSectionStart { count, .. } => {
                self.functions(count);
                Ok(())
            }
            Payload::CodeSectionEntry(body) => self.modules.body(&body, &mut self.bounds),
            Payload::ImportSection(section) => {
                self.items(section.count());
                let mut imports = section.into_imports();
                imports.try_for_each(|import| {
                    self.modules.import(&import?, &mut self.bounds);
                    Ok(())
                })
            }
            // These are counted with the code section, which has one body for each.
            Payload::FunctionSection(section) => section.into_iter().try_for_each(|ty| {
                self.modules.function(ty?);
                Ok(())
            }),
            Payload::TableSection(section) => {
                self.items(section.count());
                Ok(())
            }
            Payload::MemorySection(section) => {
                self.items(section.count());
                Ok(())
            }
            Payload::TagSection(section) => {
                self.items(section.count());
                Ok(())
            }
            Payload::GlobalSection(section) => {
                self.items(section.count());
                section.into_iter().try_for_each(|one| self.modules.global(&one?, &mut self.bounds))
            }
            Payload::ExportSection(section) => {
                self.items(section.count());
                self.modules.exports(section.count(), &mut self.bounds);
                Ok(())
            }
            Payload::ElementSection(section) => {
                self.items(section.count());
                self.modules.elements(section, &mut self.bounds)
            }
            Payload::DataSection(section) => {
                self.items(section.count());
                self.modules.data(section, &mut self.bounds)
            }
            Payload::CoreTypeSection(section) => {
                self.items(section.count());
                Ok(())
            }
            Payload::ComponentExportSection(section) => {
                self.items(section.count());
                section.into_iter().try_for_each(|export| {
                    let export = export?;
                    match export.kind {
                        ComponentExternalKind::Component => self.again(0, export.index),
                        _ => Ok(()),
                    }
                })
            }
            Payload::ComponentCanonicalSection(section) => {
                self.functions(section.count());
                self.makes(Makes { instances: 0, functions: section.count() as usize });
                Ok(())
            }
            Payload::ComponentTypeSection(section) => {
                self.items(section.count());
                self.types(section.range())
            }
            Payload::ComponentImportSection(section) => {
                self.items(section.count());
                section.into_iter().try_for_each(|import| {
                    let import = import?;
                    match import.ty {
                        ComponentTypeRef::Component(_) => {
                            Err(unbounded(Side::Import, import.name.name))
                        }
                        _ => Ok(()),
                    }
                })
            }
            Payload::ComponentAliasSection(section) => {
                self.items(section.count());
                section.into_iter().try_for_each(|alias| self.alias(&alias?))
            }
            Payload::InstanceSection(section) => section.into_iter().try_for_each(|instance| {
                match instance? {
                    Instance::Instantiate { .. } => {
                        self.makes(Makes { instances: 1, functions: 0 });
                    }
                    Instance::FromExports(exports) => self.items(length(exports.len())),
                }
                Ok(())
            }),
            Payload::ComponentInstanceSection(section) => {
                section.into_iter().try_for_each(|instance| self.instance(&instance?))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, is_component: bool) {
        let depth = self.scopes.begin(is_component);
        self.modules.begin();
        self.definitions += 1;
        let (definitions, limits) = (self.definitions, self.bounds.limits);
        self.bounds.within(depth, limits.nesting, LimitReached::Nesting);
        self.bounds.within(definitions, limits.definitions, LimitReached::Definitions);
    }

    fn types(&mut self, section: Range<usize>) -> Result<(), Refusal> {
        let (at, bytes) = (section.start, self.binary.get(section).unwrap_or_default());
        let limits = self.bounds.limits;
        if types::depth(bytes, at, limits.nesting)? > limits.nesting {
            self.bounds.beyond(LimitReached::Nesting(limits.nesting));
        }
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) -> Result<(), Refusal> {
        match alias {
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Component, name, ..
            } => Err(unbounded(Side::Export, name)),
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                self.again(*count as usize, *index)
            }
            _ => Ok(()),
        }
    }

    /// Gives a component of the scope `out` levels up one more index in the innermost scope.
    fn again(&mut self, out: usize, index: u32) -> Result<(), Refusal> {
        let makes = self.component(out, index)?;
        self.scopes.index(makes);
        Ok(())
    }

    fn component(&self, out: usize, index: u32) -> Result<Makes, Refusal> {
        let unknown = || format!("unknown component {index}, {out} components out");
        self.scopes.component(out, index).ok_or_else(|| Refusal::Malformed(unknown()))
    }

    fn instance(&mut self, instance: &ComponentInstance<'_>) -> Result<(), Refusal> {
        match instance {
            ComponentInstance::Instantiate { component_index, .. } => {
                let makes = self.component(0, *component_index)?;
                self.makes(makes);
                Ok(())
            }
            ComponentInstance::FromExports(exports) => {
                let is_component = |kind| kind == ComponentExternalKind::Component;
                if let Some(export) = exports.iter().find(|export| is_component(export.kind)) {
                    return Err(unbounded(Side::Export, export.name.name));
                }
                self.items(length(exports.len()));
                Ok(())
            }
        }
    }

    fn makes(&mut self, more: Makes) {
        let Makes { instances, functions } = self.scopes.add(more);
        let (most, reached) = (self.bounds.limits, LimitReached::EffectiveInstances);
        self.bounds.within(instances, most.effective_instances, reached);
        let reached = LimitReached::EffectiveFunctions;
        self.bounds.within(functions, most.effective_functions, reached);
    }

    fn functions(&mut self, more: u32) {
        self.functions = self.functions.saturating_add(more as usize);
        let most = self.bounds.limits.functions;
        self.bounds.within(self.functions, most, LimitReached::Functions);
    }

    fn items(&mut self, more: u32) {
        self.items = self.items.saturating_add(more as usize);
        self.bounds.within(self.items, self.bounds.limits.items, LimitReached::Items);
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Refuses a component that is passed as a value. It may be instantiated any number of times,
/// which cannot be counted without running the guest.
fn unbounded(side: Side, name: &str) -> Refusal {
    Refusal::Uncounted { side, name: name.to_owned() }
}
