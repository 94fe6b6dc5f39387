//! The `Debug` output of the library's handles. It shows what they are and what can be seen
//! from outside. It never shows the host data, which may not be printable, or a guest's memory.

use std::fmt::{Debug, Formatter, Result};

use super::Runtime;
use super::builder::RuntimeBuilder;
use crate::blocking;
use crate::guest::Guest;
use crate::reuse::Sessions;
use crate::session::Session;
use crate::store::state::State;

impl<T> Debug for RuntimeBuilder<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("RuntimeBuilder").field("pool", &self.pool).finish_non_exhaustive()
    }
}

impl<T> Debug for Runtime<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Runtime")
            .field("deterministic", &self.inner.deterministic)
            .field("cached", &self.inner.cache.is_some())
            .field("isolated", &self.inner.isolation.is_some())
            .field("pool", &self.inner.pool)
            .finish_non_exhaustive()
    }
}

impl<T: Send> Debug for Guest<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Guest")
            .field("kind", &self.kind())
            .field("exports", &self.exports())
            .finish_non_exhaustive()
    }
}

impl<T: Send> Debug for Session<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Session")
            .field("guest", self.guest())
            .field("spent", &self.spent())
            .field("ended", &self.has_ended())
            .finish_non_exhaustive()
    }
}

impl<T: Send> Debug for blocking::Session<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Debug::fmt(self.inner(), f)
    }
}

impl<T: Send> Debug for Sessions<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Sessions").field("guest", self.guest()).finish_non_exhaustive()
    }
}

impl<T> Debug for State<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("State").field("grants", self.grants()).finish_non_exhaustive()
    }
}
