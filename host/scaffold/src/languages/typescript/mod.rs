//! Guests in TypeScript: the source of guests in JavaScript, with the types that jco declares for
//! the world. The compiler checks them, and what it makes is a guest in JavaScript.

use super::details::{Details, Stubbing};
use super::javascript::{Dialect, STARLINGMONKEY, of_starlingmonkey};
use super::templates::files;
use crate::stubs::Stubs;
use crate::stubs::exports::World;

pub(super) const DETAILS: Details = Details {
    name: "ts",
    summary: "a component in TypeScript on StarlingMonkey (12 MB, much of the Web's functions)",
    folder: "ts",
    files: files!("ts": ".gitignore", ".npmrc", "Makefile", "README.md", "guest.ts",
        "package-lock.json", "package.json", "tsconfig.json"),
    sources: &["guest.ts"],
    stubs: Stubbing::Made(stubs),
    ..STARLINGMONKEY
};

fn stubs(world: &World, selector: &str) -> Result<Stubs, String> {
    of_starlingmonkey(world, selector, Dialect::TypeScript)
}
