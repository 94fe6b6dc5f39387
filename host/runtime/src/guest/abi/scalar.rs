//! Numbers, `bool` and `char` in a guest's memory, little-endian, and arrays of them. It gets
//! bytes, and does not know where in the memory they were.

use wasmtime::component::Val;

/// A type of fixed width that arrays can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F32,
    F64,
    Bool,
    Char,
}

impl Scalar {
    /// All types, in the order in which `bindgen` numbers them, beginning with 1.
    pub(super) const ALL: [Self; 12] = [
        Self::U8,
        Self::S8,
        Self::U16,
        Self::S16,
        Self::U32,
        Self::S32,
        Self::U64,
        Self::S64,
        Self::F32,
        Self::F64,
        Self::Bool,
        Self::Char,
    ];

    /// Returns the type of a value, if it is one of these.
    fn of(value: &Val) -> Option<Self> {
        Some(match value {
            Val::U8(_) => Self::U8,
            Val::S8(_) => Self::S8,
            Val::U16(_) => Self::U16,
            Val::S16(_) => Self::S16,
            Val::U32(_) => Self::U32,
            Val::S32(_) => Self::S32,
            Val::U64(_) => Self::U64,
            Val::S64(_) => Self::S64,
            Val::Float32(_) => Self::F32,
            Val::Float64(_) => Self::F64,
            Val::Bool(_) => Self::Bool,
            Val::Char(_) => Self::Char,
            _ => return None,
        })
    }

    /// Returns the message for a list that is not an array of these types.
    pub(super) fn none_of_arrays() -> String {
        "a list is passed as an array, whose items are numbers, `bool` or `char`, all of one type"
            .into()
    }

    /// Returns the width in bytes.
    pub(super) fn width(self) -> usize {
        match self {
            Self::U8 | Self::S8 | Self::Bool => 1,
            Self::U16 | Self::S16 => 2,
            Self::U32 | Self::S32 | Self::F32 | Self::Char => 4,
            Self::U64 | Self::S64 | Self::F64 => 8,
        }
    }

    /// Reads a value. `None` if the number of bytes is wrong or they are not a value of the
    /// type.
    pub(super) fn read(self, bytes: &[u8]) -> Option<Val> {
        Some(match self {
            Self::U8 => Val::U8(u8::from_le_bytes(bytes.try_into().ok()?)),
            Self::S8 => Val::S8(i8::from_le_bytes(bytes.try_into().ok()?)),
            Self::U16 => Val::U16(u16::from_le_bytes(bytes.try_into().ok()?)),
            Self::S16 => Val::S16(i16::from_le_bytes(bytes.try_into().ok()?)),
            Self::U32 => Val::U32(u32::from_le_bytes(bytes.try_into().ok()?)),
            Self::S32 => Val::S32(i32::from_le_bytes(bytes.try_into().ok()?)),
            Self::U64 => Val::U64(u64::from_le_bytes(bytes.try_into().ok()?)),
            Self::S64 => Val::S64(i64::from_le_bytes(bytes.try_into().ok()?)),
            Self::F32 => Val::Float32(f32::from_le_bytes(bytes.try_into().ok()?)),
            Self::F64 => Val::Float64(f64::from_le_bytes(bytes.try_into().ok()?)),
            Self::Char => Val::Char(char::from_u32(u32::from_le_bytes(bytes.try_into().ok()?))?),
            Self::Bool => match bytes {
                [0] => Val::Bool(false),
                [1] => Val::Bool(true),
                _ => return None,
            },
        })
    }
}

/// Appends the bytes of a value, and returns its type.
pub(super) fn write(value: &Val, bytes: &mut Vec<u8>) -> Option<Scalar> {
    let scalar = Scalar::of(value)?;
    match value {
        Val::U8(number) => bytes.push(*number),
        Val::S8(number) => bytes.extend(number.to_le_bytes()),
        Val::U16(number) => bytes.extend(number.to_le_bytes()),
        Val::S16(number) => bytes.extend(number.to_le_bytes()),
        Val::U32(number) => bytes.extend(number.to_le_bytes()),
        Val::S32(number) => bytes.extend(number.to_le_bytes()),
        Val::U64(number) => bytes.extend(number.to_le_bytes()),
        Val::S64(number) => bytes.extend(number.to_le_bytes()),
        Val::Float32(number) => bytes.extend(number.to_le_bytes()),
        Val::Float64(number) => bytes.extend(number.to_le_bytes()),
        Val::Bool(value) => bytes.push((*value).into()),
        Val::Char(character) => bytes.extend(u32::from(*character).to_le_bytes()),
        _ => return None,
    }
    Some(scalar)
}

/// Returns the bytes of an array and the type of its items, which must be one. Without items,
/// any type is returned.
pub(super) fn write_array(items: &[Val]) -> Option<(Vec<u8>, Scalar)> {
    let scalar = items.first().map_or(Some(Scalar::U8), Scalar::of)?;
    let mut bytes = Vec::new();
    let same = items.iter().all(|item| write(item, &mut bytes) == Some(scalar));
    same.then_some((bytes, scalar))
}

/// Reads the bytes as 32-bit numbers.
pub(super) fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_were_written() {
        let values = [
            (Val::U8(200), vec![200]),
            (Val::S8(-2), vec![254]),
            (Val::U16(258), vec![2, 1]),
            (Val::S16(-2), vec![254, 255]),
            (Val::U32(u32::MAX), vec![255; 4]),
            (Val::S32(1), vec![1, 0, 0, 0]),
            (Val::U64(1), vec![1, 0, 0, 0, 0, 0, 0, 0]),
            (Val::S64(-1), vec![255; 8]),
            (Val::Float32(1.5), vec![0, 0, 192, 63]),
            (Val::Float64(-2.0), vec![0, 0, 0, 0, 0, 0, 0, 192]),
            (Val::Bool(true), vec![1]),
            (Val::Char('🦀'), vec![0x80, 0xf9, 0x01, 0]),
        ];
        for ((value, expected), scalar) in values.into_iter().zip(Scalar::ALL) {
            let mut bytes = Vec::new();
            assert_eq!(write(&value, &mut bytes), Some(scalar));
            assert_eq!((bytes.len(), &bytes), (scalar.width(), &expected));
            assert_eq!(scalar.read(&bytes), Some(value));
            assert_eq!(scalar.read(&bytes[1..]), None, "{scalar:?} of too few bytes");
        }
        assert_eq!(Scalar::Bool.read(&[2]), None);
        assert_eq!(Scalar::Char.read(&0xd800_u32.to_le_bytes()), None);
    }

    #[test]
    fn arrays_are_of_one_type() {
        let array = write_array(&[Val::S16(1), Val::S16(-1)]);
        assert_eq!(array, Some((vec![1, 0, 255, 255], Scalar::S16)));
        assert_eq!(write_array(&[]), Some((vec![], Scalar::U8)));
        assert_eq!(write_array(&[Val::S16(1), Val::U16(1)]), None);
        assert_eq!(write_array(&[Val::String("a".into())]), None);
    }
}
