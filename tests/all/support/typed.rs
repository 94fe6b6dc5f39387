//! Texts with commands in blocks that are marked `console`, whose commands are typed into a shell:
//! pages, and the command's transcripts. `trycmd` itself knows no pipes. This module knows no files.

/// A text whose commands are handed to a shell.
pub(crate) struct Typed {
    /// The text, with `$ sh -c COMMAND` in the place of `$ COMMAND`.
    pub(crate) for_shell: String,
    /// Its commands, in their order, as the text has them.
    pub(crate) commands: Vec<String>,
    /// Whether there are empty lines between a command and what the one before it prints.
    is_spaced: bool,
}

impl Typed {
    /// Reads a text. `line_of` returns what a shell is given for a command, or `None` if it is not run.
    pub(crate) fn read(page: &str, line_of: impl Fn(&str) -> Option<String>) -> Self {
        let (mut for_shell, mut commands) = (String::new(), Vec::new());
        let (mut fence, mut is_printed, mut is_spaced) = (Fence::default(), false, false);
        for line in page.lines() {
            let was_console = fence.is_console();
            fence.pass(line);
            let command = line.strip_prefix("$ ").filter(|_| was_console);
            let ends = command.is_some() || !fence.is_console();
            // `trycmd` takes an empty line for the end of the last line that is printed.
            let is_apart = for_shell.ends_with("\n\n");
            is_spaced |= is_apart && command.is_some();
            if is_printed && ends && !is_apart {
                for_shell.push('\n');
            }
            match command {
                Some(command) => {
                    for_shell += &typed(line_of(command));
                    commands.push(command.to_owned());
                }
                None => for_shell += line,
            }
            for_shell.push('\n');
            is_printed = was_console && !ends && !line.starts_with("? ");
        }
        Self { for_shell, commands, is_spaced }
    }

    /// The page, with what was printed when its commands were typed.
    pub(crate) fn restored(&self, played: &str) -> String {
        let (mut page, mut commands) = (String::new(), self.commands.iter());
        let mut fence = Fence::default();
        for line in played.lines() {
            let was_console = fence.is_console();
            fence.pass(line);
            let is_command = line.starts_with("$ ") && was_console;
            let is_added = (is_command && !self.is_spaced) || !fence.is_console();
            if page.ends_with("\n\n") && was_console && is_added {
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
    pub(crate) fn unmarked_block(page: &str) -> Option<usize> {
        let mut fence = Fence::default();
        let mut lines = page.lines().enumerate();
        lines.find_map(|(at, line)| {
            fence.pass(line);
            (fence.language.as_deref() == Some("")).then_some(at + 1)
        })
    }
}

/// What stands in the place of a command that is not run: no such program is there, and
/// `trycmd` passes over those.
const NOT_RUN: &str = "not-run";

fn typed(line: Option<String>) -> String {
    match line {
        Some(line) => format!("$ sh -c {}", shlex::try_quote(&line).expect("a line has no NUL")),
        None => format!("$ {NOT_RUN}"),
    }
}

/// Returns whether a line begins a block of commands.
pub(crate) fn is_console(line: &str) -> bool {
    line.trim().strip_prefix("```").is_some_and(|language| language == "console")
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
    let typed = Typed::read(page, |command| Some(command.to_owned()));
    assert!(typed.for_shell.contains("'wit-host run a.wasm > b   # to b'\n1\n"));
    assert!(typed.for_shell.contains("```text\n$ a\n"));
    assert_eq!(typed.restored(&typed.for_shell), page);
    let played = typed.for_shell.replace("\n1\n", "\n? 3\n2\n");
    assert_eq!(typed.restored(&played), page.replace("\n1\n", "\n? 3\n2\n"));
}

#[test]
fn empty_lines_between_commands_are_kept() {
    let text = "```console\n$ a\n1\n\n$ b\n\n$ c\n? 2\n2\n```\n";
    let typed = Typed::read(text, |command| Some(command.to_owned()));
    let expected = "```console\n$ sh -c a\n1\n\n$ sh -c b\n\n$ sh -c c\n? 2\n2\n\n```\n";
    assert_eq!(typed.for_shell, expected);
    assert_eq!(typed.restored(&typed.for_shell), text);
}
