//! What answers the imports of a test: fixtures, default values, traps. Each run of a test has
//! plays of the fixtures of its own. It does not know which guest asks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wit_host::{DefaultProvider, Grants, ImportedFunction, Provider, TrapProvider};
use wit_host_config::Place;
use wit_host_providers::{Fixture, FixtureError, FixtureProvider, Left};
use wit_host_text::shown;

use crate::outcome::Failure;
use crate::scope::{Scope, is_of_env};
use crate::stage::Answers;

/// What answers imports, as a test names it.
pub(crate) struct Source {
    /// The imports, by their name. `None` for all that it has answers for.
    name: Option<String>,
    kind: Kind,
}

enum Kind {
    Trap,
    Default,
    Fixture {
        fixture: Fixture,
        /// `None` for answers in the file of tests itself.
        file: Option<PathBuf>,
        /// The fixture with the types of the guest's imports, once they are known.
        typed: Option<FixtureProvider>,
    },
}

impl Source {
    /// Returns the answers in a fixture.
    pub(crate) fn of_file(name: Option<String>, file: PathBuf, fixture: Fixture) -> Self {
        Self { name, kind: Kind::Fixture { fixture, file: Some(file), typed: None } }
    }

    /// Returns the answers in a file of tests.
    pub(crate) fn in_place(fixture: Fixture) -> Self {
        Self { name: None, kind: Kind::Fixture { fixture, file: None, typed: None } }
    }

    /// Returns the answers that are in no file.
    ///
    /// # Errors
    /// If nothing answers that is called so.
    pub(crate) fn without_file(name: Option<String>, spec: &str) -> Result<Self, String> {
        let kind = match spec {
            "trap" => Kind::Trap,
            "default" => Kind::Default,
            other => {
                return Err(format!(
                    "`{}` answers no imports of a test; give a fixture (`.toml`), `trap` or \
                     `default`",
                    shown(other)
                ));
            }
        };
        Ok(Self { name, kind })
    }

    /// Returns the file of the answers.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Fixture { file, .. } => file.as_deref(),
            Kind::Trap | Kind::Default => None,
        }
    }

    /// Returns the functions of a fixture, without versions.
    pub(crate) fn functions(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Fixture { fixture, .. } => fixture.functions(),
            Kind::Trap | Kind::Default => Vec::new(),
        }
    }

    /// Returns the imports that it answers.
    pub(crate) fn scope(&self) -> Scope {
        let functions = match &self.kind {
            Kind::Fixture { fixture, .. } => {
                Some(fixture.functions().into_iter().map(str::to_owned).collect())
            }
            Kind::Trap | Kind::Default => None,
        };
        Scope { name: self.name.clone(), functions }
    }

    /// Has a fixture answer what guests ask of clocks, random bytes and the environment, if it has
    /// calls of these.
    ///
    /// # Errors
    /// A value of another type.
    pub(crate) fn surround(&self, grants: Grants) -> Result<Grants, FixtureError> {
        match &self.kind {
            Kind::Fixture { fixture, .. } if fixture.has_surroundings() => {
                Ok(grants.surroundings(fixture.surroundings(&|_| true)?))
            }
            _ => Ok(grants),
        }
    }

    /// Returns the names of what it answers, as far as it says them.
    fn names(&self) -> Vec<&str> {
        match (&self.name, &self.kind) {
            // What core modules import has other names than what it implements.
            (Some(name), Kind::Fixture { fixture, .. }) if is_of_env(name) => fixture.functions(),
            (Some(name), _) => vec![name],
            (None, Kind::Fixture { fixture, .. }) => fixture.functions(),
            (None, Kind::Trap | Kind::Default) => Vec::new(),
        }
    }
}

/// Returns the interfaces of the shipped contract that are answered, without versions.
pub(crate) fn shipped(sources: &[Source]) -> BTreeSet<String> {
    let names = sources.iter().flat_map(Source::names);
    let shipped = names.filter(|name| name.starts_with("wit-host:contract/"));
    let plain = |name: &str| {
        let name = name.split('@').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    };
    shipped.map(plain).collect()
}

/// Holds the answers against the types of what the guest imports.
///
/// # Errors
/// The first answer of another type.
pub(crate) fn typed(
    mut sources: Vec<Source>,
    functions: &[ImportedFunction],
) -> Result<Vec<Source>, FixtureError> {
    for source in &mut sources {
        if let Kind::Fixture { fixture, typed, .. } = &mut source.kind {
            *typed = Some(fixture.typed(functions)?);
        }
    }
    Ok(sources)
}

/// The answers of one run of a test.
pub(crate) struct Cast {
    answers: Arc<[Answers]>,
    /// The plays of fixtures, with the files that they are from.
    plays: Vec<(Option<PathBuf>, Arc<FixtureProvider>)>,
}

/// Makes the answers of one run.
pub(crate) fn cast(sources: &[Source]) -> Cast {
    let mut plays = Vec::new();
    let answers = sources.iter().map(|source| {
        let provider: Arc<dyn Provider> = match &source.kind {
            Kind::Trap => Arc::new(TrapProvider),
            Kind::Default => Arc::new(DefaultProvider),
            Kind::Fixture { fixture, file, typed } => {
                let play = typed.as_ref().map_or_else(|| fixture.provider(), FixtureProvider::anew);
                let play = Arc::new(play);
                plays.push((file.clone(), Arc::clone(&play)));
                play
            }
        };
        Answers { scope: source.scope(), provider, state: Default::default() }
    });
    let answers = answers.collect();
    Cast { answers, plays }
}

impl Cast {
    pub(crate) fn answers(&self) -> Arc<[Answers]> {
        Arc::clone(&self.answers)
    }

    /// Returns what was not asked for, as failures of the test at `place`.
    pub(crate) fn left(&self, place: Place) -> Vec<Failure> {
        let left = self.plays.iter().flat_map(|(file, play)| {
            let left = play.report().left.into_iter();
            left.map(move |left| of_left(file.as_deref(), place, &left))
        });
        left.collect()
    }
}

fn of_left(file: Option<&Path>, place: Place, left: &Left) -> Failure {
    let Left { call, line, made, least, .. } = left;
    let (place, within) = match file {
        Some(file) => {
            let file = shown(&file.display().to_string());
            (place, format!(" (line {line} of `{file}`)"))
        }
        None => (Place { line: *line, column: 1 }, String::new()),
    };
    let reason = match (made, least) {
        (0, 1) => format!("the guest did not call `{call}`{within}"),
        _ => format!("the guest called `{call}` {made} of {least} times{within}"),
    };
    Failure { place, call: None, reason, values: None }
}
