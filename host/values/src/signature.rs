//! The parameters and results of a guest's function, for components and core modules alike. It does
//! not know how the function is called.

use std::fmt;

use wasmtime::FuncType;
use wasmtime::component::Type;
use wasmtime::component::types::ComponentFunc;

use super::core_number::number_type;
use super::notation::wit;
use wit_host_text::short;

/// The parameters and results of an exported function. It displays as WIT: `func(a: s32, b:
/// list<string>) -> result<string>`.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The parameters with their names. Those of a core module's function are
    /// `0`, `1` and so on.
    pub params: Vec<(String, Type)>,
    /// The results: none or one for a component, and any number for a core module.
    pub results: Vec<Type>,
}

impl Signature {
    /// Returns the signature of a component's function.
    pub fn of_component(ty: &ComponentFunc) -> Self {
        let params = ty.params().map(|(name, ty)| (name.to_owned(), ty));
        Self { params: params.collect(), results: ty.results().collect() }
    }

    /// Returns the signature of a core module's function, or `None` if it takes or returns anything
    /// but numbers.
    pub fn of_module(ty: &FuncType) -> Option<Self> {
        let params = ty.params().enumerate();
        let params = params.map(|(index, ty)| Some((index.to_string(), number_type(&ty)?)));
        let results = ty.results().map(|ty| number_type(&ty));
        Some(Self {
            params: params.collect::<Option<_>>()?,
            results: results.collect::<Option<_>>()?,
        })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params = self.params.iter().map(|(name, ty)| format!("{}: {}", short(name), wit(ty)));
        write!(f, "func({})", params.collect::<Vec<_>>().join(", "))?;
        let results: Vec<_> = self.results.iter().map(wit).collect();
        match &results[..] {
            [] => Ok(()),
            [result] => write!(f, " -> {result}"),
            several => write!(f, " -> ({})", several.join(", ")),
        }
    }
}
