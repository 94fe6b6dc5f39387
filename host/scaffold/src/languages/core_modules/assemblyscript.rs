//! Writes core modules in AssemblyScript: the host's functions with the language's own types, a
//! function for each export, and the code that converts between that and the host. It does not know
//! how a project is built.

use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use wit_parser::Type;

use super::boundary::{Boundary, Crossing, Named, Unfit, Value};
use super::{of_exports, of_imports, scalar};
use crate::File;
use crate::stubs::exports::World;
use crate::stubs::scope::Scope;
use crate::stubs::{Stubs, comment};
use wit_host_text::shown;

const UNFIT: Unfit = Unfit { language: "AssemblyScript", taken: |_| None, has_one_name: false };

/// The code at the end of host.ts that exchanges text with the host.
const CROSSING: &str = r#"
@external("env", "write_mem")
declare function env_write_mem(to: usize): void;

function written(length: usize): ArrayBuffer {
  const bytes = new ArrayBuffer(<i32>length);
  env_write_mem(at(bytes));
  return bytes;
}

function text(bytes: ArrayBuffer): string {
  return String.UTF8.decode(bytes);
}

function at(bytes: ArrayBuffer): usize {
  return changetype<usize>(bytes);
}
"#;

/// The code at the end of exports.ts that exchanges text with the host.
const EXCHANGE: &str = r#"
// The collector knows nothing of blocks from here: the host puts an argument into one, and
// gives back the one that a text is returned in.
export function allocate(size: usize): usize {
  return heap.alloc(size);
}

export function deallocate(block: usize, size: usize): void {
  heap.free(block);
}

function borrowed(text: usize): string {
  let end = text;
  while (load<u8>(end) != 0) end++;
  return String.UTF8.decodeUnsafe(text, end - text);
}

function lend(text: string): usize {
  const bytes = String.UTF8.encode(text, true);
  const block = allocate(bytes.byteLength);
  memory.copy(block, changetype<usize>(bytes), bytes.byteLength);
  return block;
}
"#;

pub(super) fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    let boundary = Boundary::new(world, &UNFIT)?;
    let mut scope = Scope::new(is_word, &["env_write_mem", "written", "text", "at"]);
    let types: Vec<_> = boundary.types.iter().map(|named| Ty::new(named, &mut scope)).collect();
    let mut host = format!(
        "// What the host of the world `{selector}` has. Text crosses as UTF-8, by pointer and\n\
         // length; a result comes in two steps: its length is returned, and `write_mem` copies it.\n"
    );
    host += &types.iter().map(Ty::definition).collect::<String>();
    let mut names = Vec::new();
    for import in &boundary.imports {
        let name = scope.take(import.core.to_lower_camel_case());
        host += &of_import(import, &name, &types, &mut scope);
        names.push(format!("host.{name}"));
    }
    host += CROSSING;

    let mut scope = Scope::new(is_word, &["host"]);
    let mut exports = format!(
        "// What the host of the world `{selector}` calls. Text crosses as C strings, in blocks of\n\
         // `allocate`.\n\nimport * as guest from \"./guest\";\nimport * as host from \"./host\";\n"
    );
    let mut outer =
        Scope::new(is_word, &["guest", "host", "allocate", "deallocate", "borrowed", "lend"]);
    let mut guest = format!(
        "// A guest of the world `{selector}`. Each function that the host calls returns a plain\n\
         // value until it is filled in.\n\n"
    );
    if !boundary.imports.is_empty() || !boundary.types.is_empty() {
        guest += "import * as host from \"./host\";\n\n";
    }
    let mut called = names.into_iter();
    guest += &of_imports(&boundary, "//", |_| called.next().unwrap_or_default());
    let mut written = Vec::new();
    for export in &boundary.exports {
        let name = scope.take(export.core.to_lower_camel_case());
        written.push(of_guest(export, &name, &types));
        exports += &of_export(export, &name, &types, &mut outer);
    }
    guest += &of_exports(written.into_iter());
    exports += EXCHANGE;
    if types.is_empty() {
        exports = exports.replace("import * as host from \"./host\";\n", "");
    }
    let files = [("exports.ts", exports), ("guest.ts", guest), ("host.ts", host)];
    Ok(Stubs { files: files.map(|(path, text)| File::new(path, text)).into() })
}

/// An enum or flags in AssemblyScript.
struct Ty<'w> {
    named: &'w Named<'w>,
    name: String,
    members: Vec<String>,
}

