//! Encodes a core module that imports everything that a world imports, and has no exports of the
//! world. With it, the engine can be asked whether a linker serves these imports, without a guest.
//! It does not read or write the component around the module.

use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function as Body, FunctionSection,
    ImportSection, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_parser::abi::WasmType;
use wit_parser::{
    Function, ManglingAndAbi, Resolve, ResourceIntrinsic, TypeDefKind, TypeId, WasmImport, WorldId,
    WorldItem, WorldKey,
};

/// Encodes a module that imports every function of a world's imports, and the destructor of
/// every resource. It has what the canonical ABI asks for: a memory and a function that
/// allocates, which is never called.
pub(super) fn importer(resolve: &Resolve, world: WorldId, mangling: ManglingAndAbi) -> Vec<u8> {
    let mut importer = Importer { resolve, mangling, types: TypeSection::new(), imports: vec![] };
    for (key, item) in &resolve.worlds[world].imports {
        match item {
            WorldItem::Function(function) => importer.function(None, function),
            WorldItem::Type { id, .. } => importer.destructor(None, *id),
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                interface.functions.values().for_each(|one| importer.function(Some(key), one));
                interface.types.values().for_each(|ty| importer.destructor(Some(key), *ty));
            }
        }
    }
    importer.finish()
}

struct Importer<'r> {
    resolve: &'r Resolve,
    mangling: ManglingAndAbi,
    types: TypeSection,
    /// The imported functions, in the order of their types. Each has a type of its own.
    imports: Vec<(String, String)>,
}

impl Importer<'_> {
    fn function(&mut self, interface: Option<&WorldKey>, func: &Function) {
        let signature = self.resolve.wasm_signature(self.mangling.import_variant(), func);
        let name = WasmImport::Func { interface, func };
        self.import(name, &signature.params, &signature.results);
    }

    fn destructor(&mut self, interface: Option<&WorldKey>, ty: TypeId) {
        if matches!(self.resolve.types[ty].kind, TypeDefKind::Resource) {
            let intrinsic = ResourceIntrinsic::ImportedDrop;
            let name = WasmImport::ResourceIntrinsic { interface, resource: ty, intrinsic };
            self.import(name, &[WasmType::I32], &[]);
        }
    }

    fn import(&mut self, name: WasmImport<'_>, params: &[WasmType], results: &[WasmType]) {
        let types = |types: &[WasmType]| types.iter().map(|ty| value_type(*ty)).collect::<Vec<_>>();
        self.types.ty().function(types(params), types(results));
        self.imports.push(self.resolve.wasm_import_name(self.mangling, name));
    }

    fn finish(mut self) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for ((module, name), ty) in self.imports.iter().zip(0..) {
            imports.import(module, name, EntityType::Function(ty));
        }
        // The indices of functions and of types both start with the imports, so the allocating
        // function comes after them.
        let allocates = self.types.len();
        self.types.ty().function([ValType::I32; 4], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(allocates);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 0,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("cabi_realloc", ExportKind::Func, allocates);
        let mut code = CodeSection::new();
        let mut body = Body::new([]);
        body.instructions().unreachable().end();
        code.function(&body);
        let mut module = Module::new();
        module.section(&self.types).section(&imports).section(&functions).section(&memories);
        module.section(&exports).section(&code);
        module.finish()
    }
}

fn value_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}
