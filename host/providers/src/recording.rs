//! Writes the calls of host functions as a fixture, each when it has ended, so that at most the call
//! that is under way is lost. It does not know where the file is, or who records.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use wit_host::values::{asynchronous, to_wave, to_wave_lines};
use wit_host::{Ended, ImportedFunction, RecordedCall, Recorder, Val};

/// The number of bytes that one call may take, and that all calls may take: what can be read again.
const LONGEST: usize = 1 << 20;
const LARGEST: usize = 64 << 20;
/// The number of bytes that are written as a list of numbers. More are written in hexadecimal.
const SHORT: usize = 16;
/// The number of bytes on a line in hexadecimal.
const LINE: usize = 32;

/// Records calls of host functions as a fixture, which can be played back with
/// [`Fixture`](crate::Fixture).
///
/// ```
/// use std::sync::Arc;
/// use wit_host_providers::Recording;
///
/// let file = tempfile::tempfile()?;
/// let recording = Recording::new(file, Some("shop:prices@1.0.0"), ["password"])?;
/// let runtime = wit_host::Runtime::<()>::builder().record(recording).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recording {
    file: Mutex<File>,
    redact: BTreeSet<String>,
}

struct File {
    out: Box<dyn Write + Send>,
    written: usize,
    /// The functions whose types were written, and the names of their parameters.
    functions: BTreeMap<String, Arc<[String]>>,
    /// Why nothing more is written.
    failed: Option<String>,
}

impl Recording {
    /// Begins a recording. `contract` is the package that it is made for, as
    /// `namespace:package@version`. The values of parameters and fields with a name in `redact` are
    /// left out: as an argument `_` is written, and in a result an empty or zero value.
    ///
    /// # Errors
    /// If the beginning of the file cannot be written.
    pub fn new<S: Into<String>>(
        out: impl Write + Send + 'static,
        contract: Option<&str>,
        redact: impl IntoIterator<Item = S>,
    ) -> io::Result<Self> {
        let redact: BTreeSet<String> = redact.into_iter().map(Into::into).collect();
        let mut head = String::from("# Calls of host functions that were recorded.\n");
        if let Some(contract) = contract {
            head += &format!("contract = {}\n", basic(contract));
        }
        head += "order = \"each\"\n";
        if !redact.is_empty() {
            let names: Vec<_> = redact.iter().map(|name| basic(name)).collect();
            head += &format!("redact = [{}]\n", names.join(", "));
        }
        let mut out: Box<dyn Write + Send> = Box::new(out);
        out.write_all(head.as_bytes()).and_then(|()| out.flush())?;
        let (written, functions) = (head.len(), BTreeMap::new());
        Ok(Self { file: Mutex::new(File { out, written, functions, failed: None }), redact })
    }

    /// Returns whether values of this name are left out.
    pub(crate) fn redacts(&self, name: &str) -> bool {
        self.redact.contains(name)
    }

    /// Records a call that has returned.
    pub(crate) fn record_call(
        &self,
        function: &ImportedFunction,
        arguments: &[Val],
        results: &[Val],
    ) -> Result<(), String> {
        self.record(&RecordedCall::returned(function, arguments, results))
    }

    fn arguments<'v>(&self, call: &RecordedCall<'v>, params: &[String]) -> Vec<Cow<'v, Val>> {
        let named = params.iter().zip(call.arguments);
        let arguments = named.map(|(name, value)| match self.redact.contains(name) {
            true => Cow::Owned(any()),
            false => self.redacted(value, &|_| any()),
        });
        arguments.collect()
    }

    /// Returns the value, with others in the places of its fields that are left out.
    fn redacted<'v>(&self, value: &'v Val, instead: &dyn Fn(&Val) -> Val) -> Cow<'v, Val> {
        match self.redact.is_empty() {
            true => Cow::Borrowed(value),
            false => Cow::Owned(self.without(value, instead)),
        }
    }

    fn without(&self, value: &Val, instead: &dyn Fn(&Val) -> Val) -> Val {
        let inner = |value: &Val| self.without(value, instead);
        let all = |items: &[Val]| items.iter().map(inner).collect::<Vec<_>>();
        let boxed = |payload: &Option<Box<Val>>| {
            payload.as_ref().map(|payload| Box::new(self.without(payload, instead)))
        };
        match value {
            Val::List(items) => Val::List(all(items)),
            Val::FixedLengthList(items) => Val::FixedLengthList(all(items)),
            Val::Tuple(items) => Val::Tuple(all(items)),
            Val::Map(pairs) => {
                Val::Map(pairs.iter().map(|(key, value)| (key.clone(), inner(value))).collect())
            }
            Val::Record(fields) => Val::Record(
                fields
                    .iter()
                    .map(|(name, value)| match self.redact.contains(name) {
                        true => (name.clone(), instead(value)),
                        false => (name.clone(), inner(value)),
                    })
                    .collect(),
            ),
            Val::Variant(name, payload) => Val::Variant(name.clone(), boxed(payload)),
            Val::Option(payload) => Val::Option(boxed(payload)),
            Val::Result(Ok(payload)) => Val::Result(Ok(boxed(payload))),
            Val::Result(Err(payload)) => Val::Result(Err(boxed(payload))),
            other => other.clone(),
        }
    }

    /// Returns the text of a call.
    fn text(&self, call: &RecordedCall<'_>, params: &[String], is_new: bool) -> String {
        let name = basic(call.function.name());
        let mut text = String::new();
        if is_new {
            let ty = basic(&call.function.signature().to_string());
            text += &format!("\n[[function]]\nname = {name}\ntype = {ty}\n");
        }
        text += &format!("\n[[call]]\nfunction = {name}\n");
        let arguments = self.arguments(call, params);
        let arguments: Vec<_> = arguments.iter().map(|value| written(value)).collect();
        if !arguments.is_empty() {
            text += &format!("args = [{}]\n", arguments.join(", "));
        }
        match &call.ended {
            Ended::Returned([]) => {}
            Ended::Returned(results) => {
                let results = results.iter().map(|value| written(&self.redacted(value, &empty)));
                text += &format!("returns = {}\n", results.collect::<String>());
            }
            Ended::Failed(reason) => text += &format!("fails = {}\n", basic(reason)),
            Ended::Trapped(reason) => text += &format!("traps = {}\n", basic(reason)),
            Ended::Exited(status) => text += &format!("exits = {status}\n"),
            // A later version of the library may know more ways to end.
            other => text += &format!("fails = {}\n", basic(&format!("{other:?}"))),
        }
        text
    }
}

