//! The imports that core modules can have, by module and name: host functions, and the exports of
//! other core modules. It knows their types, and not what a call of them does.

use std::collections::BTreeMap;

use wasmtime::{FuncType, ValType};

use wit_host_binary::core_type::{CoreType, Export};

/// The functions and exports that core modules can import.
pub struct Served {
    /// Whether guests may hold values of the host (`externref`).
    pub host_values: bool,
    functions: BTreeMap<String, BTreeMap<String, ServedFunction>>,
    modules: BTreeMap<String, Vec<Export>>,
    count: u32,
}

/// A host function that core modules can import.
pub struct ServedFunction {
    /// Its flat type.
    pub ty: FuncType,
    /// The function of the contract that it implements, as `package/interface.function`.
    pub implements: Option<String>,
    /// Which one it is, for a call of it to be noted by.
    number: u32,
}

impl Served {
    /// Creates an empty table. `host_values` is whether guests may hold values of the host.
    pub fn new(host_values: bool) -> Self {
        let (functions, modules) = (BTreeMap::new(), BTreeMap::new());
        Self { host_values, functions, modules, count: 0 }
    }

    /// Notes a host function, and gives it a number.
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
        functions.insert(name.into(), ServedFunction { ty, implements, number });
        number
    }

    /// Notes what a core module exports that serves `module`.
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

/// A flat type in the notation of Rust.
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
