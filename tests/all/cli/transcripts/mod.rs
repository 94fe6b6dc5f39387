//! Tests of `call`, `shell` and `check`, as a person uses them. Each `.txt` file in this folder is
//! a transcript. Its commands run in a temporary folder with the guests of [`FILES`]. With
//! `BLESS=1` the answers of the commands are written into the transcripts, for a person to read
//! through.
//!
//! Each row of a transcript has these lines:
//!
//! - `$`: the command
//! - `<`: its standard input
//! - `>`: its standard output
//! - `|`: the last line of an output that does not end with a line break
//! - `!`: its standard error
//! - `=`: its exit status
//! - `#`: a comment for people
//!
//! Text that differs from run to run is written as `…`.

mod closed;
mod interrupted;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// One row of a transcript.
#[derive(Default)]
struct Row<'t> {
    comments: Vec<&'t str>,
    command: &'t str,
    input: Vec<&'t str>,
    answer: Vec<String>,
}

impl<'t> Row<'t> {
    fn read(text: &'t str) -> Self {
        let mut row = Self::default();
        for line in text.lines() {
            match line.split_at_checked(1) {
                Some(("#", comment)) => row.comments.push(comment),
                Some(("$", command)) => row.command = command.trim(),
                Some(("<", input)) => row.input.push(input.strip_prefix(' ').unwrap_or(input)),
                _ => row.answer.push(line.to_owned()),
            }
        }
        row
    }

    fn write(&self) -> String {
        let lines = |mark: &str, lines: &[&str]| -> String {
            let separator = if mark == "#" { "" } else { " " };
            lines.iter().map(|line| format!("{mark}{separator}{line}\n")).collect()
        };
        let (comments, input) = (lines("#", &self.comments), lines("<", &self.input));
        format!("{comments}$ {}\n{input}{}\n", self.command, self.answer.join("\n"))
    }

    /// Runs the command in the folder, and returns the lines of its answer.
    fn played(&self, folder: &Path) -> Vec<String> {
        let mut child = command(folder)
            .args(shlex::split(self.command).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = Vec::new();
        for line in &self.input {
            for (index, part) in line.split("\\xff").enumerate() {
                input.extend((index > 0).then_some(0xff));
                input.extend(part.as_bytes());
            }
            input.push(b'\n');
        }
        // The command may have ended already, so an error is ignored.
        let _ = child.stdin.take().unwrap().write_all(&input);
        let output = child.wait_with_output().unwrap();
        let status = output.status.code().map_or("none".into(), |status| status.to_string());
        let mut answer = told('>', &output.stdout);
        answer.extend(told('!', &output.stderr));
        answer.push(format!("= {status}"));
        answer
    }
}

/// Returns the command, which stores nothing outside of the folder.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wit-host"));
    command.current_dir(folder).env("XDG_STATE_HOME", folder).env("HOME", folder);
    command
}

/// Returns the lines of an output, each with `mark` before it.
fn told(mark: char, written: &[u8]) -> Vec<String> {
    let mut text = String::new();
    for chunk in written.utf8_chunks() {
        text += &chunk.valid().replace('\0', "\\0");
        chunk.invalid().iter().for_each(|byte| text += &format!("\\x{byte:02x}"));
    }
    assert!(!text.contains("panicked"), "{text}");
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{mark} {}", without_measures(line)),
        None => format!("| {line}"),
    });
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// Replaces times and sizes, which differ from run to run.
fn without_measures(line: &str) -> &str {
    match line.split_once("spent until then: ") {
        Some(_) => "  spent until then: …",
        None if line.ends_with(" of memory") => "… of memory",
        None => line,
    }
}

/// Guests, contracts, and files that can be given as an argument.
const FILES: &[(&str, &[u8])] = &[
    ("module.wat", include_bytes!("module.wat")),
    (
        "spins.wat",
        br#"(module (func (export "count") (result i32) (i32.const 1))
            (func $spin (export "spin") (loop (br 0))))"#,
    ),
    (
        "misfit.wat",
        br#"(component
            (import "wit-host:contract/maths@0.1.0" (instance (export "add" (func)))))"#,
    ),
    ("own.wat", include_bytes!("own.wat")),
    ("word.wat", br#"(module (import "env" "mul" (func)))"#),
    ("prose.txt", b"Dear reader,"),
    ("name.txt", b"Ann\n"),
    ("data.bin", b"\x00\xffa"),
    ("point.json", br#"{"x": 1, "y": 2.5}"#),
    ("old.wit", b"package a:b@1.0.0;\nworld plugin { import price: func() -> u32; }"),
    ("minor.wit", b"package a:b@1.1.0;\nworld plugin { import price: func() -> u64; }"),
    ("major.wit", b"package a:b@2.0.0;\nworld plugin { import price: func() -> u64; }"),
    ("two.wit", b"package a:b;\nworld one {}\nworld two { export letter: func() -> u8; }"),
    ("wrong.wit", b"package a:b;\nworld plugin { import price: fun() -> u32; }"),
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let [shop, shapes] = [
        (include_str!("shop.wit"), include_str!("shop.wat")),
        (include_str!("shapes.wit"), include_str!("shapes.wat")),
    ];
    fs::write(folder.path().join("shop.wasm"), component(shop)).unwrap();
    fs::write(folder.path().join("shapes.wasm"), component(shapes)).unwrap();
    for (name, content) in FILES {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// Returns a component of the world in `wit`.
fn component((wit, module): (&str, &str)) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("guest.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

fn check(transcript: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/all/cli/transcripts")
        .join(transcript);
    let (text, folder) = (fs::read_to_string(&path).unwrap(), folder());
    let (head, rows) = text.split_once("\n\n").unwrap();
    let rows: Vec<_> = rows.split("\n\n").map(Row::read).collect();
    if std::env::var_os("BLESS").is_some() {
        let played = rows.into_iter().map(|row| Row { answer: row.played(folder.path()), ..row });
        let rows: Vec<_> = played.map(|row| row.write()).collect();
        return fs::write(&path, format!("{head}\n\n{}", rows.join("\n"))).unwrap();
    }
    for row in rows {
        let found = row.played(folder.path());
        assert_eq!(found.join("\n"), row.answer.join("\n"), "{transcript}: {}", row.command);
    }
}

#[test]
fn arguments_and_results() {
    check("values.txt");
}

#[test]
fn names_of_types() {
    check("types.txt");
}

#[test]
fn names_of_functions() {
    check("names.txt");
}

#[test]
fn handles_and_sequences_of_calls() {
    check("sequences.txt");
}

#[test]
fn ways_to_end() {
    check("endings.txt");
}

#[test]
fn a_shell() {
    check("shell.txt");
}

#[test]
fn whether_guests_fit() {
    check("check.txt");
}
