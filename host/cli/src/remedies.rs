//! Translates the fixes in the library's errors and reports into options of the command. One table
//! leads from what a program in Rust would write to what a person types. It does not know which
//! errors name a fix, or when.

use wit_host::Limits;

/// What the library says, and what the command says instead. The part in back-ticks is Rust. `{}`
/// stands for a text in it, and for the text that is typed. Words around the back-ticks are
/// replaced too, if they are there.
const ROWS: &[(&str, &str)] = &[
    ("`Grants::allow_host({})`", "`--allow-host {}`"),
    ("`Grants::deny`", "`--deny`"),
    ("`Grants::deny({}, Denial::Trap)`", "`--deny-calls {}`"),
    ("`Grants::directory`", "`--dir`"),
    ("`Grants::environment`", "`--env`"),
    ("`Grants::stdio`", "`--stdio`"),
    ("`Inspection`", "`--format json`"),
    ("`Plan::with_allocator`", "`--allocator NAME,NAME`"),
    ("`Plan::with_allocator(…, {}.parse()?)`", "`--allocator {}`"),
    ("make it with `Project::shipped`", "leave `--wit` out"),
    ("`Returns::Number`", "`--returns number`"),
    ("`Runtime::compile`", "`wit-host compile`"),
    ("`Runtime::load_compiled`", "`--trusted-code`"),
    ("`RuntimeBuilder::deterministic`", "`--deterministic`"),
    ("`RuntimeBuilder::host_values`", "`--externref`"),
    ("a runtime without `RuntimeBuilder::isolate`", "`--no-isolate`"),
    ("`RuntimeBuilder::provide`", "`--import NAME=SPEC`"),
    ("`RuntimeBuilder::provide_module({}, …)`", "`--module {}=FILE`"),
    ("`Session::call_core` returns", "`wit-host call` prints"),
    ("`Session::set_allocator`", "`--allocator NAME,NAME`"),
    ("`Session::set_allocator({}.parse()?)`", "`--allocator {}`"),
    ("`wit_host_adapt::Plan`", "`wit-host adapt`"),
    ("is `wit_host_contract::WIT`", "`wit-host contract` prints"),
    ("`wit_host_scaffold::Project`", "`wit-host new`"),
];

/// Returns the text of an error or a report with the command's options for the fixes that it names.
pub(crate) fn in_options(text: &str) -> String {
    let (mut told, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, from)) = rest.split_once('`') {
        told.push_str(before);
        let code = Code::at(from).and_then(|code| Some((code.len, code.option(&told, from)?)));
        match code {
            Some((code, option)) => {
                told.truncate(told.len() - option.before);
                told.push_str(&option.text);
                rest = from.get(code + 1 + option.after..).unwrap_or_default();
            }
            // The back-tick that ends this part may begin the next.
            None => {
                told.push('`');
                rest = from;
            }
        }
    }
    told + rest
}

/// Returns the option that sets a limit.
pub(crate) fn of_limit(name: &str) -> Option<String> {
    let name = Limits::NAMES.iter().find(|known| **known == name)?;
    let takes = |value| Limits::default().set(name, value).is_ok();
    Some(match *name {
        "wall_clock" => "--timeout".into(),
        "memory" | "fuel" => format!("--{name}"),
        name => {
            let value = match (takes("1s"), takes("1KiB")) {
                (true, _) => "TIME",
                (_, true) => "SIZE",
                _ => "N",
            };
            format!("--limit {}={value}", name.replace('_', "-"))
        }
    })
}

/// Text in back-ticks that may be Rust: a path, with or without arguments, and further calls after
/// it.
struct Code {
    /// The calls, each with its type before it, and with `{}` in place of each text.
    calls: Vec<String>,
    /// The texts that were replaced.
    texts: Vec<String>,
    /// The length in bytes.
    len: usize,
}

/// The text that replaces a piece of code, and the bytes of the words around it that are replaced
/// too.
struct Replacement {
    text: String,
    before: usize,
    after: usize,
}

