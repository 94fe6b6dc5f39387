//! The conventions by which a core module calls a function of WIT from `env`: the flat parameters
//! and result of a type, and the conversion of values from and to them. It does not know the
//! linker.

use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{Type, Val};
use wasmtime::{Engine, FuncType, ValType};

use crate::imports::env::GuestMemory;
use wit_host_values::{short, to_wave, wit};

/// The convention for one function of WIT in `env`.
pub(crate) struct Flat {
    params: Vec<Part>,
    result: Option<Part>,
    /// Whether the function returns a `result`, whose `err` ends the guest.
    is_fallible: bool,
}

/// The flat form of a type.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    /// The index of the case.
    Enum(Vec<String>),
    /// One bit for each flag, in a number.
    Flags(Vec<String>),
    /// Pointer and length as a parameter. As a result it is the length, and the guest fetches the
    /// bytes in a second step.
    Text,
    Bytes,
}

/// The flat form of a returned value.
pub(crate) enum Lowered {
    Nothing,
    Number(wasmtime::Val),
    /// Bytes that the guest fetches in the second step.
    Kept(Vec<u8>),
    /// An `err`, with its text.
    Failed(String),
    /// A value of another type than the function's, as text.
    Wrong(String),
}

/// The largest number of flags that fit into an `i32`.
const MOST_FLAGS: usize = 32;

impl Flat {
    /// Returns the convention for a function, or the reason why its type has none.
    pub(crate) fn of(ty: &ComponentFunc) -> Result<Self, String> {
        let no = |what: String, ty: &Type| {
            format!(
                "{what} is a `{}`, which no convention of `env` carries: they have numbers, \
                 `bool`, `char`, enums, flags, `string` and `list<u8>`",
                wit(ty)
            )
        };
        let param = |(name, ty): (&str, Type)| {
            Part::of(&ty).ok_or_else(|| no(format!("the parameter `{name}`"), &ty))
        };
        let params = ty.params().map(param).collect::<Result<_, _>>()?;
        let returned = ty.results().next();
        // `env` has no way to return an `err`: it ends the guest, and only the `ok` is returned.
        let (payload, is_fallible) = match &returned {
            Some(Type::Result(result)) => (result.ok(), true),
            other => (other.clone(), false),
        };
        let result = payload.map(|ty| Part::of(&ty).ok_or_else(|| no("the result".into(), &ty)));
        Ok(Self { params, result: result.transpose()?, is_fallible })
    }

    /// Returns the flat type of the function.
    pub(crate) fn ty(&self, engine: &Engine) -> FuncType {
        let params = self.params.iter().flat_map(Part::params);
        FuncType::new(engine, params, self.result.as_ref().map(Part::result))
    }

    /// Returns true if the guest fetches the result in a second step.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self.result, Some(Part::Text | Part::Bytes))
    }

    /// Returns true if any parameter lies in the guest's memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.params.iter().any(|part| matches!(part, Part::Text | Part::Bytes))
    }

    /// Returns the values of the flat arguments.
    pub(crate) fn lift(
        &self,
        numbers: &[wasmtime::Val],
        memory: &GuestMemory<'_>,
    ) -> Result<Vec<Val>, String> {
        let mut numbers = numbers.iter();
        let mut values = Vec::with_capacity(self.params.len());
        for part in &self.params {
            values.push(part.lift(&mut numbers, memory)?);
        }
        Ok(values)
    }

    /// Returns the value that a flat result is. `kept` are the bytes that the guest fetches in a
    /// second step.
    pub(crate) fn raise(&self, flat: &[wasmtime::Val], kept: &[u8]) -> Result<Option<Val>, String> {
        let payload = match &self.result {
            None => None,
            Some(Part::Text) => {
                let text = String::from_utf8(kept.to_vec());
                Some(Val::String(text.map_err(|_| "the result is no UTF-8 text".to_owned())?))
            }
            Some(Part::Bytes) => Some(Val::List(kept.iter().copied().map(Val::U8).collect())),
            // All other results are numbers, so no memory is read.
            Some(part) => Some(part.lift(&mut flat.iter(), &GuestMemory::new(&[], 0))?),
        };
        match self.is_fallible {
            true => Ok(Some(Val::Result(Ok(payload.map(Box::new))))),
            false => Ok(payload),
        }
    }

    /// Returns the flat form of the returned value.
    pub(crate) fn lower(&self, returned: Option<Val>) -> Lowered {
        let payload = match returned {
            Some(Val::Result(Ok(payload))) if self.is_fallible => payload.map(|payload| *payload),
            Some(Val::Result(Err(payload))) if self.is_fallible => {
                return Lowered::Failed(failure(payload));
            }
            other => other,
        };
        match (&self.result, payload) {
            (None, None) => Lowered::Nothing,
            (Some(part), Some(value)) => part.lower(value),
            (None, Some(value)) => Lowered::Wrong(format!("`{}`", short(&value))),
            (Some(_), None) => Lowered::Wrong("nothing".into()),
        }
    }
}

