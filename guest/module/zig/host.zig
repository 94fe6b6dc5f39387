//! The functions of the host, and how text crosses: by pointer and length. A result
//! comes in two steps: its length is returned, and `write_mem` copies it. It is the
//! caller's to free.

const std = @import("std");

pub const allocator = std.heap.wasm_allocator;

const env = struct {
    extern "env" fn concat(a: usize, a_len: usize, b: usize, b_len: usize) usize;
    extern "env" fn to_upper(text: usize, len: usize) usize;
    extern "env" fn from_utf8(bytes: usize, len: usize) usize;
    extern "env" fn fetch(url: usize, len: usize) usize;
    extern "env" fn write_mem(to: usize) void;
};

pub extern "env" fn add(a: i32, b: i32) i32;

pub fn concat(a: []const u8, b: []const u8) ![]u8 {
    return written(env.concat(at(a), a.len, at(b), b.len));
}

pub fn toUpper(text: []const u8) ![]u8 {
    return written(env.to_upper(at(text), text.len));
}

/// Traps where the bytes are not text.
pub fn fromUtf8(bytes: []const u8) ![]u8 {
    return written(env.from_utf8(at(bytes), bytes.len));
}

/// Traps where there is no document.
pub fn fetch(url: []const u8) ![]u8 {
    return written(env.fetch(at(url), url.len));
}

fn written(len: usize) ![]u8 {
    const text = try allocator.alloc(u8, len);
    env.write_mem(at(text));
    return text;
}

/// An empty slice of the allocator's is at the end of all addresses, which the host
/// takes for a mistake.
fn at(text: []const u8) usize {
    return if (text.len == 0) 0 else @intFromPtr(text.ptr);
}
