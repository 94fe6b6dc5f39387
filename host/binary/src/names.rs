//! The names of core modules that toolchains and hosts have agreed on.

/// The first preview of WASI, which is what core modules import.
pub const WASI: &str = "wasi_snapshot_preview1";

/// A draft from before the first preview.
pub const DRAFT_OF_WASI: &str = "wasi_unstable";

/// Where core modules import the functions of a host from.
pub const ENV: &str = "env";

/// What sets up a module that is called again and again.
pub const INITIALIZE: &str = "_initialize";

/// The main function of a program.
pub const START: &str = "_start";

/// Whether a module's name is that of WASI's first preview.
pub fn is_wasi(module: &str) -> bool {
    [WASI, DRAFT_OF_WASI].contains(&module)
}
