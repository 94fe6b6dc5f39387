//! Reports a plan to people: what each item becomes, and what cannot be mapped, with the reason
//! and the way out.

use std::fmt;

use wit_host_text::shown;

/// An item of the core module that has a counterpart in the component.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mapping {
    /// The module's import as `module.name`, or the name of its export.
    pub core: String,
    /// The counterpart: a function of the contract, or a description.
    pub component: String,
    /// How values cross, in words.
    pub how: String,
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { core, component, how } = self;
        write!(f, "`{}` is {}: {}", shown(core), shown(component), shown(how))
    }
}

/// An item of the core module that the component cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmappable {
    /// The import as `module.name`, the name of the export, or `module`.
    pub item: String,
    /// The reason.
    pub reason: String,
    /// What to do about it.
    pub fix: String,
}

impl Unmappable {
    /// Creates an item that cannot be mapped, with the reason and what to do about it.
    pub fn new(item: impl Into<String>, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { item: item.into(), reason: reason.into(), fix: fix.into() }
    }
}

impl fmt::Display for Unmappable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { item, reason, fix } = self;
        write!(f, "`{}`: {}; {}", shown(item), shown(reason), shown(fix))
    }
}

/// All items of a core module that a component cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmappables(pub Vec<Unmappable>);

impl fmt::Display for Unmappables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = &self.0[..] {
            return write!(f, "the module cannot become a component: {only}");
        }
        write!(f, "the module cannot become a component:")?;
        self.0.iter().try_for_each(|unmappable| write!(f, "\n  {unmappable}"))
    }
}

impl std::error::Error for Unmappables {}
