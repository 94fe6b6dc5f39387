//! Tests of contracts as data.

pub(crate) mod changes;
pub(crate) mod round_trip;
