//! Where the lines that a person types into the shell are kept for the next one.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use rustyline::Editor;
use rustyline::history::FileHistory;
use wit_host_config::state_folder;

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
    is_typed.then(|| Some(state_folder()?.join("history"))).flatten()
}
