//! The limits of a scan, and those of them that the guest is over. The
//! scan goes on behind the first, so that a refusal names all of them at once.

use std::mem::discriminant;

use crate::limits::{LimitReached, Limits, OverLimit};

/// The limits, and what was found to be over them.
pub(super) struct Bounds<'l> {
    pub(super) limits: &'l Limits,
    reached: Vec<OverLimit>,
}

impl<'l> Bounds<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self { limits, reached: Vec::new() }
    }

    /// Notes it where more is found than the limit allows: of what is counted several times,
    /// the most.
    pub(super) fn within(
        &mut self,
        found: usize,
        limit: usize,
        reached: fn(usize) -> LimitReached,
    ) {
        if found > limit {
            self.note(OverLimit::new(reached(limit), found));
        }
    }

    /// Notes that there is more than the limit allows, of which nobody knows how much.
    pub(super) fn beyond(&mut self, limit: LimitReached) {
        self.note(limit.into());
    }

    fn note(&mut self, over: OverLimit) {
        let is_same =
            |known: &&mut OverLimit| discriminant(&known.limit) == discriminant(&over.limit);
        match self.reached.iter_mut().find(is_same) {
            Some(known) => known.found = known.found.zip(over.found).map(|(a, b)| a.max(b)),
            None => self.reached.push(over),
        }
    }

    /// Every limit that was passed, in the order in which that was found.
    pub(super) fn reached(self) -> Vec<OverLimit> {
        self.reached
    }
}
