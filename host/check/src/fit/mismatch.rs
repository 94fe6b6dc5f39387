//! The reasons why a guest does not fit, and how a list of them is written for people. It does not
//! know how a reason was found.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use wit_host_binary::side::Side;
use wit_host_text::{list, shown, shown_text};

/// One reason why a guest does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// Whether an import or an export of the guest does not fit.
    pub side: Side,
    /// The import or export: `module.name` of a core module, and
    /// `namespace:package/interface@version.function` of a component.
    pub name: String,
    /// What is wrong, named by its smallest part, such as a field or a parameter.
    pub problem: String,
    /// The guest's type, in WIT or as a flat type.
    pub guest: Option<String>,
    /// The type in the host's contract.
    pub contract: Option<String>,
    /// Why the guest has this import or type, if that is known.
    pub cause: Option<String>,
    /// How to fix it.
    pub fix: String,
    /// The name by which the import can be denied (`Grants::deny`). The guest then runs, and traps
    /// if it calls the function.
    pub deny: Option<String>,
    /// What the mismatch is about, for callers that decide by it.
    pub(crate) about: About,
}

/// What a mismatch is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum About {
    /// The import or export in `name`.
    #[default]
    Item,
    /// An import from the core module of this name, of which the host serves nothing.
    MissingModule(String),
    /// A value of the host in the type of the import or export in `name`.
    HostValue,
    /// A value of the host in a type that is neither imported nor exported.
    InnerHostValue,
    /// An import whose types are the guest's and its provider's.
    Provider,
}

impl Mismatch {
    /// Creates a mismatch of an import without types, cause and denial.
    pub(crate) fn import(
        name: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (name, problem, fix) = (name.into(), problem.into(), fix.into());
        let (guest, contract, cause, deny, about) = (None, None, None, None, About::Item);
        Self { side: Side::Import, name, problem, guest, contract, cause, fix, deny, about }
    }

    /// Creates a mismatch of an export without types, cause and denial.
    pub fn export(
        name: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { side: Side::Export, ..Self::import(name, problem, fix) }
    }

    /// Sets the types of the guest and of the contract.
    pub(crate) fn types(self, guest: Option<String>, contract: Option<String>) -> Self {
        Self { guest, contract, ..self }
    }

    /// Sets what the mismatch is about.
    pub(crate) fn about(self, about: About) -> Self {
        Self { about, ..self }
    }

    /// Marks the second type as the provider's, and not the contract's.
    pub(crate) fn of_provider(self) -> Self {
        self.about(About::Provider)
    }

    /// Sets the cause.
    pub(crate) fn cause(self, cause: Option<String>) -> Self {
        Self { cause, ..self }
    }
}

impl Mismatch {
    /// Writes what is wrong, and the types.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`: {}", self.side, shown(&self.name), shown_text(&self.problem))?;
        let theirs = match self.about {
            About::Provider => "the provider has",
            _ => "the contract has",
        };
        for (what, text) in [("the guest has", &self.guest), (theirs, &self.contract)] {
            if let Some(text) = text {
                write!(f, "\n    {what}: {}", shown(text))?;
            }
        }
        Ok(())
    }

    fn describe_cause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.iter().try_for_each(|cause| write!(f, "\n    cause: {}", shown(cause)))
    }

    /// Returns whether the guest's type, if there is one, would not help the reader: a whole module
    /// is missing, or the cause is one that no other type would fix.
    fn is_plain(&self) -> bool {
        let of_module = matches!(self.about, About::MissingModule(_));
        self.contract.is_none() && (self.guest.is_none() || self.cause.is_some() || of_module)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f)?;
        self.describe_cause(f)?;
        write!(f, "\n    to mend it: {}", shown(&self.fix))
    }
}

/// The number of mismatches that are shown. A guest can have any number.
const LONGEST_LIST: usize = 20;

/// All mismatches of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatches(pub Vec<Mismatch>);

