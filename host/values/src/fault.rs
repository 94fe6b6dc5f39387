//! Describes what is wrong with a text, and where in the value it is. The reader of a form creates
//! the fault. Its caller adds an argument's name and an example.

use wasmtime::component::Type;

use super::notation::wit;
use super::number;
use wit_host_text::short;

/// The reason why a text is not a value of the wanted type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The path of the wrong value: `.points[2].x`, or empty for the argument itself.
    path: String,
    reason: String,
}

impl Fault {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { path: String::new(), reason: reason.into() }
    }

    /// Creates the fault of a text that is not a value of the type.
    pub(super) fn expected(ty: &Type, found: &str) -> Self {
        let range = number::range(ty).map(|range| format!(" ({range})")).unwrap_or_default();
        let found = if found.is_empty() { "nothing" } else { &format!("`{}`", short(found)) };
        Self::new(format!("expected `{}`{range}, found {found}", wit(ty)))
    }

    /// Creates the fault of a type whose values cannot be written as text.
    pub(super) fn no_text(ty: &Type) -> Self {
        Self::new(format!(
            "`{}` cannot be written as text; pass on what an earlier call returned",
            wit(ty)
        ))
    }

    /// Puts `step` before the path: `.name` or `[index]`, which lead to the value that has the
    /// fault.
    pub(crate) fn within(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }

    pub(super) fn into_reason(self) -> String {
        match self.path.trim_start_matches('.') {
            "" => self.reason,
            path => format!("at `{}`: {}", short(path), self.reason),
        }
    }

    /// Returns the path, which begins with `$` for the whole value, and the reason.
    pub(super) fn into_parts(self) -> (String, String) {
        (format!("${}", self.path), self.reason)
    }
}
