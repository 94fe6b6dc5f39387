//! What the command writes, and where: files that a person has named, standard
//! output that takes nothing more, and what is left of a guest's output on a terminal.

mod flow;
mod places;
mod refusals;
mod shared;
mod terminal;
mod words;
