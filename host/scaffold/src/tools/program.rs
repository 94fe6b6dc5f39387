//! The programs that builds need, and the commands that print their versions. A program that does
//! not answer in time counts as missing.

use std::io::Read as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use super::{Needed, Tool};

/// A program that has to be installed.
#[derive(Clone, Copy)]
pub(crate) struct Program {
    name: &'static str,
    /// The command that prints its version.
    command: &'static [&'static str],
    needed: Needed,
    install: &'static str,
    /// How to update it if it is too old, if that differs from installing it.
    update: Option<&'static str>,
}

pub(crate) const CARGO: Program = Program {
    name: "cargo",
    command: &["cargo", "--version"],
    needed: Needed::Any,
    install: "https://rustup.rs",
    update: Some("rustup update, or https://rustup.rs"),
};
pub(crate) const WASIP2: Program = Program {
    name: "Rust's wasm32-wasip2",
    command: &["rustc", "--print=target-libdir", "--target=wasm32-wasip2"],
    needed: Needed::With("cargo"),
    install: "rustup target add wasm32-wasip2",
    update: None,
};
pub(crate) const C_COMPILER: Program = Program {
    name: "C compiler",
    command: &["cc", "--version"],
    needed: Needed::Any,
    install: "apt install gcc, or your system's",
    update: None,
};
pub(crate) const MAKE: Program = Program {
    name: "GNU make",
    command: &["make", "--version"],
    needed: Needed::AtLeast { major: 3, minor: 81 },
    install: "apt install make, or your system's",
    update: Some("https://www.gnu.org/software/make"),
};
pub(crate) const PYTHON: Program = Program {
    name: "python3 with venv",
    command: &["python3", "-c", "import venv, ensurepip, sys; print(sys.version.split()[0])"],
    needed: Needed::Any,
    install: "apt install python3 python3-venv, or your system's",
    update: Some("https://www.python.org/downloads, or a later release of your system"),
};
pub(crate) const NODE: Program = Program {
    name: "node",
    command: &["node", "--version"],
    needed: Needed::AtLeast { major: 20, minor: 0 },
    install: "https://nodejs.org",
    update: None,
};
pub(crate) const NPM: Program = Program {
    name: "npm",
    command: &["npm", "--version"],
    needed: Needed::With("node"),
    install: "comes with node; apt install npm",
    update: None,
};

/// The time that a program has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Program {
    /// Returns the program with this version as the oldest that is accepted.
    pub(crate) const fn at_least(self, major: u64, minor: u64) -> Self {
        Self { needed: Needed::AtLeast { major, minor }, ..self }
    }

    /// Finds out which version of the program is installed.
    pub(super) fn look(&self) -> Tool {
        let found = answer(self.command, PATIENCE).and_then(|text| version(&text));
        let mut tool =
            Tool { name: self.name, needed: self.needed, found, install: Some(self.install) };
        if tool.is_too_old() {
            tool.install = self.update.or(tool.install);
        }
        tool
    }

    /// Returns the command that starts the program.
    #[cfg(test)]
    pub(super) fn command(&self) -> &'static str {
        self.command[0]
    }
}

/// Returns what a command prints, if it succeeds in time.
fn answer(command: &[&str], patience: Duration) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let (sender, receiver) = channel();
    // The output is limited, so a tool that writes without end counts as one that does not answer.
    // If the thread cannot be started, its end of the channel is dropped, which counts as no answer
    // too.
    let _reader = thread::Builder::new().spawn(move || {
        let mut text = Vec::new();
        let read = stdout.take(1 << 16).read_to_end(&mut text);
        let _ = sender.send(read.map(|_| text));
    });
    let until = Instant::now() + patience;
    let text = receiver.recv_timeout(patience).ok().and_then(Result::ok);
    match text.map(|text| (text, ended(&mut child, until))) {
        Some((text, Some(status))) if status.success() => String::from_utf8(text).ok(),
        Some((_, Some(_))) => None,
        _ => {
            let _ = child.kill();
            let _ = child.wait();
            None
        }
    }
}

/// Waits until the program has ended. Returns `None` if it has not by `until`: one that has closed
/// its output may run on.
fn ended(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(pause),
            _ => return None,
        }
        pause = pause.saturating_mul(2).min(Duration::from_millis(50));
    }
}

/// Returns the last word of the first line that is a version, because compilers write the name of
/// their packager before it. If the text is a folder, as for Rust's libraries for a target, the
/// folder has to exist.
fn version(text: &str) -> Option<String> {
    let line = text.lines().next()?;
    // `rustc` prints this folder even if the target is not installed.
    if line.starts_with('/') {
        return std::path::Path::new(line).is_dir().then(|| "installed".into());
    }
    let is_version = |word: &&str| {
        word.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit())
            && word.contains('.')
    };
    line.split_whitespace().rfind(is_version).map(|word| word.trim_start_matches('v').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (text, expected) in [
            ("cargo 1.95.0 (abc 2026-01-01)", Some("1.95.0")),
            ("v20.1.2", Some("20.1.2")),
            ("GNU Make 4.3\nBuilt for", Some("4.3")),
            ("cc (Debian 12.2.0-14) 12.2.0", Some("12.2.0")),
            ("/no/such/folder", None),
            ("/", Some("installed")),
            ("", None),
        ] {
            assert_eq!(version(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_tool_that_does_not_answer_is_none() {
        assert_eq!(answer(&["/no/such/tool"], PATIENCE), None);
        assert_eq!(answer(&["false"], PATIENCE), None);
        assert_eq!(answer(&["cat"], PATIENCE).as_deref(), Some(""));
        assert_eq!(answer(&["tail", "-f", "/dev/null"], Duration::ZERO), None);
        let closes_its_output = ["sh", "-c", "echo 1.0; exec >&-; exec tail -f /dev/null"];
        assert_eq!(answer(&closes_its_output, Duration::from_millis(100)), None);
    }
}
