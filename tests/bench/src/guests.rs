//! The guests that are measured, in binary form.

use anyhow::Result;

/// A command that was stripped.
pub(crate) const SMALL_COMMAND: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/small.wasm"));

/// The same with its debug information.
pub(crate) const LARGE_COMMAND: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/large.wasm"));

/// A command that writes 10 MB, line by line.
pub(crate) const LINES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lines.wasm"));

/// A command that reads every file in the folder `/files`.
pub(crate) const FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/files.wasm"));

/// The two ways on which host functions are called.
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

    /// The guest that calls every host function.
    pub(crate) fn guest(self) -> Result<Vec<u8>> {
        binary(match self {
            Self::Component => include_str!("../guests/component.wat"),
            Self::Env => include_str!("../guests/module.wat"),
        })
    }

    /// The smallest guest, or the smallest that writes to its memory.
    pub(crate) fn small_guest(self, writes: bool) -> Result<Vec<u8>> {
        binary(match (self, writes) {
            (Self::Component, false) => include_str!("../guests/small-component.wat"),
            (Self::Component, true) => include_str!("../guests/writing-component.wat"),
            (Self::Env, false) => include_str!("../guests/small-module.wat"),
            (Self::Env, true) => include_str!("../guests/writing-module.wat"),
        })
    }
}

/// The guest that calls every host function, as a plug-in of Extism's.
pub(crate) fn plugin() -> Result<Vec<u8>> {
    binary(include_str!("../guests/plugin.wat"))
}

/// The smallest guest as such a plug-in.
pub(crate) fn small_plugin() -> Result<Vec<u8>> {
    binary(include_str!("../guests/small-plugin.wat"))
}

/// A core module that computes, and calls no host.
pub(crate) fn fibonacci() -> Result<Vec<u8>> {
    binary(include_str!("../guests/fibonacci.wat"))
}

fn binary(text: &str) -> Result<Vec<u8>> {
    Ok(wat::parse_str(text)?)
}

/// What a guest is made to do again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Add,
    /// Ten of them in a line.
    AddInLine,
    /// With a text of so many bytes, as the others.
    EchoText(u32),
    MeasureText(u32),
    EchoBytes(u32),
    EchoReading,
    /// With so many records.
    EchoReadings(u32),
}

impl Work {
    /// The core module's export that does it, where it takes no more than how often.
    pub(crate) fn of_numbers(self) -> Option<&'static str> {
        match self {
            Self::Add => Some("call-add"),
            Self::AddInLine => Some("call-add-in-line"),
            _ => None,
        }
    }

    /// The core module's export that does it, and its second argument.
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
