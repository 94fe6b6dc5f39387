//! Tests of projects that `wit-host new` makes. The commands that it prints for the author are run
//! as they are.

mod doctor;
mod refused;
mod tools;
mod words;

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, io};

use tempfile::TempDir;

use crate::cli::run;

/// A contract with all sorts of WIT types, in every place where they can be.
pub(crate) const KINDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/new/kinds");
const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");

/// A project, and what its author was told to type.
struct Project {
    folder: TempDir,
    name: &'static str,
    commands: Vec<String>,
    /// The folder of tools that are installed already.
    tools: PathBuf,
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
        Self { folder, name, commands, tools: "tools".into() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// Builds and checks the project.
    fn build(&self) {
        let [build, check, _] = &self.commands[..] else { panic!("{:?}", self.commands) };
        self.type_in(build);
        assert!(self.type_in(check).contains("fits `"));
    }

    /// The same, and runs it: that has to print what begins with `expected`.
    fn check(&self, expected: &str) {
        self.build();
        let run = &self.commands[2];
        let printed = self.type_in(run);
        assert!(printed.starts_with(expected), "{run}: {printed}");
    }

    /// Uses tools that are installed already. The project's files get an old date, so that the
    /// tools are up to date.
    fn with_tools(mut self, tools: PathBuf) -> Self {
        for file in fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path()) {
            if file.is_file() {
                let file = File::options().write(true).open(file).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }
        }
        self.tools = tools;
        self
    }

    /// Runs a command, which has to succeed without a compiler warning. Returns its standard
    /// output.
    fn type_in(&self, line: &str) -> String {
        let command = Path::new(env!("CARGO_BIN_EXE_wit-host")).parent().unwrap().to_owned();
        let others = env::split_paths(&env::var_os("PATH").unwrap()).collect::<Vec<_>>();
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.path())
            .env("TOOLS", &self.tools)
            .env("PATH", env::join_paths([command].into_iter().chain(others)).unwrap())
            // The cargo that runs the tests sets these variables for its own compilations.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS")
            .env_remove("MAKEFLAGS")
            .output()
            .unwrap();
        let (stdout, stderr) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        let stdout = String::from_utf8(stdout).unwrap();
        let is_clean = output.status.success() && !stderr.contains("warning:");
        assert!(is_clean, "{}: {line}\n{stdout}\n{stderr}", self.name);
        stdout
    }
}

fn rust(name: &'static str, language: &str, contract: &[&str], expected: &str) {
    in_rust(name, language, contract).check(expected);
}

/// Where the guests are built, so is what the projects share with them.
fn in_rust(name: &'static str, language: &str, contract: &[&str]) -> Project {
    let project = Project::new(name, language, contract);
    symlink(format!("{TARGET}/guests"), project.path().join("target")).unwrap();
    project
}

#[test]
fn rust_for_the_shipped_contract() {
    rust("new-greeter", "rust", &[], "3\n");
    rust("new-small-greeter", "rust-small", &[], "3\n");
}

#[test]
fn rust_for_every_sort_of_type() {
    for (name, world, expected) in [
        // This guest imports functions that only its own host has, so it is not called.
        ("new-both", "both", "component, "),
        ("new_small", "small", "0\n"),
        ("new-alone", "alone", "<resource>\n"),
    ] {
        rust(name, "rust", &["--wit", KINDS, "--world", world], expected);
    }
}

/// Each project has a page about its language: what becomes of errors and numbers, and what is
/// frozen when the guest is built.
#[test]
fn a_page_of_the_language() {
    for (language, parts) in [
        ("rust", ["`result` is a `Result`", "panic ends the call", "Nothing is frozen"]),
        ("c", ["`result` and an option are a `bool`", "number of WIT", "Nothing is frozen"]),
        ("go", ["panic is told twice", "numbers that it takes", "Nothing is frozen"]),
        ("js", ["is thrown**", "`BigInt`", "runs while it is built"]),
        ("quickjs", ["is thrown**", "no `BigInt`", "runs while it is built"]),
        ("python", ["is raised**", "value of the wrong type traps", "loaded while the guest is"]),
    ] {
        let project = Project::new("guest", language, &["--wit", KINDS, "--world", "small"]);
        let page = fs::read_to_string(project.path().join("README.md")).unwrap();
        let (_, page) = page.split_once("\n## The language\n").unwrap();
        assert!(parts.iter().all(|part| page.contains(part)), "{language}: {page}");
        assert_eq!(page.contains("WIT_HOST_TOOLS"), language != "rust");
    }
}

/// Returns the tools that `make guests-all` has installed. If they are missing, that is reported
/// and the tests are skipped, except in CI, where it fails the test.
fn tools_of(of: &str) -> Option<PathBuf> {
    let tools = Path::new(TARGET).join("tools/guests").join(of);
    if let Ok(tools) = tools.canonicalize() {
        return Some(tools);
    }
    assert!(env::var_os("CI").is_none(), "{} is not there", tools.display());
    let told = format!("projects are passed over that need `{of}`: type `make guests-all`\n");
    // Writes past the test harness, which hides the output of tests that pass.
    io::stderr().write_all(told.as_bytes()).unwrap();
    None
}

/// Tests projects in a language with these tools, one for each world.
fn made(language: &str, of: &str, worlds: &[(&str, &str)]) {
    let Some(tools) = tools_of(of) else { return };
    for (world, expected) in worlds {
        let contract = ["--wit", KINDS, "--world", world];
        let contract = if world.is_empty() { &[][..] } else { &contract };
        let project = Project::new("new-guest", language, contract).with_tools(tools.clone());
        // A debug build of the host takes minutes to compile large guests, so they are not run.
        if expected.is_empty() { project.build() } else { project.check(expected) }
    }
}

const EVERY: &[(&str, &str)] = &[("", "3\n"), ("both", "component, "), ("alone", "<resource>\n")];

#[test]
fn c() {
    made("c", "c", EVERY);
    made("c", "c", &[("nesting", "component, "), ("within", "component, ")]);
}

#[test]
fn go() {
    made("go", "c", &[("", "3\n"), ("small", "")]);
    // Go's own are called like these.
    for name in ["go", "fmt"] {
        if let Some(tools) = tools_of("c") {
            Project::new(name, "go", &[]).with_tools(tools).build();
        }
    }
}

#[test]
fn quickjs() {
    let worlds = [
        ("", "3\n"),
        ("brushes", "0\n"),
        ("within", "component, "),
        ("alone", "<resource>\n"),
        ("drawn", "component, "),
    ];
    made("quickjs", "quickjs", &worlds);
}

#[test]
fn js() {
    made("js", "js", &[("", ""), ("both", "")]);
}

#[test]
fn python() {
    made("python", "python", &[("", ""), ("both", ""), ("twins", ""), ("brushes", "")]);
}

#[test]
fn core_modules() {
    for (language, tools) in [
        ("assemblyscript", "module-assemblyscript"),
        ("c-module", "c"),
        ("zig", "c"),
        ("text", "c"),
    ] {
        made(language, tools, &[("", "3\n")]);
    }
}