/// Returns the text of an `err`.
fn failure(payload: Option<Box<Val>>) -> String {
    match payload.map(|payload| *payload) {
        None => "it failed".into(),
        Some(Val::String(text)) => text,
        Some(other) => to_wave(&other),
    }
}

impl Part {
    fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Bool,
            Type::S8 => Self::S8,
            Type::U8 => Self::U8,
            Type::S16 => Self::S16,
            Type::U16 => Self::U16,
            Type::S32 => Self::S32,
            Type::U32 => Self::U32,
            Type::S64 => Self::S64,
            Type::U64 => Self::U64,
            Type::Float32 => Self::F32,
            Type::Float64 => Self::F64,
            Type::Char => Self::Char,
            Type::String => Self::Text,
            Type::List(list) if list.ty() == Type::U8 => Self::Bytes,
            Type::Enum(cases) => Self::Enum(cases.names().map(Into::into).collect()),
            Type::Flags(flags) if flags.names().len() <= MOST_FLAGS => {
                Self::Flags(flags.names().map(Into::into).collect())
            }
            _ => return None,
        })
    }

    fn params(&self) -> Vec<ValType> {
        match self {
            Self::Text | Self::Bytes => vec![ValType::I32, ValType::I32],
            _ => vec![self.result()],
        }
    }

    fn result(&self) -> ValType {
        match self {
            Self::S64 | Self::U64 => ValType::I64,
            Self::F32 => ValType::F32,
            Self::F64 => ValType::F64,
            _ => ValType::I32,
        }
    }

    fn lift<'n>(
        &self,
        numbers: &mut impl Iterator<Item = &'n wasmtime::Val>,
        memory: &GuestMemory<'_>,
    ) -> Result<Val, String> {
        // The engine has checked the module's import against `ty`, so these three errors cannot
        // occur. They stand in the place of panics.
        let mut next = || numbers.next().ok_or_else(|| "a parameter is missing".to_owned());
        let number = next()?;
        let bits = || number.i32().map(i32::cast_unsigned).ok_or("a parameter is no `i32`");
        let wide = || number.i64().ok_or("a parameter is no `i64`");
        Ok(match self {
            Self::Bool => Val::Bool(bits()? != 0),
            // As in the component model, bits beyond the type are ignored.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "bits beyond the type are left out"
            )]
            Self::S8 => Val::S8((bits()? as u8).cast_signed()),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "bits beyond the type are left out"
            )]
            Self::U8 => Val::U8(bits()? as u8),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "bits beyond the type are left out"
            )]
            Self::S16 => Val::S16((bits()? as u16).cast_signed()),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "bits beyond the type are left out"
            )]
            Self::U16 => Val::U16(bits()? as u16),
            Self::S32 => Val::S32(bits()?.cast_signed()),
            Self::U32 => Val::U32(bits()?),
            Self::S64 => Val::S64(wide()?),
            Self::U64 => Val::U64(wide()?.cast_unsigned()),
            Self::F32 => Val::Float32(number.f32().ok_or("a parameter is no `f32`")?),
            Self::F64 => Val::Float64(number.f64().ok_or("a parameter is no `f64`")?),
            Self::Char => {
                let code = bits()?;
                Val::Char(char::from_u32(code).ok_or_else(|| format!("{code} is no character"))?)
            }
            Self::Enum(cases) => {
                let place = bits()?;
                let case = usize::try_from(place).ok().and_then(|place| cases.get(place));
                let count = cases.len();
                Val::Enum(case.cloned().ok_or_else(|| format!("{place} is none of {count} cases"))?)
            }
            Self::Flags(names) => {
                let bits = bits()?;
                // There are no more than `MOST_FLAGS` names, so that no shift overflows. Bits
                // beyond the last flag are ignored, as in the component model.
                let set = names.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1);
                Val::Flags(set.map(|(_, name)| name.clone()).collect())
            }
            Self::Text => {
                let (pointer, length) = (bits()?, length(next()?)?);
                let text = memory.text(pointer, length).map_err(|bad| bad.to_string())?;
                Val::String(text.to_owned())
            }
            Self::Bytes => {
                let (pointer, length) = (bits()?, length(next()?)?);
                let bytes = memory.bytes(pointer, length).map_err(|bad| bad.to_string())?;
                Val::List(bytes.iter().copied().map(Val::U8).collect())
            }
        })
    }

    fn lower(&self, value: Val) -> Lowered {
        let number = match (self, &value) {
            (Self::Bool, Val::Bool(value)) => i32::from(*value).into(),
            (Self::S8, Val::S8(value)) => i32::from(*value).into(),
            (Self::U8, Val::U8(value)) => i32::from(*value).into(),
            (Self::S16, Val::S16(value)) => i32::from(*value).into(),
            (Self::U16, Val::U16(value)) => i32::from(*value).into(),
            (Self::S32, Val::S32(value)) => (*value).into(),
            (Self::U32, Val::U32(value)) => value.cast_signed().into(),
            (Self::S64, Val::S64(value)) => (*value).into(),
            (Self::U64, Val::U64(value)) => value.cast_signed().into(),
            (Self::F32, Val::Float32(value)) => (*value).into(),
            (Self::F64, Val::Float64(value)) => (*value).into(),
            (Self::Char, Val::Char(value)) => u32::from(*value).cast_signed().into(),
            (Self::Enum(cases), Val::Enum(name)) => {
                match cases.iter().position(|case| case == name).map(i32::try_from) {
                    Some(Ok(place)) => place.into(),
                    _ => return wrong(&value),
                }
            }
            (Self::Flags(names), Val::Flags(set)) => match bits_of(names, set) {
                Some(bits) => bits.cast_signed().into(),
                None => return wrong(&value),
            },
            (Self::Text, Val::String(_)) => {
                let Val::String(text) = value else { return wrong(&value) };
                return Lowered::Kept(text.into_bytes());
            }
            (Self::Bytes, Val::List(items)) => {
                let byte = |item: &Val| match item {
                    Val::U8(byte) => Some(*byte),
                    _ => None,
                };
                return match items.iter().map(byte).collect() {
                    Some(bytes) => Lowered::Kept(bytes),
                    None => wrong(&value),
                };
            }
            _ => return wrong(&value),
        };
        Lowered::Number(number)
    }
}

fn length(number: &wasmtime::Val) -> Result<u32, String> {
    let length = number.i32().ok_or("a parameter is no `i32`")?;
    Ok(length.cast_unsigned())
}

fn bits_of(names: &[String], set: &[String]) -> Option<u32> {
    set.iter().try_fold(0_u32, |bits, flag| {
        let place = names.iter().position(|name| name == flag)?;
        // `place` is below `MOST_FLAGS`, so the shift does not overflow.
        Some(bits | 1 << place)
    })
}

fn wrong(value: &Val) -> Lowered {
    Lowered::Wrong(format!("`{}`", short(value)))
}
