//! The allocator that a guest exports, under one of the pairs of names that toolchains use or
//! under names that it is given. This module knows how to call it. Whether its answers are
//! plausible is checked in `exchange`.

use wasmtime::{AsContextMut, Func, Instance, Store, TypedFunc};

use crate::store::state::State;
use wit_host_binary::allocator_names::{AllocatorNames, Candidate, pairs};
use wit_host_text::list;

/// The exports that a guest needs to allocate blocks.
const WANTED: &str = "`allocate(i32) -> i32` and `deallocate(i32, i32)`, or \
                      `malloc(i32) -> i32` and `free(i32)`";

/// The alignment that is passed to an allocator that takes one. It is that of the widest numbers.
const ALIGNMENT: u32 = 8;

/// The two functions of an allocator.
pub(super) struct Allocator {
    name: String,
    allocate: Allocate,
    release: Release,
}

/// How a block is allocated.
enum Allocate {
    Size(TypedFunc<u32, u32>),
    Aligned(TypedFunc<(u32, u32), u32>),
}

/// How a block is freed.
enum Release {
    /// With its pointer and size.
    Sized(TypedFunc<(u32, u32), ()>),
    Aligned(TypedFunc<(u32, u32, u32), ()>),
    /// With its pointer alone.
    Pointer(TypedFunc<u32, ()>),
    Never,
}

impl Allocate {
    fn of(store: impl AsContextMut, func: Func) -> Option<Self> {
        let size = func.typed(&store).ok().map(Self::Size);
        size.or_else(|| func.typed(&store).ok().map(Self::Aligned))
    }
}

impl Release {
    fn of(store: impl AsContextMut, func: Func) -> Option<Self> {
        let pointer = func.typed(&store).ok().map(Self::Pointer);
        pointer
            .or_else(|| func.typed(&store).ok().map(Self::Sized))
            .or_else(|| func.typed(&store).ok().map(Self::Aligned))
    }
}

impl Allocator {
    /// Finds the guest's allocator: the one with these names, or the only one that it has.
    /// `known` says whether the convention has a name for it, so that no other one can be
    /// meant.
    ///
    /// # Errors
    /// A message that the guest exports no allocator, or which of its exports could be one.
    pub(super) fn find<T: 'static>(
        store: &mut Store<State<T>>,
        instance: Instance,
        names: Option<&AllocatorNames>,
        known: bool,
    ) -> Result<Self, String> {
        if let Some(names) = names {
            return Self::named(store, instance, names);
        }
        let pair = |store: &mut Store<State<T>>, [allocate, release]: [&str; 2]| {
            let allocate_func = instance.get_func(&mut *store, allocate)?;
            let release_func = instance.get_func(&mut *store, release)?;
            Some(Self {
                name: allocate.into(),
                allocate: allocate_func.typed(&*store).ok().map(Allocate::Size)?,
                release: match release {
                    "free" => release_func.typed(&*store).ok().map(Release::Pointer)?,
                    _ => release_func.typed(&*store).ok().map(Release::Sized)?,
                },
            })
        };
        let sized = pair(store, ["allocate", "deallocate"]);
        if let (Some(sized), true) = (sized, known) {
            return Ok(sized);
        }
        let candidates = candidates(store, instance);
        let found =
            pair(store, ["allocate", "deallocate"]).or_else(|| pair(store, ["malloc", "free"]));
        match (&candidates[..], found) {
            // To free a block with the wrong one of several allocators would destroy the guest's
            // heap, so none is guessed.
            ([first, _, ..], _) => Err(format!(
                "text and arrays are handed over in blocks of the guest's allocator, and it \
                 exports several: {}; name the one that the function has its blocks from, as \
                 with `Session::set_allocator(\"{first}\".parse()?)`",
                list(&candidates)
            )),
            (_, Some(found)) => Ok(found),
            ([only], None) => Err(format!(
                "{}; `{only}` look like one: name them with \
                 `Session::set_allocator(\"{only}\".parse()?)`",
                Self::missing()
            )),
            ([], None) => Err(format!(
                "{}, or be given the names of its own with `Session::set_allocator`",
                Self::missing()
            )),
        }
    }

    fn named<T: 'static>(
        store: &mut Store<State<T>>,
        instance: Instance,
        names: &AllocatorNames,
    ) -> Result<Self, String> {
        let exported = |store: &mut Store<State<T>>, name: &str| {
            let func = instance.get_func(&mut *store, name);
            func.ok_or_else(|| format!("it exports no function `{name}` to be its allocator's"))
        };
        let wrong = |name: &str, wanted: &str| {
            format!("`{name}` is not of an allocator: it would have to be {wanted}")
        };
        let func = exported(store, &names.allocate)?;
        let allocate = Allocate::of(&mut *store, func)
            .ok_or_else(|| wrong(&names.allocate, "`(i32) -> i32` or `(i32, i32) -> i32`"))?;
        let release = match &names.release {
            None => Release::Never,
            Some(name) => {
                let func = exported(store, name)?;
                let wanted = "`(i32)`, `(i32, i32)` or `(i32, i32, i32)`";
                Release::of(&mut *store, func).ok_or_else(|| wrong(name, wanted))?
            }
        };
        Ok(Self { name: names.allocate.clone(), allocate, release })
    }

    /// Returns why there is no allocator, and which exports would be one.
    pub(super) fn missing() -> String {
        format!(
            "text and arrays are handed over in blocks of the guest's allocator, and it exports \
             none; it would have to export {WANTED}"
        )
    }

    /// Returns the name of the function that allocates blocks.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn allocate(
        &self,
        store: impl AsContextMut<Data: Send>,
        size: u32,
    ) -> wasmtime::Result<u32> {
        match &self.allocate {
            Allocate::Size(allocate) => allocate.call_async(store, size).await,
            Allocate::Aligned(allocate) => allocate.call_async(store, (size, ALIGNMENT)).await,
        }
    }

    /// Frees a block that the host has allocated.
    pub(super) async fn release(
        &self,
        store: impl AsContextMut<Data: Send>,
        pointer: u32,
        size: u32,
    ) -> wasmtime::Result<()> {
        match &self.release {
            Release::Sized(release) => release.call_async(store, (pointer, size)).await,
            Release::Aligned(release) => {
                release.call_async(store, (pointer, size, ALIGNMENT)).await
            }
            Release::Pointer(release) => release.call_async(store, pointer).await,
            Release::Never => Ok(()),
        }
    }

    /// Frees a block that the guest returned, if there is a function for blocks that the host
    /// has not allocated.
    pub(super) async fn give_back(
        &self,
        store: impl AsContextMut<Data: Send>,
        pointer: u32,
        size: u32,
    ) -> wasmtime::Result<()> {
        match self.release {
            Release::Sized(_) => self.release(store, pointer, size).await,
            Release::Aligned(_) | Release::Pointer(_) | Release::Never => Ok(()),
        }
    }
}

/// Returns the pairs of exports whose names and types look like an allocator, as
/// `allocate,deallocate`.
fn candidates<T: 'static>(store: &mut Store<State<T>>, instance: Instance) -> Vec<String> {
    let exports: Vec<_> = instance
        .exports(&mut *store)
        .map(|export| {
            let name = export.name().to_owned();
            (name, export.into_func())
        })
        .collect();
    let functions = exports.into_iter().filter_map(|(name, func)| {
        let func = func?;
        let gives = matches!(Allocate::of(&mut *store, func), Some(Allocate::Size(_)));
        let takes = Release::of(&mut *store, func).is_some();
        Some(Candidate { name, gives, takes })
    });
    pairs(&functions.collect::<Vec<_>>())
}
