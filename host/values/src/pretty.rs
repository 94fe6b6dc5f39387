//! Writes values as WAVE of several lines, for files that people read and compare. It does not know
//! the file.

use wasmtime::component::Val;

use crate::to_wave;

/// The number of characters up to which a value stays on one line.
const WIDE: usize = 76;

/// Returns the value as WAVE. A value that is long, or has a text of several lines in it, has its
/// parts on lines of their own, indented by two spaces. The text reads back as the same value.
pub fn to_wave_lines(value: &Val) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

fn write(out: &mut String, value: &Val, depth: usize) {
    let line = to_wave(value);
    if line.len() + 2 * depth <= WIDE && !has_lines(value) {
        out.push_str(&line);
        return;
    }
    match value {
        Val::String(text) if is_of_lines(text) => write_text(out, text, depth),
        Val::List(items) | Val::FixedLengthList(items) if items.iter().all(is_short) => {
            write_filled(out, items, depth);
        }
        Val::List(items) | Val::FixedLengthList(items) => {
            write_parts(out, ["[", "]"], items, depth, write);
        }
        Val::Tuple(items) => write_parts(out, ["(", ")"], items, depth, write),
        Val::Map(pairs) => {
            write_parts(out, ["[", "]"], pairs, depth, |out, (key, value), depth| {
                write_parts(out, ["(", ")"], [key, value], depth, write);
            })
        }
        Val::Record(fields) => {
            let fields = fields.iter().filter(|(_, value)| !matches!(value, Val::Option(None)));
            write_parts(out, ["{", "}"], fields, depth, |out, (name, value), depth| {
                out.push_str(name);
                out.push_str(": ");
                write(out, value, depth);
            });
        }
        Val::Variant(_, Some(payload))
        | Val::Option(Some(payload))
        | Val::Result(Ok(Some(payload)) | Err(Some(payload))) => {
            let name = line.split('(').next().unwrap_or_default();
            out.push_str(name);
            out.push('(');
            write(out, payload, depth);
            out.push(')');
        }
        _ => out.push_str(&line),
    }
}

fn write_parts<I>(
    out: &mut String,
    [opening, closing]: [&str; 2],
    parts: impl IntoIterator<Item = I>,
    depth: usize,
    write: impl Fn(&mut String, I, usize),
) {
    out.push_str(opening);
    for part in parts {
        new_line(out, depth + 1);
        write(out, part, depth + 1);
        out.push(',');
    }
    new_line(out, depth);
    out.push_str(closing);
}

/// Writes short items, as many on a line as there is room for.
fn write_filled(out: &mut String, items: &[Val], depth: usize) {
    out.push('[');
    let mut length = WIDE;
    for item in items {
        let item = to_wave(item);
        if length + item.len() + 2 > WIDE {
            new_line(out, depth + 1);
            length = 2 * depth + 2;
        } else {
            out.push(' ');
        }
        length += item.len() + 2;
        out.push_str(&item);
        out.push(',');
    }
    new_line(out, depth);
    out.push(']');
}

/// Writes a text with its lines between triple quotes.
fn write_text(out: &mut String, text: &str, depth: usize) {
    out.push_str("\"\"\"");
    for line in text.split('\n') {
        new_line(out, depth);
        for character in line.chars() {
            match character {
                // A quote ends the text only with two others.
                '\'' => out.push(character),
                '\t' => out.push_str("\\t"),
                '\0' => out.push_str("\\u{0}"),
                other => out.extend(other.escape_debug()),
            }
        }
    }
    new_line(out, depth);
    out.push_str("\"\"\"");
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    (0..depth).for_each(|_| out.push_str("  "));
}

fn is_of_lines(text: &str) -> bool {
    text.contains('\n')
}

fn has_lines(value: &Val) -> bool {
    match value {
        Val::String(text) => is_of_lines(text),
        Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => {
            items.iter().any(has_lines)
        }
        Val::Map(pairs) => pairs.iter().any(|(key, value)| has_lines(key) || has_lines(value)),
        Val::Record(fields) => fields.iter().any(|(_, value)| has_lines(value)),
        Val::Variant(_, Some(payload))
        | Val::Option(Some(payload))
        | Val::Result(Ok(Some(payload)) | Err(Some(payload))) => has_lines(payload),
        _ => false,
    }
}

/// Returns whether the value is a number or the like.
fn is_short(value: &Val) -> bool {
    !matches!(
        value,
        Val::String(_)
            | Val::List(_)
            | Val::FixedLengthList(_)
            | Val::Map(_)
            | Val::Record(_)
            | Val::Tuple(_)
            | Val::Flags(_)
            | Val::Variant(_, Some(_))
            | Val::Option(Some(_))
            | Val::Result(_)
    )
}
