//! The names that toolchains and hosts of core modules have agreed on.

/// The module of WASI's first preview, which core modules import from.
pub const WASI: &str = "wasi_snapshot_preview1";

/// The module of a draft from before WASI's first preview.
pub const DRAFT_OF_WASI: &str = "wasi_unstable";

/// The module that core modules import the host's functions from.
pub const ENV: &str = "env";

/// The function that sets up a module whose functions are called one after another.
pub const INITIALIZE: &str = "_initialize";

/// The main function of a program.
pub const START: &str = "_start";

/// Returns whether a module's name is that of WASI's first preview.
pub fn is_wasi(module: &str) -> bool {
    [WASI, DRAFT_OF_WASI].contains(&module)
}
