//! Builds a guest in Rust from a test, by a cargo of its own. It does not know what is tested.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::error::path_text;

/// What the cargo that runs a test sets for its own compilations.
const INHERITED: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

/// A crate that is a guest, to be built for WebAssembly.
///
/// ```no_run
/// use wit_host_testing::GuestCrate;
///
/// let guest = GuestCrate::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../guest")).build()?;
/// let bytes = std::fs::read(guest)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GuestCrate {
    folder: PathBuf,
    target: String,
    target_dir: Option<PathBuf>,
    arguments: Vec<OsString>,
}

/// Why a guest was not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// cargo could not be started.
    #[error("failed to start cargo for the guest in `{}`", path_text(folder))]
    Start {
        /// The folder of the crate.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// cargo failed.
    #[error("failed to build the guest in `{}`:\n{stderr}", path_text(folder))]
    Failed {
        /// The folder of the crate.
        folder: PathBuf,
        /// What cargo wrote.
        stderr: String,
    },

    /// cargo built no guest.
    #[error(
        "the crate in `{}` builds no `.wasm`; have `crate-type = [\"cdylib\"]` in its `[lib]`",
        path_text(folder)
    )]
    NoGuest {
        /// The folder of the crate.
        folder: PathBuf,
    },
}

impl GuestCrate {
    /// Names the folder of a crate, which is to be built in release mode for `wasm32-wasip2`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let (target, arguments) = ("wasm32-wasip2".into(), Vec::new());
        Self { folder: folder.into(), target, target_dir: None, arguments }
    }

    /// Sets the target, as `wasm32-unknown-unknown`.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Sets the folder for what is built. By default it is `target/guests` in the crate's folder:
    /// not that of the cargo that runs the test, whose builds have other settings.
    #[must_use]
    pub fn target_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.target_dir = Some(folder.into());
        self
    }

    /// Adds an argument of `cargo build`, as `--features`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Builds the guest and returns its path. If nothing has changed, cargo only looks.
    ///
    /// # Errors
    /// [`BuildError`], with all that cargo wrote.
    pub fn build(&self) -> Result<PathBuf, BuildError> {
        let folder = &self.folder;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cargo = Command::new(cargo);
        let own = || folder.join("target/guests");
        cargo
            .args(["build", "--release", "--message-format", "json-render-diagnostics"])
            .args(["--target", &self.target, "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.target_dir.clone().unwrap_or_else(own))
            .args(&self.arguments);
        for name in INHERITED {
            cargo.env_remove(name);
        }
        let output = cargo
            .output()
            .map_err(|source| BuildError::Start { folder: folder.clone(), source })?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(BuildError::Failed { folder: folder.clone(), stderr });
        }
        built(&String::from_utf8_lossy(&output.stdout), folder)
            .ok_or_else(|| BuildError::NoGuest { folder: folder.clone() })
    }
}

/// A message of cargo.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Returns the guest that cargo has built, from its messages: that of the crate in the folder, or
/// of the last crate of a workspace.
fn built(messages: &str, folder: &Path) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let is_wasm = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "wasm");
    let guests: Vec<_> = messages
        .filter_map(|message| {
            let file = message.filenames.into_iter().find(is_wasm)?;
            Some((message.manifest_path, file))
        })
        .collect();
    let manifest = folder.join("Cargo.toml").canonicalize().ok();
    let own = guests.iter().find(|(path, _)| Some(path) == manifest.as_ref());
    own.or(guests.last()).map(|(_, file)| file.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guest_is_named_by_cargo() {
        let messages = r#"{"reason":"compiler-artifact","manifest_path":"/a/Cargo.toml","filenames":["/t/a.rlib"]}
{"reason":"compiler-artifact","manifest_path":"/g/Cargo.toml","filenames":["/t/g.wasm"]}
{"reason":"build-finished","success":true}
"#;
        let found = built(messages, Path::new("/nowhere"));
        assert_eq!(found, Some(PathBuf::from("/t/g.wasm")));
        assert_eq!(built("{}\nno json", Path::new("/nowhere")), None);
    }
}
