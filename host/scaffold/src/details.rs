//! What there is to know of a language: the form of a row of the table.

use super::exports::World;
use super::stub::Stubs;
use super::tools::Program;

/// What there is to know of a language.
pub(super) struct Details {
    pub name: &'static str,
    pub(super) summary: &'static str,
    /// Its folder in `guest/`.
    #[cfg_attr(not(test), allow(dead_code, reason = "a test compares what is in it"))]
    pub(super) folder: &'static str,
    /// The files of its guest, which a project begins with.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// Those of them that are made from the WIT where the contract is another one.
    pub(super) sources: &'static [&'static str],
    /// Text that is another one in a project: the file, the text, and what it becomes,
    /// with `NAME` for the project's name.
    pub(super) replaced: &'static [(&'static str, &'static str, &'static str)],
    pub(super) build: &'static str,
    /// What is built, with `NAME` for the name as an identifier.
    pub(super) output: &'static str,
    /// What has to be on the machine, in the versions that the build's own tools ask for.
    pub(super) needs: &'static [Program],
    pub(super) stubs: Stubbing,
    /// Whether guests are components, and not core modules.
    pub(super) is_component: bool,
}

/// How the exports of a contract are written.
pub(super) enum Stubbing {
    /// The stubs are written for the world, or the reason is returned why they cannot be.
    Made(fn(&World, &str) -> Result<Stubs, String>),
    /// Only the template for the shipped contract exists.
    Shipped,
    /// Only the template exists, because the text format has no functions that could be called in
    /// the same way.
    Text,
}

impl Details {
    /// The text of a file as it is in a project, for this world where it is of another
    /// contract.
    pub(super) fn adjusted(
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
