//! Tests of what `check` and `inspect` say about a guest.

pub(crate) mod inspect;
pub(crate) mod mismatches;
