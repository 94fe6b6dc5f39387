//! Does a core module fit: each import against what the host serves in `env` and
//! in WASI's first preview. The types are read from the binary; no function's
//! body is looked at.

use wasmparser::types::EntityType;
use wasmparser::{Parser, Payload, ValType, ValidPayload, Validator};
use wasmtime::{FuncType, Linker, Module, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;

use super::names::similar;
use super::{Fit, Misfit, Misfits, of_engine};
use crate::engine;
use crate::env::{MODULE, Table, signature};
use crate::error::{Error, Result, root_cause};
use crate::kind::Kind;
use crate::module::WASI;
use crate::runtime::Inner;
use crate::text::{list, shown};

/// An import, with its flat type where it is a function.
struct Import {
    module: String,
    name: String,
    function: Option<String>,
}

impl Import {
    fn full(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

/// Whether a core module fits the runtime.
pub(super) fn fit<T: 'static>(inner: &Inner<T>, binary: &[u8]) -> Result<Fit> {
    validate(inner, binary)?;
    let mut misfits = of_env(&inner.env, binary);
    misfits.extend(of_wasi(&inner.engine, binary));
    Ok(Fit { misfits, ..Fit::default() })
}

/// That a contract asks for a component.
pub(super) fn no_component<T: 'static>(inner: &Inner<T>, binary: &[u8]) -> Result<Fit> {
    validate(inner, binary)?;
    let fix = to_component(binary, &imports(binary).unwrap_or_default());
    let problem = "this is a core module, and the contract asks for a component";
    Ok(Fit { misfits: vec![Misfit::import("core module", problem, fix)], ..Fit::default() })
}

fn validate<T: 'static>(inner: &Inner<T>, binary: &[u8]) -> Result<()> {
    Module::validate(&inner.engine, binary)
        .map_err(|error| Error::Invalid { kind: Kind::Module.name(), reason: root_cause(&error) })
}

/// Refuses a core module that imports what the host does not have, but for WASI.
pub(crate) fn before_compiling(served: &Table, binary: &[u8]) -> Result<()> {
    Misfits::refuse(of_env(served, binary))
}

/// What keeps a module from being linked that the engine has refused.
pub(crate) fn unlinkable_module<T: 'static>(
    inner: &Inner<T>,
    binary: &[u8],
    error: &wasmtime::Error,
) -> Misfits {
    let misfits = of_wasi(&inner.engine, binary);
    if misfits.is_empty() { Misfits(vec![of_engine(error)]) } else { Misfits(misfits) }
}

/// Every import that is not WASI's and that nothing serves. An invalid module
/// has none: it is refused when it is compiled, with a better reason.
fn of_env(served: &Table, binary: &[u8]) -> Vec<Misfit> {
    let imports = imports(binary).unwrap_or_default();
    imports.iter().filter_map(|import| misfit(import, served, binary)).collect()
}

fn misfit(import: &Import, served: &Table, binary: &[u8]) -> Option<Misfit> {
    let names: Vec<_> = served.keys().collect();
    let report = |problem: String, fix: String| Some(Misfit::import(import.full(), problem, fix));
    match (import.module.as_str(), &import.function) {
        (WASI, _) => None,
        (MODULE, Some(wanted)) => match served.get(&import.name).map(|one| signature(&one.ty)) {
            Some(offered) if offered == *wanted => None,
            Some(offered) => Some(other_type(import, wanted, offered)),
            None => Some(
                Misfit::import(
                    import.full(),
                    "the host has no such function",
                    format!("import one that `{MODULE}` has: {}", list(&names)),
                )
                .types(Some(wanted.clone()), None)
                .cause(slip(&import.name, served)),
            ),
        },
        (MODULE, None) => report(
            "the host provides functions, and no memory, table or global".into(),
            "build the guest with its own (no `--import-memory`, no `--import-table`)".into(),
        ),
        ("wasi_unstable", _) => report(
            "this is a draft of WASI from before its first preview".into(),
            "build the guest with a toolchain that targets wasip1".into(),
        ),
        (interface, _) if interface.contains('/') || interface == "$root" => report(
            "a core module cannot import an interface of a contract".into(),
            to_component(binary, std::slice::from_ref(import)),
        ),
        (other, _) => report(
            format!("the host serves no module `{}`", shown(other)),
            format!("import from `{MODULE}` ({}) or from `{WASI}`", list(&names)),
        ),
    }
}

