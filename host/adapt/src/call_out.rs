//! How a call of an `env` import becomes a call of a contract's function: the
//! types of both, and where the result is. It makes no instructions.

use wit_parser::abi::{AbiVariant, WasmSignature};
use wit_parser::{Int, Resolve, SizeAlign, Type};

use super::convention::{Form, Number, cases, stored, type_name};
use wit_host_wit::env::WorldFunction;

/// A call of a contract's function by the `env` conventions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallOut {
    /// What the canonical ABI names the function.
    pub(super) module: String,
    pub name: String,
    /// The flat parameters, the same on both sides.
    pub(super) params: Vec<Number>,
    /// What the core module gets.
    pub(super) results: Vec<Number>,
    pub(super) outcome: Outcome,
    /// Whether the host reads or writes the module's memory.
    pub(super) in_memory: bool,
}

/// What the contract's function gives by the canonical ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Just what the core module expects.
    Same,
    /// A number that is 0 unless the function failed.
    Discriminant,
    /// Something in memory.
    Area(Area),
}

/// A result that the host writes into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) size: u32,
    pub(super) align: u32,
    /// Whether it begins with a byte that is 0 unless the function failed.
    pub(super) fallible: bool,
    /// Where the value is.
    pub(super) offset: u32,
    pub(super) value: Value,
}

/// What a result in memory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Nothing,
    Number(Type),
    /// Pointer and length of text or bytes.
    Range,
}

impl CallOut {
    /// The call of `imported`.
    ///
    /// # Errors
    /// The type that the conventions do not have, and why.
    pub(crate) fn new(resolve: &Resolve, imported: &WorldFunction<'_>) -> Result<Self, String> {
        let function = imported.function;
        let flat = resolve.wasm_signature(AbiVariant::GuestImport, function);
        if flat.indirect_params {
            return Err("it takes more than 16 numbers".into());
        }
        let (mut params, mut in_memory) = (Vec::new(), flat.retptr);
        for param in &function.params {
            match Form::of(resolve, &param.ty) {
                Some(Form::Number(number)) => params.push(number),
                Some(Form::Text | Form::Bytes) => {
                    params.extend([Number::I32, Number::I32]);
                    in_memory = true;
                }
                None => return Err(foreign("parameter", resolve, &param.ty)),
            }
        }
        let (result, outcome) = outcome(resolve, function.result.as_ref(), &flat)?;
        Ok(Self {
            module: imported.module(),
            name: function.name.clone(),
            params,
            results: result.into_iter().collect(),
            outcome,
            in_memory,
        })
    }

    /// The types of the contract's function by the canonical ABI.
    pub(super) fn lowered(&self) -> (Vec<Number>, Vec<Number>) {
        let mut params = self.params.clone();
        match self.outcome {
            Outcome::Same => (params, self.results.clone()),
            Outcome::Discriminant => (params, vec![Number::I32]),
            Outcome::Area(_) => {
                params.push(Number::I32);
                (params, Vec::new())
            }
        }
    }

    /// How it crosses, in words.
    pub(super) fn how(&self) -> String {
        let result = match self.outcome {
            Outcome::Same => return "as it is".into(),
            Outcome::Area(Area { value: Value::Range, .. }) => {
                "its result is kept for the second step"
            }
            _ => "",
        };
        let fallible = matches!(
            self.outcome,
            Outcome::Discriminant | Outcome::Area(Area { fallible: true, .. })
        );
        let parts = [result, if fallible { "an `err` traps" } else { "" }];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

fn outcome(
    resolve: &Resolve,
    result: Option<&Type>,
    flat: &WasmSignature,
) -> Result<(Option<Number>, Outcome), String> {
    let Some(result) = result else { return Ok((None, Outcome::Same)) };
    let fallible = cases(resolve, result);
    let value = match &fallible {
        Some((ok, _)) => *ok,
        None => Some(*result),
    };
    let form = match &value {
        Some(ty) => Some(Form::of(resolve, ty).ok_or_else(|| foreign("result", resolve, ty))?),
        None => None,
    };
    let number = form.map(|form| match form {
        Form::Number(number) => number,
        Form::Text | Form::Bytes => Number::I32,
    });
    if !flat.retptr {
        let same = fallible.is_none();
        return Ok((number, if same { Outcome::Same } else { Outcome::Discriminant }));
    }
    let value = match (form, value) {
        (Some(Form::Text | Form::Bytes), _) => Value::Range,
        (Some(Form::Number(_)), Some(ty)) => Value::Number(stored(resolve, &ty)),
        _ => Value::Nothing,
    };
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let offset = match &fallible {
        Some((ok, err)) => sizes.payload_offset(Int::U8, [ok.as_ref(), err.as_ref()]).size_wasm32(),
        None => 0,
    };
    let too_large = |_| "its result is larger than a memory".to_owned();
    let area = Area {
        size: u32::try_from(sizes.size(result).size_wasm32()).map_err(too_large)?,
        align: u32::try_from(sizes.align(result).align_wasm32()).map_err(too_large)?,
        fallible: fallible.is_some(),
        offset: u32::try_from(offset).map_err(too_large)?,
        value,
    };
    Ok((number, Outcome::Area(area)))
}

fn foreign(what: &str, resolve: &Resolve, ty: &Type) -> String {
    format!("a {what} of type `{}` has no form among the conventions", type_name(resolve, ty))
}
