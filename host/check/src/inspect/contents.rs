//! Reads the sections of a guest, and of the modules in it, in one pass: which tools made it, its
//! custom sections, and which of its modules imports what. It keeps what can be read of malformed
//! sections, because nothing depends on them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wasm_metadata::Producers;
use wasmparser::{
    ComponentExternalKind, ComponentImport, ComponentName, ComponentTypeRef, CustomSectionReader,
    Encoding, Import, ImportSectionReader, Imports, KnownCustom, Name, Naming, Parser, Payload,
};

use super::names::asked;
use super::{CustomSection, Producer, ROLES};
use wit_host_text::short;

/// The name under which all sections of debug information are counted.
const DEBUG: &str = ".debug_*";

/// The number of tools, and of custom sections, that are kept. A guest can have any number of them
/// at no cost to itself. Custom sections beyond it are counted under one name.
const MOST: usize = 1_000;
const OTHERS: &str = "others";
/// The largest list of tools that is read, in bytes. Usual lists have some hundred.
const LONGEST: usize = 64 << 10;

/// The contents of a guest, and which module imports what.
#[derive(Default)]
pub(super) struct Contents {
    producers: BTreeSet<Producer>,
    custom: BTreeMap<String, CustomSection>,
    /// The names of the core modules in a component, in order.
    modules: Vec<Option<String>>,
    /// For each core module in the index space of the outermost component, its position in
    /// `modules`. Modules that are not defined in this component have none.
    own: Vec<Option<usize>>,
    /// The modules that have an import, by the import's name as [`asked`] returns it.
    askers: HashMap<String, Vec<usize>>,
    /// The imports of the outermost component, as pairs of name and sort.
    pub(super) imports: Vec<(String, &'static str)>,
    pub(super) exports: Vec<(String, &'static str)>,
}

impl Contents {
    /// Reads a binary as far as it can be read.
    pub(super) fn read(binary: &[u8]) -> Self {
        let mut contents = Self::default();
        // For each component or module that is being read: the module's number, or `None` for a
        // component.
        let mut open: Vec<Option<usize>> = Vec::new();
        for payload in Parser::new(0).parse_all(binary) {
            let Ok(payload) = payload else { break };
            match payload {
                Payload::Version { encoding, .. } => {
                    let module = contents.begin(encoding, open.len());
                    open.push(module);
                }
                Payload::End(_) => {
                    open.pop();
                }
                Payload::CustomSection(section) => contents.custom(&section, &open),
                Payload::ImportSection(section) => {
                    let module = open.last().copied().flatten().unwrap_or_default();
                    for import in singles(section) {
                        contents.asks(module, asked(import.module, import.name));
                    }
                }
                Payload::ComponentImportSection(section) if open.len() == 1 => {
                    section.into_iter().flatten().for_each(|import| contents.import(&import));
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

    /// Returns the languages, tools and libraries that the guest was made with.
    pub(super) fn producers(&self) -> Vec<Producer> {
        self.producers.iter().cloned().collect()
    }

    /// Returns the custom sections. Sections of one name are summed up.
    pub(super) fn custom_sections(&self) -> Vec<CustomSection> {
        self.custom.values().cloned().collect()
    }

    /// Returns the core modules in a component that use its import `import`.
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

    /// Begins a module or a component. A module gets a number.
    fn begin(&mut self, encoding: Encoding, depth: usize) -> Option<usize> {
        if encoding == Encoding::Component {
            return None;
        }
        let module = self.modules.len();
        self.modules.push(None);
        if depth == 1 {
            self.own.push(Some(module));
        }
        Some(module)
    }

    fn import(&mut self, import: &ComponentImport<'_>) {
        self.imports.push((import.name.name.to_owned(), sort(import.ty.kind())));
        if matches!(import.ty, ComponentTypeRef::Module(_)) {
            self.own.push(None);
        }
    }

    fn asks(&mut self, module: usize, import: String) {
        let askers = self.askers.entry(import).or_default();
        // Modules are read one after the other, so an entry that is there already is the last one.
        if askers.last() != Some(&module) {
            askers.push(module);
        }
    }

    /// Sets the name that a component gives to one of its modules.
    fn call(&mut self, naming: Naming<'_>) {
        let index = usize::try_from(naming.index).ok();
        let module = index.and_then(|index| self.own.get(index).copied().flatten());
        if let Some(slot) = module.and_then(|module| self.modules.get_mut(module)) {
            // The name that a module has in itself was read before, and goes first.
            slot.get_or_insert_with(|| short(naming.name));
        }
    }

    fn custom(&mut self, section: &CustomSectionReader<'_>, open: &[Option<usize>]) {
        let (depth, module) = (open.len(), open.last().copied().flatten());
        let is_debug = section.name().starts_with(".debug_");
        let own = if is_debug { DEBUG } else { section.name() };
        let is_known = self.custom.len() < MOST || self.custom.contains_key(own);
        let name = if is_known { own } else { OTHERS };
        let empty = || CustomSection { name: name.to_owned(), count: 0, size: 0 };
        let sum = self.custom.entry(name.to_owned()).or_insert_with(empty);
        sum.count += 1;
        sum.size += section.data().len();
        match section.as_known() {
            KnownCustom::Producers(_) => self.produced(section),
            // Names in inner components are for index spaces of their own.
            KnownCustom::ComponentName(names) if module.is_none() && depth == 1 => {
                for names in names.into_iter().flatten() {
                    if let ComponentName::CoreModules(names) = names {
                        names.into_iter().flatten().for_each(|one| self.call(one));
                    }
                }
            }
            KnownCustom::Name(names) => {
                let named = names.into_iter().flatten().find_map(|name| match name {
                    Name::Module { name, .. } => Some(short(name)),
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
        if section.data().len() > LONGEST || self.producers.len() > MOST {
            return;
        }
        let Ok(producers) = Producers::from_bytes(section.data(), section.data_offset()) else {
            return;
        };
        for role in ROLES {
            let Some(tools) = producers.get(role) else { continue };
            self.producers.extend(tools.iter().map(|(name, version)| Producer {
                role,
                name: name.clone(),
                version: version.clone(),
            }));
        }
    }
}

/// Returns the imports of a core module. Groups of imports, which share a name, are left out,
/// because the engine does not support them.
pub(super) fn singles(section: ImportSectionReader<'_>) -> impl Iterator<Item = Import<'_>> {
    section.into_iter().flatten().filter_map(|imports| match imports {
        Imports::Single(_, import) => Some(import),
        Imports::Compact1 { .. } | Imports::Compact2 { .. } => None,
    })
}

/// Returns the name of a sort of item in WIT, or in the component model if WIT has none.
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
