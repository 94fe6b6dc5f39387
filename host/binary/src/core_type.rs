//! Reads the imports and exports of core modules, with their core types, from a binary. It
//! knows when one type can stand for another, and how a type is written. It does not look at
//! function bodies.

use std::fmt;

use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{
    FuncType, GlobalType, MemoryType, Parser, TableType, ValType, ValidPayload, Validator,
    WasmFeatures,
};

use crate::features::features;

/// An import of a module.
pub struct Import {
    /// The module that it is imported from.
    pub module: String,
    /// Its name in that module.
    pub name: String,
    /// Its type.
    pub ty: CoreType,
}

/// An export of a module.
#[derive(Clone)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: CoreType,
}

/// The type of an import or an export.
#[derive(Clone)]
pub enum CoreType {
    /// A function.
    Function(FuncType),
    /// A memory.
    Memory(MemoryType),
    /// A table.
    Table(TableType),
    /// A global.
    Global(GlobalType),
    /// A tag of exceptions.
    Tag,
}

/// Returns the imports and exports of a module. `None` if its types are not valid.
pub fn imports_and_exports(binary: &[u8]) -> Option<(Vec<Import>, Vec<Export>)> {
    let mut validator = Validator::new_with_features(features());
    for payload in Parser::new(0).parse_all(binary) {
        let ValidPayload::End(types) = validator.payload(&payload.ok()?).ok()? else { continue };
        let types = types.as_ref();
        let imports = types.core_imports()?.map(|(module, name, ty)| Import {
            module: module.into(),
            name: name.into(),
            ty: CoreType::new(types, ty),
        });
        let exports = types.core_exports()?;
        let exports =
            exports.map(|(name, ty)| Export { name: name.into(), ty: CoreType::new(types, ty) });
        return Some((imports.collect(), exports.collect()));
    }
    None
}

/// Returns whether a module has an import or export with a type of the host's values. `false`
/// if its types are not valid. Function bodies are not looked at.
pub fn has_host_values(binary: &[u8]) -> bool {
    let without = features().difference(WasmFeatures::GC_TYPES);
    let mut validator = Validator::new_with_features(without);
    let mut payloads = Parser::new(0).parse_all(binary).flatten();
    payloads.any(|payload| validator.payload(&payload).is_err())
}

impl Import {
    /// Returns the name with the module's: `env.add`.
    pub fn full(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

impl CoreType {
    fn new(types: TypesRef<'_>, ty: EntityType) -> Self {
        match ty {
            EntityType::Func(id) | EntityType::FuncExact(id) => {
                Self::Function(types[id].unwrap_func().clone())
            }
            EntityType::Memory(ty) => Self::Memory(ty),
            EntityType::Table(ty) => Self::Table(ty),
            EntityType::Global(ty) => Self::Global(ty),
            EntityType::Tag(_) => Self::Tag,
        }
    }

    /// Returns the sort of the item in a word.
    pub fn sort(&self) -> &'static str {
        match self {
            Self::Function(_) => "function",
            Self::Memory(_) => "memory",
            Self::Table(_) => "table",
            Self::Global(_) => "global",
            Self::Tag => "tag",
        }
    }

    /// Returns the flat type of a function, and `None` for other items.
    pub fn function(&self) -> Option<String> {
        matches!(self, Self::Function(_)).then(|| self.to_string())
    }

    /// Returns whether an item of this type can be imported as `wanted`.
    pub fn serves(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Function(has), Self::Function(wanted)) => has == wanted,
            (Self::Memory(has), Self::Memory(wanted)) => {
                let kind = |ty: &MemoryType| (ty.memory64, ty.shared, ty.page_size_log2);
                kind(has) == kind(wanted)
                    && within((has.initial, has.maximum), (wanted.initial, wanted.maximum))
            }
            (Self::Table(has), Self::Table(wanted)) => {
                let kind = |ty: &TableType| (ty.element_type, ty.table64, ty.shared);
                kind(has) == kind(wanted)
                    && within((has.initial, has.maximum), (wanted.initial, wanted.maximum))
            }
            (Self::Global(has), Self::Global(wanted)) => has == wanted,
            _ => false,
        }
    }

    /// Returns whether the type contains a reference to a value of the host.
    pub fn has_host_values(&self) -> bool {
        match self {
            Self::Function(ty) => {
                ty.params().iter().chain(ty.results()).any(|ty| *ty == ValType::EXTERNREF)
            }
            Self::Table(ty) => ty.element_type.is_extern_ref(),
            Self::Global(ty) => ty.content_type == ValType::EXTERNREF,
            Self::Memory(_) | Self::Tag => false,
        }
    }
}

/// Returns whether the bounds `has` lie within the bounds `wanted`. Each is a minimum and
/// perhaps a maximum.
fn within(has: (u64, Option<u64>), wanted: (u64, Option<u64>)) -> bool {
    let bounded = match (has.1, wanted.1) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(has), Some(wanted)) => has <= wanted,
    };
    has.0 >= wanted.0 && bounded
}

impl fmt::Display for CoreType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(ty) => f.write_str(&function(ty)),
            Self::Memory(ty) => f.write_str(&memory(*ty)),
            Self::Table(ty) => f.write_str(&table(ty)),
            Self::Global(ty) => f.write_str(&global(*ty)),
            Self::Tag => f.write_str("tag"),
        }
    }
}

/// Writes a function's type in the notation that the table of `env` uses.
pub fn function(ty: &FuncType) -> String {
    let params: Vec<_> = ty.params().iter().map(ToString::to_string).collect();
    let results: Vec<_> = ty.results().iter().map(ToString::to_string).collect();
    signature(&params, &results)
}

/// Writes a memory's type in words.
pub fn memory(ty: MemoryType) -> String {
    let shared = if ty.shared { "shared, " } else { "" };
    let wide = if ty.memory64 { "64 bits, " } else { "" };
    format!("{shared}{wide}{}", range(ty.initial, ty.maximum, "page"))
}

/// Writes a table's type in words.
pub fn table(ty: &TableType) -> String {
    format!("{}, {}", ty.element_type, range(ty.initial, ty.maximum, "element"))
}

/// Writes a global's type in words.
pub fn global(ty: GlobalType) -> String {
    let mutable = if ty.mutable { "mut " } else { "" };
    format!("{mutable}{}", ty.content_type)
}

/// Writes parameters and results in Rust's notation.
pub fn signature(params: &[String], results: &[String]) -> String {
    match results {
        [] => format!("({})", params.join(", ")),
        [result] => format!("({}) -> {result}", params.join(", ")),
        several => format!("({}) -> ({})", params.join(", "), several.join(", ")),
    }
}

fn range(initial: u64, maximum: Option<u64>, what: &str) -> String {
    match maximum {
        Some(maximum) => format!("{what}s: {initial} to {maximum}"),
        None => format!("{what}s: {initial} or more"),
    }
}
