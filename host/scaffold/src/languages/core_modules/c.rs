//! Writes core modules in C: a header with the host's functions, and a function for each export. It
//! does not know how a project is built.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};
use wit_parser::Type;

use super::boundary::{Boundary, Crossing, Named, Unfit, Value};
use super::{of_exports, of_imports};
use crate::File;
use crate::languages::c;
use crate::stubs::c_library;
use crate::stubs::exports::World;
use crate::stubs::scope::Scope;
use crate::stubs::{Stubs, comment};
use wit_host_text::shown;

const UNFIT: Unfit = Unfit { language: "C", taken: |_| None, has_one_name: false };

/// The part of host.h that is the same for every contract.
const HEADER: &str = r#"#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

/* The guest's allocator, in host.c. The host puts arguments into its blocks. */
void *allocate(size_t size);
void deallocate(void *block, size_t size);

/* Copies what a function of the host returned last, which was only its length. */
IMPORT("write_mem") void env_write_mem(void *to);

/* The same into a new block, with a NUL behind it. */
static inline char *written(size_t length) {
    char *block = (char *)allocate(length + 1);
    env_write_mem(block);
    block[length] = 0;
    return block;
}

/* A copy of a text that the host gives back: what an export returns. */
static inline char *owned(const char *text) {
    size_t size = strlen(text) + 1;
    return (char *)memcpy(allocate(size), text, size);
}
"#;

const ALLOCATOR: &str = r#"/* The guest's allocator, which its host calls for the texts that it hands over. */

#include "host.h"

/* Makes a block. */
EXPORT("allocate") void *allocate(size_t size) {
    void *block = malloc(size);
    if (!block) abort();
    return block;
}

/* Gives a block back. */
EXPORT("deallocate") void deallocate(void *block, size_t size) {
    (void)size;
    free(block);
}
"#;

pub(super) fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    let boundary = Boundary::new(world, &UNFIT)?;
    let mut scope = Scope::new(is_word, &["written", "owned", "env_write_mem"]);
    let types: Vec<_> = boundary.types.iter().map(|named| Ty::new(named, &mut scope)).collect();
    let mut header = format!(
        "/* What the host of the world `{selector}` has, and what the two hand each other. Texts\n   \
         end with a NUL; those that are returned are the caller's to give back with `free`. */\n\
         {HEADER}"
    );
    header += &types.iter().map(Ty::definition).collect::<String>();
    for import in &boundary.imports {
        header += &of_import(import, &types, &mut scope);
    }
    let mut guest = format!(
        "/* A guest of the world `{selector}`. Each function that the host calls returns a plain\n   \
         value until it is filled in. */\n\n#include \"host.h\"\n\n\
         #pragma clang diagnostic ignored \"-Wunused-parameter\"\n\n"
    );
    let called = |import: &Crossing<'_>| format!("host_{}", import.core);
    guest += &of_imports(&boundary, "//", called);
    guest +=
        &of_exports(boundary.exports.iter().map(|export| of_export(export, &types, &mut scope)));
    let files = [("guest.c", guest), ("host.c", ALLOCATOR.into()), ("host.h", header)];
    Ok(Stubs { files: files.map(|(path, text)| File::new(path, text)).into() })
}

/// An enum or flags in C.
struct Ty<'w> {
    named: &'w Named<'w>,
    name: String,
    members: Vec<String>,
}

impl<'w> Ty<'w> {
    fn new(named: &'w Named<'w>, scope: &mut Scope) -> Self {
        let name = scope.take(named.name.to_snake_case());
        let prefix = named.name.to_shouty_snake_case();
        let member =
            |member: &&str| scope.take(format!("{prefix}_{}", member.to_shouty_snake_case()));
        Self { named, name, members: named.members.iter().map(member).collect() }
    }

    fn definition(&self) -> String {
        let mut members = String::new();
        for (index, member) in self.members.iter().enumerate() {
            members += &match self.named.is_flags {
                true => format!("    {member} = 1u << {index},\n"),
                false => format!("    {member},\n"),
            };
        }
        let what = if self.named.is_flags { "flags" } else { "enum" };
        format!("\n/* The {what} `{}`. */\nenum {} {{\n{members}}};\n", self.named.name, self.name)
    }
}

