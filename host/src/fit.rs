//! Does a guest fit: which of its imports the runtime cannot serve, why, and
//! what its author can do about it. Nothing of the guest has run yet.

use std::fmt;

use wasmtime::{Engine, ExternType, FuncType, ImportType, Linker, Module, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;

use crate::env::{MODULE, Table, signature};
use crate::error::{Error, root_cause};
use crate::module::WASI;
use crate::text::{list, shown};

/// One reason why a guest does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The import, as `module.name` or as the component names it.
    pub import: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}; {}", shown(&self.import), shown(&self.problem), shown(&self.fix))
    }
}

/// How many misfits are shown; a guest can have any number.
const LONGEST_LIST: usize = 20;

/// Every reason that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfits(pub Vec<Misfit>);

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [misfit] = &self.0[..] {
            return write!(f, "the guest does not fit this host: {misfit}");
        }
        write!(f, "the guest does not fit this host:")?;
        self.0.iter().take(LONGEST_LIST).try_for_each(|misfit| write!(f, "\n  {misfit}"))?;
        match self.0.len().checked_sub(LONGEST_LIST) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, "\n  and {more} more"),
        }
    }
}

impl std::error::Error for Misfits {}

impl From<Misfit> for Error {
    fn from(misfit: Misfit) -> Self {
        Self::Misfits(Misfits(vec![misfit]))
    }
}

/// Every import of a core module that nothing serves.
pub(crate) fn check_module(module: &Module, served: &Table) -> Result<(), Misfits> {
    let misfits: Vec<_> = module.imports().filter_map(|import| misfit(&import, served)).collect();
    if misfits.is_empty() { Ok(()) } else { Err(Misfits(misfits)) }
}

fn misfit(import: &ImportType<'_>, served: &Table) -> Option<Misfit> {
    let report = |problem: String, fix: String| {
        let import = format!("{}.{}", import.module(), import.name());
        Some(Misfit { import, problem, fix })
    };
    let names: Vec<_> = served.keys().collect();
    match (import.module(), import.ty()) {
        (WASI, _) => None,
        (MODULE, ExternType::Func(wanted)) => match served.get(import.name()) {
            Some(offered) if offered.ty.matches(&wanted) => None,
            Some(offered) => report(
                format!(
                    "the guest calls it as {}, and it is {}",
                    signature(&wanted),
                    signature(&offered.ty)
                ),
                "declare it with that type".into(),
            ),
            None => report(
                format!("the host has no such function (wanted as {})", signature(&wanted)),
                format!("`{MODULE}` has {}", list(&names)),
            ),
        },
        (MODULE, _) => report(
            "the host provides functions, and no memory, table or global".into(),
            "build the guest with its own (no `--import-memory`, no `--import-table`)".into(),
        ),
        ("wasi_unstable", _) => report(
            "this is a draft of WASI from before its first preview".into(),
            "build the guest with a toolchain that targets wasip1".into(),
        ),
        (other, _) => report(
            format!("the host serves no module `{}`", shown(other)),
            format!("import from `{MODULE}` ({}) or from `{WASI}`", list(&names)),
        ),
    }
}

/// Every import from WASI's first preview that it does not have.
pub(crate) fn check_wasi(engine: &Engine, module: &Module) -> Result<(), Misfits> {
    let wasi = wasi_functions(engine).unwrap_or_default();
    let of_wasi = module.imports().filter(|import| import.module() == WASI);
    let misfits: Vec<_> = of_wasi.filter_map(|import| misfit_of_wasi(&import, &wasi)).collect();
    if misfits.is_empty() { Ok(()) } else { Err(Misfits(misfits)) }
}

fn misfit_of_wasi(import: &ImportType<'_>, wasi: &[(String, FuncType)]) -> Option<Misfit> {
    let offered = wasi.iter().find(|(name, _)| name == import.name()).map(|(_, ty)| ty);
    let (problem, fix) = match (import.ty(), offered) {
        (ExternType::Func(wanted), Some(offered)) if offered.matches(&wanted) => return None,
        (ExternType::Func(wanted), Some(offered)) => (
            format!(
                "the guest calls it as {}, and it is {}",
                signature(&wanted),
                signature(offered)
            ),
            "declare it with that type",
        ),
        _ => (
            "WASI's first preview has no such function".into(),
            "build the guest with a toolchain that targets wasip1",
        ),
    };
    let import = format!("{WASI}.{}", import.name());
    Some(Misfit { import, problem, fix: fix.into() })
}

/// The functions of WASI's first preview, as the engine has them.
fn wasi_functions(engine: &Engine) -> wasmtime::Result<Vec<(String, FuncType)>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p1::add_to_linker_async(&mut linker, |wasi: &mut WasiP1Ctx| wasi)?;
    let mut store = Store::new(engine, WasiCtxBuilder::new().build_p1());
    let functions: Vec<_> = linker
        .iter(&mut store)
        .filter_map(|(_, name, item)| Some((name.to_owned(), item.into_func()?)))
        .collect();
    Ok(functions.into_iter().map(|(name, function)| (name, function.ty(&store))).collect())
}

/// What no host of ours takes, since it cannot be bounded.
pub(crate) fn uncounted(how: &str) -> Misfit {
    Misfit {
        import: "component".into(),
        problem: format!("the guest {how} one as a value, whose instances cannot be counted ahead"),
        fix: "define the component where it is instantiated".into(),
    }
}

/// What the engine found when it linked a guest that has passed every check of
/// ours. It stops at the first problem.
pub(crate) fn unlinkable(error: &wasmtime::Error) -> Misfit {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    // The first of the causes names the import, the second an item in it.
    let mut names = causes.iter().map(|cause| cause.split('`').nth(1).unwrap_or_default());
    let import = names.next().unwrap_or_default();
    let item = names.next().filter(|name| !name.is_empty() && causes.len() > 2);
    let root = root_cause(error);
    let problem = match (root.contains("is missing"), item) {
        (true, Some(item)) => {
            format!("the host has no `{item}` in an interface of that name and version")
        }
        (true, None) => format!("the host has no such {}", kind_of(&causes)),
        (false, Some(item)) => format!("`{item}` has another type here: {root}"),
        (false, None) => root,
    };
    let fix = "build the guest against the WIT of this host's contract, and WASI 0.2";
    Misfit { import: import.into(), problem, fix: fix.into() }
}

/// `function`, `instance`, `core module`: as the engine calls what is imported.
fn kind_of(causes: &[String]) -> &str {
    let first = causes.first().and_then(|cause| cause.strip_prefix("component imports "));
    first.and_then(|rest| rest.split(" `").next()).unwrap_or("import")
}
