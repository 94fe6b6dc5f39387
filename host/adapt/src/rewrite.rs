//! Adds functions to a module. It reads the module's sections, moves their indices to where the
//! layout has them, and writes them with the added items at their ends.

use std::borrow::Cow;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error as Failed, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataCountSection, DataSection, ElementSection,
    EntityType, ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType,
    ImportSection, MemorySection, MemoryType, Module, TableSection, TagSection, TypeSection,
    ValType,
};
use wasmparser::{KnownCustom, Parser, Payload};

use super::convention::{Number, encoded};
use super::core_module::{CoreModule, MEMORY};
use super::glue::{Glue, MadeType};
use super::imports::{ImportUse, Imports};
use super::layout::Layout;
use super::names::Names;

type Result<T> = std::result::Result<T, Failed<Infallible>>;

/// Returns the module `binary` with `glue` added. It exports what the canonical ABI asks for
/// and nothing else.
///
/// # Errors
/// Those of the encoder, for items that a valid module does not have.
pub(super) fn rewrite(
    binary: &[u8],
    module: &CoreModule<'_>,
    imports: &Imports,
    layout: &Layout,
    glue: &Glue,
) -> Result<Vec<u8>> {
    let mut sections = Sections::new(layout);
    for payload in Parser::new(0).parse_all(binary) {
        sections.take(payload?)?;
    }
    sections.add_imports(module, imports)?;
    sections.add_glue(glue);
    sections.add_exports(module, glue);
    Ok(sections.finish())
}

/// Maps indices to those of the layout.
struct Moved<'l>(&'l Layout);

impl Reencode for Moved<'_> {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32> {
        Ok(self.0.function(old))
    }
}

/// The sections of the new module.
struct Sections<'l> {
    moved: Moved<'l>,
    /// The number of added types.
    added: u32,
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    tags: TagSection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
    names: Names,
    custom: Vec<CustomSection<'static>>,
}

impl<'l> Sections<'l> {
    fn new(layout: &'l Layout) -> Self {
        Self {
            moved: Moved(layout),
            added: 0,
            types: TypeSection::new(),
            imports: ImportSection::new(),
            functions: FunctionSection::new(),
            tables: TableSection::new(),
            memories: MemorySection::new(),
            tags: TagSection::new(),
            globals: GlobalSection::new(),
            exports: ExportSection::new(),
            elements: ElementSection::new(),
            data_count: None,
            code: CodeSection::new(),
            data: DataSection::new(),
            names: Names::default(),
            custom: Vec::new(),
        }
    }

    fn take(&mut self, payload: Payload<'_>) -> Result<()> {
        let moved = &mut self.moved;
        match payload {
            Payload::TypeSection(section) => moved.parse_type_section(&mut self.types, section),
            Payload::FunctionSection(section) => {
                moved.parse_function_section(&mut self.functions, section)
            }
            Payload::TableSection(section) => moved.parse_table_section(&mut self.tables, section),
            Payload::MemorySection(section) => {
                moved.parse_memory_section(&mut self.memories, section)
            }
            Payload::TagSection(section) => moved.parse_tag_section(&mut self.tags, section),
            Payload::GlobalSection(section) => {
                moved.parse_global_section(&mut self.globals, section)
            }
            Payload::ElementSection(section) => {
                moved.parse_element_section(&mut self.elements, section)
            }
            Payload::DataCountSection { count, .. } => {
                self.data_count = Some(count);
                Ok(())
            }
            Payload::CodeSectionEntry(body) => moved.parse_function_body(&mut self.code, body),
            Payload::DataSection(section) => moved.parse_data_section(&mut self.data, section),
            Payload::CustomSection(section) => {
                match section.as_known() {
                    KnownCustom::Name(names) => self.names = Names::read(names, moved.0),
                    _ if says_where_code_is(section.name()) => {}
                    _ => self.custom.push(CustomSection {
                        name: Cow::Owned(section.name().to_owned()),
                        data: Cow::Owned(section.data().to_vec()),
                    }),
                }
                Ok(())
            }
            // Imports and exports are written anew, and the start function is called with the
            // set-up.
            _ => Ok(()),
        }
    }

    fn add_imports(&mut self, module: &CoreModule<'_>, imports: &Imports) -> Result<()> {
        for (import, use_) in module.imports.iter().zip(&imports.uses) {
            let (from, name) = match use_ {
                ImportUse::Renamed(call) => (call.module.as_str(), call.name.as_str()),
                ImportUse::Wasi => (import.module, import.name),
                ImportUse::Glued(_) | ImportUse::Writer | ImportUse::Trap => continue,
            };
            // The index of the type stays: types are added behind the module's own.
            self.imports.import(from, name, RoundtripReencoder.entity_type(import.ty)?);
        }
        for call in &self.moved.0.called {
            let (params, results) = call.lowered();
            let ty = self.ty(&MadeType::Of(params, results));
            self.imports.import(&call.module, &call.name, EntityType::Function(ty));
        }
        Ok(())
    }

    fn add_glue(&mut self, glue: &Glue) {
        for (position, made) in glue.functions.iter().enumerate() {
            let ty = self.ty(&made.ty);
            self.functions.function(ty);
            self.code.function(&made.body);
            self.names.add(self.moved.0.glue(position), made.name.clone());
        }
        for _ in 0..glue.memories {
            self.memories.memory(ONE_PAGE);
        }
        for first in &glue.globals {
            let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            self.globals.global(ty, &ConstExpr::i32_const(*first));
        }
    }

    fn add_exports(&mut self, module: &CoreModule<'_>, glue: &Glue) {
        if let Ok(memory) = module.memory() {
            self.exports.export(MEMORY, ExportKind::Memory, memory);
        }
        for (name, index) in &glue.exports {
            self.exports.export(name, ExportKind::Func, *index);
        }
    }

    /// Returns the index of a type, and adds the type if it is not one of the module's own.
    fn ty(&mut self, ty: &MadeType) -> u32 {
        match ty {
            MadeType::Own(index) => *index,
            MadeType::Of(params, results) => {
                let encoded = |numbers: &[Number]| -> Vec<_> {
                    numbers.iter().map(|number| encoded(*number)).collect()
                };
                self.types.ty().function(encoded(params), encoded(results));
                self.added += 1;
                self.moved.0.types + self.added - 1
            }
        }
    }

    fn finish(self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&self.functions);
        module.section(&self.tables).section(&self.memories);
        if !self.tags.is_empty() {
            module.section(&self.tags);
        }
        module.section(&self.globals).section(&self.exports).section(&self.elements);
        if let Some(count) = self.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code).section(&self.data);
        self.names.append(&mut module);
        for custom in &self.custom {
            module.section(custom);
        }
        module.finish()
    }
}

/// The size of an added memory. It has a page from the beginning, so that even an empty text
/// has a valid address.
const ONE_PAGE: MemoryType =
    MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };

/// Returns whether a custom section contains positions in the code. They are wrong once calls
/// have other indices.
fn says_where_code_is(name: &str) -> bool {
    const NAMES: [&str; 4] = ["linking", "dylink.0", "sourceMappingURL", "external_debug_info"];
    const BEGINNINGS: [&str; 3] = [".debug_", "reloc.", "metadata.code."];
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}