impl Code {
    /// Reads the code at the beginning of `text`, up to the back-tick after it.
    fn at(text: &str) -> Option<Self> {
        /// The library does not write longer pieces of code.
        const LONGEST: usize = 30_000;
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':');
        let path = text.split(|letter| !is_name(letter)).next().filter(|path| !path.is_empty())?;
        let (mut shape, mut texts, mut literal) = (path.to_owned(), Vec::new(), None);
        let mut letters = text.char_indices().skip(path.len()).take(LONGEST);
        while let Some((at, letter)) = letters.next() {
            match (&mut literal, letter) {
                (None, '`') => return Some(Self { calls: calls(path, &shape), texts, len: at }),
                (None, '"') => literal = Some(String::new()),
                (None, _) if shape == path && letter != '(' => return None,
                (None, letter) => shape.push(letter),
                (Some(_), '"') => {
                    shape.push_str("{}");
                    texts.extend(literal.take());
                }
                (Some(text), '\\') => match letters.next()? {
                    (_, plain @ ('"' | '\\' | '\'')) => text.push(plain),
                    (_, other) => text.extend(['\\', other]),
                },
                (Some(text), letter) => text.push(letter),
            }
        }
        None
    }

    /// Returns what the command says instead of the code. `told` is the text before it, and `from`
    /// is the text that begins with it.
    fn option(&self, told: &str, from: &str) -> Option<Replacement> {
        let behind = from.get(self.len + 1..)?;
        let mut texts = self.texts.iter();
        let [call] = &self.calls[..] else {
            let options = self.calls.iter().map(|call| {
                let (_, option) = ROWS.iter().find(|(rust, _)| is_whole(rust, call))?;
                Some(filled(option.trim_matches('`'), &mut texts))
            });
            let text = format!("`{}`", options.collect::<Option<Vec<_>>>()?.join(" "));
            return Some(Replacement { text, before: 0, after: 0 });
        };
        if let Some(option) = call.strip_prefix("Limits::").and_then(of_limit) {
            return Some(Replacement { text: format!("`{option}`"), before: 0, after: 0 });
        }
        ROWS.iter().find_map(|(rust, option)| {
            let (before, rest) = rust.split_once('`')?;
            let (code, after) = rest.split_once('`')?;
            let is_here = code == call && told.ends_with(before) && behind.starts_with(after);
            is_here.then(|| Replacement {
                text: filled(option, &mut texts),
                before: before.len(),
                after: after.len(),
            })
        })
    }
}

/// Returns whether a row is for the call alone, without any words around it.
fn is_whole(rust: &str, call: &str) -> bool {
    rust.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) == Some(call)
}

/// Returns the calls of a chain that begins with `path`.
fn calls(path: &str, shape: &str) -> Vec<String> {
    let ty = path.rsplit_once("::").map_or("", |(ty, _)| ty);
    let mut calls = shape.split(")?.").enumerate().map(|(index, call)| match index {
        0 => call.to_owned(),
        _ => format!("{ty}::{call}"),
    });
    let mut all: Vec<_> = calls.by_ref().collect();
    let last = all.len() - 1;
    all.iter_mut().take(last).for_each(|call| call.push(')'));
    all
}

/// Returns an option with its texts quoted for a shell.
fn filled<'t>(option: &str, texts: &mut impl Iterator<Item = &'t String>) -> String {
    let mut parts = option.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        filled.push_str(&quoted(texts.next().map_or("", String::as_str)));
        filled.push_str(part);
    }
    filled
}

fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "+-./:@_,[]=".contains(letter);
    match shlex::try_quote(text) {
        Ok(quoted) if !text.chars().all(is_plain) => quoted.into_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use clap::CommandFactory as _;

    use super::*;
    use crate::Cli;

    /// Fixes that only a program can apply.
    const OF_PROGRAMS: &[&str] = &[
        "Pool::new",
        "Pool::wait",
        "RuntimeBuilder::component_imports",
        "RuntimeBuilder::contract",
        "RuntimeBuilder::func",
        "RuntimeBuilder::wit",
        "Session::bind",
        "Session::run",
    ];

    /// The folders of the libraries.
    const LIBRARIES: &[&str] =
        &["text", "binary", "wit", "values", "check", "adapt", "scaffold", "runtime", "contract"];

    /// Files that write command lines for people, which are typed in a project.
    const WRITE_COMMANDS: &[&str] =
        &["scaffold/src/lib.rs", "scaffold/src/readme.rs", "scaffold/src/tests.rs"];

    /// Returns the sources of the libraries, with their paths below `host`.
    fn sources() -> Vec<(String, String)> {
        fn add(path: PathBuf, found: &mut Vec<PathBuf>) {
            match path.is_dir() {
                true => fs::read_dir(path).expect("a folder").for_each(|entry| {
                    add(entry.expect("an entry").path(), found);
                }),
                false => {
                    found.extend(path.extension().is_some_and(|rs| rs == "rs").then_some(path))
                }
            }
        }
        let host = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let mut found = Vec::new();
        LIBRARIES.iter().for_each(|name| add(host.join(name).join("src"), &mut found));
        let named = found.iter().map(|path| {
            let name = path.strip_prefix(host).expect("below it").display().to_string();
            (name, fs::read_to_string(path).expect("text"))
        });
        named.collect()
    }

    /// Returns the paths of Rust that are in back-ticks in a source, outside of its comments.
    fn items(source: &str) -> Vec<String> {
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = lines.flat_map(|line| [line, "\n"]).collect();
        let item = |rest: &str| {
            let end =
                rest.find(|letter: char| !(letter.is_alphanumeric() || "_:".contains(letter)));
            let (path, behind) = rest.split_at(end?);
            let is_item = path.contains("::") && !path.starts_with("wasmtime");
            (is_item && behind.starts_with(['`', '('])).then(|| path.to_owned())
        };
        code.split('`').skip(1).filter_map(|rest| item(&format!("{rest}`"))).collect()
    }

    /// Returns the path of a row.
    fn path(rust: &str) -> &str {
        rust.split('`').nth(1).and_then(|code| code.split('(').next()).expect("code")
    }

    #[test]
    fn what_the_library_says_is_said_in_options() {
        let cases = [
            ("`Limits::memory` raises it", "`--memory` raises it"),
            ("`Limits::wall_clock`, `Limits::fuel`", "`--timeout`, `--fuel`"),
            ("`Limits::host_calls`", "`--limit host-calls=N`"),
            ("`Limits::stack` `Limits::body`", "`--limit stack=SIZE` `--limit body=SIZE`"),
            ("`Limits::compile_time`", "`--limit compile-time=TIME`"),
            ("`Grants::deny`", "`--deny`"),
            ("with `Grants::deny(\"a:b\", Denial::Trap)`,", "with `--deny-calls a:b`,"),
            (
                "`Grants::deny(\"env.f\", Denial::Trap)?.deny(\"it's.*\", Denial::Trap)`",
                "`--deny-calls env.f --deny-calls \"it's.*\"`",
            ),
            ("`RuntimeBuilder::provide_module(\"a b\", …)`", "`--module 'a b'=FILE`"),
            ("`Session::set_allocator(\"a,b\".parse()?)`", "`--allocator a,b`"),
            ("x; a runtime without `RuntimeBuilder::isolate` does", "x; `--no-isolate` does"),
            (
                "the WIT, which is `wit_host_contract::WIT`",
                "the WIT, which `wit-host contract` prints",
            ),
            // These texts come from a guest or a file.
            ("`Limits::none`, `a::b`, `` ` `Limits::", "`Limits::none`, `a::b`, `` ` `Limits::"),
            ("`Grants::deny(\"a\", Denial::Trap", "`Grants::deny(\"a\", Denial::Trap"),
            ("`Grants::deny(\"a\\", "`Grants::deny(\"a\\"),
            ("`ü` `Grants::denied` `", "`ü` `Grants::denied` `"),
            ("odd ` and `Grants::stdio`", "odd ` and `--stdio`"),
        ];
        for (library, command) in cases {
            assert_eq!(in_options(library), command);
        }
    }

    #[test]
    fn every_limit_has_an_option() {
        for name in Limits::NAMES {
            assert!(of_limit(name).is_some_and(|option| option.starts_with("--")), "{name}");
        }
    }

    #[test]
    fn every_way_out_has_a_row() {
        let sources = sources();
        let found: Vec<_> = sources.iter().flat_map(|(_, source)| items(source)).collect();
        let rows: Vec<_> = ROWS.iter().map(|(rust, _)| path(rust)).collect();
        for item in &found {
            let limit = item.strip_prefix("Limits::").and_then(of_limit);
            let is_known = limit.is_some() || [&rows, OF_PROGRAMS].concat().contains(&&**item);
            assert!(is_known, "`{item}` has no row, and is not among those of programs");
        }
        for row in rows.iter().chain(OF_PROGRAMS).filter(|row| row.contains("::")) {
            assert!(found.iter().any(|item| item == row), "nothing says `{row}`");
        }
    }

    /// Returns whether a source defines the last part of a path.
    fn is_defined(source: &str, path: &str) -> bool {
        let name = path.rsplit("::").next().unwrap_or_default();
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let defines = |word: &str| {
            let defined = format!("{word} {name}");
            let mut found = source.match_indices(&defined);
            found.any(|(at, _)| !source[at + defined.len()..].starts_with(is_name))
        };
        let is_case = source.contains(&format!("\n    {name},\n"));
        is_case || ["fn", "pub const", "pub struct"].into_iter().any(defines)
    }

    #[test]
    fn every_way_out_is_there() {
        let sources = sources();
        for item in ROWS.iter().map(|(rust, _)| path(rust)).chain(OF_PROGRAMS.iter().copied()) {
            assert!(sources.iter().any(|(_, source)| is_defined(source, item)), "no `{item}`");
        }
    }

    #[test]
    fn no_library_knows_the_command() {
        let mut words = Vec::new();
        for command in Cli::command().get_subcommands() {
            words.push(format!("wit-host {}", command.get_name()));
            let options = command.get_arguments().filter_map(|argument| argument.get_long());
            words.extend(options.map(|name| format!("--{name}")));
        }
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '-';
        for (file, source) in sources() {
            for word in words.iter().filter(|_| !WRITE_COMMANDS.contains(&&*file)) {
                let mut found = source.match_indices(&**word).filter(|(at, _)| {
                    let is_longer = source[at + word.len()..].starts_with(is_word);
                    !is_longer && !source[..*at].ends_with(is_word)
                });
                let line = found.next().map(|(at, _)| source[..at].lines().count());
                assert_eq!(line, None, "{file} says `{word}`");
            }
        }
    }
}
