//! Provides the import with which a guest of AssemblyScript gives up.

use super::text::Utf16;
use super::{Env, TrapMessage};

impl<T: Send + 'static, U: Send + 'static> Env<'_, T, U> {
    /// Defines the function that AssemblyScript calls when it gives up, as the import `name`,
    /// usually `abort`: `(message: i32, file: i32, line: i32, column: i32)`. The first two are
    /// pointers to [`Utf16`] text or null. The guest traps, and the error contains the message
    /// and the place.
    ///
    /// # Errors
    /// If `name` is defined already, or cannot be.
    pub fn define_abort(&mut self, name: &str) -> wasmtime::Result<()> {
        self.func(name, abort)
    }
}

fn abort<U>(
    _: &mut U,
    message: Option<Utf16>,
    file: Option<Utf16>,
    line: u32,
    column: u32,
) -> Result<(), Aborted> {
    Err(Aborted { message, file, line, column })
}

/// Why a guest gave up, and where.
struct Aborted {
    message: Option<Utf16>,
    file: Option<Utf16>,
    line: u32,
    column: u32,
}

impl TrapMessage for Aborted {
    fn trap_message(&self) -> String {
        let Self { message, file, line, column } = self;
        let message = message.as_ref().map_or("the guest gave up", |Utf16(text)| text);
        let file = file.as_ref().map_or("an unknown file", |Utf16(text)| text);
        format!("{message}, in {file}:{line}:{column}")
    }
}