impl Recorder for Recording {
    fn record(&self, call: &RecordedCall<'_>) -> Result<(), String> {
        // What is too long is not put together first.
        let sizes = call.arguments.iter().map(size).sum::<usize>();
        if sizes > LONGEST {
            return Err(TOO_LONG.into());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = &file.failed {
            return Err(reason.clone());
        }
        let known = file.functions.get(call.function.name()).map(Arc::clone);
        let is_new = known.is_none();
        let params = known.map_or_else(|| params(call.function), Ok)?;
        let text = self.text(call, &params, is_new);
        if text.len() > 4 * LONGEST {
            return Err(TOO_LONG.into());
        }
        if file.written.saturating_add(text.len()) > LARGEST {
            return Err("the recording has reached 64 MiB".into());
        }
        let written = file.out.write_all(text.as_bytes());
        if let Err(error) = written.and_then(|()| file.out.flush()) {
            let reason = format!("it cannot be written: {error}");
            file.failed = Some(reason.clone());
            return Err(reason);
        }
        file.written += text.len();
        if is_new {
            file.functions.insert(call.function.name().to_owned(), params);
        }
        Ok(())
    }
}

/// Returns the names of a function's parameters.
///
/// # Errors
/// If its type has what is no value.
fn params(function: &ImportedFunction) -> Result<Arc<[String]>, String> {
    let signature = function.signature();
    let mut types = signature.params.iter().map(|(_, ty)| ty).chain(&signature.results);
    match types.find_map(asynchronous) {
        Some(found) => {
            Err(format!("its type has a `{found}`, which is no value that can be written"))
        }
        None => Ok(signature.params.into_iter().map(|(name, _)| name).collect()),
    }
}

const TOO_LONG: &str = "its values are longer than the 1 MiB that a recording takes of one call";

/// Returns the hole that every value fits.
fn any() -> Val {
    Val::Enum("_".into())
}

/// Returns an empty value of the same type.
fn empty(value: &Val) -> Val {
    match value {
        Val::Bool(_) => Val::Bool(false),
        Val::S8(_) => Val::S8(0),
        Val::U8(_) => Val::U8(0),
        Val::S16(_) => Val::S16(0),
        Val::U16(_) => Val::U16(0),
        Val::S32(_) => Val::S32(0),
        Val::U32(_) => Val::U32(0),
        Val::S64(_) => Val::S64(0),
        Val::U64(_) => Val::U64(0),
        Val::Float32(_) => Val::Float32(0.0),
        Val::Float64(_) => Val::Float64(0.0),
        Val::Char(_) => Val::Char(' '),
        Val::String(_) => Val::String(String::new()),
        Val::List(_) => Val::List(Vec::new()),
        Val::Map(_) => Val::Map(Vec::new()),
        Val::FixedLengthList(items) => Val::FixedLengthList(items.iter().map(empty).collect()),
        Val::Tuple(items) => Val::Tuple(items.iter().map(empty).collect()),
        Val::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), empty(value)));
            Val::Record(fields.collect())
        }
        Val::Option(_) => Val::Option(None),
        Val::Flags(_) => Val::Flags(Vec::new()),
        Val::Variant(name, payload) => {
            Val::Variant(name.clone(), payload.as_ref().map(|one| Box::new(empty(one))))
        }
        Val::Result(Ok(payload)) => {
            Val::Result(Ok(payload.as_ref().map(|one| Box::new(empty(one)))))
        }
        Val::Result(Err(payload)) => {
            Val::Result(Err(payload.as_ref().map(|one| Box::new(empty(one)))))
        }
        // Cases have names only, and other values are never written.
        other => other.clone(),
    }
}

