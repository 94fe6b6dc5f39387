//! The imports that core modules can have, by module and name: host functions, and the exports of
//! other core modules. It knows their types, and not what a call of them does.

use std::collections::BTreeMap;

use wasmtime::{Engine, FuncType, ValType};

use wit_host_binary::core_type::{CoreType, Export};
use wit_host_binary::names::ENV;
use wit_host_wit::Contract;
use wit_host_wit::env::{ABORT, Number, Shape, WRITER, imported};

/// The functions and exports that core modules can import.
pub struct Served {
    /// Whether guests may hold values of the host (`externref`).
    pub host_values: bool,
    functions: BTreeMap<String, BTreeMap<String, ServedFunction>>,
    modules: BTreeMap<String, Vec<Export>>,
    /// Why a function of the host or of a provider is not served to core modules, by module and
    /// name.
    refused: BTreeMap<String, BTreeMap<String, String>>,
    /// The names under which providers were added, and of the functions that they have, without
    /// versions.
    provided: Vec<String>,
    /// The modules, or single functions of them, that are served with any type, and what serves
    /// each.
    any: Vec<(String, Option<String>, String)>,
    count: u32,
}

/// A host function that core modules can import.
pub struct ServedFunction {
    /// Its flat type.
    pub ty: FuncType,
    /// The function of the contract that it implements, as `package/interface.function`.
    pub implements: Option<String>,
    /// The provider that serves it in place of the host, as errors describe it.
    pub by: Option<String>,
    /// The number by which a call of it is noted.
    number: u32,
}

impl ServedFunction {
    /// Returns the number by which a call of it is noted.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl Served {
    /// Creates an empty table. `host_values` is whether guests may hold values of the host.
    pub fn new(host_values: bool) -> Self {
        let (functions, modules, refused) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (provided, any) = (Vec::new(), Vec::new());
        Self { host_values, functions, modules, refused, provided, any, count: 0 }
    }

    /// Returns the table of another host that offers the contract: the functions that the
    /// conventions of core modules allow in `env`, and the core modules that serve imports in
    /// `here`.
    pub(crate) fn of_contract(engine: &Engine, contract: &Contract, here: &Self) -> Self {
        let mut table = Self { modules: here.modules.clone(), ..Self::new(here.host_values) };
        let all = imported(&contract.resolve, contract.world);
        for function in &all {
            let Ok(shape) = Shape::of_import(&contract.resolve, function.function) else {
                continue;
            };
            let (params, result) = (shape.called_with(), shape.returned());
            for name in function.core_names(&all) {
                let ty = FuncType::new(engine, params.iter().map(value), result.iter().map(value));
                table.insert(ENV, &name, ty, Some(function.unversioned()));
            }
        }
        for (name, params) in [(WRITER, 1), (ABORT, 4)] {
            if table.function(ENV, name).is_none() {
                let ty = FuncType::new(engine, vec![ValType::I32; params], []);
                table.insert(ENV, name, ty, None);
            }
        }
        table
    }

    /// Adds a host function, and returns its number.
    pub fn insert(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        implements: Option<String>,
    ) -> u32 {
        let number = self.count;
        self.count = self.count.saturating_add(1);
        let functions = self.functions.entry(module.into()).or_default();
        functions.insert(name.into(), ServedFunction { ty, implements, by: None, number });
        number
    }

    /// Sets the provider of a function that was inserted.
    pub fn served_by(&mut self, module: &str, name: &str, by: String) {
        let functions = self.functions.get_mut(module);
        if let Some(served) = functions.and_then(|functions| functions.get_mut(name)) {
            served.by = Some(by);
        }
    }

    /// Adds the name of what a provider serves: a package, an interface or a function.
    pub fn provided_as(&mut self, name: String) {
        self.provided.push(name);
    }

    /// Returns the names of what providers serve.
    pub(crate) fn provided(&self) -> &[String] {
        &self.provided
    }

    /// Records why a function of the host or of a provider is not served to core modules.
    pub fn refuse(&mut self, module: &str, name: &str, reason: String) {
        self.refused.entry(module.into()).or_default().insert(name.into(), reason);
    }