impl<'w> Ty<'w> {
    fn new(named: &'w Named<'w>, scope: &mut Scope) -> Self {
        let name = scope.take(named.name.to_upper_camel_case());
        let mut inner = Scope::new(is_word, &[]);
        let member = |member: &&str| inner.take(member.to_upper_camel_case());
        Self { named, name, members: named.members.iter().map(member).collect() }
    }

    fn definition(&self) -> String {
        let mut members = String::new();
        for (index, member) in self.members.iter().enumerate() {
            members += &match self.named.is_flags {
                true => format!("  export const {member}: u32 = 1 << {index};\n"),
                false => format!("  {member},\n"),
            };
        }
        let (what, kind) =
            if self.named.is_flags { ("flags", "namespace") } else { ("enum", "enum") };
        let (name, wit) = (&self.name, self.named.name);
        format!("\n/// The {what} `{wit}`.\nexport {kind} {name} {{\n{members}}}\n")
    }
}

/// Returns a value's type. `within` stands before the name of a type of host.ts.
fn ty(value: Value, types: &[Ty<'_>], within: &str) -> String {
    match value {
        Value::Text => "string".into(),
        Value::Bytes => "ArrayBuffer".into(),
        Value::Named(index) if types[index].named.is_flags => "u32".into(),
        Value::Named(index) => format!("{within}{}", types[index].name),
        Value::Scalar(ty) => scalar(ty).into(),
    }
}

/// Writes an import: the function of `env`, and the function that the guest calls.
fn of_import(import: &Crossing<'_>, name: &str, types: &[Ty<'_>], scope: &mut Scope) -> String {
    let raw = scope.take(format!("env_{}", import.core));
    let mut inner = scope.clone();
    let (mut flat, mut params, mut encoded, mut given) =
        (Vec::new(), Vec::new(), String::new(), Vec::new());
    for (param, value) in &import.params {
        let param = inner.take(param.to_lower_camel_case());
        let number = flat.len();
        params.push(format!("{param}: {}", ty(*value, types, "")));
        match value {
            Value::Text | Value::Bytes => {
                flat.push(format!("at{number}: usize, length{number}: usize"));
                let bytes = match value {
                    Value::Text => {
                        let bytes = inner.take(format!("{param}Bytes"));
                        encoded += &format!("  const {bytes} = String.UTF8.encode({param});\n");
                        bytes
                    }
                    _ => param,
                };
                given.push(format!("at({bytes}), {bytes}.byteLength"));
            }
            value => {
                flat.push(format!("number{number}: {}", ty(*value, types, "")));
                given.push(param);
            }
        }
    }
    let call = format!("{raw}({})", given.join(", "));
    let (returned, returned_flat, body) = match import.result {
        None => ("void".into(), "void".into(), format!("{call};")),
        Some(value) => {
            let returned = ty(value, types, "");
            match value {
                Value::Text => (returned, "usize".into(), format!("return text(written({call}));")),
                Value::Bytes => (returned, "usize".into(), format!("return written({call});")),
                _ => (returned.clone(), returned, format!("return {call};")),
            }
        }
    };
    let trap = if import.fallible { "\n/// An `err` is a trap." } else { "" };
    format!(
        "\n@external(\"env\", \"{}\")\ndeclare function {raw}({}): {returned_flat};\n\n\
         {}/// `{}`{trap}\nexport function {name}({}): {returned} {{\n{encoded}  {body}\n}}\n",
        import.core,
        flat.join(", "),
        comment("///", import.docs),
        shown(&import.wit),
        params.join(", "),
    )
}

/// Writes the function that the author fills in.
fn of_guest(export: &Crossing<'_>, name: &str, types: &[Ty<'_>]) -> String {
    let mut inner = Scope::new(is_word, &["host", name]);
    let params: Vec<_> = export
        .params
        .iter()
        .map(|(param, value)| {
            format!("{}: {}", inner.take(param.to_lower_camel_case()), ty(*value, types, "host."))
        })
        .collect();
    let (returned, value) = match export.result {
        None => ("void".into(), String::new()),
        Some(value) => {
            let plain = match value {
                Value::Text => "\"\"".into(),
                Value::Scalar(Type::Bool) => "false".into(),
                Value::Scalar(Type::Char) => "0x20".into(),
                Value::Named(index) if !types[index].named.is_flags => {
                    format!("host.{}.{}", types[index].name, types[index].members[0])
                }
                _ => "0".to_owned(),
            };
            (ty(value, types, "host."), format!("return {plain}; "))
        }
    };
    let trap = if export.fallible { ", or `throw`" } else { "" };
    format!(
        "{}/// `{}`\nexport function {name}({}): {returned} {{\n  {value}// fill in{trap}\n}}\n",
        comment("///", export.docs),
        shown(&export.wit),
        params.join(", "),
    )
}

