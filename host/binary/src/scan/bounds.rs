//! Collects the limits that a guest is over. The scan goes on after the first of them, so that
//! a refusal names all of them at once.

use std::mem::discriminant;

use crate::limits::{LimitReached, Limits, OverLimit};

/// The limits of a scan, and the ones that the guest was found to be over.
pub(super) struct Bounds<'l> {
    pub(super) limits: &'l Limits,
    reached: Vec<OverLimit>,
}

impl<'l> Bounds<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self { limits, reached: Vec::new() }
    }

    /// Notes the limit if `found` is more than it allows. Of several counts for one limit, the
    /// largest is kept.
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

    /// Notes that the guest is over the limit by an unknown amount.
    pub(super) fn beyond(&mut self, limit: LimitReached) {
        self.note(limit.into());
    }

    fn note(&mut self, over: OverLimit) {
        let is_same =
            |known: &&mut OverLimit| discriminant(&known.limit) == discriminant(&over.limit);
        match self.reached.iter_mut().find(is_same) {
            // An amount that was unknown once stays unknown.
            Some(known) => known.found = known.found.zip(over.found).map(|(a, b)| a.max(b)),
            None => self.reached.push(over),
        }
    }

    /// Returns every limit that was passed, in the order in which they were found.
    pub(super) fn reached(self) -> Vec<OverLimit> {
        self.reached
    }
}
