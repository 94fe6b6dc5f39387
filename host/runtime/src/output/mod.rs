//! Where the output of guests goes. `direct`, `capture`, `inherit` and `output_function` are the
//! streams that a guest can be given; `outlet`, `nonblocking` and `terminal` are on their way to
//! this process's own outputs.

pub(crate) mod capture;
pub(crate) mod direct;
pub(crate) mod inherit;
pub(crate) mod nonblocking;
pub(crate) mod outlet;
pub(crate) mod output_function;
pub(crate) mod stderr_tail;
pub mod terminal;
