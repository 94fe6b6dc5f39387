//! Describes how a call of an `env` import becomes a call of the contract's function: the types
//! of both, and the place of the result. It makes no instructions.

use wit_parser::abi::{AbiVariant, WasmSignature};
use wit_parser::{Int, Resolve, SizeAlign, Type};

use super::convention::{Form, Number, cases, stored, type_name};
use wit_host_wit::env::WorldFunction;

/// A call of a contract's function by the `env` conventions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallOut {
    /// The module that the canonical ABI imports the function from.
    pub(super) module: String,
    pub name: String,
    /// The flat parameters. They are the same by both conventions.
    pub(super) params: Vec<Number>,
    /// The results on the side of the core module.
    pub(super) results: Vec<Number>,
    pub(super) outcome: Outcome,
    /// Whether the host reads or writes the module's memory.
    pub(super) in_memory: bool,
}

/// The result of the contract's function by the canonical ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The result that the core module expects.
    Same,
    /// A number that is 0 unless the function failed.
    Discriminant,
    /// A value in memory.
    Area(Area),
}

/// A result that the host writes into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) size: u32,
    pub(super) align: u32,
    /// Whether the result begins with a byte that is 0 unless the function failed.
    pub(super) fallible: bool,
    /// The offset of the value.
    pub(super) offset: u32,
    pub(super) value: Value,
}

/// The value of a result in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Nothing,
    Number(Type),
    /// Pointer and length of text or bytes.
    Range,
}

impl CallOut {
    /// Describes the call of `imported`.
    ///
    /// # Errors
    /// The type that the conventions do not have, and the reason.
    pub(crate) fn new(resolve: &Resolve, imported: &WorldFunction<'_>) -> Result<Self, String> {
        let function = imported.function;
        let flat = resolve.wasm_signature(AbiVariant::GuestImport, function);
        // The canonical ABI has at most 16 flat parameters, and passes more in memory. The
        // conventions of `env` have no such way.
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

    /// Returns the parameters and results of the contract's function by the canonical ABI.
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

    /// Describes how values cross, in words.
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
        // Of the fallible results, only one without payloads fits into a number, its discriminant.
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
