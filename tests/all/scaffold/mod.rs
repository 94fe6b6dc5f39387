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

use crate::support::command::run;

/// A contract with all sorts of WIT types, in every place where they can be.
pub(crate) const KINDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/scaffold/kinds");
const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");

/// A project, and the commands that `new` printed for its author.
pub(crate) struct Project {
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
        let new = ["new", path.to_str().unwrap(), "--tests", "--lang", language];
        let made = run(&[&new, contract].concat());
        assert_eq!((made.status, &*made.stderr), (Some(0), ""), "{language} {contract:?}");
        let (_, commands) = made.stdout.split_once("\n\n").unwrap();
        let commands = commands.lines().skip(1).map(|line| line.trim().to_owned()).collect();
        Self { folder, name, commands, tools: "tools".into() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// Builds and checks the project.
    fn build(&self) {
        let [build, check, _, _] = &self.commands[..] else { panic!("{:?}", self.commands) };
        self.type_in(build);
        assert!(self.type_in(check).contains("fits `"));
    }

    /// Builds, checks and runs the project. The output has to begin with `expected`.
    pub(crate) fn check(&self, expected: &str) {
        self.build();
        let run = &self.commands[2];
        let printed = self.type_in(run);
        assert!(printed.starts_with(expected), "{run}: {printed}");
    }

    /// Runs the project's tests, which pass as soon as it is built.
    fn test(&self) {
        let tested = self.type_in(&self.commands[3]);
        assert!(tested.contains(" passed in "), "{tested}");
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
    let project = in_rust(name, language, contract);
    project.check(expected);
    project.test();
}

/// A project for the shipped contract, whose source may be replaced.
pub(crate) fn guest_in_rust(name: &'static str) -> Project {
    in_rust(name, "rust", &[])
}

/// Creates a project in Rust, in the target folder of the guests, so that both share compiled
/// dependencies.
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
        ("cpp", ["`result` and an option are a `bool`", "no exceptions", "Nothing is frozen"]),
        ("go", ["panic is told twice", "`option` is a pointer", "Nothing is frozen"]),
        ("js", ["is thrown**", "`BigInt`", "runs while it is built"]),
        ("ts", ["is thrown**", "`bigint`", "runs while it is built"]),
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
        match expected.is_empty() {
            true => project.build(),
            false => {
                project.check(expected);
                project.test();
            }
        }
    }
}

const EVERY: &[(&str, &str)] = &[("", "3\n"), ("both", "component, "), ("alone", "<resource>\n")];

#[test]
fn c() {
    made("c", "c", EVERY);
    made("c", "c", &[("nesting", "ok(0)\n"), ("within", "ok(0)\n")]);
}

#[test]
fn cpp() {
    made("cpp", "c", EVERY);
    made("cpp", "c", &[("nesting", "ok(0)\n"), ("within", "ok(0)\n")]);
}

#[test]
fn go() {
    made("go", "c", &[("", "3\n"), ("small", ""), ("nesting", ""), ("within", "")]);
    // These are names of Go's own packages.
    for name in ["go", "fmt"] {
        if let Some(tools) = tools_of("c") {
            Project::new(name, "go", &[]).with_tools(tools).build();
        }
    }
}

/// Values cross in both directions and stay the same in Go: one guest calls another, which returns
/// its arguments.
#[test]
fn values_in_go() {
    const VALUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/scaffold/values");
    let Some(tools) = tools_of("c") else { return };
    let [provider, user] = ["provider", "user"].map(|world| {
        let contract = ["--wit", VALUES, "--world", world];
        let project = Project::new("new-guest", "go", &contract).with_tools(tools.clone());
        let source = fs::read(format!("{VALUES}/{world}.go")).unwrap();
        fs::write(project.path().join("guest.go"), source).unwrap();
        project.build();
        project
    });
    let provided = provider.path().join("guest.wasm");
    let composed = Command::new(tools.join("bin/wasm-tools"))
        .args(["compose", "guest.wasm", "-o", "composed.wasm", "-d"])
        .arg(provided)
        .current_dir(user.path())
        .output()
        .unwrap();
    assert!(composed.status.success(), "{}", String::from_utf8_lossy(&composed.stderr));
    let point = |name: &str| format!("{{x: 1.5, y: -2.25, name: \"{name}\", small: -128}}");
    let [a, b] = ["hä", ""].map(point);
    let all = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    for (function, arguments, result) in [
        ("one", all(&[&a]), a.clone()),
        (
            "two",
            all(&[&format!("dot({b})"), "green", "{very-italic, x9}"]),
            format!("(dot({b}), green, {{very-italic, x9}})"),
        ),
        (
            "two",
            all(&["size(18446744073709551615)", "blue", "{}"]),
            "(size(18446744073709551615), blue, {})".into(),
        ),
        ("two", all(&["half(-7)", "blue", "{bold}"]), "(half(-7), blue, {bold})".into()),
        (
            "three",
            all(&["[dot(POINT), half(-300), names([\"q\", \"\"]), size(5), fraction(2.5)]"]),
            "[dot(POINT), half(-300), names([\"q\", \"\"]), size(5), fraction(2.5)]".into(),
        ),
        ("three", all(&["[]"]), "[]".into()),
        (
            "four",
            all(&["some(some(7))", &format!("some({a})")]),
            format!("(some(some(7)), some({a}))"),
        ),
        ("four", all(&["some(none)", "none"]), "(some(none), none)".into()),
        ("five", all(&[&format!("ok({a})")]), format!("ok({a})")),
        (
            "six",
            all(&["[(1, [2, 3, 4]), (255, []), (3, [65535])]"]),
            "[(1, [2, 3, 4]), (255, []), (3, [65535])]".into(),
        ),
        // This function has more numbers than are passed as flat parameters.
        ("seven", all(&[&b, &b, &b, &a, "[1, 2, 3]"]), format!("([1, 2, 3], {a})")),
        ("eight", all(&["blue"]), "blue".into()),
        (
            "ten",
            all(&["[some(size(1)), none]", "'ä'", "true", "-9223372036854775808"]),
            "([some(size(1)), none], 'ä', true, -9223372036854775808)".into(),
        ),
        (
            "twelve",
            all(&[
                "200",
                "hi",
                "some(true)",
                "[true, false]",
                "['a', '🦀']",
                "[1, 18446744073709551615]",
            ]),
            "(200, \"hi\", some(true), [true, false], ['a', '🦀'], [1, 18446744073709551615])"
                .into(),
        ),
        (
            "thirteen",
            all(&["some(3)", "err(9)", "ok(-0.125)"]),
            "(some(3), err(9), ok(-0.125))".into(),
        ),
    ] {
        let point = |text: &str| text.replace("POINT", &a);
        let arguments: Vec<_> = arguments
            .iter()
            .map(|value| format!("'{}'", point(value).replace('\'', "'\\''")))
            .collect();
        let line = format!("wit-host call composed.wasm mirror.{function} {}", arguments.join(" "));
        assert_eq!(user.type_in(&line), format!("{}\n", point(&result)), "{line}");
    }
}

