//! Looks a guest through before it is compiled, and refuses what would cost the
//! compiler too much: compiling is where a small file can do the most harm, and
//! no fuel, epoch or limiter exists yet. One pass over the sections, which
//! keeps no more than counters; whether a guest is valid is the engine's to find.

mod code;
mod module;
mod scopes;
mod types;

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Instance, Parser, Payload,
};

use crate::limits::{LimitReached, Limits};
use module::Modules;
use scopes::{Makes, Scopes};

/// Why a guest is not compiled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Limit(LimitReached),
    Malformed(String),
    /// It does with a component what makes its instances impossible to count.
    Uncounted(&'static str),
}

impl From<BinaryReaderError> for Refusal {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Refuses a guest that is over a limit.
pub(crate) fn scan(binary: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let (scopes, modules) = (Scopes::default(), Modules::default());
    let (definitions, functions, items) = (0, 0, 0);
    let mut scan = Scan { binary, limits, scopes, modules, definitions, functions, items };
    for payload in Parser::new(0).parse_all(binary) {
        let payload = payload?;
        // Sections are items as well, of whatever kind.
        scan.items(u32::from(payload.as_section().is_some()))?;
        scan.payload(payload)?;
    }
    Ok(())
}

struct Scan<'l> {
    binary: &'l [u8],
    limits: &'l Limits,
    scopes: Scopes,
    modules: Modules,
    definitions: usize,
    functions: usize,
    items: usize,
}

impl Scan<'_> {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), Refusal> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.begin(encoding == wasmparser::Encoding::Component)
            }
            Payload::End(_) => {
                self.scopes.end();
                Ok(())
            }
            Payload::TypeSection(section) => {
                self.items(section.count())?;
                section.into_iter().try_for_each(|types| self.modules.types(&types?, self.limits))
            }
            Payload::CodeSectionStart { count, .. } => self.functions(count),
            Payload::CodeSectionEntry(body) => self.modules.body(&body, self.limits),
            Payload::ImportSection(section) => {
                self.items(section.count())?;
                let mut imports = section.into_imports();
                imports.try_for_each(|import| self.modules.import(&import?, self.limits))
            }
            Payload::FunctionSection(section) => section.into_iter().try_for_each(|ty| {
                self.modules.function(ty?);
                Ok(())
            }),
            Payload::TableSection(section) => self.items(section.count()),
            Payload::MemorySection(section) => self.items(section.count()),
            Payload::TagSection(section) => self.items(section.count()),
            Payload::GlobalSection(section) => {
                self.items(section.count())?;
                section.into_iter().try_for_each(|one| self.modules.global(&one?, self.limits))
            }
            Payload::ExportSection(section) => {
                self.items(section.count())?;
                self.modules.exports(section.count(), self.limits)
            }
            Payload::ElementSection(section) => {
                self.items(section.count())?;
                self.modules.elements(section, self.limits)
            }
            Payload::DataSection(section) => {
                self.items(section.count())?;
                self.modules.data(section, self.limits)
            }
            Payload::CoreTypeSection(section) => self.items(section.count()),
            Payload::ComponentExportSection(section) => {
                self.items(section.count())?;
                section.into_iter().try_for_each(|export| {
                    let export = export?;
                    match export.kind {
                        ComponentExternalKind::Component => self.again(0, export.index),
                        _ => Ok(()),
                    }
                })
            }
            Payload::ComponentCanonicalSection(section) => {
                self.functions(section.count())?;
                self.makes(Makes { instances: 0, functions: section.count() as usize })
            }
            Payload::ComponentTypeSection(section) => {
                self.items(section.count())?;
                self.types(section.range())
            }
            Payload::ComponentImportSection(section) => {
                self.items(section.count())?;
                section.into_iter().try_for_each(|import| match import?.ty {
                    ComponentTypeRef::Component(_) => Err(unbounded("imports")),
                    _ => Ok(()),
                })
            }
            Payload::ComponentAliasSection(section) => {
                self.items(section.count())?;
                section.into_iter().try_for_each(|alias| self.alias(&alias?))
            }
            Payload::InstanceSection(section) => {
                section.into_iter().try_for_each(|instance| match instance? {
                    Instance::Instantiate { .. } => {
                        self.makes(Makes { instances: 1, functions: 0 })
                    }
                    Instance::FromExports(exports) => self.items(length(exports.len())),
                })
            }
            Payload::ComponentInstanceSection(section) => {
                section.into_iter().try_for_each(|instance| self.instance(&instance?))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, is_component: bool) -> Result<(), Refusal> {
        let depth = self.scopes.begin(is_component);
        self.modules.begin();
        self.definitions += 1;
        within(depth, self.limits.nesting, LimitReached::Nesting)?;
        within(self.definitions, self.limits.definitions, LimitReached::Definitions)
    }

    fn types(&self, section: Range<usize>) -> Result<(), Refusal> {
        let (at, bytes) = (section.start, self.binary.get(section).unwrap_or_default());
        let depth = types::depth(bytes, at, self.limits.nesting)?;
        within(depth, self.limits.nesting, LimitReached::Nesting)
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) -> Result<(), Refusal> {
        match alias {
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                Err(unbounded("takes from an instance"))
            }
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                self.again(*count as usize, *index)
            }
            _ => Ok(()),
        }
    }

    /// A component of the scope so far out gets one more index here.
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
                self.makes(makes)
            }
            ComponentInstance::FromExports(exports) => {
                if exports.iter().any(|export| export.kind == ComponentExternalKind::Component) {
                    return Err(unbounded("exports"));
                }
                self.items(length(exports.len()))
            }
        }
    }

    fn makes(&mut self, more: Makes) -> Result<(), Refusal> {
        let Makes { instances, functions } = self.scopes.add(more);
        let limits = self.limits;
        within(instances, limits.effective_instances, LimitReached::EffectiveInstances)?;
        within(functions, limits.effective_functions, LimitReached::EffectiveFunctions)
    }

    fn functions(&mut self, more: u32) -> Result<(), Refusal> {
        self.functions = self.functions.saturating_add(more as usize);
        within(self.functions, self.limits.functions, LimitReached::Functions)
    }

    fn items(&mut self, more: u32) -> Result<(), Refusal> {
        self.items = self.items.saturating_add(more as usize);
        within(self.items, self.limits.items, LimitReached::Items)
    }
}

fn within(found: usize, limit: usize, reached: fn(usize) -> LimitReached) -> Result<(), Refusal> {
    if found > limit { Err(Refusal::Limit(reached(limit))) } else { Ok(()) }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A component that is handed around as a value may be instantiated any number
/// of times, which cannot be counted without running it.
fn unbounded(how: &'static str) -> Refusal {
    Refusal::Uncounted(how)
}