    /// Returns why a function of the host or of a provider is not served to core modules, if it is
    /// not.
    pub fn refusal(&self, module: &str, name: &str) -> Option<&str> {
        self.refused.get(module)?.get(name).map(String::as_str)
    }

    /// Adds a provider that serves all functions of a module with any type, or one of them.
    pub fn serve_any(&mut self, module: &str, name: Option<&str>, by: String) {
        self.any.push((module.into(), name.map(Into::into), by));
    }

    /// Returns the provider that serves a function with any type, for functions that have no entry
    /// with a type of their own.
    pub fn any(&self, module: &str, name: &str) -> Option<&str> {
        let is_it = |(from, one, _): &&(String, Option<String>, String)| {
            from == module && one.as_ref().is_none_or(|one| one == name)
        };
        let exact = self.any.iter().filter(|(_, one, _)| one.is_some()).find(is_it);
        exact.or_else(|| self.any.iter().find(is_it)).map(|(_, _, by)| by.as_str())
    }

    /// Sets the exports of the core module that serves `module`.
    pub fn provide(&mut self, module: &str, exports: Vec<Export>) {
        self.modules.insert(module.into(), exports);
    }

    /// Returns the host function that serves an import.
    pub fn function(&self, module: &str, name: &str) -> Option<&ServedFunction> {
        self.functions.get(module)?.get(name)
    }

    /// Returns the export of a core module that serves an import, unless a host function serves it.
    pub fn export(&self, module: &str, name: &str) -> Option<&CoreType> {
        if self.function(module, name).is_some() {
            return None;
        }
        let exports = self.modules.get(module)?;
        exports.iter().find(|export| export.name == name).map(|export| &export.ty)
    }

    /// Returns whether a core module serves the imports from `module`.
    pub fn is_provided(&self, module: &str) -> bool {
        self.modules.contains_key(module)
    }

    /// Returns every host function with its module and its name.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &str, &ServedFunction)> {
        self.functions.iter().flat_map(|(module, functions)| {
            functions.iter().map(|(name, served)| (module.as_str(), name.as_str(), served))
        })
    }

    /// Returns the names of all modules that guests can import from, sorted.
    pub(crate) fn modules(&self) -> Vec<&str> {
        let mut modules: Vec<_> = self.functions.keys().chain(self.modules.keys()).collect();
        modules.sort_unstable();
        modules.dedup();
        modules.into_iter().map(String::as_str).collect()
    }

    /// Returns all names that guests can import from `module`, sorted.
    pub(crate) fn names(&self, module: &str) -> Vec<&str> {
        let functions = self.functions.get(module).into_iter().flatten();
        let exports = self.modules.get(module).into_iter().flatten();
        let names = functions.map(|(name, _)| name).chain(exports.map(|export| &export.name));
        let mut names: Vec<_> = names.map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the name of the host function with this number, such as `env.add`.
    pub fn name_of(&self, number: u32) -> Option<String> {
        let (module, name, _) = self.functions().find(|(.., served)| served.number == number)?;
        Some(format!("{module}.{name}"))
    }
}

fn value(number: &Number) -> ValType {
    match number {
        Number::I32 => ValType::I32,
        Number::I64 => ValType::I64,
        Number::F32 => ValType::F32,
        Number::F64 => ValType::F64,
    }
}

/// Returns a flat type in the notation of Rust.
pub fn signature(ty: &FuncType) -> String {
    let params: Vec<_> = ty.params().map(|ty| notation(&ty)).collect();
    let results: Vec<_> = ty.results().map(|ty| notation(&ty)).collect();
    wit_host_binary::core_type::signature(&params, &results)
}

/// Returns a value type's name. The engine itself writes references out in full.
fn notation(ty: &ValType) -> String {
    match ty {
        externref if externref.is_externref() => "externref".into(),
        funcref if funcref.is_funcref() => "funcref".into(),
        other => other.to_string(),
    }
}