fn other_type(import: &Import, wanted: &str, offered: String) -> Misfit {
    Misfit::import(
        import.full(),
        "the guest calls it with another type than the host's",
        "declare it with the host's type",
    )
    .types(Some(wanted.to_owned()), Some(offered))
}

fn slip(name: &str, served: &Table) -> Option<String> {
    let meant = similar(name, served.keys().map(String::as_str))?;
    Some(format!("the host has `{meant}`, which looks like it"))
}

/// How a component is made of a core module.
fn to_component(binary: &[u8], imports: &[Import]) -> String {
    let has_types = Parser::new(0).parse_all(binary).any(|payload| {
        matches!(payload, Ok(Payload::CustomSection(section))
            if section.name().starts_with("component-type"))
    });
    if has_types {
        "make a component of it with `wasm-tools component new`, or build it for wasm32-wasip2"
    } else if imports.iter().any(|import| import.module == MODULE) {
        "make a component of it with `wit-host adapt`, or build the guest for wasm32-wasip2 with \
         bindings of the contract"
    } else {
        "build the guest for wasm32-wasip2, with bindings of the contract"
    }
    .into()
}

/// Every import from WASI's first preview that it does not have.
fn of_wasi(engine: &wasmtime::Engine, binary: &[u8]) -> Vec<Misfit> {
    let mut imports = imports(binary).unwrap_or_default();
    imports.retain(|import| import.module == WASI);
    if imports.is_empty() {
        return Vec::new();
    }
    let wasi = wasi_functions(engine).unwrap_or_default();
    imports.iter().filter_map(|import| misfit_of_wasi(import, &wasi)).collect()
}

fn misfit_of_wasi(import: &Import, wasi: &[(String, FuncType)]) -> Option<Misfit> {
    let offered = wasi.iter().find(|(name, _)| *name == import.name);
    match (&import.function, offered.map(|(_, ty)| signature(ty))) {
        (Some(wanted), Some(offered)) if *wanted == offered => None,
        (Some(wanted), Some(offered)) => Some(other_type(import, wanted, offered)),
        _ => Some(Misfit::import(
            import.full(),
            "WASI's first preview has no such function",
            "build the guest with a toolchain that targets wasip1",
        )),
    }
}

/// The functions of WASI's first preview, as the engine has them.
fn wasi_functions(engine: &wasmtime::Engine) -> wasmtime::Result<Vec<(String, FuncType)>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p1::add_to_linker_async(&mut linker, |wasi: &mut WasiP1Ctx| wasi)?;
    let mut store = Store::new(engine, WasiCtxBuilder::new().build_p1());
    let functions: Vec<_> = linker
        .iter(&mut store)
        .filter_map(|(_, name, item)| Some((name.to_owned(), item.into_func()?)))
        .collect();
    Ok(functions.into_iter().map(|(name, function)| (name, function.ty(&store))).collect())
}

/// The imports of a module, if its types are valid.
fn imports(binary: &[u8]) -> Option<Vec<Import>> {
    let mut validator = Validator::new_with_features(engine::features());
    for payload in Parser::new(0).parse_all(binary) {
        let ValidPayload::End(types) = validator.payload(&payload.ok()?).ok()? else { continue };
        let types = types.as_ref();
        let imports = types.core_imports()?.map(|(module, name, ty)| {
            let function = match ty {
                EntityType::Func(id) => Some(flat(types[id].unwrap_func())),
                _ => None,
            };
            Import { module: module.into(), name: name.into(), function }
        });
        return Some(imports.collect());
    }
    None
}

/// A flat type in the notation that `env::signature` has.
fn flat(ty: &wasmparser::FuncType) -> String {
    let list =
        |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match ty.results() {
        [] => format!("({})", list(ty.params())),
        [result] => format!("({}) -> {result}", list(ty.params())),
        several => format!("({}) -> ({})", list(ty.params()), list(several)),
    }
}
