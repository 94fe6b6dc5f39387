//! Does a guest fit: which of its imports the runtime cannot serve, why, and
//! what its author can do about it. Nothing of the guest has run yet.

use std::fmt;

use wasmtime::{ExternType, ImportType, Module};

use crate::env::{MODULE, Table, signature};
use crate::error::{Error, reason};
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

/// Every reason that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfits(pub Vec<Misfit>);

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [misfit] = &self.0[..] {
            return write!(f, "the guest does not fit this host: {misfit}");
        }
        write!(f, "the guest does not fit this host:")?;
        self.0.iter().try_for_each(|misfit| write!(f, "\n  {misfit}"))
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

/// What the engine found when it linked a guest that has passed every check of
/// ours. It stops at the first problem.
pub(crate) fn unlinkable(error: &wasmtime::Error) -> Misfit {
    let text = reason(error);
    let named = text.split('`').nth(1);
    Misfit {
        import: named.unwrap_or("imports").into(),
        problem: text.clone(),
        fix: "build the guest against the WIT of this host's contract, whose version and \
              functions it has to have"
            .into(),
    }
}
