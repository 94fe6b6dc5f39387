//! Where the lines that a person types into the shell are kept for the next one.

use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use rustyline::Editor;
use rustyline::history::FileHistory;

/// Gives the editor the lines of earlier shells.
pub(super) fn load<H: rustyline::Helper>(editor: &mut Editor<H, FileHistory>) {
    if let Some(file) = file() {
        // There is none the first time.
        let _ = editor.load_history(&file);
    }
}

/// Keeps the lines. What is not kept is not missed, so that it may fail.
pub(super) fn save<H: rustyline::Helper>(editor: &mut Editor<H, FileHistory>) {
    let Some(file) = file() else { return };
    if file.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok()) {
        let _ = editor.save_history(&file);
    }
}

/// Lines that no person typed are not kept.
fn file() -> Option<PathBuf> {
    let is_typed = io::stdin().is_terminal();
    let variable = |name| std::env::var_os(name);
    is_typed.then(|| place(variable("XDG_STATE_HOME"), variable("HOME"))).flatten()
}

/// The file, as the XDG base directory specification has it, which takes no
/// relative paths.
fn place(state: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: OsString| Some(path).filter(|path| Path::new(path).is_absolute());
    let in_home = || Some(Path::new(&home?).join(".local/state"));
    let state = state.and_then(absolute).map(PathBuf::from).or_else(in_home)?;
    Some(state.join("wit-host/history"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_history() {
        for (state, home, expected) in [
            (Some("/state"), Some("/home/ann"), Some("/state/wit-host/history")),
            (None, Some("/home/ann"), Some("/home/ann/.local/state/wit-host/history")),
            (Some(""), Some("/home/ann"), Some("/home/ann/.local/state/wit-host/history")),
            (Some("state"), Some("/home/ann"), Some("/home/ann/.local/state/wit-host/history")),
            (Some("/state"), None, Some("/state/wit-host/history")),
            (None, None, None),
        ] {
            let found = place(state.map(Into::into), home.map(Into::into));
            assert_eq!(found, expected.map(PathBuf::from), "{state:?} {home:?}");
        }
    }
}
