//! Makes the smallest value of a type, for answers where any value will do. It does not know what
//! is answered.

use wasmtime::component::{Type, Val};

/// The number of parts that the value may have at most. A type of a few bytes can have millions.
const MOST: usize = 10_000;

/// Returns the smallest value of the type: zero, false, no text, an empty list, `none`, the `ok` of
/// a result, the first case, no flag, and of a record and a tuple that of each part. `None` if
/// there is none, as for a handle, or only a very large one.
pub fn smallest(ty: &Type) -> Option<Val> {
    Smallest { left: MOST }.of(ty)
}

struct Smallest {
    left: usize,
}

impl Smallest {
    fn of(&mut self, ty: &Type) -> Option<Val> {
        self.left = self.left.checked_sub(1)?;
        Some(match ty {
            Type::Bool => Val::Bool(false),
            Type::S8 => Val::S8(0),
            Type::U8 => Val::U8(0),
            Type::S16 => Val::S16(0),
            Type::U16 => Val::U16(0),
            Type::S32 => Val::S32(0),
            Type::U32 => Val::U32(0),
            Type::S64 => Val::S64(0),
            Type::U64 => Val::U64(0),
            Type::Float32 => Val::Float32(0.0),
            Type::Float64 => Val::Float64(0.0),
            Type::Char => Val::Char('\0'),
            Type::String => Val::String(String::new()),
            Type::List(_) => Val::List(Vec::new()),
            Type::Option(_) => Val::Option(None),
            Type::Flags(_) => Val::Flags(Vec::new()),
            Type::Enum(cases) => Val::Enum(cases.names().next()?.into()),
            Type::Tuple(tuple) => {
                Val::Tuple(tuple.types().map(|ty| self.of(&ty)).collect::<Option<_>>()?)
            }
            Type::Record(record) => {
                let fields = record.fields();
                let fields = fields.map(|field| Some((field.name.into(), self.of(&field.ty)?)));
                Val::Record(fields.collect::<Option<_>>()?)
            }
            Type::Variant(variant) => {
                let case = variant.cases().next()?;
                Val::Variant(case.name.into(), self.payload(case.ty)?)
            }
            Type::Result(result) => Val::Result(Ok(self.payload(result.ok())?)),
            _ => return None,
        })
    }

    fn payload(&mut self, ty: Option<Type>) -> Option<Option<Box<Val>>> {
        match ty {
            None => Some(None),
            Some(ty) => Some(Some(Box::new(self.of(&ty)?))),
        }
    }
}
