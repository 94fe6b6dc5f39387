//! Reads the names of a module's functions, which are shown in backtraces, and moves them to
//! the new indices. The section is not validated, so entries that cannot be read are left out.

use std::collections::BTreeMap;

use wasm_encoder::{Module, NameMap, NameSection};
use wasmparser::{Name, NameSectionReader};

use super::layout::Layout;

/// The names of a module and of its functions.
#[derive(Default)]
pub(super) struct Names {
    module: Option<String>,
    /// The names of the functions by their index, in the order that the section needs.
    functions: BTreeMap<u32, String>,
}

impl Names {
    /// Reads the names in a section, with the indices of `layout`.
    pub(crate) fn read(section: NameSectionReader<'_>, layout: &Layout) -> Self {
        let mut names = Self::default();
        for subsection in section.into_iter().map_while(Result::ok) {
            match subsection {
                Name::Module { name, .. } => names.module = Some(name.to_owned()),
                Name::Function(map) => {
                    for naming in map.into_iter().map_while(Result::ok) {
                        // A name for an index that no function has would land on one of the added
                        // functions.
                        let Some(index) = layout.named(naming.index) else { continue };
                        names.functions.insert(index, naming.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// Adds the name of an added function.
    pub(super) fn add(&mut self, index: u32, name: String) {
        self.functions.insert(index, name);
    }

    /// Writes the section if there are any names.
    pub(super) fn append(&self, module: &mut Module) {
        if self.module.is_none() && self.functions.is_empty() {
            return;
        }
        let mut section = NameSection::new();
        if let Some(name) = &self.module {
            section.module(name);
        }
        let mut functions = NameMap::new();
        for (index, name) in &self.functions {
            functions.append(*index, name);
        }
        section.functions(&functions);
        module.section(&section);
    }
}
