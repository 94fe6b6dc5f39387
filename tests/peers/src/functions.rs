//! The host functions. They do the same as those in the other columns of the benchmark.

pub(crate) fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

pub(crate) fn echo_text(text: String) -> String {
    text
}

pub(crate) fn measure_text(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

pub(crate) fn echo_bytes(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}
