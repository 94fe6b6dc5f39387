//! One pass over the sections of a guest, with those of the modules in it: what
//! made it, its custom sections, and which of its modules imports what. It keeps
//! what can be read of sections that are malformed, since no one depends on them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wasm_metadata::Producers;
use wasmparser::{
    ComponentExternalKind, ComponentName, ComponentTypeRef, CustomSectionReader, KnownCustom, Name,
    Naming, Parser, Payload,
};

use super::names::asked;
use super::{CustomSection, Producer};

/// What all sections of debug information are called together.
const DEBUG: &str = ".debug_*";

/// What was found, and who asks for what.
#[derive(Default)]
pub(super) struct Contents {
    producers: BTreeSet<Producer>,
    custom: BTreeMap<String, CustomSection>,
    /// The core modules in a component, in order.
    modules: Vec<Option<String>>,
    /// Those of the outermost component, as it counts them. It knows modules
    /// from elsewhere as well, which are none of these.
    own: Vec<Option<usize>>,
    /// The modules that import something, by what [`asked`] calls that.
    askers: HashMap<String, Vec<usize>>,
    /// What the outermost component imports and exports, by name and sort.
    pub(super) imports: Vec<(String, &'static str)>,
    pub(super) exports: Vec<(String, &'static str)>,
}

impl Contents {
    /// Reads a binary as far as it can be read.
    pub(super) fn read(binary: &[u8]) -> Self {
        let mut contents = Self::default();
        // For each component or module that is being read, the module's number.
        let mut open: Vec<Option<usize>> = Vec::new();
        for payload in Parser::new(0).parse_all(binary) {
            let Ok(payload) = payload else { break };
            match payload {
                Payload::Version { encoding: wasmparser::Encoding::Module, .. } => {
                    let module = contents.modules.len();
                    if open.len() == 1 {
                        contents.own.push(Some(module));
                    }
                    open.push(Some(module));
                    contents.modules.push(None);
                }
                Payload::Version { .. } => open.push(None),
                Payload::End(_) => {
                    open.pop();
                }
                Payload::CustomSection(section) => {
                    contents.custom(&section, &open);
                }
                Payload::ImportSection(section) => {
                    let module = open.last().copied().flatten().unwrap_or_default();
                    for import in section.into_imports().flatten() {
                        contents.asks(module, asked(import.module, import.name));
                    }
                }
                Payload::ComponentImportSection(section) if open.len() == 1 => {
                    for import in section.into_iter().flatten() {
                        let sort = sort(import.ty.kind());
                        contents.imports.push((import.name.name.to_owned(), sort));
                        if matches!(import.ty, ComponentTypeRef::Module(_)) {
                            contents.own.push(None);
                        }
                    }
                }
                Payload::ComponentExportSection(section) if open.len() == 1 => {
                    let exports = section.into_iter().flatten();
                    let exports = exports.map(|one| (one.name.name.to_owned(), sort(one.kind)));
                    contents.exports.extend(exports);
                }
                _ => {}
            }
        }
        contents
    }

    /// What made the guest and what is in it.
    pub(super) fn producers(&self) -> Vec<Producer> {
        self.producers.iter().cloned().collect()
    }

    /// The custom sections, those of one name in one.
    pub(super) fn custom_sections(&self) -> Vec<CustomSection> {
        self.custom.values().cloned().collect()
    }

    /// The core modules in a component that import what it imports as `import`.
    pub(super) fn askers(&self, import: &str) -> Vec<String> {
        let modules = self.askers.get(&asked(import, "")).map_or(&[][..], Vec::as_slice);
        modules.iter().map(|module| self.name(*module)).collect()
    }

    fn name(&self, module: usize) -> String {
        match self.modules.get(module) {
            Some(Some(name)) => name.clone(),
            _ => format!("core module {module}"),
        }
    }

    fn asks(&mut self, module: usize, import: String) {
        let askers = self.askers.entry(import).or_default();
        if askers.last() != Some(&module) {
            askers.push(module);
        }
    }

    /// Gives a module the name that its component has for it.
    fn call(&mut self, naming: Naming<'_>) {
        let index = usize::try_from(naming.index).ok();
        let module = index.and_then(|index| self.own.get(index).copied().flatten());
        if let Some(slot) = module.and_then(|module| self.modules.get_mut(module)) {
            slot.get_or_insert_with(|| naming.name.to_owned());
        }
    }

    fn custom(&mut self, section: &CustomSectionReader<'_>, open: &[Option<usize>]) {
        let (depth, module) = (open.len(), open.last().copied().flatten());
        let is_debug = section.name().starts_with(".debug_");
        let name = if is_debug { DEBUG } else { section.name() };
        let empty = || CustomSection { name: name.to_owned(), count: 0, size: 0 };
        let sum = self.custom.entry(name.to_owned()).or_insert_with(empty);
        sum.count += 1;
        sum.size += section.data().len();
        match section.as_known() {
            KnownCustom::Producers(_) => self.produced(section),
            KnownCustom::ComponentName(names) if module.is_none() && depth == 1 => {
                for names in names.into_iter().flatten() {
                    if let ComponentName::CoreModules(names) = names {
                        names.into_iter().flatten().for_each(|one| self.call(one));
                    }
                }
            }
            KnownCustom::Name(names) => {
                let named = names.into_iter().flatten().find_map(|name| match name {
                    Name::Module { name, .. } => Some(name.to_owned()),
                    _ => None,
                });
                if let Some(slot) = module.and_then(|module| self.modules.get_mut(module)) {
                    *slot = named;
                }
            }
            _ => {}
        }
    }

    fn produced(&mut self, section: &CustomSectionReader<'_>) {
        let Ok(producers) = Producers::from_bytes(section.data(), section.data_offset()) else {
            return;
        };
        for (role, tools) in producers.iter() {
            self.producers.extend(tools.iter().map(|(name, version)| Producer {
                role: role.clone(),
                name: name.clone(),
                version: version.clone(),
            }));
        }
    }
}

/// What WIT calls a sort of item, or the component model where WIT has none.
fn sort(kind: ComponentExternalKind) -> &'static str {
    match kind {
        ComponentExternalKind::Module => "core module",
        ComponentExternalKind::Func => "function",
        ComponentExternalKind::Value => "value",
        ComponentExternalKind::Type => "type",
        ComponentExternalKind::Instance => "interface",
        ComponentExternalKind::Component => "component",
    }
}
