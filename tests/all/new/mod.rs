//! Projects that `wit-host new` makes, with the commands that it tells: each of these is
//! typed as it was told.

mod refused;

use std::env;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::cli::run;

/// A contract of WIT's sorts of types, in each place where they can be.
pub(crate) const KINDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/all/new/kinds");
const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");

/// A project, and what its author was told to type.
struct Project {
    folder: TempDir,
    name: &'static str,
    commands: Vec<String>,
}

impl Project {
    fn new(name: &'static str, language: &str, contract: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let new = ["new", path.to_str().unwrap(), "--lang", language];
        let made = run(&[&new, contract].concat());
        assert_eq!((made.status, &*made.stderr), (Some(0), ""), "{language} {contract:?}");
        let (_, commands) = made.stdout.split_once("\n\n").unwrap();
        let commands = commands.lines().skip(1).map(|line| line.trim().to_owned()).collect();
        Self { folder, name, commands }
    }

    /// Builds, checks and runs it; the last has to print `expected`.
    fn check(&self, expected: &str) {
        let [build, check, run] = &self.commands[..] else { panic!("{:?}", self.commands) };
        self.type_in(build);
        assert!(self.type_in(check).contains("fits `"));
        assert_eq!(self.type_in(run), expected, "{run}");
    }

    /// What a command prints, which has to succeed.
    fn type_in(&self, line: &str) -> String {
        let command = Path::new(env!("CARGO_BIN_EXE_wit-host")).parent().unwrap().to_owned();
        let others = env::split_paths(&env::var_os("PATH").unwrap()).collect::<Vec<_>>();
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder.path().join(self.name))
            .env("PATH", env::join_paths([command].into_iter().chain(others)).unwrap())
            // What this cargo sets for its own compilations.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS")
            .env_remove("MAKEFLAGS")
            .output()
            .unwrap();
        let (stdout, stderr) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        let stdout = String::from_utf8(stdout).unwrap();
        assert!(output.status.success(), "{}: {line}\n{stdout}\n{stderr}", self.name);
        stdout
    }
}

/// Where the guests are built, so is what the projects share with them.
fn rust(name: &'static str, contract: &[&str], expected: &str) {
    let project = Project::new(name, "rust", contract);
    symlink(format!("{TARGET}/guests"), project.folder.path().join(name).join("target")).unwrap();
    project.check(expected);
}

#[test]
fn rust_for_the_shipped_contract() {
    rust("new-greeter", &[], "3\n");
}

#[test]
fn rust_for_every_sort_of_type() {
    for (name, world, expected) in [
        ("new-both", "both", "dark-red\n"),
        ("new_small", "small", "0\n"),
        ("new-alone", "alone", "<resource>\n"),
    ] {
        rust(name, &["--wit", KINDS, "--world", world], expected);
    }
}
