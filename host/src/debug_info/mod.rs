//! The debug information of guests, which is kept away from the engine: it makes up most
//! of many files, and reading it is unbounded work for whoever does. [`strip`] leaves it
//! out of what is compiled. It does not know what a guest means, and decides nothing about
//! whether it is valid.

mod sections;
mod strip;

pub(crate) use strip::{Stripped, hash_of_file, strip};
