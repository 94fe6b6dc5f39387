//! Writes core modules in Zig: the host's functions with the language's own types, a function for
//! each export, and the code that converts between that and the host. It does not know how a
//! project is built.

use heck::{ToLowerCamelCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use wit_parser::Type;

use super::boundary::{Boundary, Crossing, Named, Unfit, Value};
use super::{of_exports, of_imports, scalar};
use crate::File;
use crate::stubs::exports::World;
use crate::stubs::scope::Scope;
use crate::stubs::{Stubs, comment};
use wit_host_text::shown;

const UNFIT: Unfit = Unfit { language: "Zig", taken: of_runtime, has_one_name: true };

/// The code in host.zig that exchanges text with the host.
const CROSSING: &str = r#"
const std = @import("std");

/// What is had of it is given back when the call of the guest ends. What is to stay is for
/// `std.heap.wasm_allocator`.
pub const allocator = arena.allocator();

var arena = std.heap.ArenaAllocator.init(std.heap.wasm_allocator);

/// Gives back what the call of the guest took.
pub fn release() void {
    _ = arena.reset(.free_all);
}

fn written(its_length: usize) []u8 {
    const its_text = allocator.alloc(u8, its_length) catch @trap();
    env.write_mem(at(its_text));
    return its_text;
}

/// An empty slice of the allocator's is at the end of all addresses, which the host
/// takes for a mistake.
fn at(its_text: []const u8) usize {
    return if (its_text.len == 0) 0 else @intFromPtr(its_text.ptr);
}
"#;

/// The code in exports.zig that exchanges text with the host.
const EXCHANGE: &str = r#"
/// Makes a block; the host puts an argument into one.
export fn allocate(blockSize: usize) [*]u8 {
    return (std.heap.wasm_allocator.alloc(u8, blockSize) catch @trap()).ptr;
}

/// Gives a block back.
export fn deallocate(oneBlock: [*]u8, blockSize: usize) void {
    std.heap.wasm_allocator.free(oneBlock[0..blockSize]);
}

/// A copy that the host gives back.
fn lent(oneText: []const u8) [*:0]u8 {
    const newBlock = std.heap.wasm_allocator.alloc(u8, oneText.len + 1) catch @trap();
    @memcpy(newBlock[0..oneText.len], oneText);
    newBlock[oneText.len] = 0;
    return @ptrCast(newBlock.ptr);
}
"#;

pub(super) fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    let boundary = Boundary::new(world, &UNFIT)?;
    let mut scope =
        Scope::new(is_word, &["std", "allocator", "arena", "release", "written", "at", "env"]);
    let types: Vec<_> = boundary.types.iter().map(|named| Ty::new(named, &mut scope)).collect();
    let names: Vec<_> =
        boundary.imports.iter().map(|one| scope.take(one.core.to_lower_camel_case())).collect();
    let mut host = format!(
        "//! What the host of the world `{selector}` has. Text crosses as pointer and length; a\n\
         //! result comes in two steps: its length is returned, and `write_mem` copies it.\n{CROSSING}"
    );
    host += "\nconst env = struct {\n    extern \"env\" fn write_mem(usize) void;\n";
    for import in &boundary.imports {
        host += &declaration(import, &types);
    }
    host += "};\n";
    host += &types.iter().map(Ty::definition).collect::<String>();
    for (import, name) in boundary.imports.iter().zip(&names) {
        host += &of_import(import, name, &types, &scope);
    }

    let mut guest = format!(
        "//! A guest of the world `{selector}`. Each function that the host calls returns a plain\n\
         //! value until it is filled in. What it returns is copied: it can be a literal, or be had\n\
         //! of `host.allocator`.\n\n"
    );
    let mut called = names.iter().map(|name| format!("host.{name}"));
    guest += &of_imports(&boundary, "//", |_| called.next().unwrap_or_default());
    let mut exports = format!(
        "//! What the host of the world `{selector}` calls. Text crosses as C strings, in blocks of\n\
         //! `allocate`.\n\n"
    );
    let mut inner = Scope::new(is_word, &["host"]);
    let names: Vec<_> =
        boundary.exports.iter().map(|one| inner.take(one.core.to_lower_camel_case())).collect();
    let has_types = boundary
        .exports
        .iter()
        .flat_map(|export| export.params.iter().map(|(_, value)| value).chain(&export.result))
        .any(|value| matches!(value, Value::Named(_)));
    if !boundary.imports.is_empty() || has_types {
        guest += "const host = @import(\"host.zig\");\n\n";
    }
    let exported = boundary.exports.iter().map(|one| &*one.core);
    // The contract sets the names of exports, so the file's own names give way to them.
    let others = ["allocate", "deallocate"].into_iter().chain(exported);
    let mut outer = Scope::new(is_word, &others.collect::<Vec<_>>());
    let own = ["std", "guest", "host", "lent"].map(|name| outer.take(name));
    let [std, of_guest, of_host, lent] = &own;
    exports += &format!(
        "const {std} = @import(\"std\");\nconst {of_guest} = @import(\"guest.zig\");\n\
         const {of_host} = @import(\"host.zig\");\n"
    );
    exports += &EXCHANGE.replace("std.", &format!("{std}.")).replace("lent(", &format!("{lent}("));
    let mut written = Vec::new();
    for (export, name) in boundary.exports.iter().zip(&names) {
        written.push(stub(export, name, &types, &inner));
        exports += &of_export(export, name, &types, &outer, &own);
    }
    guest += &of_exports(written.into_iter());
    let files = [("exports.zig", exports), ("guest.zig", guest), ("host.zig", host)];
    Ok(Stubs { files: files.map(|(path, text)| File::new(path, text)).into() })
}

