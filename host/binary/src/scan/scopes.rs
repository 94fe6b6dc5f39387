//! Follows the nesting of modules and components, and counts what instantiating each of them
//! creates. This needs no execution: a component that instantiates two others creates what both
//! of them create. Multiplying along the way is what finds a small file that asks for millions
//! of instances.

/// The modules and components that are being read, innermost last.
#[derive(Default)]
pub(super) struct Scopes(Vec<Scope>);

#[derive(Default)]
struct Scope {
    is_component: bool,
    /// What this component creates, as far as it has been read.
    makes: Makes,
    /// What each component in its index space creates.
    components: Vec<Makes>,
}

/// What a component creates each time that it is instantiated, including what its own instances
/// create.
#[derive(Clone, Copy, Default)]
pub(super) struct Makes {
    pub(super) instances: usize,
    /// The functions between components. Each is compiled once for each instance.
    pub functions: usize,
}

impl Scopes {
    /// Enters a module or a component, and returns its depth.
    pub(super) fn begin(&mut self, is_component: bool) -> usize {
        self.0.push(Scope { is_component, ..Scope::default() });
        self.0.len()
    }

    /// Leaves the innermost module or component. A component gets an index in the scope around
    /// it.
    pub(super) fn end(&mut self) {
        // A module is left out: it has indices of its own, and is counted where it is instantiated.
        let ended = self.0.pop().unwrap_or_default();
        if ended.is_component {
            let instances = ended.makes.instances.saturating_add(1);
            self.index(Makes { instances, ..ended.makes });
        }
    }

    /// Gives a component the next index in the innermost scope.
    pub(super) fn index(&mut self, component: Makes) {
        if let Some(scope) = self.0.last_mut() {
            scope.components.push(component);
        }
    }

    /// Looks up a component by its index, `out` scopes further out.
    pub(super) fn component(&self, out: usize, index: u32) -> Option<Makes> {
        let scope = self.0.iter().rev().nth(out)?;
        scope.components.get(usize::try_from(index).ok()?).copied()
    }

    /// Adds to what the innermost scope creates, and returns the sum.
    pub(super) fn add(&mut self, more: Makes) -> Makes {
        let Some(Scope { makes, .. }) = self.0.last_mut() else { return more };
        // Some twenty levels that double ten times each are more than any number holds.
        makes.instances = makes.instances.saturating_add(more.instances);
        makes.functions = makes.functions.saturating_add(more.functions);
        *makes
    }
}
