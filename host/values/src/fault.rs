//! What is wrong with a text, and where in the value it is. The reader of a
//! form makes it; an argument's name and an example are added by its caller.

use wasmtime::component::Type;

use super::notation::wit;
use super::number;
use wit_host_text::short;

/// What one value within an argument should have been.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The way to the value: `.points[2].x`, or nothing for the argument itself.
    path: String,
    reason: String,
}

impl Fault {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { path: String::new(), reason: reason.into() }
    }

    /// The text holds something else than a value of the type.
    pub(super) fn expected(ty: &Type, found: &str) -> Self {
        let range = number::range(ty).map(|range| format!(" ({range})")).unwrap_or_default();
        let found = if found.is_empty() { "nothing" } else { &format!("`{}`", short(found)) };
        Self::new(format!("expected `{}`{range}, found {found}", wit(ty)))
    }

    /// The type has no values that can be written down.
    pub(super) fn no_text(ty: &Type) -> Self {
        Self::new(format!(
            "`{}` cannot be written as text; pass on what an earlier call returned",
            wit(ty)
        ))
    }

    /// `step` leads to the value that the fault is in: `.name` or `[index]`.
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

    /// The way to the value from the whole of it, `$`, and what is wrong there.
    pub(super) fn into_parts(self) -> (String, String) {
        (format!("${}", self.path), self.reason)
    }
}
