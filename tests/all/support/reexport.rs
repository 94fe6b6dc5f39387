//! Makes components in text form that import a function of a contract and export it again, so that
//! a test can call the function through the whole component path. They are generated from WIT.

use std::fmt::Write as _;
use std::path::Path;

use wit_parser::abi::AbiVariant;
use wit_parser::{Function, InterfaceId, PackageId, Resolve, Type, TypeDefKind, TypeId, WorldItem};

/// A parsed contract, and the interfaces that its world imports.
pub(crate) struct Contract {
    resolve: Resolve,
    interfaces: Vec<InterfaceId>,
}

impl Contract {
    pub(crate) fn read() -> Self {
        let mut resolve = Resolve::default();
        // `wit/` is two folders above this package. The path is the same from `tests/fuzz`, which
        // also uses this file.
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let (package, _) = resolve.push_dir(wit).unwrap();
        Self::of(resolve, package)
    }

    /// Parses a contract from the text of one file.
    pub(crate) fn parse(text: &str) -> Self {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("contract.wit", text).unwrap();
        Self::of(resolve, package)
    }

    fn of(resolve: Resolve, package: PackageId) -> Self {
        let world = resolve.select_world(&[package], Some("plugin")).unwrap();
        let imports = resolve.worlds[world].imports.values();
        let interfaces = imports.map(|item| match item {
            WorldItem::Interface { id, .. } => *id,
            _ => panic!("the world imports interfaces only"),
        });
        Self { interfaces: interfaces.collect(), resolve }
    }

    /// Returns the functions of the imported interfaces, as `interface.function`.
    pub(crate) fn functions(&self) -> Vec<String> {
        let of = |id: &InterfaceId| {
            let interface = &self.resolve.interfaces[*id];
            let name = interface.name.clone().unwrap();
            interface.functions.keys().map(move |function| format!("{name}.{function}"))
        };
        self.interfaces.iter().flat_map(of).collect()
    }

    /// Returns the component that exports `interface.function` under the function's own name.
    pub(crate) fn reexport(&self, name: &str) -> String {
        let (interface, function) = name.split_once('.').unwrap();
        let is_wanted =
            |id: &&InterfaceId| self.resolve.interfaces[**id].name.as_deref() == Some(interface);
        let id = *self.interfaces.iter().find(is_wanted).unwrap();
        let interface = &self.resolve.interfaces[id];
        self.component(id, &interface.functions[function])
    }

    fn component(&self, id: InterfaceId, function: &Function) -> String {
        let interface = &self.resolve.interfaces[id];
        let (mut types, mut aliases) = (String::new(), String::new());
        for (name, ty) in &interface.types {
            let definition = self.definition(*ty);
            write!(
                types,
                "(type ${name}' {definition}) (export \"{name}\" (type ${name} (eq ${name}'))) "
            )
            .unwrap();
            write!(aliases, "(alias export $imported \"{name}\" (type ${name})) ").unwrap();
        }
        let import = self.resolve.id_of(id).unwrap();
        let (name, ty) = (&function.name, self.function(function));
        let canon = "(memory (core memory $m \"memory\")) (realloc (core func $m \"realloc\"))";
        format!(
            r#"(component
                (import "{import}" (instance $imported
                    {types} (export "{name}" (func {ty}))))
                {aliases}
                (core module $Memory
                    (memory (export "memory") 4)
                    (global $free (mut i32) (i32.const 1024))
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                        (local $block i32)
                        (local.set $block
                            (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                        (global.set $free (i32.add (local.get $block) (local.get 3)))
                        (local.get $block)))
                (core instance $m (instantiate $Memory))
                (core func $lowered (canon lower (func $imported "{name}") {canon}))
                {forward}
                (core instance $f (instantiate $Forward
                    (with "host" (instance (export "f" (func $lowered))))))
                (func (export "{name}") {ty} (canon lift (core func $f "f") {canon})))"#,
            forward = self.forward(function),
        )
    }

    /// Returns the core module in the component. A lowered function takes the address of a large
    /// result, and a lifted function returns it.
    fn forward(&self, function: &Function) -> String {
        let imported = self.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let exported = self.resolve.wasm_signature(AbiVariant::GuestExport, function);
        let list = |kind: &str, types: &[wit_parser::abi::WasmType]| {
            let types: Vec<_> = types.iter().map(|ty| format!("{ty:?}").to_lowercase()).collect();
            format!(
                "({kind} {})",
                types.join(" ").replace("pointer", "i32").replace("length", "i32")
            )
        };
        let args: String =
            (0..exported.params.len()).map(|index| format!("(local.get {index})")).collect();
        let address = if imported.retptr { "(i32.const 16)" } else { "" };
        format!(
            r#"(core module $Forward
                (import "host" "f" (func $f {} {}))
                (func (export "f") {} {} (call $f {args} {address}) {address}))"#,
            list("param", &imported.params),
            list("result", &imported.results),
            list("param", &exported.params),
            list("result", &exported.results),
        )
    }

    fn function(&self, function: &Function) -> String {
        let mut ty = String::new();
        for param in &function.params {
            write!(ty, "(param \"{}\" {}) ", param.name, self.ty(&param.ty)).unwrap();
        }
        if let Some(result) = &function.result {
            write!(ty, "(result {})", self.ty(result)).unwrap();
        }
        ty
    }

    /// Returns a type as it is used: by its name, if it has one.
    fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Id(id) => match &self.resolve.types[*id].name {
                Some(name) => format!("${name}"),
                None => self.definition(*id),
            },
            primitive => format!("{primitive:?}").to_lowercase(),
        }
    }

    fn definition(&self, id: TypeId) -> String {
        let optional = |ty: &Option<Type>| ty.as_ref().map(|ty| self.ty(ty)).unwrap_or_default();
        match &self.resolve.types[id].kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.map(|f| format!("(field \"{}\" {})", f.name, self.ty(&f.ty)));
                format!("(record {})", fields.collect::<String>())
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases = cases.map(|c| format!("(case \"{}\" {})", c.name, optional(&c.ty)));
                format!("(variant {})", cases.collect::<String>())
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter().map(|case| format!(" \"{}\"", case.name));
                format!("(enum {})", cases.collect::<String>())
            }
            TypeDefKind::List(item) => format!("(list {})", self.ty(item)),
            TypeDefKind::Option(some) => format!("(option {})", self.ty(some)),
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<_> = tuple.types.iter().map(|ty| self.ty(ty)).collect();
                format!("(tuple {})", types.join(" "))
            }
            TypeDefKind::Result(result) => match &result.err {
                Some(err) => format!("(result {} (error {}))", optional(&result.ok), self.ty(err)),
                None => format!("(result {})", optional(&result.ok)),
            },
            other => panic!("{} is not written here yet", other.as_str()),
        }
    }
}
