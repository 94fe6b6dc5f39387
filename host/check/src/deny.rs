//! Withholds host functions from guests, by the names that the contract and WASI give them. It
//! decides what is refused and what traps. It does not know how a trap is linked in place of a
//! function.

use std::ops::Deref;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{self, Component};
use wasmtime::{Engine, ExternType, Module};

use crate::fit::Mismatch;
use crate::served::Served;
use wit_host_binary::names::WASI;
use wit_host_wit::{Contract, Offered};

/// A denial that names no functions, or functions that do not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to deny `{what}`: {reason}")]
pub struct DenialError {
    /// The name that the denial gives.
    pub what: String,
    /// Why it cannot be denied.
    pub reason: String,
}

type Result<T, E = DenialError> = std::result::Result<T, E>;

/// What happens to a guest that imports a denied function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// The guest is refused before it runs.
    Refuse,
    /// The guest runs, and a call of the function traps.
    Trap,
}

/// A pattern for the names of functions: `namespace:package`, `namespace:package/interface`,
/// `namespace:package/interface.function`, or `module.name` for a core module's import. It has no
/// version, so it matches every version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The prefix that the functions' names have in common.
    pub name: String,
    /// What happens to a guest that imports one of the functions.
    pub denial: Denial,
}

impl Pattern {
    /// Parses a name. A version, which names in error messages have, is left out.
    pub fn new(name: &str, denial: Denial) -> Result<Self> {
        // `env.*` stands for all functions of a core module.
        let (name, is_module) = match name.strip_suffix(".*") {
            Some(module) if !module.contains(':') => (module, true),
            _ => (name, false),
        };
        let (start, versioned) = name.split_once('@').unwrap_or((name, ""));
        // A function may follow the version. Versions contain dots as well, so only a part that
        // begins with a letter is taken for a function.
        let function = versioned.rsplit_once('.').map(|(_, last)| last);
        let function = function.filter(|last| last.starts_with(char::is_alphabetic));
        let name = match function {
            Some(function) => format!("{start}.{function}"),
            None => start.to_owned(),
        };
        let has_parts = name.split([':', '.', '/']).all(|part| !part.is_empty());
        if !has_parts || !(is_module || name.contains([':', '.'])) {
            return Err(DenialError {
                what: name,
                reason: "it names no functions; give `namespace:package`, \
                         `namespace:package/interface`, one function of it behind a `.`, an \
                         import as `env.fetch`, or all of a module as `env.*`"
                    .into(),
            });
        }
        Ok(Self { name, denial })
    }

    /// Returns whether the host has a function that the name matches. Without a contract as WIT
    /// this cannot be known, and every name is accepted. So is every name of WASI.
    fn is_known(&self, contract: Option<&Contract>, env: &Served) -> bool {
        let Some(contract) = contract else { return true };
        let module = self.name.split('.').next().unwrap_or_default();
        self.name.starts_with("wasi:")
            || module == WASI
            || env.is_provided(module)
            || env.provided().iter().any(|name| self.covers(name) || self.is_within(name))
            || contract.functions().iter().any(|function| self.covers(function))
            || env.functions().any(|(module, name, served)| {
                let implements = served.implements.as_deref();
                self.covers(&format!("{module}.{name}"))
                    || implements.is_some_and(|function| self.covers(function))
            })
    }

    /// Whether what it names is a part of that.
    fn is_within(&self, name: &str) -> bool {
        let rest = self.name.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    }