/// An enum or flags in Zig.
struct Ty<'w> {
    named: &'w Named<'w>,
    name: String,
}

impl<'w> Ty<'w> {
    fn new(named: &'w Named<'w>, scope: &mut Scope) -> Self {
        Self { named, name: scope.take(named.name.to_upper_camel_case()) }
    }

    fn members(&self) -> Vec<String> {
        self.named.members.iter().map(|member| quoted(&member.to_snake_case())).collect()
    }

    fn definition(&self) -> String {
        let (name, wit) = (&self.name, self.named.name);
        let members = self.members();
        if !self.named.is_flags {
            let members: String = members.iter().map(|one| format!("    {one},\n")).collect();
            return format!(
                "\n/// The enum `{wit}`.\npub const {name} = enum(u32) {{\n{members}}};\n"
            );
        }
        let mut fields: String =
            members.iter().map(|one| format!("    {one}: bool = false,\n")).collect();
        if members.len() < 32 {
            fields += &format!("    _: u{} = 0,\n", 32 - members.len());
        }
        format!("\n/// The flags `{wit}`.\npub const {name} = packed struct(u32) {{\n{fields}}};\n")
    }
}

/// Returns a value's type. `within` stands before the name of a type of host.zig.
fn ty(value: Value, types: &[Ty<'_>], within: &str) -> String {
    match value {
        Value::Text | Value::Bytes => "[]const u8".into(),
        Value::Named(index) => format!("{within}{}", types[index].name),
        Value::Scalar(ty) => scalar(ty).into(),
    }
}

fn declaration(import: &Crossing<'_>, types: &[Ty<'_>]) -> String {
    let flat = import.params.iter().map(|(_, value)| match value {
        Value::Text | Value::Bytes => "usize, usize".into(),
        value => ty(*value, types, ""),
    });
    let flat = flat.collect::<Vec<_>>().join(", ");
    let returned = match import.result {
        None => "void".into(),
        Some(_) if import.returns_memory() => "usize".into(),
        Some(value) => ty(value, types, ""),
    };
    format!("    extern \"env\" fn {}({flat}) {returned};\n", quoted(&import.core))
}

fn of_import(import: &Crossing<'_>, name: &str, types: &[Ty<'_>], scope: &Scope) -> String {
    let mut inner = scope.clone();
    let (mut params, mut given) = (Vec::new(), Vec::new());
    for (param, value) in &import.params {
        let param = inner.take(param.to_snake_case());
        params.push(format!("{param}: {}", ty(*value, types, "")));
        given.push(match value {
            Value::Text | Value::Bytes => format!("at({param}), {param}.len"),
            _ => param,
        });
    }
    let call = format!("env.{}({})", quoted(&import.core), given.join(", "));
    let (returned, body) = match import.result {
        None => ("void".into(), format!("{call};")),
        Some(_) if import.returns_memory() => ("[]u8".into(), format!("return written({call});")),
        Some(value) => (ty(value, types, ""), format!("return {call};")),
    };
    let trap = if import.fallible { "\n/// An `err` is a trap." } else { "" };
    format!(
        "\n{}/// `{}`{trap}\npub fn {name}({}) {returned} {{\n    {body}\n}}\n",
        comment("///", import.docs),
        shown(&import.wit),
        params.join(", "),
    )
}

