//! What has to be on a machine to build guests in a language, and which of it is there.
//! Nothing is installed, and a tool that does not answer in time is taken not to work.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::Language;

/// A tool that a language's projects need.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tool {
    /// What it is called.
    pub name: &'static str,
    /// Which versions are known to work.
    pub needed: String,
    /// The version that is there. `None` where there is none.
    pub found: Option<String>,
    /// What to type, or where to get it. `None` where the project's build installs it.
    pub install: Option<&'static str>,
}

/// How a tool is asked for its version.
struct Asked {
    name: &'static str,
    command: &'static [&'static str],
    needed: &'static str,
    install: &'static str,
}

const CARGO: Asked = Asked {
    name: "cargo",
    command: &["cargo", "--version"],
    needed: "1.85 or later",
    install: "https://rustup.rs",
};
const WASIP2: Asked = Asked {
    name: "Rust's wasm32-wasip2",
    command: &["rustc", "--print=target-libdir", "--target=wasm32-wasip2"],
    needed: "that of cargo",
    install: "rustup target add wasm32-wasip2",
};
const LINKER: Asked = Asked {
    name: "C compiler",
    command: &["cc", "--version"],
    needed: "any",
    install: "apt install gcc, or your system's",
};
const MAKE: Asked = Asked {
    name: "make",
    command: &["make", "--version"],
    needed: "GNU make 3.81 or later",
    install: "apt install make, or your system's",
};
const PYTHON: Asked = Asked {
    name: "python3",
    command: &["python3", "-c", "import venv, ensurepip, sys; print(sys.version.split()[0])"],
    needed: "3.10 or later, with venv",
    install: "apt install python3 python3-venv, or your system's",
};
const NODE: Asked = Asked {
    name: "node",
    command: &["node", "--version"],
    needed: "20 or later",
    install: "https://nodejs.org",
};
const NPM: Asked = Asked {
    name: "npm",
    command: &["npm", "--version"],
    needed: "that of node",
    install: "comes with node; apt install npm",
};

/// Longer, a tool does not work.
const PATIENCE: Duration = Duration::from_secs(10);

impl Language {
    /// The tools that its projects need, first those that have to be there, and then
    /// those that the build of a project installs in the project.
    pub fn tools(self) -> Vec<Tool> {
        let mut tools: Vec<_> = self.asked().into_iter().map(Asked::answer).collect();
        tools.extend(self.installed());
        tools
    }

    /// As the build says what it needs itself.
    fn asked(self) -> Vec<Asked> {
        let Some(makefile) = self.file("Makefile") else { return vec![CARGO, WASIP2, LINKER] };
        let needs = makefile.lines().find_map(|line| line.strip_prefix("NEEDS := "));
        let needs = needs.unwrap_or_default().split(' ').flat_map(|need| match need {
            "cargo" => vec![CARGO, LINKER],
            "python3" => vec![PYTHON],
            "node" => vec![NODE],
            "npm" => vec![NPM],
            _ => Vec::new(),
        });
        [MAKE].into_iter().chain(needs).collect()
    }

    /// What is pinned in the project's own files.
    fn installed(self) -> Vec<Tool> {
        let pinned =
            |name, needed: &str| Tool { name, needed: needed.into(), found: None, install: None };
        let mut tools = Vec::new();
        for line in self.file("requirements.txt").unwrap_or_default().lines() {
            tools.extend(line.split_once("==").map(|(name, version)| pinned(name, version)));
        }
        let packages = self.file("package.json").unwrap_or_default();
        let (_, packages) = packages.split_once("ependencies\": {").unwrap_or_default();
        for line in packages.lines().take_while(|line| line.trim() != "}" && line.trim() != "},") {
            let mut parts = line.split('"').skip(1).step_by(2);
            if let (Some(name), Some(version)) = (parts.next(), parts.next()) {
                tools.push(pinned(name, version));
            }
        }
        tools
    }
}

impl Tool {
    /// Whether it has to be installed before a project can be built.
    pub fn is_missing(&self) -> bool {
        self.install.is_some() && self.found.is_none()
    }
}

impl Asked {
    fn answer(self) -> Tool {
        let Self { name, command, needed, install } = self;
        let found = answer(command, PATIENCE).and_then(|text| version(&text));
        Tool { name, needed: needed.into(), found, install: Some(install) }
    }
}

/// What a command prints that succeeds in time.
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
    // A tool that floods its output is as good as one that does not answer.
    thread::spawn(move || {
        let mut text = Vec::new();
        let read = stdout.take(1 << 16).read_to_end(&mut text);
        let _ = sender.send(read.map(|_| text));
    });
    let Ok(Ok(text)) = receiver.recv_timeout(patience) else {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    child.wait().ok().filter(std::process::ExitStatus::success)?;
    String::from_utf8(text).ok()
}

/// The last word of the first line that is a version: compilers name their packager
/// first. A folder, which Rust's libraries for a target are in, has to be there.
fn version(text: &str) -> Option<String> {
    let line = text.lines().next()?;
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
    }

    #[test]
    fn every_language_says_what_it_needs() {
        for language in Language::ALL {
            let asked: Vec<_> = language.asked().iter().map(|asked| asked.name).collect();
            assert!(asked.len() > 1, "{language}: {asked:?}");
            let makes = language.file("Makefile").is_some();
            assert!(!makes || !language.installed().is_empty(), "{language} installs nothing");
        }
    }
}
