//! Words the changes of a part that only one of two contracts has.

use wit_parser::Resolve;

use super::effect::Event;
use super::surface::Part;
use crate::notation::function as declared;

/// Describes a part that only the old contract has.
pub(super) fn gone(resolve: &Resolve, part: Part<'_>) -> (String, Event) {
    match part {
        Part::Function(function) => {
            (format!("it is gone: `{}`", declared(resolve, function)), Event::Removed)
        }
        Part::Interface(_) => (format!("{} is gone", sort(part)), Event::Removed),
        Part::Type(_) => (format!("{} is gone", sort(part)), Event::TypeRemoved),
    }
}

/// Describes a part that only the new contract has.
pub(super) fn added(resolve: &Resolve, part: Part<'_>) -> (String, Event) {
    match part {
        Part::Function(function) => {
            (format!("it is new: `{}`", declared(resolve, function)), Event::Added)
        }
        Part::Interface(_) => (format!("{} is new", sort(part)), Event::Added),
        Part::Type(_) => (format!("{} is new", sort(part)), Event::TypeAdded),
    }
}

/// Names the sort of a part.
pub(super) fn sort(part: Part<'_>) -> &'static str {
    match part {
        Part::Interface(_) => "the interface",
        Part::Function(_) => "the function",
        Part::Type(_) => "the type",
    }
}