    pub(crate) fn covers(&self, function: &str) -> bool {
        let rest = function.strip_prefix(self.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    }
}

/// Refuses a denial of functions that the host does not have: a misspelt name would withhold
/// nothing. Only denials with [`Denial::Refuse`] are checked here. A function that traps may exist
/// in the guest alone, see [`check_traps`].
pub fn check(patterns: &[Pattern], contract: Option<&Offered>, env: &Served) -> Result<()> {
    let mut refused = patterns.iter().filter(|pattern| pattern.denial == Denial::Refuse);
    match refused.find(|pattern| !pattern.is_known(contract.map(Deref::deref), env)) {
        None => Ok(()),
        Some(pattern) => {
            let reason = "the host has no function of that name, so that there is nothing to deny";
            Err(DenialError { what: pattern.name.clone(), reason: reason.into() })
        }
    }
}

/// Refuses a denial with [`Denial::Trap`] of functions that neither the host has nor the guest
/// imports. `imports` are the functions that the guest imports.
pub fn check_traps(
    patterns: &[Pattern],
    contract: Option<&Contract>,
    env: &Served,
    imports: &[String],
) -> Result<()> {
    let is_there = |pattern: &Pattern| {
        imports.iter().any(|import| pattern.covers(import)) || pattern.is_known(contract, env)
    };
    let mut traps = patterns.iter().filter(|pattern| pattern.denial == Denial::Trap);
    match traps.find(|pattern| !is_there(pattern)) {
        None => Ok(()),
        Some(pattern) => {
            let reason = "the guest imports no function of that name, and the host has none, so \
                          that there is nothing to deny";
            Err(DenialError { what: pattern.name.clone(), reason: reason.into() })
        }
    }
}

/// Returns the functions that a component imports, without versions.
pub fn imports_of_component(component: &Component) -> Vec<String> {
    let (ty, engine) = (component.component_type(), component.engine());
    let names = functions(&ty, engine).into_iter().map(|(interface, function)| {
        format!("{}.{function}", interface.split('@').next().unwrap_or_default())
    });
    names.collect()
}

/// Returns the functions that a core module imports.
pub fn imports_of_module(module: &Module) -> Vec<String> {
    let functions = module.imports().filter(|import| matches!(import.ty(), ExternType::Func(_)));
    functions.map(|import| format!("{}.{}", import.module(), import.name())).collect()
}

/// Returns the items of an interface that a component imports: each name, and whether it is a
/// resource.
pub fn items(component: &Component, interface: &str) -> Vec<(String, bool)> {
    let (ty, engine) = (component.component_type(), component.engine());
    let Some(import) = ty.get_import(engine, interface) else { return Vec::new() };
    let ComponentItem::ComponentInstance(instance) = import.ty else { return Vec::new() };
    let items = instance.exports(engine);
    let is_resource = |item: &ComponentItem| matches!(item, ComponentItem::Resource(_));
    items.map(|(name, item)| (name.to_owned(), is_resource(&item.ty))).collect()
}

/// Returns the denied interfaces of a component's imports that have types and no functions.
pub fn types_only(component: &Component, patterns: &[Pattern]) -> Vec<String> {
    let (ty, engine) = (component.component_type(), component.engine());
    let mut interfaces = Vec::new();
    for (interface, import) in ty.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        let plain = interface.split('@').next().unwrap_or_default();
        let is_denied = patterns.iter().any(|pattern| pattern.covers(plain));
        let mut items = instance.exports(engine);
        if is_denied && !items.any(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_))) {
            interfaces.push(interface.to_owned());
        }
    }
    interfaces
}

fn denial(patterns: &[Pattern], names: &[&str]) -> Option<Denial> {
    let covers = |pattern: &&Pattern| names.iter().any(|name| pattern.covers(name));
    // The guest is refused if one pattern refuses and another traps.
    let denials = patterns.iter().filter(covers).map(|pattern| pattern.denial);
    denials.min_by_key(|denial| *denial as u8)
}

fn refused(import: String) -> Mismatch {
    Mismatch::import(
        import,
        "it is denied to this guest",
        "take the import out of the guest, or lift the denial (`Grants::deny`)",
    )
}

/// Applies denials to a component's imports. Returns mismatches for the functions that it is
/// refused for, and the names of the functions that have to be replaced by traps.
pub fn of_component(
    component: &Component,
    patterns: &[Pattern],
) -> (Vec<Mismatch>, Vec<(String, String)>) {
    let (mut mismatches, mut traps) = (Vec::new(), Vec::new());
    let (ty, engine) = (component.component_type(), component.engine());
    for (interface, function) in functions(&ty, engine) {
        let plain = interface.split('@').next().unwrap_or_default();
        match denial(patterns, &[&format!("{plain}.{function}")]) {
            Some(Denial::Refuse) => mismatches.push(refused(format!("{interface}.{function}"))),
            Some(Denial::Trap) => traps.push((interface, function)),
            None => {}
        }
    }
    (mismatches, traps)
}

