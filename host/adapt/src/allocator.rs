//! The allocator that a core module exports, by the conventions that its
//! callers place text with.

use super::convention::Number;
use super::core_module::CoreModule;

/// How blocks of the module's memory are had and given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allocator {
    /// `allocate(size)` and `deallocate(pointer, size)`. Texts that the module
    /// returns are given back with it too.
    Sized { allocate: u32, deallocate: u32 },
    /// `malloc(size)` and `free(pointer)`. Texts that the module returns are its
    /// own: those of a garbage-collected language must not be freed.
    Malloc { malloc: u32, free: u32 },
}

impl Allocator {
    /// The allocator that `module` exports.
    pub(super) fn of(module: &CoreModule<'_>) -> Option<Self> {
        use Number::I32;
        let sized = || {
            let allocate = module.function_of("allocate", &[I32], &[I32])?;
            let deallocate = module.function_of("deallocate", &[I32, I32], &[])?;
            Some(Self::Sized { allocate, deallocate })
        };
        let malloc = || {
            let malloc = module.function_of("malloc", &[I32], &[I32])?;
            let free = module.function_of("free", &[I32], &[])?;
            Some(Self::Malloc { malloc, free })
        };
        sized().or_else(malloc)
    }

    /// The same with other indices of functions.
    pub(super) fn remapped(self, index: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Sized { allocate, deallocate } => {
                Self::Sized { allocate: index(allocate), deallocate: index(deallocate) }
            }
            Self::Malloc { malloc, free } => {
                Self::Malloc { malloc: index(malloc), free: index(free) }
            }
        }
    }
}