/// Returns about how many characters the value takes.
fn size(value: &Val) -> usize {
    let all = |items: &[Val]| items.iter().map(size).sum::<usize>();
    match value {
        Val::String(text) => text.len(),
        Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => all(items),
        Val::Map(pairs) => pairs.iter().map(|(key, value)| size(key) + size(value)).sum(),
        Val::Record(fields) => fields.iter().map(|(_, value)| size(value)).sum(),
        Val::Variant(_, Some(payload))
        | Val::Option(Some(payload))
        | Val::Result(Ok(Some(payload)) | Err(Some(payload))) => size(payload),
        _ => 1,
    }
}

/// Returns the value in TOML: as WAVE, and texts of several lines and bytes by themselves.
fn written(value: &Val) -> String {
    let mut inner = value;
    while let Val::Option(Some(payload)) | Val::Result(Ok(Some(payload))) = inner {
        inner = payload;
    }
    match inner {
        Val::String(text) if text.contains('\n') && is_plain(text) => {
            format!("{{ text = '''\n{text}''' }}")
        }
        Val::List(items) if items.len() > SHORT => match bytes(items) {
            Some(bytes) => of_bytes(&bytes),
            None => wave(value),
        },
        _ => wave(value),
    }
}

fn of_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(text) && text.contains('\n') => {
            format!("{{ text = '''\n{text}''' }}")
        }
        Ok(text) if is_plain(text) && !text.contains('\'') => format!("{{ text = '{text}' }}"),
        _ => {
            let lines = bytes.chunks(LINE).map(|line| {
                let digits: Vec<_> = line.iter().map(|byte| format!("{byte:02x}")).collect();
                digits.join(" ") + "\n"
            });
            format!("{{ hex = '''\n{}''' }}", lines.collect::<String>())
        }
    }
}

fn bytes(items: &[Val]) -> Option<Vec<u8>> {
    let byte = |item: &Val| match item {
        Val::U8(byte) => Some(*byte),
        _ => None,
    };
    items.iter().map(byte).collect()
}

/// Returns WAVE in TOML.
fn wave(value: &Val) -> String {
    let text = to_wave_lines(value);
    if text.contains('\n') && is_plain(&text) {
        return format!("'''\n{text}'''");
    }
    let text = to_wave(value);
    match text.contains('\'') {
        false => format!("'{text}'"),
        true => basic(&text),
    }
}

/// Returns whether the text stays the same between three single quotes.
fn is_plain(text: &str) -> bool {
    let is_shown =
        |one: char| one == '\n' || one.escape_debug().len() == 1 || "\"'\\".contains(one);
    text.chars().all(is_shown) && !text.contains("'''") && !text.ends_with('\'')
}

/// Returns a text in double quotes.
fn basic(text: &str) -> String {
    let mut basic = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => basic.extend(['\\', character]),
            '\n' => basic.push_str("\\n"),
            control if control.is_control() => basic += &format!("\\u{:04X}", u32::from(control)),
            other => basic.push(other),
        }
    }
    basic + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_what_they_are() {
        #[derive(serde::Deserialize)]
        struct One {
            value: String,
        }
        for text in ["", "a", "a'b", "a\"b\\", "\u{1b}[0m", "a\nb", "ü'''", "a\u{7f}"] {
            let read: One =
                wit_host_config::from_toml(&format!("value = {}", basic(text))).expect("TOML");
            assert_eq!(read.value, text);
        }
    }

    #[test]
    fn forms_of_values() {
        let text = |text: &str| Val::String(text.into());
        let some = |value| Val::Option(Some(Box::new(value)));
        let list = |bytes: &[u8]| Val::List(bytes.iter().copied().map(Val::U8).collect());
        for (value, expected) in [
            (Val::U8(7), "'7'"),
            (text("tea"), "'\"tea\"'"),
            (text("it's"), "\"\\\"it's\\\"\""),
            (text("two\nlines"), "{ text = '''\ntwo\nlines''' }"),
            (some(text("two\nlines")), "{ text = '''\ntwo\nlines''' }"),
            (text("'''\n"), "\"\\\"'''\\\\n\\\"\""),
            (list(b"abc"), "'[97, 98, 99]'"),
            (list(b"seventeen letters"), "{ text = 'seventeen letters' }"),
            (
                list(&[0; 17]),
                "{ hex = '''\n00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n''' }",
            ),
        ] {
            assert_eq!(written(&value), expected);
        }
    }
}
