//! Tests of what the command writes, and where: files that a person names, a standard output that
//! accepts nothing more, and a guest's output on a terminal.

mod flow;
mod places;
mod refusals;
mod shared;
mod terminal;
mod words;
