//! How deep the types of a component are nested. Whatever reads such a type
//! calls itself for each level, so that a few kilobytes of them overflow its
//! stack: this goes through them with a counter for each level instead.

use wasmparser::{
    BinaryReader, BinaryReaderError, ComponentAlias, ComponentExternName, ComponentImport,
    ComponentType, ComponentTypeRef, CoreType,
};

/// A type of a component, which is a list of declarations.
const COMPONENT: u8 = 0x41;
/// A type of an instance, which is one too.
const INSTANCE: u8 = 0x42;

/// The depth of the deepest type in a section, or the first depth over `limit`.
pub(super) fn depth(section: &[u8], at: usize, limit: usize) -> Result<usize, BinaryReaderError> {
    let mut reader = BinaryReader::new(section, at);
    let mut deepest = 0;
    // What is left to be read on each level; the first one is the section.
    let mut left = vec![reader.read_var_u32()?];
    while let Some(here) = left.last_mut() {
        let Some(rest) = here.checked_sub(1) else {
            left.pop();
            continue;
        };
        *here = rest;
        let is_type = left.len() == 1 || declaration(&mut reader)?;
        if is_type && let Some(declarations) = ty(&mut reader)? {
            left.push(declarations);
            deepest = deepest.max(left.len() - 1);
        }
        if deepest > limit {
            break;
        }
    }
    Ok(deepest)
}

/// Reads a type, or the beginning of one that is a list of so many declarations.
fn ty(reader: &mut BinaryReader<'_>) -> Result<Option<u32>, BinaryReaderError> {
    match reader.clone().read_u8()? {
        COMPONENT | INSTANCE => {
            reader.read_u8()?;
            reader.read_var_u32().map(Some)
        }
        _ => reader.read::<ComponentType<'_>>().map(|_| None),
    }
}

/// Reads a declaration, or the beginning of one that is a type, and says which.
fn declaration(reader: &mut BinaryReader<'_>) -> Result<bool, BinaryReaderError> {
    match reader.read_u8()? {
        0x00 => reader.read::<CoreType<'_>>().map(|_| false),
        0x01 => Ok(true),
        0x02 => reader.read::<ComponentAlias<'_>>().map(|_| false),
        0x03 => reader.read::<ComponentImport<'_>>().map(|_| false),
        // An export; whether the byte is valid is the engine's to say.
        _ => {
            reader.read::<ComponentExternName<'_>>()?;
            reader.read::<ComponentTypeRef>().map(|_| false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_and_not_followed() {
        let nested = |levels: usize| {
            let mut section = vec![1];
            section.extend([COMPONENT, 1, 1].repeat(levels));
            section.extend([0x40, 0, 1, 0]);
            section
        };
        assert_eq!(depth(&nested(0), 0, 10).expect("valid"), 0);
        assert_eq!(depth(&nested(3), 0, 10).expect("valid"), 3);
        assert_eq!(depth(&nested(1_000_000), 0, 10).expect("valid so far"), 11);
        assert!(depth(&[1, COMPONENT, 1], 0, 10).is_err());
    }
}