fn ty(value: Value, types: &[Ty<'_>]) -> String {
    match value {
        Value::Text => "char *".into(),
        Value::Bytes => "uint8_t *".into(),
        Value::Named(index) if types[index].named.is_flags => "uint32_t".into(),
        Value::Named(index) => format!("enum {}", types[index].name),
        Value::Scalar(ty) => match ty {
            Type::Bool => "bool",
            Type::U8 => "uint8_t",
            Type::S8 => "int8_t",
            Type::U16 => "uint16_t",
            Type::S16 => "int16_t",
            Type::S32 => "int32_t",
            Type::U64 => "uint64_t",
            Type::S64 => "int64_t",
            Type::F32 => "float",
            Type::F64 => "double",
            _ => "uint32_t",
        }
        .into(),
    }
}

/// Returns a declaration: a type before a name.
fn declared(value: Value, types: &[Ty<'_>], name: &str) -> String {
    let ty = ty(value, types);
    let space = if ty.ends_with('*') { "" } else { " " };
    format!("{ty}{space}{name}")
}

/// Writes an import: the function of `env`, and the function that the guest calls.
fn of_import(import: &Crossing<'_>, types: &[Ty<'_>], scope: &mut Scope) -> String {
    let (raw, name) =
        (scope.take(format!("env_{}", import.core)), scope.take(format!("host_{}", import.core)));
    let mut inner = Scope::new(is_word, &["written", "strlen", &raw]);
    let (mut flat, mut params, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for (param, value) in &import.params {
        let param = inner.take(param.to_snake_case());
        match value {
            Value::Text => {
                flat.push("const char *, size_t".into());
                params.push(format!("const char *{param}"));
                given.push(format!("{param}, strlen({param})"));
            }
            Value::Bytes => {
                let length = inner.take(format!("{param}_length"));
                flat.push("const uint8_t *, size_t".into());
                params.push(format!("const uint8_t *{param}, size_t {length}"));
                given.push(format!("{param}, {length}"));
            }
            value => {
                flat.push(ty(*value, types));
                params.push(declared(*value, types, &param));
                given.push(param);
            }
        }
    }
    let call = format!("{raw}({})", given.join(", "));
    let (returned, body) = match import.result {
        None => (declared_void(&name), format!("    {call};\n")),
        Some(Value::Text) => {
            (declared(Value::Text, types, &name), format!("    return written({call});\n"))
        }
        Some(Value::Bytes) => {
            let length = inner.take("length");
            params.push(format!("size_t *{length}"));
            let body =
                format!("    *{length} = {call};\n    return (uint8_t *)written(*{length});\n");
            (declared(Value::Bytes, types, &name), body)
        }
        Some(value) => (declared(value, types, &name), format!("    return {call};\n")),
    };
    let returned_flat = match import.result {
        Some(_) if import.returns_memory() => format!("size_t {raw}"),
        Some(value) => declared(value, types, &raw),
        None => declared_void(&raw),
    };
    let trap = if import.fallible { "; an `err` is a trap" } else { "" };
    format!(
        "\n{}/* `{}`{trap} */\nIMPORT(\"{}\") {returned_flat}({});\n\
         static inline {returned}({}) {{\n{body}}}\n",
        comment("//", import.docs),
        shown(&import.wit),
        import.core,
        list(&flat),
        list(&params),
    )
}

fn declared_void(name: &str) -> String {
    format!("void {name}")
}

fn list(params: &[String]) -> String {
    if params.is_empty() { "void".into() } else { params.join(", ") }
}

fn of_export(export: &Crossing<'_>, types: &[Ty<'_>], scope: &mut Scope) -> String {
    let name = scope.take(&export.core);
    let mut inner = scope.clone();
    let params: Vec<_> = export
        .params
        .iter()
        .map(|(param, value)| {
            let constant = if *value == Value::Text { "const " } else { "" };
            format!("{constant}{}", declared(*value, types, &inner.take(param.to_snake_case())))
        })
        .collect();
    let (returned, value) = match export.result {
        None => (declared_void(&name), String::new()),
        Some(value) => (
            declared(value, types, &name),
            match value {
                Value::Text => "return owned(\"\"); ".to_owned(),
                Value::Scalar(Type::Bool) => "return false; ".into(),
                Value::Scalar(Type::Char) => "return ' '; ".into(),
                Value::Named(index) if !types[index].named.is_flags => {
                    format!("return {}; ", types[index].members[0])
                }
                _ => "return 0; ".into(),
            },
        ),
    };
    let trap = if export.fallible { ", or `abort()`" } else { "" };
    format!(
        "{}/* `{}` */\nEXPORT(\"{}\") {returned}({}) {{\n    {value}// fill in{trap}\n}}\n",
        comment("//", export.docs),
        shown(&export.wit),
        export.core,
        list(&params),
    )
}

/// Returns true if a name is a word of the language, a name of its library, or one of a header that
/// is included.
fn is_word(name: &str) -> bool {
    let limit = ["_MAX", "_MIN", "_C", "_WIDTH"].iter().find_map(|end| name.strip_suffix(end));
    let of_limits =
        ["INT", "UINT", "SIZE", "PTRDIFF", "WCHAR", "WINT", "SIG_ATOMIC", "RAND", "MB_CUR"];
    limit.is_some_and(|name| of_limits.iter().any(|start| name.starts_with(start)))
        || ["EXIT_SUCCESS", "EXIT_FAILURE"].contains(&name)
        || c::is_word(name)
        || c_library::is_there(name)
        || [
            "allocate",
            "deallocate",
            "main",
            "NULL",
            "environ",
            "typeof",
            "typeof_unqual",
            "alignof",
            "alignas",
            "nullptr",
            "static_assert",
            "thread_local",
            "errno",
            "inline",
            "restrict",
        ]
        .contains(&name)
}
