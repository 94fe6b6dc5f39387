//! Finds where the modules of a guest have their code, and their custom sections with debug
//! information. It does not read what these sections contain.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// A module within a guest, with what debug information refers to.
#[derive(Default)]
pub struct Module<'b> {
    /// Where the content of the code section begins and ends. Debug information counts
    /// addresses from its beginning.
    pub code_start: u64,
    code_end: u64,
    sections: Vec<(&'b str, &'b [u8])>,
}

impl<'b> Module<'b> {
    /// Returns whether an offset in the guest lies in the code of this module.
    pub fn has(&self, place: u64) -> bool {
        (self.code_start..self.code_end).contains(&place)
    }

    /// Returns the content of a custom section. It is empty if there is no section of that
    /// name.
    pub fn section(&self, name: &str) -> &'b [u8] {
        let found = self.sections.iter().find(|(its, _)| *its == name);
        found.map_or(&[][..], |(_, content)| content)
    }
}

/// Returns the core modules of a guest, at every level of nesting.
///
/// # Errors
/// If the guest is malformed, with the offset.
pub fn modules(binary: &[u8]) -> Result<Vec<Module<'_>>, BinaryReaderError> {
    let (mut open, mut modules) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(binary) {
        match payload? {
            Payload::Version { .. } => open.push(Module::default()),
            Payload::End(_) => modules.extend(open.pop()),
            Payload::CodeSectionStart { range, .. } => {
                if let Some(module) = open.last_mut() {
                    (module.code_start, module.code_end) = (range.start as u64, range.end as u64);
                }
            }
            Payload::CustomSection(section) => {
                if let Some(module) = open.last_mut() {
                    module.sections.push((section.name(), section.data()));
                }
            }
            _ => {}
        }
    }
    Ok(modules)
}
