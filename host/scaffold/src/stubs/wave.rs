//! Writes plain values in WAVE, the component model's own notation. It does not know what they are
//! written for.

use crate::stubs::plain::{Payload, Plain};

/// Returns a value in WAVE. Its texts are `text`. Returns `None` for a resource, which has no text.
pub(crate) fn wave(value: &Plain<'_>, text: &str) -> Option<String> {
    let all = |values: &[Plain<'_>]| {
        values.iter().map(|value| wave(value, text)).collect::<Option<Vec<_>>>()
    };
    Some(match value {
        Plain::EmptyText => format!("\"{text}\""),
        Plain::False => "false".into(),
        Plain::Zero(_) => "0".into(),
        Plain::Char => "' '".into(),
        Plain::EmptyList(_) => "[]".into(),
        Plain::Nothing { .. } => "none".into(),
        Plain::NoFlags(_) => "{}".into(),
        Plain::Result(Ok(payload)) => case("ok", payload, text)?,
        Plain::Result(Err(payload)) => case("err", payload, text)?,
        Plain::Case { name, value, .. } => case(name, value, text)?,
        Plain::Tuple(values) => format!("({})", all(values)?.join(", ")),
        Plain::Record(_, fields) => {
            let fields =
                fields.iter().map(|(name, value)| Some(format!("{name}: {}", wave(value, text)?)));
            format!("{{{}}}", fields.collect::<Option<Vec<_>>>()?.join(", "))
        }
        Plain::New { .. } => return None,
    })
}

fn case(name: &str, payload: &Payload<'_>, text: &str) -> Option<String> {
    Some(match payload {
        Some(payload) => format!("{name}({})", wave(payload, text)?),
        None => name.into(),
    })
}
