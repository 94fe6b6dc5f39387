//! The host functions, which are the same in every column.

use crate::bindings::host::{Host, Reading};

/// The host data.
#[derive(Debug, Default)]
pub(crate) struct Functions;

impl Host for Functions {
    fn add(&mut self, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    fn echo_text(&mut self, text: String) -> String {
        text
    }

    fn measure_text(&mut self, text: String) -> u32 {
        measure(&text)
    }

    fn echo_bytes(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn echo_reading(&mut self, reading: Reading) -> Reading {
        reading
    }

    fn echo_readings(&mut self, readings: Vec<Reading>) -> Vec<Reading> {
        readings
    }
}

/// Implements `measure-text`, for a text that may be borrowed.
pub(crate) fn measure(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
