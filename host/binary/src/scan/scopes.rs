//! The modules and components that are being read, one within another, and what
//! instantiating each of them makes. Without running anything, a component that
//! makes two of another counts as what both make.

/// What is being read, innermost last.
#[derive(Default)]
pub(super) struct Scopes(Vec<Scope>);

#[derive(Default)]
struct Scope {
    is_component: bool,
    /// What this component makes, as far as it was read.
    makes: Makes,
    /// The same of each component in its index space.
    components: Vec<Makes>,
}

/// What a component makes each time that it is instantiated, with what its
/// instances make.
#[derive(Clone, Copy, Default)]
pub(super) struct Makes {
    pub(super) instances: usize,
    /// Functions between components, each of which is compiled for each
    /// instance.
    pub functions: usize,
}

impl Scopes {
    /// Enters a module or a component, and says how deep it lies.
    pub(super) fn begin(&mut self, is_component: bool) -> usize {
        self.0.push(Scope { is_component, ..Scope::default() });
        self.0.len()
    }

    /// Leaves it. A component has an index in the one around it from then on.
    pub(super) fn end(&mut self) {
        let ended = self.0.pop().unwrap_or_default();
        if ended.is_component {
            let instances = ended.makes.instances.saturating_add(1);
            self.index(Makes { instances, ..ended.makes });
        }
    }

    /// Gives a component an index in the innermost scope.
    pub(super) fn index(&mut self, component: Makes) {
        if let Some(scope) = self.0.last_mut() {
            scope.components.push(component);
        }
    }

    /// The component of that index, so many scopes further out.
    pub(super) fn component(&self, out: usize, index: u32) -> Option<Makes> {
        let scope = self.0.iter().rev().nth(out)?;
        scope.components.get(usize::try_from(index).ok()?).copied()
    }

    /// Adds to what the innermost scope makes, and says what that is now.
    pub(super) fn add(&mut self, more: Makes) -> Makes {
        let Some(Scope { makes, .. }) = self.0.last_mut() else { return more };
        makes.instances = makes.instances.saturating_add(more.instances);
        makes.functions = makes.functions.saturating_add(more.functions);
        *makes
    }
}
