//! The command as a person uses it: exit status, standard output and standard error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// How a run of the command ended, and what it printed.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Returns the command with its cache in this folder.
pub(crate) fn command(cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wit-host"));
    command.env("XDG_CACHE_HOME", cache);
    command
}

/// Runs the command with an empty cache.
pub(crate) fn run(args: &[&str]) -> Ran {
    run_with(tempfile::tempdir().unwrap().path(), args)
}

/// Runs the command with the cache in this folder.
pub(crate) fn run_with(cache: &Path, args: &[&str]) -> Ran {
    let output = command(cache).args(args).output().unwrap();
    Ran {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the command and checks its status and standard output. Standard error has to contain
/// `error`, or has to be empty if `error` is.
pub(crate) fn check(args: &[&str], status: i32, stdout: &str, error: &str) {
    let ran = run(args);
    let as_expected = ran.status == Some(status)
        && ran.stdout == stdout
        && if error.is_empty() { ran.stderr.is_empty() } else { ran.stderr.contains(error) }
        && !ran.stderr.contains("panicked");
    assert!(
        as_expected,
        "wit-host {args:?}\nexpected status {status}, stdout {stdout:?}, on stderr {error:?}\n\
         status {:?}\n--- stdout\n{}--- stderr\n{}",
        ran.status, ran.stdout, ran.stderr
    );
}

/// A temporary folder of guests and other files.
pub(crate) struct Files(pub(crate) TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path: PathBuf = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn folder(&self, name: &str) -> String {
        let path = self.0.path().join(name);
        fs::create_dir(&path).unwrap();
        path.to_str().unwrap().to_owned()
    }
}
