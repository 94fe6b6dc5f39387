//! A page's commands as a shell takes them, and back. It knows no files.

use super::{is_console, reason};

/// What stands in the place of a command that is not run: no such program is there, and
/// `trycmd` passes over those.
const NOT_RUN: &str = "not-run";

/// What comes before each command: what it keeps is in the page's own folder.
const SETTING: &str = "export XDG_CACHE_HOME=\"$PWD/.kept\" XDG_STATE_HOME=\"$PWD/.kept\"; ";

/// A page whose commands are handed to a shell.
pub(super) struct Typed {
    /// The page, with `$ sh -c COMMAND` in the place of `$ COMMAND`.
    pub(super) for_shell: String,
    /// Its commands, in their order, as the page has them.
    pub(super) commands: Vec<String>,
}

impl Typed {
    pub(super) fn read(page: &str) -> Self {
        let (mut for_shell, mut commands) = (String::new(), Vec::new());
        let (mut fence, mut is_printed) = (Fence::default(), false);
        for line in page.lines() {
            let was_console = fence.is_console();
            fence.pass(line);
            let command = line.strip_prefix("$ ").filter(|_| was_console);
            let ends = command.is_some() || !fence.is_console();
            // `trycmd` takes an empty line for the end of the last line that is printed.
            if is_printed && ends {
                for_shell.push('\n');
            }
            match command {
                Some(command) => {
                    for_shell += &shell(command);
                    commands.push(command.to_owned());
                }
                None => for_shell += line,
            }
            for_shell.push('\n');
            is_printed = was_console && !ends && !line.starts_with("? ");
        }
        Self { for_shell, commands }
    }

    /// The page, with what was printed when its commands were typed.
    pub(super) fn restored(&self, played: &str) -> String {
        let (mut page, mut commands) = (String::new(), self.commands.iter());
        let mut fence = Fence::default();
        for line in played.lines() {
            let was_console = fence.is_console();
            fence.pass(line);
            let is_command = line.starts_with("$ ") && was_console;
            if page.ends_with("\n\n") && was_console && (is_command || !fence.is_console()) {
                page.pop();
            }
            match is_command.then(|| commands.next()).flatten() {
                Some(command) => page += &format!("$ {command}\n"),
                None => page += &format!("{line}\n"),
            }
        }
        page
    }

    /// The first block that does not say what is in it.
    pub(super) fn unmarked_block(page: &str) -> Option<usize> {
        let mut fence = Fence::default();
        let mut lines = page.lines().enumerate();
        lines.find_map(|(at, line)| {
            fence.pass(line);
            (fence.language.as_deref() == Some("")).then_some(at + 1)
        })
    }
}

fn shell(command: &str) -> String {
    match reason(command) {
        Some(_) => format!("$ {NOT_RUN}"),
        None => {
            let line = format!("{SETTING}{command}");
            format!("$ sh -c {}", shlex::try_quote(&line).expect("no NUL is in a page"))
        }
    }
}

/// The block that a line is in.
#[derive(Default)]
struct Fence {
    /// What it is marked with. `None` between blocks.
    language: Option<String>,
}

impl Fence {
    fn pass(&mut self, line: &str) {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            self.language = match self.language {
                Some(_) => None,
                None => Some(language.to_owned()),
            };
        }
    }

    fn is_console(&self) -> bool {
        self.language.as_ref().is_some_and(|language| is_console(&format!("```{language}")))
    }
}

#[test]
fn a_page_becomes_what_a_shell_takes_and_again_a_page() {
    let page =
        "Text\n\n```console\n$ wit-host run a.wasm > b   # to b\n1\n```\n\n```text\n$ a\n```\n";
    let typed = Typed::read(page);
    assert!(typed.for_shell.contains("; wit-host run a.wasm > b   # to b'\n1\n"));
    assert!(typed.for_shell.contains("```text\n$ a\n"));
    assert_eq!(typed.restored(&typed.for_shell), page);
    let played = typed.for_shell.replace("\n1\n", "\n? 3\n2\n");
    assert_eq!(typed.restored(&played), page.replace("\n1\n", "\n? 3\n2\n"));
}
