//! What a plan tells people: what becomes what, and what cannot, with the
//! reason and the way out.

use std::fmt;

use wit_host_text::shown;

/// Something of the core module that has a counterpart in the component.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mapping {
    /// The module's import as `module.name`, or its export's name.
    pub core: String,
    /// What it becomes: a function of the contract, or what the component does.
    pub component: String,
    /// How it crosses, in words.
    pub how: String,
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { core, component, how } = self;
        write!(f, "`{}` is {}: {}", shown(core), shown(component), shown(how))
    }
}

/// Something of the core module that the component cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmappable {
    /// The import as `module.name`, the export's name, or `module`.
    pub item: String,
    /// Why not.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

impl Unmappable {
    /// What cannot be mapped, with what to do about it.
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

/// Everything that a component cannot have of a core module.
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
