//! Reads the declarations of a core module after it was found valid: the types of its
//! functions, its imports, exports and memories. It knows no contract.

use std::fmt;

use wasmparser::{
    CompositeInnerType, Export, ExternalKind, FuncType, Import, MemoryType, Parser, Payload,
    TypeRef, Validator,
};

use super::convention::Number;
use super::error::Result;
use wit_host_binary::error::GuestError;
use wit_host_binary::kind::Kind;
use wit_host_text::shown;

/// The name under which every toolchain exports a module's memory.
pub(super) const MEMORY: &str = "memory";

/// The declarations of a valid core module.
#[derive(Default)]
pub(super) struct CoreModule<'m> {
    /// The types. Those that are not function types are `None`.
    types: Vec<Option<FuncType>>,
    /// The index of each function's type, imported functions first.
    functions: Vec<u32>,
    pub(super) imports: Vec<Import<'m>>,
    pub(super) exports: Vec<Export<'m>>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) globals: u32,
    /// The function that instantiating calls.
    pub(super) start: Option<u32>,
    /// Whether the module contains the types of a component, which bindings to WIT add.
    pub(super) has_component_types: bool,
}

impl<'m> CoreModule<'m> {
    /// Reads a module.
    ///
    /// # Errors
    /// If the module is not valid.
    pub(crate) fn read(binary: &'m [u8]) -> Result<Self> {
        // What follows reads indices of a valid module, and looks nothing up that could be missing.
        Validator::new().validate_all(binary).map_err(|error| invalid(&error))?;
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(binary) {
            payload.and_then(|payload| module.take(payload)).map_err(|error| invalid(&error))?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'m>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types.extend(group?.into_types().map(
                        |ty| match ty.composite_type.inner {
                            CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        },
                    ));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.functions.push(ty),
                        TypeRef::Memory(memory) => self.memories.push(memory),
                        TypeRef::Global(_) => self.globals += 1,
                        TypeRef::Table(_) | TypeRef::Tag(_) => {}
                    }
                    self.imports.push(import);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => self.globals += section.count(),
            Payload::ExportSection(section) => {
                self.exports = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::CustomSection(section) => {
                self.has_component_types |= section.name().starts_with("component-type");
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the number of types.
    pub(super) fn type_count(&self) -> u32 {
        count(self.types.len())
    }

    /// Returns the number of functions, imported ones included.
    pub(super) fn function_count(&self) -> u32 {
        count(self.functions.len())
    }

    /// Returns the type of an import that is a function.
    pub(super) fn import_type(&self, import: &Import<'_>) -> Option<(u32, &FuncType)> {
        let (TypeRef::Func(ty) | TypeRef::FuncExact(ty)) = import.ty else { return None };
        self.types.get(ty as usize)?.as_ref().map(|function| (ty, function))
    }

    /// Returns an exported function by its name, with its type.
    pub(crate) fn function(&self, name: &str) -> Option<(u32, &FuncType)> {
        let export = self.export(name, ExternalKind::Func)?;
        let ty = *self.functions.get(export.index as usize)?;
        self.types.get(ty as usize)?.as_ref().map(|function| (export.index, function))
    }

    /// Returns an exported function that has exactly this type.
    pub(super) fn function_of(
        &self,
        name: &str,
        params: &[Number],
        results: &[Number],
    ) -> Option<u32> {
        let (index, ty) = self.function(name)?;
        is(ty, params, results).then_some(index)
    }

    /// Returns the exported memory, or why the host cannot use it.
    pub(super) fn memory(&self) -> Result<u32, &'static str> {
        let export = self.export(MEMORY, ExternalKind::Memory);
        let export = export.ok_or("the module exports no memory as `memory`")?;
        match self.memories.get(export.index as usize) {
            Some(memory) if memory.memory64 => Err("its memory has 64-bit addresses"),
            Some(memory) if memory.shared => Err("its memory is shared between threads"),
            Some(memory) if memory.page_size_log2.is_some() => Err("its memory has unusual pages"),
            _ => Ok(export.index),
        }
    }

    fn export(&self, name: &str, kind: ExternalKind) -> Option<&Export<'m>> {
        self.exports.iter().find(|export| export.name == name && export.kind == kind)
    }
}

/// Returns whether a function's type has these parameters and results.
pub(super) fn is(ty: &FuncType, params: &[Number], results: &[Number]) -> bool {
    let same = |found: &[wasmparser::ValType], wanted: &[Number]| {
        found.iter().copied().eq(wanted.iter().map(|number| number.parsed()))
    };
    same(ty.params(), params) && same(ty.results(), results)
}

/// Writes a core function's type: `(i32, i32) -> i32`.
pub(super) fn signature<T: fmt::Display>(params: &[T], results: &[T]) -> String {
    let listed = |types: &[T]| types.iter().map(T::to_string).collect::<Vec<_>>().join(", ");
    match results {
        [] => format!("({})", listed(params)),
        [result] => format!("({}) -> {result}", listed(params)),
        several => format!("({}) -> ({})", listed(params), listed(several)),
    }
}

/// Returns the error for a module that is not valid.
pub(super) fn invalid(error: &dyn fmt::Display) -> GuestError {
    GuestError::Invalid { kind: Kind::Module.name(), reason: shown(&error.to_string()) }
}

/// Returns a number of definitions as the format has it, in 32 bits.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
