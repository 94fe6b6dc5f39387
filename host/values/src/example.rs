//! Makes examples of values for errors and help. It only needs a type.

use wasmtime::component::{Type, Val};

use super::{Form, to_json_text, to_wave};

/// The number of values in an example, and the limit for types whose values all have more parts.
const USUAL: usize = 20;
const MOST: usize = 200;

/// Returns a value of the type as text in this form, such as `{x: 1.5, y: 1.5}`. Returns `None` if
/// the type has no values that can be written, such as a handle, or no short ones.
pub fn example(ty: &Type, form: Form) -> Option<String> {
    let value = Sampler { left: USUAL, is_least: false }
        .sample(ty)
        .or_else(|| Sampler { left: MOST, is_least: true }.sample(ty))?;
    Some(match (form, value) {
        (Form::Json, value) => to_json_text(&value),
        (_, Val::String(text)) => text,
        (_, value) => to_wave(&value),
    })
}

/// Makes a value of a type with at most `left` parts.
struct Sampler {
    left: usize,
    /// Whether all optional parts are left out.
    is_least: bool,
}

impl Sampler {
    fn sample(&mut self, ty: &Type) -> Option<Val> {
        self.left = self.left.checked_sub(1)?;
        Some(match ty {
            Type::Bool => Val::Bool(true),
            Type::S8 => Val::S8(-1),
            Type::U8 => Val::U8(1),
            Type::S16 => Val::S16(-1),
            Type::U16 => Val::U16(1),
            Type::S32 => Val::S32(-1),
            Type::U32 => Val::U32(1),
            Type::S64 => Val::S64(-1),
            Type::U64 => Val::U64(1),
            Type::Float32 => Val::Float32(1.5),
            Type::Float64 => Val::Float64(1.5),
            Type::Char => Val::Char('a'),
            Type::String => Val::String("text".into()),
            Type::List(list) => Val::List(self.optional(&list.ty()).into_iter().collect()),
            Type::FixedLengthList(list) => {
                // A list with too many items is refused at once, without making them.
                let length = usize::try_from(list.len()).ok().filter(|length| *length <= MOST)?;
                let items = (0..length).map(|_| self.sample(&list.ty()));
                Val::FixedLengthList(items.collect::<Option<_>>()?)
            }
            Type::Map(map) => {
                let pair = |sampler: &mut Self| {
                    Some((sampler.sample(&map.key())?, sampler.sample(&map.value())?))
                };
                let pair = if self.is_least { None } else { pair(self) };
                Val::Map(pair.into_iter().collect())
            }
            Type::Option(option) => Val::Option(self.optional(&option.ty()).map(Box::new)),
            Type::Tuple(tuple) => {
                Val::Tuple(tuple.types().map(|ty| self.sample(&ty)).collect::<Option<_>>()?)
            }
            Type::Record(record) => {
                let fields = record.fields();
                let fields = fields.map(|field| Some((field.name.into(), self.sample(&field.ty)?)));
                Val::Record(fields.collect::<Option<_>>()?)
            }
            Type::Variant(variant) => {
                let mut cases = variant.cases();
                let sampled = cases.find_map(|case| Some((case.name, self.payload(case.ty)?)));
                sampled.map(|(name, payload)| Val::Variant(name.into(), payload))?
            }
            Type::Result(result) => match self.payload(result.ok()) {
                Some(payload) => Val::Result(Ok(payload)),
                None => Val::Result(Err(self.payload(result.err())?)),
            },
            Type::Enum(cases) => Val::Enum(cases.names().next()?.into()),
            Type::Flags(flags) => Val::Flags(flags.names().take(1).map(Into::into).collect()),
            _ => return None,
        })
    }

    fn optional(&mut self, ty: &Type) -> Option<Val> {
        if self.is_least { None } else { self.sample(ty) }
    }

    fn payload(&mut self, ty: Option<Type>) -> Option<Option<Box<Val>>> {
        ty.map(|ty| self.sample(&ty).map(Box::new)).map_or(Some(None), |value| value.map(Some))
    }
}