/// Writes the function that the author fills in.
fn stub(export: &Crossing<'_>, name: &str, types: &[Ty<'_>], scope: &Scope) -> String {
    let mut inner = scope.clone();
    let (mut params, mut unused) = (Vec::new(), String::new());
    for (param, value) in &export.params {
        let param = inner.take(param.to_snake_case());
        params.push(format!("{param}: {}", ty(*value, types, "host.")));
        // Zig refuses a parameter that is not used.
        unused += &format!("    _ = {param};\n");
    }
    let (returned, value) = match export.result {
        None => ("void".into(), String::new()),
        Some(value) => {
            let plain = match value {
                Value::Text | Value::Bytes => "\"\"".into(),
                Value::Scalar(Type::Bool) => "false".into(),
                Value::Scalar(Type::Char) => "' '".into(),
                Value::Scalar(_) => "0".into(),
                Value::Named(index) if types[index].named.is_flags => ".{}".into(),
                Value::Named(index) => {
                    format!(".{}", types[index].members().swap_remove(0))
                }
            };
            let plain: String = plain;
            (ty(value, types, "host."), format!("return {plain}; "))
        }
    };
    let trap = if export.fallible { ", or `@trap()`" } else { "" };
    format!(
        "{}/// `{}`\npub fn {name}({}) {returned} {{\n{unused}    {value}// fill in{trap}\n}}\n",
        comment("///", export.docs),
        shown(&export.wit),
        params.join(", "),
    )
}

/// Writes the function that the host calls, which calls the author's function.
fn of_export(
    export: &Crossing<'_>,
    name: &str,
    types: &[Ty<'_>],
    outer: &Scope,
    [std, guest, host, lent]: &[String; 4],
) -> String {
    let mut inner = outer.clone();
    let (mut params, mut given) = (Vec::new(), Vec::new());
    let within = format!("{host}.");
    for (param, value) in &export.params {
        let param = inner.take(param.to_snake_case());
        if *value == Value::Text {
            params.push(format!("{param}: [*:0]const u8"));
            given.push(format!("{std}.mem.span({param})"));
        } else {
            params.push(format!("{param}: {}", ty(*value, types, &within)));
            given.push(param);
        }
    }
    let call = format!("{guest}.{name}({})", given.join(", "));
    let (returned, body) = match export.result {
        None => ("void".into(), format!("{call};")),
        Some(Value::Text) => ("[*:0]u8".into(), format!("return {lent}({call});")),
        Some(value) => (ty(value, types, &within), format!("return {call};")),
    };
    format!(
        "\nexport fn {}({}) {returned} {{\n    defer {host}.release();\n    {body}\n}}\n",
        quoted(&export.core),
        params.join(", ")
    )
}

/// Returns a name, quoted if it is a word of the language.
fn quoted(name: &str) -> String {
    if is_word(name) { format!("@\"{name}\"") } else { name.into() }
}

/// Returns true if a name is a word of the language, or a type of it.
fn is_word(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "addrspace",
        "align",
        "allowzero",
        "and",
        "anyerror",
        "anyframe",
        "anyopaque",
        "anytype",
        "asm",
        "async",
        "await",
        "bool",
        "break",
        "c_char",
        "c_int",
        "c_long",
        "c_longdouble",
        "c_longlong",
        "c_short",
        "c_uint",
        "c_ulong",
        "c_ulonglong",
        "c_ushort",
        "callconv",
        "catch",
        "comptime",
        "comptime_float",
        "comptime_int",
        "const",
        "continue",
        "defer",
        "else",
        "enum",
        "errdefer",
        "error",
        "export",
        "extern",
        "f128",
        "f16",
        "f32",
        "f64",
        "f80",
        "false",
        "fn",
        "for",
        "if",
        "inline",
        "isize",
        "linksection",
        "main",
        "noalias",
        "noinline",
        "noreturn",
        "nosuspend",
        "null",
        "opaque",
        "or",
        "orelse",
        "packed",
        "panic",
        "pub",
        "resume",
        "return",
        "std_options",
        "struct",
        "suspend",
        "switch",
        "test",
        "threadlocal",
        "true",
        "try",
        "type",
        "undefined",
        "union",
        "unreachable",
        "usingnamespace",
        "usize",
        "var",
        "void",
        "volatile",
        "while",
    ];
    let is_number = |name: &str| {
        let digits = name.strip_prefix(['i', 'u']).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    WORDS.contains(&name) || is_number(name)
}

/// Returns why a function cannot have this name: the compiler's code calls these functions by name,
/// and the linker has no other symbol for them.
fn of_runtime(name: &str) -> Option<&'static str> {
    const FUNCTIONS: &[&str] = &[
        "bcmp", "ceil", "cos", "exp", "exp10", "exp2", "fabs", "floor", "fma", "fmax", "fmin",
        "fmod", "log", "log10", "log2", "memcmp", "memcpy", "memmove", "memset", "round", "sin",
        "sincos", "sqrt", "strlen", "tan", "trunc",
    ];
    let plain = FUNCTIONS.iter().any(|one| {
        name.strip_prefix(one).is_some_and(|rest| ["", "f", "l", "q", "x", "h"].contains(&rest))
    });
    plain.then_some("is a function that the compiler's code calls")
}
