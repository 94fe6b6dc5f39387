//! One reason why a guest does not fit, and how a list of them reads.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::Error;
use crate::text::{shown, shown_text};

/// Whether something is asked of the host or offered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the guest asks for.
    Import,
    /// What the guest offers.
    Export,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Import => "import",
            Self::Export => "export",
        })
    }
}

/// One reason why a guest does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// Whether it is about an import of the guest or an export.
    pub side: Side,
    /// The import or export: `module.name` of a core module, and
    /// `namespace:package/interface@version.function` of a component.
    pub name: String,
    /// What is wrong with it, by its smallest part: the field, the parameter.
    pub problem: String,
    /// The guest's type, in WIT or as a flat type.
    pub guest: Option<String>,
    /// The type that the host's contract has.
    pub contract: Option<String>,
    /// How it came about, where that can be known.
    pub cause: Option<String>,
    /// What to do.
    pub fix: String,
    /// The name under which the guest can be denied it, so that it runs and traps where it
    /// calls it (`--deny-calls`, [`Grants::deny`](crate::Grants::deny)).
    pub deny: Option<String>,
}

impl Misfit {
    /// A misfit of an import, with no more to say than this.
    pub(crate) fn import(
        name: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (name, problem, fix) = (name.into(), problem.into(), fix.into());
        let (guest, contract, cause, deny) = (None, None, None, None);
        Self { side: Side::Import, name, problem, guest, contract, cause, fix, deny }
    }

    /// The same of an export.
    pub(crate) fn export(
        name: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { side: Side::Export, ..Self::import(name, problem, fix) }
    }

    /// With the two types that differ.
    pub(crate) fn types(self, guest: Option<String>, contract: Option<String>) -> Self {
        Self { guest, contract, ..self }
    }

    /// With how it came about.
    pub(crate) fn cause(self, cause: Option<String>) -> Self {
        Self { cause, ..self }
    }
}

impl Misfit {
    /// Everything but what to do.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`: {}", self.side, shown(&self.name), shown_text(&self.problem))?;
        let more = [
            ("the guest has", &self.guest),
            ("the contract has", &self.contract),
            ("cause", &self.cause),
        ];
        for (what, text) in more {
            if let Some(text) = text {
                write!(f, "\n    {what}: {}", shown(text))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f)?;
        write!(f, "\n    to mend it: {}", shown(&self.fix))
    }
}

/// How many misfits are shown; a guest can have any number.
const LONGEST_LIST: usize = 20;

/// Every reason that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfits(pub Vec<Misfit>);

impl Misfits {
    /// What to do about all of them, where that is one thing.
    fn common_fix(&self) -> Option<&str> {
        let [first, others @ ..] = &self.0[..] else { return None };
        let is_common = !others.is_empty() && others.iter().all(|other| other.fix == first.fix);
        is_common.then_some(first.fix.as_str())
    }

    /// The options with which the guest runs as it is, if it does.
    fn denials(&self) -> Option<String> {
        let names: Option<BTreeSet<_>> = self.0.iter().map(|one| one.deny.as_deref()).collect();
        let options = names?.into_iter().map(|name| {
            let name = shlex::try_quote(name).ok()?;
            Some(format!("--deny-calls {}", shown(&name)))
        });
        Some(options.collect::<Option<Vec<_>>>()?.join(" "))
    }

    /// Nothing, or an error that tells every misfit.
    pub(crate) fn refuse(misfits: Vec<Misfit>) -> Result<(), Error> {
        if misfits.is_empty() { Ok(()) } else { Err(Self(misfits).into()) }
    }
}

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the guest does not fit this host:")?;
        let common = self.common_fix();
        for misfit in self.0.iter().take(LONGEST_LIST) {
            f.write_str("\n  ")?;
            match common {
                Some(_) => misfit.describe(f)?,
                None => misfit.fmt(f)?,
            }
        }
        if let Some(more) = self.0.len().checked_sub(LONGEST_LIST).filter(|more| *more > 0) {
            write!(f, "\n  and {more} more")?;
        }
        common.map_or(Ok(()), |fix| write!(f, "\n  to mend them all: {}", shown(fix)))?;
        self.denials().map_or(Ok(()), |options| {
            write!(f, "\n  it runs with `{options}`, and traps where it calls what that denies")
        })
    }
}

impl std::error::Error for Misfits {}

impl From<Misfit> for Error {
    fn from(misfit: Misfit) -> Self {
        Self::Misfits(Misfits(vec![misfit]))
    }
}
