//! Tests of what `check` and `inspect` say about a guest.

mod bounds;
pub(crate) mod inspect;
pub(crate) mod mismatches;
