//! What serves an import. The file gives it as a short text (a spec) or as a table, and the command
//! line as a spec. It starts and opens nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wit_host_text::shown;

use crate::document::{self, ImportTable};
use crate::grants::{Grants, variable};
use crate::located::{Located, Problem};
use crate::paths;

/// What serves an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provider {
    /// Another guest: a component that exports the interface, or a core module.
    Guest {
        /// The path of the guest.
        file: PathBuf,
        /// Whether one guest serves all sessions in turn. Otherwise each session gets a guest of
        /// its own.
        shared: bool,
        /// What the guest may access. It does not have its caller's grants.
        grants: Grants,
    },
    /// A process that exchanges messages on its standard input and output.
    Process {
        /// The program and its arguments. The list is never empty.
        command: Vec<String>,
        /// The environment of the process. No other variables are set.
        environment: Vec<(String, String)>,
        /// The working directory of the process.
        folder: PathBuf,
        /// Whether one process serves all sessions.
        shared: bool,
    },
    /// Written or recorded answers.
    Fixture {
        /// The path of the file with the answers.
        file: PathBuf,
    },
    /// Calls trap with a message that says why.
    Trap,
    /// Calls return the smallest value of the result's type.
    Default,
    /// The program that started the host and has guests called.
    Client,
}

impl Provider {
    /// Parses a spec: `prices.wasm`, `exec:python3 prices.py`, `prices.fixture.toml`, `trap`,
    /// `default` or `client`. Paths in it are relative to `folder`, and may lead out of it: this is for specs
    /// on a command line.
    ///
    /// # Errors
    /// What is wrong with the spec.
    pub fn parse(spec: &str, folder: &Path) -> Result<Self, String> {
        Self::of_spec(spec, folder, |path| match path {
            "" => Err(MISSING.into()),
            path => Ok(folder.join(path)),
        })
    }

    fn of_spec(
        spec: &str,
        folder: &Path,
        path: impl Fn(&str) -> Result<PathBuf, String>,
    ) -> Result<Self, String> {
        // First, because a command may contain anything, even `://` and the end `.toml`.
        if let Some(command) = spec.strip_prefix("exec:") {
            let words = shlex::split(command).ok_or("a quote is missing its end")?;
            return process(words, Vec::new(), folder, false);
        }
        if spec.contains("://") {
            return Err(format!("`{}` is of no kind that serves imports; {KINDS}", shown(spec)));
        }
        Ok(match spec {
            "" => return Err(MISSING.into()),
            "trap" => Self::Trap,
            "default" => Self::Default,
            "client" => Self::Client,
            fixture if fixture.ends_with(".toml") => Self::Fixture { file: path(fixture)? },
            guest => Self::Guest { file: path(guest)?, shared: false, grants: Grants::default() },
        })
    }

    pub(crate) fn of(
        written: &Located<document::Import>,
        folder: &Path,
        text: &str,
    ) -> Result<Self, Problem> {
        match &written.value {
            document::Import::Spec(spec) => {
                Self::of_spec(spec, folder, |path| paths::within(folder, path))
                    .map_err(|reason| written.problem(reason))
            }
            document::Import::Table(table) => Self::of_table(written, table, folder, text),
        }
    }

    fn of_table(
        written: &Located<document::Import>,
        table: &ImportTable,
        folder: &Path,
        text: &str,
    ) -> Result<Self, Problem> {
        let only = |key: &str, of: &str| format!("`{key}` is for {of}; leave it out");
        let path = |text: &Located<String>| {
            paths::within(folder, &text.value).map_err(|reason| text.problem(reason))
        };
        let shared = table.shared.as_ref().is_some_and(|shared| shared.value);
        if let (Some(environment), None) = (&table.environment, &table.exec) {
            return Err(environment.problem(only("environment", "a process (`exec`)")));
        }
        if let (Some(grants), None) = (&table.grants, &table.guest) {
            return Err(grants.problem(only("grants", "a guest")));
        }
        match (&table.guest, &table.exec, &table.fixture) {
            (Some(guest), None, None) => {
                let grants = table.grants.as_ref();
                let grants = grants.map(|grants| Grants::of(&grants.value, folder, text));
                let grants = grants.transpose()?.unwrap_or_default();
                Ok(Self::Guest { file: path(guest)?, shared, grants })
            }
            (None, Some(exec), None) => {
                let environment = table.environment.as_ref().map(|one| &one.value);
                let environment = variables(environment)?;
                process(exec.value.clone(), environment, folder, shared)
                    .map_err(|reason| exec.problem(reason))
            }
            (None, None, Some(fixture)) => match &table.shared {
                Some(shared) => Err(shared.problem(only("shared", "a guest or a process"))),
                None => Ok(Self::Fixture { file: path(fixture)? }),
            },
            _ => Err(written.problem("give one of `guest`, `exec` and `fixture`")),
        }
    }
}

const MISSING: &str = "what serves the import is missing";
const KINDS: &str = "give a guest's file, `exec:` with a command, a fixture (`.toml`), `trap`, \
                     `default` or `client`";

fn process(
    command: Vec<String>,
    environment: Vec<(String, String)>,
    folder: &Path,
    shared: bool,
) -> Result<Provider, String> {
    if command.first().is_none_or(String::is_empty) {
        return Err("the program is missing, as in `exec:python3 prices.py`".into());
    }
    if command.iter().any(|word| word.contains('\0')) {
        return Err("a command's words have no NUL".into());
    }
    Ok(Provider::Process { command, environment, folder: folder.to_owned(), shared })
}

fn variables(
    written: Option<&BTreeMap<Located<String>, String>>,
) -> Result<Vec<(String, String)>, Problem> {
    let variables = written.into_iter().flatten();
    variables
        .map(|(name, value)| variable(&name.value, value).map_err(|reason| name.problem(reason)))
        .collect()
}