/// Writes the function that the host calls, which calls the author's function.
fn of_export(export: &Crossing<'_>, name: &str, types: &[Ty<'_>], outer: &mut Scope) -> String {
    let exported = outer.take(&export.core);
    let mut inner = outer.clone();
    let (mut params, mut given) = (Vec::new(), Vec::new());
    for (param, value) in &export.params {
        let param = inner.take(param.to_lower_camel_case());
        if *value == Value::Text {
            params.push(format!("{param}: usize"));
            given.push(format!("borrowed({param})"));
        } else {
            params.push(format!("{param}: {}", ty(*value, types, "host.")));
            given.push(param);
        }
    }
    let call = format!("guest.{name}({})", given.join(", "));
    let (returned, body) = match export.result {
        None => ("void".into(), format!("{call};")),
        Some(Value::Text) => ("usize".into(), format!("return lend({call});")),
        Some(value) => (ty(value, types, "host."), format!("return {call};")),
    };
    // A function cannot have a word of the language as its name, but an export can.
    let is_other = exported != export.core;
    let (word, behind) = match is_other {
        true => ("", format!("\nexport {{ {exported} as {} }};\n", export.core)),
        false => ("export ", String::new()),
    };
    format!(
        "\n{word}function {exported}({}): {returned} {{\n  {body}\n}}\n{behind}",
        params.join(", ")
    )
}

/// Returns true if a name is a word of the language, or one of its types and functions.
fn is_word(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "Array",
        "ArrayBuffer",
        "Atomics",
        "DataView",
        "Date",
        "Error",
        "Function",
        "Infinity",
        "Int8Array",
        "JSON",
        "Map",
        "Math",
        "NaN",
        "Object",
        "Reflect",
        "RegExp",
        "Set",
        "String",
        "Symbol",
        "abstract",
        "alignof",
        "anyref",
        "as",
        "assert",
        "async",
        "atomic",
        "auto",
        "await",
        "bool",
        "break",
        "bswap",
        "call_indirect",
        "case",
        "catch",
        "ceil",
        "changetype",
        "class",
        "clz",
        "console",
        "const",
        "constructor",
        "continue",
        "copysign",
        "crypto",
        "ctz",
        "debugger",
        "declare",
        "decodeURI",
        "default",
        "delete",
        "do",
        "else",
        "encodeURI",
        "enum",
        "eval",
        "export",
        "extends",
        "externref",
        "f32",
        "f64",
        "false",
        "final",
        "finally",
        "floor",
        "for",
        "from",
        "funcref",
        "function",
        "get",
        "globalThis",
        "heap",
        "i16",
        "i16x8",
        "i31ref",
        "i32",
        "i32x4",
        "i64",
        "i64x2",
        "i8",
        "i8x16",
        "idof",
        "if",
        "implements",
        "import",
        "in",
        "inline",
        "instanceof",
        "instantiate",
        "interface",
        "is",
        "isArray",
        "isArrayLike",
        "isBoolean",
        "isConstant",
        "isDefined",
        "isFinite",
        "isFloat",
        "isFunction",
        "isInteger",
        "isManaged",
        "isNaN",
        "isNullable",
        "isReference",
        "isSigned",
        "isString",
        "isVector",
        "isVoid",
        "isize",
        "keyof",
        "lengthof",
        "let",
        "load",
        "lookupFieldOffset",
        "max",
        "memory",
        "min",
        "module",
        "nameof",
        "namespace",
        "native",
        "nearest",
        "new",
        "null",
        "number",
        "of",
        "offsetof",
        "override",
        "package",
        "parseFloat",
        "parseInt",
        "popcnt",
        "private",
        "process",
        "protected",
        "public",
        "readonly",
        "reinterpret",
        "return",
        "rotl",
        "rotr",
        "select",
        "set",
        "sizeof",
        "sqrt",
        "static",
        "store",
        "string",
        "super",
        "switch",
        "symbol",
        "table",
        "this",
        "throw",
        "trace",
        "true",
        "trunc",
        "try",
        "type",
        "typeof",
        "u16",
        "u32",
        "u64",
        "u8",
        "unchecked",
        "undefined",
        "unmanaged",
        "unreachable",
        "usize",
        "v128",
        "var",
        "visitor",
        "void",
        "while",
        "with",
        "yield",
        "abort",
        "seed",
        "add",
        "sub",
        "mul",
        "div",
        "rem",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "and",
        "or",
        "xor",
        "shl",
        "shr",
        "not",
        "abs",
        "exports",
        "main",
    ];
    WORDS.contains(&name)
}
