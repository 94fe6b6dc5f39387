//! Tests of core modules and of the components that `adapt` makes of them. The same calls are made
//! on both, with one expectation.

mod both;
mod command;
mod hostile;
mod kinds;
mod modules;
mod refused;
mod rust;
mod start;
mod texts;