/// The guest calls resources of the host, such as those of WASI.
#[test]
fn handles_in_go() {
    let Some(tools) = tools_of("c") else { return };
    let wasi = include_str!("../../../guest/go/wasi.wit");
    let (_, packages) = wasi.split_once("\npackage wasi:io@").unwrap();
    let world = "world writer { import wasi:cli/stdout@0.2.12; export run: func() -> s32; }";
    let files = crate::support::command::Files::new();
    let wit = files.file("wasi.wit", format!("package a:b;\n{world}\npackage wasi:io@{packages}"));
    let project = Project::new("new-guest", "go", &["--wit", &wit]).with_tools(tools);
    let source = "package main

        func run() int32 {
            output := hostStdoutGetStdout()
            defer output.Drop()
            text := []byte(\"hello\\n\")
            written := hostStreamsOutputStreamBlockingWriteAndFlush(output, text)
            if written.Failed && written.Err.Case == StreamErrorClosed {
                return 1
            }
            return 0
        }

        func main() {}
        ";
    fs::write(project.path().join("guest.go"), source).unwrap();
    project.check("hello\n0\n");
    let calls = project.type_in("wit-host call guest.wasm run --then run");
    assert_eq!(calls, "hello\n0\nhello\n0\n");
}

#[test]
fn quickjs() {
    let worlds = [
        ("", "3\n"),
        ("brushes", "0\n"),
        ("within", "ok(0)\n"),
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
fn ts() {
    made("ts", "ts", &[("", ""), ("both", ""), ("alone", "")]);
}

#[test]
fn python() {
    made("python", "python", &[("", ""), ("both", ""), ("twins", ""), ("brushes", "")]);
}

#[test]
fn core_modules() {
    for (language, tools) in
        [("assemblyscript", "module-assemblyscript"), ("c-module", "c"), ("zig", "c")]
    {
        made(language, tools, &[("", "3\n"), ("numbers-and-texts", "0\n")]);
    }
    made("text", "c", &[("", "3\n")]);
}

/// Core modules whose functions are filled in. This host has their imports too.
#[test]
fn core_modules_of_another_contract() {
    let files = crate::support::command::Files::new();
    let wit = "package wit-host:contract@0.1.0;
        interface strings { concat: func(a: string, b: string) -> string; }
        interface math { enum sign { minus, plus } sign-of: func(amount: s32) -> sign; }
        world plugin {
            import strings;
            export greet: func(name: string) -> string;
            export math;
        }";
    let wit = files.file("contract.wit", wit);
    for (language, tools, source, filled) in [
        (
            "c-module",
            "c",
            "guest.c",
            [
                ("owned(\"\"); // fill in", "host_concat(\"Hello, \", name);"),
                ("SIGN_MINUS; // fill in", "amount < 0 ? SIGN_MINUS : SIGN_PLUS;"),
            ],
        ),
        (
            "zig",
            "c",
            "guest.zig",
            [
                (
                    "    _ = name;\n    return \"\"; // fill in",
                    "    return host.concat(\"Hello, \", name);",
                ),
                (
                    "    _ = amount;\n    return .minus; // fill in",
                    "    return if (amount < 0) .minus else .plus;",
                ),
            ],
        ),
        (
            "assemblyscript",
            "module-assemblyscript",
            "guest.ts",
            [
                ("\"\"; // fill in", "host.concat(\"Hello, \", name);"),
                ("host.Sign.Minus; // fill in", "amount < 0 ? host.Sign.Minus : host.Sign.Plus;"),
            ],
        ),
    ] {
        let Some(tools) = tools_of(tools) else { continue };
        let project = Project::new("new-guest", language, &["--wit", &wit]).with_tools(tools);
        let path = project.path().join(source);
        let text = fs::read_to_string(&path).unwrap();
        let text = filled.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{language}: {from}\n{text}");
            text.replace(from, to)
        });
        fs::write(&path, text).unwrap();
        project.check("\"Hello, text\"\n");
        assert_eq!(project.type_in("wit-host call guest.wasm sign_of 3"), "1\n");
        assert_eq!(project.type_in("wit-host call guest.wasm sign_of -3"), "0\n");
    }
}
