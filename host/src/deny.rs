//! Withholding host functions from a guest, by the names that the contract and
//! WASI have for them.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{self, Component};
use wasmtime::{Engine, ExternType, Module};

use crate::env::Table;
use crate::fit::Misfit;
use crate::module::WASI;

/// A host function was called that is withheld from the guest.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is denied to this guest")]
pub(crate) struct Denied(pub(crate) String);

/// What happens to a guest that imports a function which it is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// It is refused before it runs.
    Refuse,
    /// It runs, and a call of the function ends it.
    Trap,
}

/// Some functions, by a name that they have in common: `namespace:package`,
/// `namespace:package/interface`, `namespace:package/interface.function`, or
/// `module.name` for a core module's import. A version is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) name: String,
    pub(crate) denial: Denial,
}

impl Pattern {
    fn covers(&self, function: &str) -> bool {
        let rest = function.strip_prefix(self.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    }
}

fn denial(patterns: &[Pattern], names: &[&str]) -> Option<Denial> {
    let covers = |pattern: &&Pattern| names.iter().any(|name| pattern.covers(name));
    // Where one refuses and another traps, the guest is refused.
    let denials = patterns.iter().filter(covers).map(|pattern| pattern.denial);
    denials.min_by_key(|denial| *denial as u8)
}

fn refused(import: String) -> Misfit {
    Misfit {
        import,
        problem: "it is denied to this guest".into(),
        fix: "take the import out of the guest, or lift the denial (`--deny`, `Grants::deny`)"
            .into(),
    }
}

/// What is denied of a component's imports: misfits where that refuses it, and
/// functions to be replaced where it does not.
pub(crate) fn of_component(
    component: &Component,
    patterns: &[Pattern],
) -> (Vec<Misfit>, Vec<(String, String)>) {
    let (mut misfits, mut traps) = (Vec::new(), Vec::new());
    let (ty, engine) = (component.component_type(), component.engine());
    for (interface, function) in functions(&ty, engine) {
        let plain = interface.split('@').next().unwrap_or_default();
        match denial(patterns, &[&format!("{plain}.{function}")]) {
            Some(Denial::Refuse) => misfits.push(refused(format!("{interface}.{function}"))),
            Some(Denial::Trap) => traps.push((interface, function)),
            None => {}
        }
    }
    (misfits, traps)
}

fn functions(ty: &component::types::Component, engine: &Engine) -> Vec<(String, String)> {
    let mut functions = Vec::new();
    for (interface, import) in ty.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        for (function, item) in instance.exports(engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                functions.push((interface.to_owned(), function.to_owned()));
            }
        }
    }
    functions
}

/// The same for a core module: an import is denied under its own name and under
/// that of the contract's function that serves it.
pub(crate) fn of_module(
    module: &Module,
    env: &Table,
    patterns: &[Pattern],
) -> (Vec<Misfit>, Vec<(String, String, wasmtime::FuncType)>) {
    let (mut misfits, mut traps) = (Vec::new(), Vec::new());
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else { continue };
        let own = format!("{}.{}", import.module(), import.name());
        let of_contract = match env.get(import.name()) {
            Some(served) if import.module() == crate::env::MODULE => served.implements.as_deref(),
            _ if import.module() == WASI => of_wasi(import.name()),
            _ => None,
        };
        match denial(patterns, &[&own, of_contract.unwrap_or(&own)]) {
            Some(Denial::Refuse) => misfits.push(refused(own)),
            Some(Denial::Trap) => traps.push((import.module().into(), import.name().into(), ty)),
            None => {}
        }
    }
    (misfits, traps)
}

/// The package of WASI 0.2 that a function of the first preview belongs to.
fn of_wasi(function: &str) -> Option<&'static str> {
    Some(match function.split('_').next()? {
        "sock" => "wasi:sockets",
        "clock" => "wasi:clocks",
        "random" => "wasi:random",
        "path" => "wasi:filesystem",
        "fd" | "poll" => "wasi:io",
        _ => "wasi:cli",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_end_at_a_part_of_the_name() {
        let function = "wit-host:contract/fetch.get";
        let cases = [
            ("wit-host:contract", true),
            ("wit-host:contract/fetch", true),
            ("wit-host:contract/fetch.get", true),
            ("wit-host:contract/fet", false),
            ("wit-host", false),
            ("wit-host:contract/fetch.get.more", false),
        ];
        for (name, expected) in cases {
            let pattern = Pattern { name: name.into(), denial: Denial::Refuse };
            assert_eq!(pattern.covers(function), expected, "{name}");
        }
    }
}
