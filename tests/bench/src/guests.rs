//! The guests that are measured, in binary form.

use anyhow::Result;

/// A command without debug information.
pub(crate) const SMALL_COMMAND: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/small.wasm"));

/// A command with its debug information.
pub(crate) const LARGE_COMMAND: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/large.wasm"));

/// A command that writes 10 MB, line by line.
pub(crate) const LINES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lines.wasm"));

/// A command that reads every file in the folder `/files`.
pub(crate) const FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/files.wasm"));

/// The two paths on which host functions are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// A component.
    Component,
    /// A core module that imports from `env`.
    Env,
}

impl Path {
    pub(crate) const BOTH: [Self; 2] = [Self::Component, Self::Env];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Env => "env",
        }
    }

    /// Returns the guest that calls every host function.
    pub(crate) fn guest(self) -> Result<Vec<u8>> {
        binary(match self {
            Self::Component => include_str!("../guests/component.wat"),
            Self::Env => include_str!("../guests/module.wat"),
        })
    }

    /// Returns the smallest guest, or the smallest one that writes to its memory.
    pub(crate) fn small_guest(self, writes: bool) -> Result<Vec<u8>> {
        binary(match (self, writes) {
            (Self::Component, false) => include_str!("../guests/small-component.wat"),
            (Self::Component, true) => include_str!("../guests/writing-component.wat"),
            (Self::Env, false) => include_str!("../guests/small-module.wat"),
            (Self::Env, true) => include_str!("../guests/writing-module.wat"),
        })
    }
}

/// Returns the guest that calls every host function, as a plug-in for Extism.
pub(crate) fn plugin() -> Result<Vec<u8>> {
    binary(include_str!("../guests/plugin.wat"))
}

/// Returns the smallest guest, as a plug-in for Extism.
pub(crate) fn small_plugin() -> Result<Vec<u8>> {
    binary(include_str!("../guests/small-plugin.wat"))
}

/// Returns the component that serves two functions of the host's interface to another guest.
pub(crate) fn provider() -> Result<Vec<u8>> {
    binary(include_str!("../guests/provider.wat"))
}

/// Returns a core module that computes, and does not call the host.
pub(crate) fn fibonacci() -> Result<Vec<u8>> {
    binary(include_str!("../guests/fibonacci.wat"))
}

fn binary(text: &str) -> Result<Vec<u8>> {
    Ok(wat::parse_str(text)?)
}

/// The work that a guest does again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Add,
    /// Ten calls of `add` in a line.
    AddInLine,
    /// A text of this number of bytes. The variants below have a length too.
    EchoText(u32),
    MeasureText(u32),
    EchoBytes(u32),
    EchoReading,
    /// A list of this number of records.
    EchoReadings(u32),
}

impl Work {
    /// Returns the core module's export for the work, if its only argument is the number of
    /// repetitions.
    pub(crate) fn of_numbers(self) -> Option<&'static str> {
        match self {
            Self::Add => Some("call-add"),
            Self::AddInLine => Some("call-add-in-line"),
            _ => None,
        }
    }

    /// Returns the core module's export for the work, and its second argument.
    pub(crate) fn of_module(self) -> Option<(&'static str, u32)> {
        match self {
            Self::EchoText(length) => Some(("call-echo-text", length)),
            Self::MeasureText(length) => Some(("call-measure-text", length)),
            Self::EchoBytes(length) => Some(("call-echo-bytes", length)),
            Self::Add | Self::AddInLine | Self::EchoReading | Self::EchoReadings(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, Module};

    use super::*;

    #[test]
    fn plugins_are_modules() {
        for guest in [plugin(), small_plugin()] {
            let guest = guest.expect("a guest");
            Module::validate(&Engine::default(), &guest).expect("a module");
        }
    }
}
