//! Arguments and results as text: values of WIT's types from WAVE or JSON that a
//! person wrote, and back. It knows of no guest and of no command.
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
//! What JSON looks like for each type:
//!
//! | type | JSON |
//! | --- | --- |
//! | `bool` and numbers | themselves; floating-point numbers also `"nan"`, `"inf"` and `"-inf"` |
//! | `s64`, `u64` | numbers, also as texts of their digits |
//! | `char`, `string` | a text |
//! | `list<T>`, `list<T, N>`, `tuple<…>` | an array |
//! | `list<u8>` | an array of numbers, or a data URL: `"data:;base64,AP8="` |
//! | `map<string, T>` | an object, or as every other map |
//! | `map<K, V>` | an array of arrays of a key and its value, each key once |
//! | a record | an object; a field that is an option may be missing |
//! | a variant | `{"case": payload}`, or `"case"` without a payload |
//! | an enum | `"case"` |
//! | `option<T>` | `null`, or the value; `{"some": value}` where `T` is an option too |
//! | `result<T, E>` | `{"ok": value}` or `{"err": value}`, with `null` for no payload |
//! | flags | an array of the names that are set |
//!
//! All of these are read; [`JsonStyle`] says which are written. NaN has no bits in JSON: every
//! NaN is read as one. JSON's numbers have no limit, and what a type cannot hold is refused,
//! never rounded to another whole number. Handles, streams and futures have no JSON.

mod alike;
#[cfg(feature = "text")]
mod argument;
mod core_number;
#[cfg(feature = "text")]
mod example;
#[cfg(feature = "text")]
mod fault;
pub mod fits;
#[cfg(feature = "text")]
mod json;
#[cfg(feature = "text")]
mod members;
mod mismatch;
mod notation;
pub mod number;
mod signature;
mod smallest;
mod wave;

pub use self::alike::{alike, tied};
#[cfg(feature = "text")]
pub use self::argument::{BadArgument, Form, from_bytes, from_text};
pub use self::core_number::{lift_number, lower_number, number_type};
#[cfg(feature = "text")]
pub use self::example::example;
pub use self::fits::fits;
#[cfg(feature = "text")]
pub use self::json::{BadJson, Json, JsonStyle, escape_json, to_json, to_json_text};
pub use self::mismatch::mismatch;
pub use self::notation::wit;
pub use self::signature::Signature;
pub use self::smallest::smallest;
pub use self::wave::to_wave;

use wasmtime::component::Val;

use wit_host_text::limited::limited;

/// How much of a value an error or a line of a log shows, in characters.
const SHORT: usize = 80;

/// The value as WAVE, cut after some 80 characters. The rest is not even
/// formatted, however large the value is.
pub fn short(value: &Val) -> String {
    wit_host_text::shown(&limited(SHORT, |out| wave::write(out, value)))
}
