//! Looks a guest through before it is compiled, and refuses what would cost the
//! compiler too much: compiling is where a small file can do the most harm, and
//! no fuel, epoch or limiter exists yet. One pass over the sections; code is
//! measured and not decoded, whether it is valid is the engine's to find.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, CompositeInnerType, FunctionBody, Instance, Parser,
    Payload, RecGroup,
};

use crate::limits::{LimitReached, Limits};

/// Why a guest is not compiled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Limit(LimitReached),
    Malformed(String),
}

impl From<BinaryReaderError> for Refusal {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Refuses a guest that is over a limit.
pub(crate) fn scan(binary: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let mut scan = Scan { limits, scopes: Vec::new(), definitions: 0, functions: 0, items: 0 };
    for payload in Parser::new(0).parse_all(binary) {
        scan.payload(payload?)?;
    }
    Ok(())
}

struct Scan<'l> {
    limits: &'l Limits,
    /// The module or component that is read, innermost last.
    scopes: Vec<Scope>,
    definitions: usize,
    functions: usize,
    items: usize,
}

/// What is known of a component that is not read to its end.
#[derive(Default)]
struct Scope {
    is_component: bool,
    /// How many instances this component makes, those of its instances included.
    instances: usize,
    /// The same of each component in its index space.
    components: Vec<usize>,
}

impl Scan<'_> {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), Refusal> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.begin(encoding == wasmparser::Encoding::Component)
            }
            Payload::End(_) => {
                self.end();
                Ok(())
            }
            Payload::TypeSection(section) => {
                self.items(section.count())?;
                section.into_iter().try_for_each(|types| self.signatures(&types?))
            }
            Payload::CodeSectionStart { count, .. } => self.functions(count),
            Payload::CodeSectionEntry(body) => self.body(&body),
            Payload::ImportSection(section) => self.items(section.count()),
            Payload::TableSection(section) => self.items(section.count()),
            Payload::MemorySection(section) => self.items(section.count()),
            Payload::TagSection(section) => self.items(section.count()),
            Payload::GlobalSection(section) => self.items(section.count()),
            Payload::ExportSection(section) => self.items(section.count()),
            Payload::ElementSection(section) => self.items(section.count()),
            Payload::DataSection(section) => self.items(section.count()),
            Payload::CoreTypeSection(section) => self.items(section.count()),
            Payload::ComponentTypeSection(section) => self.items(section.count()),
            Payload::ComponentExportSection(section) => self.items(section.count()),
            Payload::ComponentCanonicalSection(section) => self.functions(section.count()),
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
                    Instance::Instantiate { .. } => self.instances(1),
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
        self.scopes.push(Scope { is_component, ..Scope::default() });
        self.definitions += 1;
        within(self.scopes.len(), self.limits.nesting, LimitReached::Nesting)?;
        within(self.definitions, self.limits.definitions, LimitReached::Definitions)
    }

    fn end(&mut self) {
        let ended = self.scopes.pop().unwrap_or_default();
        if let (true, Some(outer)) = (ended.is_component, self.scopes.last_mut()) {
            outer.components.push(ended.instances.saturating_add(1));
        }
    }

    fn signatures(&mut self, types: &RecGroup) -> Result<(), Refusal> {
        types.types().try_for_each(|ty| match &ty.composite_type.inner {
            CompositeInnerType::Func(ty) => {
                let signature = ty.params().len() + ty.results().len();
                within(signature, self.limits.signature, LimitReached::Signature)
            }
            _ => Ok(()),
        })
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), Refusal> {
        within(body.range().len(), self.limits.body, LimitReached::Body)?;
        let mut locals = 0_usize;
        for group in body.get_locals_reader()? {
            let (count, _) = group?;
            locals = locals.saturating_add(count as usize);
            within(locals, self.limits.locals, LimitReached::Locals)?;
        }
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) -> Result<(), Refusal> {
        match alias {
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                Err(unbounded("takes out of an instance"))
            }
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                let scope = self.scopes.len().checked_sub(1 + *count as usize);
                let outer = scope.and_then(|scope| self.scopes.get(scope));
                let instances = outer.and_then(|outer| outer.components.get(*index as usize));
                let instances = *instances.ok_or_else(|| malformed("component", *index))?;
                if let Some(scope) = self.scopes.last_mut() {
                    scope.components.push(instances);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn instance(&mut self, instance: &ComponentInstance<'_>) -> Result<(), Refusal> {
        match instance {
            ComponentInstance::Instantiate { component_index, .. } => {
                let scope = self.scopes.last();
                let instances = scope.and_then(|s| s.components.get(*component_index as usize));
                let instances =
                    *instances.ok_or_else(|| malformed("component", *component_index))?;
                self.instances(instances)
            }
            ComponentInstance::FromExports(exports) => {
                if exports.iter().any(|export| export.kind == ComponentExternalKind::Component) {
                    return Err(unbounded("exports"));
                }
                self.items(length(exports.len()))
            }
        }
    }

    fn instances(&mut self, more: usize) -> Result<(), Refusal> {
        let limit = self.limits.effective_instances;
        let Some(scope) = self.scopes.last_mut() else { return Ok(()) };
        scope.instances = scope.instances.saturating_add(more);
        within(scope.instances, limit, LimitReached::EffectiveInstances)
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

fn malformed(what: &str, index: u32) -> Refusal {
    Refusal::Malformed(format!("unknown {what} {index}: index out of bounds"))
}

/// A component that is handed around as a value may be instantiated any number
/// of times, which cannot be counted without running it.
fn unbounded(how: &str) -> Refusal {
    Refusal::Malformed(format!(
        "it {how} a component, whose instances cannot be counted ahead; define the component \
         where it is instantiated"
    ))
}
