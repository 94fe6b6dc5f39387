//! The allocator that a core module exports, by the conventions that its callers place text
//! with, or by the names that it is given.

use super::convention::Number::{self, I32};
use super::core_module::{CoreModule, is};
use wit_host_binary::allocator_names::{AllocatorNames, Candidate, pairs};
use wit_host_text::list;

/// How blocks of the module's memory are had and given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allocator {
    /// Its function for a block.
    pub(super) allocate: u32,
    /// Whether that takes an alignment behind the size.
    pub(super) is_aligned: bool,
    pub(super) release: Release,
}

/// How a block is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// By pointer and size. Texts that the module returns are given back with it too.
    Sized(u32),
    /// By pointer, size and alignment. Texts that the module returns are its own.
    Aligned(u32),
    /// By the pointer alone. Texts that the module returns are its own: those of a
    /// garbage-collected language must not be freed.
    Pointer(u32),
    Never,
}

/// Why there is no allocator, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) reason: String,
    pub(super) fix: String,
    /// Whether it was named, so that nothing is made without it.
    pub(super) was_named: bool,
}

impl Missing {
    fn new(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { reason: reason.into(), fix: fix.into(), was_named: false }
    }

    fn named(reason: String) -> Self {
        let fix = "name functions that it exports and that are its allocator's";
        Self { was_named: true, ..Self::new(reason, fix) }
    }
}

/// What a module has to export for text to be placed.
const WANTED: &str = "export `allocate(i32) -> i32` and `deallocate(i32, i32)`, or \
                      `malloc(i32) -> i32` and `free(i32)`";

impl Allocator {
    /// The allocator of `module`: the one of these names, or the only one that it has.
    pub(super) fn of(
        module: &CoreModule<'_>,
        names: Option<&AllocatorNames>,
    ) -> Result<Self, Missing> {
        if let Some(names) = names {
            return Self::named(module, names);
        }
        let candidates = candidates(module);
        let usual = [("allocate", "deallocate"), ("malloc", "free")];
        let usual = usual.into_iter().find_map(|(allocate, release)| {
            let allocate = module.function_of(allocate, &[I32], &[I32])?;
            let release = Release::of(module, release)?;
            Some(Self { allocate, is_aligned: false, release })
        });
        let nothing = "the module exports nothing to place text with";
        match (&candidates[..], usual) {
            ([first, _, ..], _) => Err(Missing::new(
                format!("the module exports several allocators: {}", list(&candidates)),
                format!(
                    "name the one that its functions have their blocks from, as with \
                     `Plan::with_allocator(…, \"{first}\".parse()?)`"
                ),
            )),
            (_, Some(usual)) => Ok(usual),
            ([only], None) => Err(Missing::new(
                nothing,
                format!(
                    "{WANTED}; `{only}` look like one: name them with \
                     `Plan::with_allocator(…, \"{only}\".parse()?)`"
                ),
            )),
            ([], None) => Err(Missing::new(
                nothing,
                format!("{WANTED}, or give the names of its own with `Plan::with_allocator`"),
            )),
        }
    }

    fn named(module: &CoreModule<'_>, names: &AllocatorNames) -> Result<Self, Missing> {
        let exported = |name: &str| match module.function(name) {
            Some(_) => Ok(()),
            None => Err(Missing::named(format!("the module exports no function `{name}`"))),
        };
        let wrong = |name: &str, wanted: &str| {
            Missing::named(format!("`{name}` is not of an allocator: it would have to be {wanted}"))
        };
        exported(&names.allocate)?;
        let (allocate, is_aligned) = allocate(module, &names.allocate)
            .ok_or_else(|| wrong(&names.allocate, "`(i32) -> i32` or `(i32, i32) -> i32`"))?;
        let release = match &names.release {
            None => Release::Never,
            Some(name) => {
                exported(name)?;
                let wanted = "`(i32)`, `(i32, i32)` or `(i32, i32, i32)`";
                Release::of(module, name).ok_or_else(|| wrong(name, wanted))?
            }
        };
        Ok(Self { allocate, is_aligned, release })
    }

    /// The allocator in a module whose functions have other indices.
    pub(super) fn remapped(self, index: impl Fn(u32) -> u32) -> Self {
        let release = match self.release {
            Release::Sized(function) => Release::Sized(index(function)),
            Release::Aligned(function) => Release::Aligned(index(function)),
            Release::Pointer(function) => Release::Pointer(index(function)),
            Release::Never => Release::Never,
        };
        Self { allocate: index(self.allocate), release, ..self }
    }
}

impl Release {
    fn of(module: &CoreModule<'_>, name: &str) -> Option<Self> {
        let of = |params: &[Number]| module.function_of(name, params, &[]);
        of(&[I32])
            .map(Self::Pointer)
            .or_else(|| of(&[I32, I32]).map(Self::Sized))
            .or_else(|| of(&[I32, I32, I32]).map(Self::Aligned))
    }
}

/// An exported function that gives out blocks, and whether it takes an alignment.
fn allocate(module: &CoreModule<'_>, name: &str) -> Option<(u32, bool)> {
    let sized = module.function_of(name, &[I32], &[I32]).map(|function| (function, false));
    sized.or_else(|| module.function_of(name, &[I32, I32], &[I32]).map(|function| (function, true)))
}

/// The pairs of exports that look like an allocator.
fn candidates(module: &CoreModule<'_>) -> Vec<String> {
    let functions = module.exports.iter().filter_map(|export| {
        let (_, ty) = module.function(export.name)?;
        let gives = is(ty, &[I32], &[I32]);
        let takes = Release::of(module, export.name).is_some();
        Some(Candidate { name: export.name.to_owned(), gives, takes })
    });
    pairs(&functions.collect::<Vec<_>>())
}
