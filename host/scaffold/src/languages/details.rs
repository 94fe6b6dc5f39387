//! Describes a language: the form of a row in the table of languages. It does not know what a
//! contract has.

use crate::stubs::Stubs;
use crate::stubs::exports::World;
use crate::tools::Program;

/// The description of a language.
pub(crate) struct Details {
    pub name: &'static str,
    pub(crate) summary: &'static str,
    /// Its folder in `guest/`.
    #[cfg_attr(not(test), allow(dead_code, reason = "a test compares what is in it"))]
    pub(crate) folder: &'static str,
    /// The files of its guest, which a project begins with.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The files among these that are made from the WIT if the contract is not the shipped one.
    pub(crate) sources: &'static [&'static str],
    /// Text that a project has in another form: the file, the text, and its replacement, in which
    /// `NAME` stands for the project's name.
    pub(crate) replaced: &'static [(&'static str, &'static str, &'static str)],
    pub(crate) build: &'static str,
    /// The path of the guest that is built, in which `NAME` stands for the project's name as an
    /// identifier.
    pub(crate) output: &'static str,
    /// The programs that have to be installed, in the versions that the build's own tools ask for.
    pub(crate) needs: &'static [Program],
    pub(crate) stubs: Stubbing,
    /// Whether guests are components, and not core modules.
    pub(crate) is_component: bool,
}

/// How the exports of a contract are written.
pub(crate) enum Stubbing {
    /// The stubs are written for the world, or the reason is returned why they cannot be.
    Made(fn(&World, &str) -> Result<Stubs, String>),
    /// Only the template for the shipped contract exists.
    Shipped,
    /// Only the template exists, because the text format has no functions that could be called in
    /// the same way.
    Text,
}

impl Details {
    /// Returns the text of a file as it is in a project. `world` is the world of a contract other
    /// than the shipped one.
    pub(crate) fn adjusted(
        &self,
        path: &str,
        text: &str,
        name: &str,
        world: Option<&str>,
    ) -> String {
        // The contract is within a project, and beside the guests.
        let mut text = text.replace("../../../wit", "wit").replace("../../wit", "wit");
        for (_, from, to) in self.replaced.iter().filter(|(file, ..)| *file == path) {
            text = text.replace(from, &to.replace("NAME", name));
        }
        match world {
            Some(world) => text.replace("WORLD ?= plugin", &format!("WORLD ?= {world}")),
            None => text,
        }
    }
}
