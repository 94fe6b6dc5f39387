//! The limits of a scan, and those of them that the guest is over. What is over a limit is
//! noted, and the scan goes on, so that a person is told of all of them at once.

use std::mem::discriminant;

use crate::limits::{LimitReached, Limits};

/// The limits, and what was found to be over them.
pub(super) struct Bounds<'l> {
    pub limits: &'l Limits,
    reached: Vec<LimitReached>,
}

impl<'l> Bounds<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self { limits, reached: Vec::new() }
    }

    /// Notes it where more is found than the limit allows, and says whether that is so not.
    pub(super) fn within(
        &mut self,
        found: usize,
        limit: usize,
        reached: fn(usize) -> LimitReached,
    ) -> bool {
        let is_within = found <= limit;
        if !is_within {
            let reached = reached(limit);
            let is_known = |known: &LimitReached| discriminant(known) == discriminant(&reached);
            if !self.reached.iter().any(is_known) {
                self.reached.push(reached);
            }
        }
        is_within
    }

    /// Every limit that was passed, in the order in which that was found.
    pub(super) fn reached(self) -> Vec<LimitReached> {
        self.reached
    }
}
