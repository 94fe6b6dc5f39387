//! Measures how deep the types of a component are nested. A reader of such types usually calls
//! itself for each level, so a few kilobytes can overflow its stack. This module keeps a
//! counter for each level instead.

use wasmparser::{
    BinaryReader, BinaryReaderError, ComponentAlias, ComponentExternName, ComponentImport,
    ComponentType, ComponentTypeRef, CoreType,
};

/// The first byte of a component's type, which is a list of declarations.
const COMPONENT: u8 = 0x41;
/// The first byte of an instance's type, which is a list of declarations too.
const INSTANCE: u8 = 0x42;

/// Returns the depth of the deepest type in a section, or the first depth over `limit`.
pub(super) fn depth(section: &[u8], at: usize, limit: usize) -> Result<usize, BinaryReaderError> {
    let mut reader = BinaryReader::new(section, at);
    let mut deepest = 0;
    // The number of items left to read on each level. The first level is the section.
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

/// Reads a type. Of one that is a list of declarations, only the beginning is read; the number
/// of declarations is returned.
fn ty(reader: &mut BinaryReader<'_>) -> Result<Option<u32>, BinaryReaderError> {
    match reader.clone().read_u8()? {
        COMPONENT | INSTANCE => {
            reader.read_u8()?;
            reader.read_var_u32().map(Some)
        }
        _ => reader.read::<ComponentType<'_>>().map(|_| None),
    }
}

/// Reads a declaration, and returns `false`. Of one that is a type, only the first byte is
/// read; `true` is returned.
fn declaration(reader: &mut BinaryReader<'_>) -> Result<bool, BinaryReaderError> {
    match reader.read_u8()? {
        0x00 => reader.read::<CoreType<'_>>().map(|_| false),
        0x01 => Ok(true),
        0x02 => reader.read::<ComponentAlias<'_>>().map(|_| false),
        0x03 => reader.read::<ComponentImport<'_>>().map(|_| false),
        // Everything else is read as an export. The engine reports a byte that is not valid.
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
