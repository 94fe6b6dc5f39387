//! The names of a module's functions, which people see in backtraces, moved to
//! their new indices. Nobody vouches for them: what cannot be read is left out.

use std::collections::BTreeMap;

use wasm_encoder::{Module, NameMap, NameSection};
use wasmparser::{Name, NameSectionReader};

use super::layout::Layout;

/// The names of a module and of its functions.
#[derive(Default)]
pub(super) struct Names {
    module: Option<String>,
    /// By index, in whose order the section has them.
    functions: BTreeMap<u32, String>,
}

impl Names {
    /// The names in a section, with the indices of `layout`.
    pub(crate) fn read(section: NameSectionReader<'_>, layout: &Layout) -> Self {
        let mut names = Self::default();
        for subsection in section.into_iter().map_while(Result::ok) {
            match subsection {
                Name::Module { name, .. } => names.module = Some(name.to_owned()),
                Name::Function(map) => {
                    for naming in map.into_iter().map_while(Result::ok) {
                        let Some(index) = layout.named(naming.index) else { continue };
                        names.functions.insert(index, naming.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// Names a function of ours.
    pub(super) fn add(&mut self, index: u32, name: String) {
        self.functions.insert(index, name);
    }

    /// Writes the section, where there is anything to write.
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