/// Returns a mismatch for each imported function that a component is refused for. `imports` are
/// pairs of interface and function.
pub(crate) fn refusals<'n>(
    imports: impl Iterator<Item = (String, &'n str)>,
    patterns: &[Pattern],
) -> Vec<Mismatch> {
    let names = imports.filter_map(|(interface, function)| {
        let plain = interface.split('@').next().unwrap_or_default();
        let denial = denial(patterns, &[&format!("{plain}.{function}")])?;
        (denial == Denial::Refuse).then(|| format!("{interface}.{function}"))
    });
    names.map(refused).collect()
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

/// Applies denials to a core module's imports, as [`of_component`] does to a component's. An import
/// is denied by its own name, and by the name of the contract's function that it stands for.
pub fn of_module(
    module: &Module,
    env: &Served,
    patterns: &[Pattern],
) -> (Vec<Mismatch>, Vec<(String, String, wasmtime::FuncType)>) {
    let (mut mismatches, mut traps) = (Vec::new(), Vec::new());
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else { continue };
        match denial_of_import(import.module(), import.name(), env, patterns) {
            Some(Denial::Refuse) => {
                mismatches.push(refused(format!("{}.{}", import.module(), import.name())));
            }
            Some(Denial::Trap) => traps.push((import.module().into(), import.name().into(), ty)),
            None => {}
        }
    }
    (mismatches, traps)
}

/// Returns a mismatch for each imported function that a core module is refused for. `imports` are
/// pairs of module and name.
pub(crate) fn refusals_of_module<'n>(
    imports: impl Iterator<Item = (&'n str, &'n str)>,
    env: &Served,
    patterns: &[Pattern],
) -> Vec<Mismatch> {
    let denied = imports.filter(|(module, name)| {
        denial_of_import(module, name, env, patterns) == Some(Denial::Refuse)
    });
    denied.map(|(module, name)| refused(format!("{module}.{name}"))).collect()
}

fn denial_of_import(
    module: &str,
    name: &str,
    env: &Served,
    patterns: &[Pattern],
) -> Option<Denial> {
    let own = format!("{module}.{name}");
    let mut names = vec![own.as_str()];
    match env.function(module, name) {
        Some(served) => names.extend(served.implements.as_deref()),
        _ if module == WASI => names.extend(of_wasi(name)),
        _ => {}
    }
    denial(patterns, &names)
}

/// Returns the interfaces of WASI 0.2 that a function of the first preview may use. They are all
/// that are possible, because it depends on the descriptor which of them a call uses.
fn of_wasi(function: &str) -> &'static [&'static str] {
    match function.split('_').next().unwrap_or_default() {
        "path" => &["wasi:filesystem/types", "wasi:filesystem/preopens"],
        "fd" => &[
            "wasi:filesystem/types",
            "wasi:filesystem/preopens",
            "wasi:io/streams",
            "wasi:cli/stdin",
            "wasi:cli/stdout",
            "wasi:cli/stderr",
        ],
        "sock" => &["wasi:sockets/network", "wasi:sockets/tcp", "wasi:sockets/udp"],
        "clock" => &["wasi:clocks/wall-clock", "wasi:clocks/monotonic-clock"],
        "poll" => &["wasi:io/poll", "wasi:clocks/monotonic-clock"],
        "random" => &["wasi:random/random"],
        "args" | "environ" => &["wasi:cli/environment"],
        _ => &["wasi:cli/exit"],
    }
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

    #[test]
    fn names_are_read_with_and_without_a_version() {
        let cases = [
            ("wasi:sockets", Some("wasi:sockets")),
            ("wasi:sockets@0.2.0", Some("wasi:sockets")),
            ("a:b/c@0.1.0", Some("a:b/c")),
            ("a:b/c@0.1.0.add", Some("a:b/c.add")),
            ("a:b/c.add", Some("a:b/c.add")),
            ("env.add", Some("env.add")),
            ("env.*", Some("env")),
            ("./env.*", None),
            ("a:b.*", Some("a:b.*")),
            ("", None),
            ("math", None),
            ("a:", None),
            ("env.", None),
        ];
        for (name, expected) in cases {
            let pattern = Pattern::new(name, Denial::Refuse).ok();
            assert_eq!(pattern.as_ref().map(|p| p.name.as_str()), expected, "{name:?}");
        }
    }
}
