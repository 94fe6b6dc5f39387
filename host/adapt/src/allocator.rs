//! Finds the allocator that a core module exports: by the names that callers of C strings rely
//! on, or by the names that it is given.

use super::convention::Number::{self, I32};
use super::core_module::{CoreModule, is};
use wit_host_binary::allocator_names::{AllocatorNames, Candidate, pairs};
use wit_host_text::list;

/// The functions that allocate and free blocks of the module's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allocator {
    /// The function that allocates a block.
    pub(super) allocate: u32,
    /// Whether `allocate` takes an alignment after the size.
    pub(super) is_aligned: bool,
    pub(super) release: Release,
}

/// How a block is freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// By pointer and size. Texts that the module returns are freed in the same way.
    Sized(u32),
    /// By pointer, size and alignment. Texts that the module returns stay its own.
    Aligned(u32),
    /// By the pointer alone. Texts that the module returns stay its own, since those of a
    /// garbage-collected language must not be freed.
    Pointer(u32),
    Never,
}

/// Why there is no allocator, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) reason: String,
    pub(super) fix: String,
    /// Whether the user named the allocator. Then no component is made without it.
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

/// The exports that a module needs for texts to be placed in its memory.
const WANTED: &str = "export `allocate(i32) -> i32` and `deallocate(i32, i32)`, or \
                      `malloc(i32) -> i32` and `free(i32)`";

impl Allocator {
    /// Returns the allocator of `module`: the one with these names, or the only one that it
    /// has.
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
            // To free a block with the wrong one of several allocators would destroy the module's
            // heap, so none is guessed.
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

    /// Returns the allocator with the functions' new indices.
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

/// Returns an exported function that allocates blocks, and whether it takes an alignment.
fn allocate(module: &CoreModule<'_>, name: &str) -> Option<(u32, bool)> {
    let sized = module.function_of(name, &[I32], &[I32]).map(|function| (function, false));
    sized.or_else(|| module.function_of(name, &[I32, I32], &[I32]).map(|function| (function, true)))
}

/// Returns the pairs of exports that look like an allocator.
fn candidates(module: &CoreModule<'_>) -> Vec<String> {
    let functions = module.exports.iter().filter_map(|export| {
        let (_, ty) = module.function(export.name)?;
        let gives = is(ty, &[I32], &[I32]);
        let takes = Release::of(module, export.name).is_some();
        Some(Candidate { name: export.name.to_owned(), gives, takes })
    });
    pairs(&functions.collect::<Vec<_>>())
}
