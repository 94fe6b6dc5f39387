//! A core module that imports from `env`: `run` adds two numbers on the host, `greet`
//! lets the host fetch, join and change text. Its own functions take and return text as
//! C does: an address, up to a NUL.

const std = @import("std");
const host = @import("host.zig");

const allocator = host.allocator;

/// Makes a block; the host puts an argument into one.
export fn allocate(size: usize) [*]u8 {
    return (allocator.alloc(u8, size) catch @trap()).ptr;
}

/// Gives a block back.
export fn deallocate(block: [*]u8, size: usize) void {
    allocator.free(block[0..size]);
}

export fn run() i32 {
    return host.add(1, 2);
}

/// Greets somebody. The result is the host's to give back.
export fn greet(name: [*:0]const u8) [*:0]u8 {
    const text = greeting(std.mem.span(name)) catch @trap();
    defer allocator.free(text);
    return (allocator.dupeSentinel(u8, text, 0) catch @trap()).ptr;
}

fn greeting(name: []const u8) ![]u8 {
    const is_url = std.mem.startsWith(u8, name, "http://") or
        std.mem.startsWith(u8, name, "https://");
    const text = if (is_url) try fetched(name) else try allocator.dupe(u8, name);
    defer allocator.free(text);

    const names = try joined(if (text.len == 0) "world" else text);
    defer allocator.free(names);
    const hello = try host.concat("Hello, ", names);
    defer allocator.free(hello);
    const upper = try host.toUpper(hello);
    defer allocator.free(upper);
    return host.concat(upper, "!");
}

/// Traps where there is no document, or one that is not text.
fn fetched(url: []const u8) ![]u8 {
    const body = try host.fetch(url);
    defer allocator.free(body);
    return host.fromUtf8(body);
}

/// `a,b` as `a and b`.
fn joined(names: []const u8) ![]u8 {
    var parts = std.mem.splitScalar(u8, names, ',');
    var all = try allocator.dupe(u8, parts.first());
    while (parts.next()) |part| {
        try append(&all, " and ");
        try append(&all, part);
    }
    return all;
}

fn append(all: *[]u8, text: []const u8) !void {
    const both = try host.concat(all.*, text);
    allocator.free(all.*);
    all.* = both;
}