impl Mismatches {
    /// Groups the mismatches by their fix, in the order in which each fix first appears.
    fn groups(&self) -> Vec<Vec<&Mismatch>> {
        let mut groups: Vec<Vec<&Mismatch>> = Vec::new();
        let mut of_fix: HashMap<&str, usize> = HashMap::new();
        for mismatch in &self.0 {
            let next = groups.len();
            let group = *of_fix.entry(&mismatch.fix).or_insert(next);
            match groups.get_mut(group) {
                Some(group) => group.push(mismatch),
                None => groups.push(vec![mismatch]),
            }
        }
        groups
    }

    /// Returns the denials with which the guest would run as it is, if there are any.
    fn denials(&self) -> Option<String> {
        let names: Option<BTreeSet<_>> = self.0.iter().map(|one| one.deny.as_deref()).collect();
        let calls = names?.into_iter().map(|name| format!("deny({name:?}, Denial::Trap)"));
        Some(format!("Grants::{}", calls.collect::<Vec<_>>().join("?.")))
    }

    /// Returns an error with all mismatches, unless there are none.
    pub fn refuse(mismatches: Vec<Mismatch>) -> Result<(), Self> {
        if mismatches.is_empty() { Ok(()) } else { Err(Self(mismatches)) }
    }
}

impl fmt::Display for Mismatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the guest does not fit this host:")?;
        let groups = self.groups();
        let mut left = LONGEST_LIST;
        for group in &groups {
            let shown = group.len().min(left);
            if let Some(group) = group.get(..shown).filter(|group| !group.is_empty()) {
                let more = self.0.len().saturating_sub(LONGEST_LIST);
                // The number of mismatches that are left out is written once, before the last
                // group's fix.
                let more = if left == shown { more } else { 0 };
                show(group, groups.len() == 1, more, f)?;
            }
            left -= shown;
        }
        self.denials().map_or(Ok(()), |denials| {
            write!(f, "\n  it runs with `{denials}`, and traps where it calls what that denies")
        })
    }
}

/// Writes mismatches that have one fix in common. `are_all` is whether there are no others, and
/// `more` is the number of mismatches that are left out.
fn show(
    group: &[&Mismatch],
    are_all: bool,
    more: usize,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let [first, others @ ..] = group else { return Ok(()) };
    let has_common_cause =
        !others.is_empty() && others.iter().all(|other| other.cause == first.cause);
    for same in group.chunk_by(|one, next| one.is_same_but_for_its_name(next)) {
        f.write_str("\n  ")?;
        match same {
            [one] => one.describe(f)?,
            several => describe_several(several, f)?,
        }
        if !has_common_cause {
            same.iter().take(1).try_for_each(|one| one.describe_cause(f))?;
        }
    }
    if more > 0 {
        write!(f, "\n  and {more} more")?;
    }
    let (margin, them) = match (others.is_empty(), are_all) {
        (true, _) => ("    ", "it"),
        (false, true) => ("  ", "them all"),
        (false, false) => ("    ", "these"),
    };
    if let Some(cause) = first.cause.as_ref().filter(|_| has_common_cause) {
        write!(f, "\n{margin}cause: {}", shown(cause))?;
    }
    write!(f, "\n{margin}to mend {them}: {}", shown(&first.fix))
}

fn describe_several(mismatches: &[&Mismatch], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [first, ..] = mismatches else { return Ok(()) };
    let names: Vec<_> = mismatches.iter().map(|mismatch| mismatch.name.as_str()).collect();
    write!(f, "{}s {}: {}", first.side, list(&names), shown_text(&first.problem))
}

impl Mismatch {
    fn is_same_but_for_its_name(&self, other: &Self) -> bool {
        let whole =
            |mismatch: &Self| (mismatch.side, mismatch.problem.clone(), mismatch.cause.clone());
        self.is_plain() && other.is_plain() && whole(self) == whole(other)
    }
}

impl std::error::Error for Mismatches {}

impl From<Mismatch> for Mismatches {
    fn from(mismatch: Mismatch) -> Self {
        Self(vec![mismatch])
    }
}
