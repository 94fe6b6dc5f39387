//! The pages of the repository: their commands are run, their links lead somewhere, and what
//! they make is in the Makefile.
//!
//! Each block that is marked `console` is typed into a shell, command by command, in a folder
//! with the guests and contracts that the pages speak of, and has to print what the page shows.
//! A line `? N` is the exit status, `...` stands for any lines and `[..]` for any part of one.
//! `TRYCMD=overwrite cargo test --test all pages` writes into the pages what is printed today:
//! read the difference before it is committed.

mod links;
mod programs;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tempfile::TempDir;
use trycmd::TestCases;
use trycmd::schema::Bin;
use wit_host_artifacts as guests;

use crate::support::typed::{Typed, is_console};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Contracts, and guests in the text form, which the pages have as binaries.
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/pages/files");

/// The guests of this repository, by the names that the pages have for them.
const GUESTS: &[(&str, &str)] = &[
    ("guest.wasm", guests::COMPONENT_WASIP2),
    ("add.wasm", guests::ADD_UNKNOWN),
    ("greet.wasm", guests::GREET_UNKNOWN),
    ("count_words.wasm", guests::COUNT_WORDS_WASIP1),
];

/// How commands begin that are not run here, and why.
#[rustfmt::skip]
const NOT_RUN: &[(&str, &str)] = &[
    ("make", "it builds for minutes, and `make test` would run itself; that each target is there is tested below"),
    ("git clone", "it needs the network"),
    ("cargo", "it builds; `.ci/run` and the tests of `wit-host new` build what the pages do"),
    ("target/release/wit-host-bench", "`make bench` builds it"),
    ("wit-host run --allow-host", "it needs the network; `cli.rs` has it with a server of the test's"),
    ("wit-host serve", "it serves until it is ended; `tests/all/http` runs it"),
    ("wit-host check ../target", "the guest is in the folder of all guests; the tests of `wit-host new` have it"),
    ("wit-host call ../target", "the guest is in the folder of all guests; the tests of `wit-host new` have it"),
    ("wit-host check target/", "it is what the `cargo` before it would have built"),
    ("wit-host run target/", "it is what the `cargo` before it would have built"),
];

/// Pages with blocks in a list, which show how a guest fails that is not the one of the page.
const WITH_OTHER_GUESTS: &[&str] =
    &["guest/js/README.md", "guest/python/README.md", "guest/quickjs/README.md"];

/// Pages of languages whose guests take a debug build of the host minutes to compile. The tests
/// of all languages call them.
const TOO_LARGE: &[&str] = &["guest/js/README.md", "guest/python/README.md", "guest/ts/README.md"];

/// Why a command is not run.
fn reason(command: &str) -> Option<&'static (&'static str, &'static str)> {
    NOT_RUN.iter().find(|(begin, _)| command.starts_with(begin))
}

/// What comes before each command: what it keeps is in the page's own folder.
const SETTING: &str = "export XDG_CACHE_HOME=\"$PWD/.kept\" XDG_STATE_HOME=\"$PWD/.kept\"; ";

fn typed(text: &str) -> Typed {
    Typed::read(text, |command| match reason(command) {
        Some(_) => None,
        None => Some(format!("{SETTING}{command}")),
    })
}

/// All pages, by their paths from the root.
fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![PathBuf::from(ROOT)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = entry.file_name().into_string().unwrap_or_default();
            let is_built = ["target", "node_modules"].contains(&&*name) || name.starts_with('.');
            if kind.is_dir() && !is_built {
                folders.push(path);
            } else if kind.is_file() && name.ends_with(".md") {
                pages.push(path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    pages.sort();
    pages
}

fn text(page: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(page)).unwrap()
}

/// The folder that a page's commands are typed in. `None` where the page is that of a language
/// whose guest is not built here.
fn folder(page: &str, folder: &Path) -> Option<()> {
    copied(Path::new(FILES), folder);
    copied(&Path::new(ROOT).join("wit"), &folder.join("wit"));
    for (name, built) in GUESTS {
        fs::copy(built, folder.join(name)).unwrap();
    }
    if let Some(built) = guest_of_language(page) {
        if !Path::new(&built).exists() {
            assert!(env::var_os("CI").is_none(), "{built} is not there: type `make guests-all`");
            return None;
        }
        fs::copy(built, folder.join("guest.wasm")).unwrap();
    }
    Some(())
}

/// Where `make guests-all` puts the guest of a page in a folder that has a Makefile.
fn guest_of_language(page: &str) -> Option<String> {
    let language = page.strip_prefix("guest/")?.strip_suffix("/README.md")?;
    let is_made = Path::new(ROOT).join(page).with_file_name("Makefile").exists();
    let name = language.replace('/', "-");
    is_made.then(|| format!("{ROOT}/target/guests/languages/{name}.wasm"))
}

/// Copies a folder. Guests in the text form become binaries.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copied(&path, &to);
        } else if path.extension().is_some_and(|extension| extension == "wat") {
            fs::write(to.with_extension("wasm"), wat::parse_file(&path).unwrap()).unwrap();
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// The command of this build before those of the machine.
fn path_variable() -> String {
    let command = Path::new(env!("CARGO_BIN_EXE_wit-host")).parent().unwrap().to_owned();
    let others = env::split_paths(&env::var_os("PATH").unwrap()).collect::<Vec<_>>();
    env::join_paths([command].into_iter().chain(others)).unwrap().into_string().unwrap()
}

#[test]
fn their_commands_print_what_they_show() {
    let copies = tempfile::tempdir().unwrap();
    let typed = pages().into_iter().filter_map(|page| {
        let typed = self::typed(&text(&page));
        let is_typed = !typed.commands.is_empty() && !TOO_LARGE.contains(&&*page);
        is_typed.then_some((page, typed))
    });
    let prepared: Vec<_> =
        typed.filter_map(|(page, typed)| prepare(page, typed, &copies)).collect();
    let cases = TestCases::new();
    cases
        .register_bin("sh", Bin::Path("/bin/sh".into()))
        .env("PATH", path_variable())
        .case(copies.path().join("*.md"));
    cases.run();
    for (page, copy, typed) in prepared {
        let played = fs::read_to_string(copy).unwrap();
        if played != typed.for_shell {
            fs::write(Path::new(ROOT).join(page), typed.restored(&played)).unwrap();
        }
    }
}

/// A page as `trycmd` takes it, in a file beside the folder that its commands are typed in.
fn prepare(page: String, typed: Typed, copies: &TempDir) -> Option<(String, PathBuf, Typed)> {
    let copy = copies.path().join(page.replace('/', "-"));
    folder(&page, &copy.with_extension("in"))?;
    // That there is this folder has the commands typed in a copy of the other one.
    fs::create_dir(copy.with_extension("out")).unwrap();
    fs::write(&copy, &typed.for_shell).unwrap();
    Some((page, copy, typed))
}

#[test]
fn no_command_is_passed_over_unseen() {
    let mut unused: BTreeSet<_> = NOT_RUN.iter().map(|(begin, _)| begin).collect();
    for page in pages() {
        let text = text(&page);
        let indented = text.lines().any(|line| line.starts_with(' ') && is_console(line));
        assert_eq!(indented, WITH_OTHER_GUESTS.contains(&&*page), "{page}: a block in a list");
        let unmarked = Typed::unmarked_block(&text);
        assert_eq!(unmarked, None, "{page}: say `console`, `text` or what it is");
        for command in typed(&text).commands {
            if let Some((begin, _)) = reason(&command) {
                unused.remove(begin);
            }
        }
    }
    assert!(unused.is_empty(), "no page has a command that begins like that: {unused:?}");
}
