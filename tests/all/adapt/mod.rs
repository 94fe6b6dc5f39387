//! Core modules and the components that `adapt` makes of them: the same calls on
//! both, with one expectation.

mod both;
mod command;
mod hostile;
mod kinds;
mod modules;
mod refused;
mod rust;
mod start;
mod texts;
