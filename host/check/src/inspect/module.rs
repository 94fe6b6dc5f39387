//! Describes what a core module imports and exports, in core types. It reads the binary and does
//! not validate it: an item that cannot be read has no type.

use wasmparser::{ExternalKind, Import as CoreImport, Parser, Payload, RecGroup, TypeRef};

use super::contents::singles;
use super::{Import, Inspection, Item, ServedBy, served};
use crate::fit::{CORE_OF_COMPONENT, has_component_types};
use crate::served::Served;
use wit_host_binary::core_type::{function, global, memory, table};
use wit_host_binary::toolchains::{Toolchain, Unserved as UnservedFunction, toolchain};

/// The bytes of function types that are written out. A type with many parameters can be the type of
/// any number of functions, so the total is limited.
const MOST: usize = 16 << 20;

/// Fills in the imports and exports of a core module.
pub(super) fn fill(inspection: &mut Inspection, binary: &[u8], env: &Served) {
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(binary) {
        let Ok(payload) = payload else { break };
        module.payload(payload, inspection, env);
    }
    inspection.toolchain = module.toolchain();
    if has_component_types(binary) {
        inspection.notes.push(CORE_OF_COMPONENT.to_owned());
    }
}

/// The index spaces of a module, as texts.
#[derive(Default)]
struct Module {
    /// The bytes of function types that were written out so far.
    written: usize,

    types: Vec<Option<String>>,
    functions: Vec<u32>,
    memories: Vec<String>,
    tables: Vec<String>,
    globals: Vec<String>,
    tags: Vec<u32>,
    /// Each import: its module, its name, its flat type if it is a function, and whether nothing
    /// serves it.
    imports: Vec<(String, String, String, bool)>,
}

impl Module {
    fn payload(&mut self, payload: Payload<'_>, inspection: &mut Inspection, env: &Served) {
        match payload {
            Payload::TypeSection(section) => section.into_iter().flatten().for_each(|group| {
                self.types(&group);
            }),
            Payload::ImportSection(section) => {
                for import in singles(section) {
                    inspection.imports.push(self.import(import, env));
                }
            }
            Payload::FunctionSection(section) => {
                self.functions.extend(section.into_iter().flatten());
            }
            Payload::TableSection(section) => {
                let tables = section.into_iter().flatten().map(|one| table(&one.ty));
                self.tables.extend(tables);
            }
            Payload::MemorySection(section) => {
                self.memories.extend(section.into_iter().flatten().map(memory));
            }
            Payload::GlobalSection(section) => {
                let globals = section.into_iter().flatten().map(|one| global(one.ty));
                self.globals.extend(globals);
            }
            Payload::TagSection(section) => {
                self.tags.extend(section.into_iter().flatten().map(|tag| tag.func_type_idx));
            }
            Payload::ExportSection(section) => {
                for export in section.into_iter().flatten() {
                    let (sort, ty) = self.of_index(export.kind, export.index);
                    inspection.exports.push(item(export.name.to_owned(), sort, ty));
                }
            }
            _ => {}
        }
    }

    fn types(&mut self, group: &RecGroup) {
        use wasmparser::CompositeInnerType as Inner;
        for ty in group.types() {
            self.types.push(match &ty.composite_type.inner {
                Inner::Func(ty) if self.written < MOST => Some(function(ty)),
                _ => None,
            });
            self.written += self.types.last().map_or(0, |ty| ty.as_ref().map_or(0, String::len));
        }
    }

    fn import(&mut self, import: CoreImport<'_>, env: &Served) -> Import {
        let (sort, ty) = match import.ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.functions.push(index);
                ("function", self.function_type(index))
            }
            TypeRef::Memory(ty) => ("memory", Some(push(&mut self.memories, memory(ty)))),
            TypeRef::Table(ty) => ("table", Some(push(&mut self.tables, table(&ty)))),
            TypeRef::Global(ty) => ("global", Some(push(&mut self.globals, global(ty)))),
            TypeRef::Tag(tag) => {
                self.tags.push(tag.func_type_idx);
                ("tag", self.function_type(tag.func_type_idx))
            }
        };
        let served_by = served::to_module(import.module, import.name, ty.as_deref(), env);
        let name = format!("{}.{}", import.module, import.name);
        let (flat, is_open) = (ty.clone(), matches!(served_by, ServedBy::Nothing(_)));
        let flat = flat.filter(|_| sort == "function").unwrap_or_default();
        self.imports.push((import.module.to_owned(), import.name.to_owned(), flat, is_open));
        Import { item: item(name, sort, ty), asked_by: Vec::new(), served_by }
    }

    /// Returns the toolchain that the module was built with, judged by the imports that nothing
    /// serves.
    fn toolchain(&self) -> Option<Toolchain> {
        let open = self.imports.iter().filter(|(.., is_open)| *is_open);
        let unserved = open.map(|(module, name, ty, _)| UnservedFunction { module, name, ty });
        let modules: Vec<_> = self.imports.iter().map(|(module, ..)| module.as_str()).collect();
        toolchain(&unserved.collect::<Vec<_>>(), &modules).map(|(found, _)| found)
    }

    fn of_index(&mut self, kind: ExternalKind, index: u32) -> (&'static str, Option<String>) {
        let at = |all: &[String]| get(all, index).cloned();
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                let ty = get(&self.functions, index).copied();
                ("function", ty.and_then(|ty| self.function_type(ty)))
            }
            ExternalKind::Memory => ("memory", at(&self.memories)),
            ExternalKind::Table => ("table", at(&self.tables)),
            ExternalKind::Global => ("global", at(&self.globals)),
            ExternalKind::Tag => {
                let ty = get(&self.tags, index).copied();
                ("tag", ty.and_then(|ty| self.function_type(ty)))
            }
        }
    }

    /// Returns a function's type, unless too many bytes of types were written out.
    fn function_type(&mut self, index: u32) -> Option<String> {
        let ty = get(&self.types, index)?.as_ref().filter(|_| self.written < MOST)?;
        self.written += ty.len();
        Some(ty.clone())
    }
}

fn item(name: String, sort: &'static str, ty: Option<String>) -> Item {
    Item { name, sort, ty, functions: Vec::new() }
}

fn get<T>(all: &[T], index: u32) -> Option<&T> {
    all.get(usize::try_from(index).ok()?)
}

fn push(all: &mut Vec<String>, ty: String) -> String {
    all.push(ty.clone());
    ty
}
