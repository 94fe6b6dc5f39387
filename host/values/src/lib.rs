//! Reads and writes arguments and results as text: values of WIT's types in WAVE or JSON. It
//! knows no guest and no command.
//!
//! ```
//! use wit_host_values::{Form, from_text, to_json_text, to_wave};
//!
//! let runtime = wit_host::Runtime::<()>::builder().allow_text_format(true).build()?;
//! let guest = runtime.load(
//!     r#"(module (func (export "half") (param f64) (result f64)
//!         (f64.div (local.get 0) (f64.const 2))))"#,
//! )?;
//! let signature = guest.signature("half").expect("it is exported");
//! assert_eq!(signature.to_string(), "func(0: f64) -> f64");
//!
//! let (name, ty) = &signature.params[0];
//! let arg = from_text(name, ty, "5", Form::Wave)?;
//! let results = guest.session(()).start_blocking()?.call("half", &[arg])?;
//! assert_eq!((to_wave(&results[0]), to_json_text(&results[0])), ("2.5".into(), "2.5".into()));
//! # Ok::<(), wit_host::Error>(())
//! ```
//!
//! The JSON of each type:
//!
//! | type | JSON |
//! | --- | --- |
//! | `bool` and numbers | themselves, a whole one also as `1.0` up to 2^53; floating-point numbers also `"nan"`, `"inf"` and `"-inf"` |
//! | `s64`, `u64` | numbers, also as texts of their digits |
//! | `char`, `string` | a text |
//! | `list<T>`, `list<T, N>`, `tuple<…>` | an array |
//! | `list<u8>` | an array of numbers, or a data URL: `"data:;base64,AP8="` |
//! | `map<string, T>` | an object, or an array as for any other map |
//! | `map<K, V>` | an array of arrays, each of a key and its value; no key twice |
//! | a record | an object; a field that is an option may be missing |
//! | a variant | `{"case": payload}`, or `"case"` without a payload |
//! | an enum | `"case"` |
//! | `option<T>` | `null`, or the value; `{"some": value}` if `T` is an option too |
//! | `result<T, E>` | `{"ok": value}` or `{"err": value}`, with `null` for no payload |
//! | flags | an array of the names that are set |
//!
//! All of these forms can be read, and [`JsonStyle`] chooses those that are written. JSON does
//! not keep the bits of a NaN: every `"nan"` is read as the same value. JSON's numbers have no
//! limit. A number that the type cannot hold is refused, and never rounded to another whole
//! number. Handles, streams and futures have no JSON.

mod alike;
#[cfg(feature = "text")]
mod argument;
#[cfg(feature = "text")]
mod call;
mod core_number;
#[cfg(feature = "text")]
mod example;
#[cfg(feature = "text")]
mod fault;
pub mod fits;
mod handles;
#[cfg(feature = "text")]
mod json;
#[cfg(feature = "text")]
mod members;
mod mismatch;
mod notation;
pub mod number;
#[cfg(feature = "text")]
mod pattern;
#[cfg(feature = "text")]
mod pretty;
#[cfg(feature = "text")]
mod results;
mod signature;
mod smallest;
mod wave;

pub use self::alike::{alike, alike_where, asynchronous, resources, tied};
#[cfg(feature = "text")]
pub use self::argument::{BadArgument, Form, from_bytes, from_text};
#[cfg(feature = "text")]
pub use self::call::split_call;
pub use self::core_number::{lift_number, lower_number, number_type};
#[cfg(feature = "text")]
pub use self::example::example;
pub use self::fits::{fits, fits_with_labels};
pub use self::handles::{is_label, visit_handles, visit_handles_of};
#[cfg(feature = "text")]
pub use self::json::{BadJson, Json, JsonStyle, escape_json, schema, to_json, to_json_text};
pub use self::mismatch::mismatch;
pub use self::notation::wit;
#[cfg(feature = "text")]
pub use self::pattern::{Bindings, Difference, Pattern, Unbound};
#[cfg(feature = "text")]
pub use self::pretty::to_wave_lines;
#[cfg(feature = "text")]
pub use self::results::{Results, has_handle, is_given_away, result_number};
pub use self::signature::Signature;
pub use self::smallest::smallest;
pub use self::wave::to_wave;

use wasmtime::component::Val;

use wit_host_text::limited::limited;

/// The number of characters of a value that an error or a log line shows.
const SHORT: usize = 80;

/// Returns the value as WAVE, cut after about 80 characters. The rest is not formatted, so a large
/// value costs no more than a small one.
pub fn short(value: &Val) -> String {
    wit_host_text::shown(&limited(SHORT, |out| wave::write(out, value)))
}
