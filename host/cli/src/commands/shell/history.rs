//! Stores the lines that a person types into a shell for the next shell.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use rustyline::Editor;
use rustyline::history::FileHistory;
use wit_host_config::state_folder;

/// Loads the lines of earlier shells into the editor.
pub(super) fn load<H: rustyline::Helper>(editor: &mut Editor<H, FileHistory>) {
    if let Some(file) = file() {
        // The first time there is no file, which is not an error.
        let _ = editor.load_history(&file);
    }
}

/// Stores the lines. Losing them does no harm, so errors are ignored.
pub(super) fn save<H: rustyline::Helper>(editor: &mut Editor<H, FileHistory>) {
    let Some(file) = file() else { return };
    if file.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok()) {
        let _ = editor.save_history(&file);
    }
}

/// Returns the file of the lines, or `None` if the input does not come from a person at a terminal.
fn file() -> Option<PathBuf> {
    let is_typed = io::stdin().is_terminal();
    is_typed.then(|| Some(state_folder()?.join("history"))).flatten()
}
