//! The functions of the host, and how text crosses: by pointer and length. A result
//! comes in two steps: its length is returned, and `write_mem` copies it. It is the
//! caller's to free.

const std = @import("std");

pub const allocator = std.heap.wasm_allocator;

const env = struct {
    extern "env" fn concat(a: [*]const u8, a_len: usize, b: [*]const u8, b_len: usize) usize;
    extern "env" fn to_upper(text: [*]const u8, len: usize) usize;
    extern "env" fn from_utf8(bytes: [*]const u8, len: usize) usize;
    extern "env" fn fetch(url: [*]const u8, len: usize) usize;
    extern "env" fn write_mem(to: [*]u8) void;
};

pub extern "env" fn add(a: i32, b: i32) i32;

pub fn concat(a: []const u8, b: []const u8) ![]u8 {
    return written(env.concat(a.ptr, a.len, b.ptr, b.len));
}

pub fn toUpper(text: []const u8) ![]u8 {
    return written(env.to_upper(text.ptr, text.len));
}

/// Traps where the bytes are not text.
pub fn fromUtf8(bytes: []const u8) ![]u8 {
    return written(env.from_utf8(bytes.ptr, bytes.len));
}

/// Traps where there is no document.
pub fn fetch(url: []const u8) ![]u8 {
    return written(env.fetch(url.ptr, url.len));
}

fn written(len: usize) ![]u8 {
    const text = try allocator.alloc(u8, len);
    env.write_mem(text.ptr);
    return text;
}
