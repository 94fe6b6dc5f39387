//! Where in a guest its modules have their code, and the custom sections that tell what it was
//! compiled from. It does not read what is in them.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// A module, as far as debug information is concerned.
#[derive(Default)]
pub struct Module<'b> {
    /// Where its code begins and ends, which is what debug information counts from.
    pub code_start: u64,
    code_end: u64,
    sections: Vec<(&'b str, &'b [u8])>,
}

impl<'b> Module<'b> {
    /// Whether a place of the guest is in the code of this module.
    pub fn has(&self, place: u64) -> bool {
        (self.code_start..self.code_end).contains(&place)
    }

    /// The content of a custom section, which is empty where there is none of that name.
    pub fn section(&self, name: &str) -> &'b [u8] {
        let found = self.sections.iter().find(|(its, _)| *its == name);
        found.map_or(&[][..], |(_, content)| content)
    }
}

/// The modules of a guest, within one another.
///
/// # Errors
/// That the guest is malformed, and where.
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
