//! Reads arguments that people give: text or bytes, in the form that they chose, for a parameter of
//! a known type. It does not know where an argument comes from.

use wasmtime::component::{Type, Val};

use super::fault::Fault;
use super::{example, json, wave, wit};
use wit_host_text::limited::limited;
use wit_host_text::{short, shown};

/// The number of characters of an argument that an error repeats.
const REPEATED: usize = 80;

/// The form in which the text of an argument is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// WAVE, the component model's own notation. A `string` needs no quotes unless it begins with
    /// `"`, and a `char` needs none.
    #[default]
    Wave,
    /// JSON, as described in [the module](super).
    Json,
    /// The text itself for a `string`, and WAVE for every other type.
    Raw,
}

/// The error for a text that is not a value of the parameter's type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the parameter `{}` is of the type `{ty}`, and `{given}` is no such value: {reason}{}",
    short(param),
    for_example(example)
)]
pub struct BadArgument {
    /// The parameter's name.
    pub param: String,
    /// The parameter's type in WIT.
    pub ty: String,
    /// The text that was given, shortened.
    pub given: String,
    /// What is wrong with it, and where.
    pub reason: String,
    /// A correct text in the same form, if there is a short one.
    pub example: Option<String>,
}

/// Reads a text as the value of a parameter.
///
/// # Errors
/// If the text is not in this form, or not a value of the type.
pub fn from_text(param: &str, ty: &Type, text: &str, form: Form) -> Result<Val, BadArgument> {
    let value = match (form, ty) {
        (Form::Json, _) => json::read(text, ty),
        (Form::Raw, Type::String) => Ok(Val::String(text.into())),
        (_, Type::String) if !text.starts_with('"') => Ok(Val::String(text.into())),
        // A single character needs no quotes, even if it is one, or a digit.
        (_, Type::Char) => only_character(text).map_or_else(|| wave::read(text, ty), Ok),
        _ => wave::read(text, ty),
    };
    value.map_err(|fault| bad_argument(param, ty, text, form, fault))
}

/// Reads the bytes of a file as the value of a parameter. A `list<u8>` is the bytes themselves, a
/// `string` is the bytes as text, and every other value is read from that text.
///
/// # Errors
/// If a text is needed and the bytes are not UTF-8, and the errors of [`from_text`].
pub fn from_bytes(param: &str, ty: &Type, bytes: &[u8], form: Form) -> Result<Val, BadArgument> {
    if matches!(ty, Type::List(list) if list.ty() == Type::U8) {
        return Ok(Val::List(bytes.iter().copied().map(Val::U8).collect()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let reason = format!("byte {} is not part of UTF-8 text", error.valid_up_to());
        let readable = String::from_utf8_lossy(&bytes[..bytes.len().min(REPEATED)]);
        bad_argument(param, ty, &readable, form, Fault::new(reason))
    })?;
    match ty {
        Type::String => Ok(Val::String(text.into())),
        // Editors and `echo` end a file with a line break, which is not part of the value.
        _ => from_text(param, ty, text.trim_end_matches(['\n', '\r']), form),
    }
}

fn only_character(text: &str) -> Option<Val> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Some(Val::Char(character)),
        _ => None,
    }
}

pub(super) fn bad_argument(
    param: &str,
    ty: &Type,
    text: &str,
    form: Form,
    fault: Fault,
) -> BadArgument {
    BadArgument {
        param: param.into(),
        ty: wit(ty),
        given: shown(&limited(REPEATED, |out| std::fmt::Write::write_str(out, text))),
        reason: fault.into_reason(),
        example: example(ty, form),
    }
}

fn for_example(example: &Option<String>) -> String {
    let example =
        example.as_ref().map(|example| format!("; give for example `{}`", shown(example)));
    example.unwrap_or_default()
}
