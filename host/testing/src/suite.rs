//! The tests of one file, which are run one by one or all. It does not know how the file is read, or
//! who prints what came of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;

use wit_host::{Cache, Grants, Isolation, Limits};
use wit_host_config::Place;
use wit_host_contract::Functions;

use crate::answers::{self, Source};
use crate::bless::{Blessed, blessed};
use crate::coverage::{Coverage, Item};
use crate::error::TestFileError;
use crate::hosts::Loaded;
use crate::open::Opener;
use crate::outcome::{Failure, Mending, Outcome};
use crate::run::Run;
use crate::served::Import;
use crate::stage::Play;
use crate::step::Step;

/// The size of the largest file that is read, in bytes. It is more than a person would write.
const LARGEST: u64 = 16 << 20;

/// How a file's tests are run, where the file does not say it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Keeps compiled guests. By default it is the user's.
    pub cache: Option<Cache>,
    /// Compiles guests in a process of its own. By default they are compiled in this one.
    pub isolation: Option<Isolation>,
    /// The guest of every test that names none, in the place of the file's.
    pub guest: Option<PathBuf>,
    /// The seed of random bytes, in the place of the file's.
    pub seed: Option<u64>,
    /// The limits that the file changes.
    pub limits: Limits,
    /// What each session is granted besides what its file grants.
    pub grants: Grants,
    /// What serves imports that no test answers. By default nothing does, besides the contract of
    /// wit-host.
    pub imports: Vec<Import>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cache: Cache::of_user(),
            isolation: None,
            guest: None,
            seed: None,
            limits: Limits::default().memory(256 << 20),
            grants: Grants::default(),
            imports: Vec::new(),
        }
    }
}

/// How many tests of a suite run, and when they stop.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Schedule {
    /// The number of tests that run at one time. It is that of processors by default.
    pub jobs: usize,
    /// Whether no test begins after one that has failed.
    pub fail_fast: bool,
    /// A part of the names of the tests that run. By default all of them do.
    pub filter: Option<String>,
}

impl Default for Schedule {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        Self { jobs, fail_fast: false, filter: None }
    }
}

/// The tests of one file, which is well-formed and fits its guests.
pub struct Suite {
    path: PathBuf,
    text: String,
    tests: Vec<Test>,
    coverage: Arc<Mutex<Coverage>>,
}

/// One test of a file, or one case of it.
pub struct Test {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) host: Arc<Loaded>,
    pub(crate) steps: Vec<Step>,
    pub(crate) sources: Vec<Source>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) grants: Arc<Grants>,
}

impl Test {
    /// Returns the name, with that of the case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the place in the file.
    pub fn place(&self) -> Place {
        self.place
    }
}

impl Suite {
    /// Reads the tests of a file and loads their guests, with what is usual for all else.
    ///
    /// # Errors
    /// [`TestFileError`], with the place of the first thing that is wrong. Nothing has run by then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TestFileError> {
        Self::open_with(path, &Settings::default())
    }

    /// Reads the tests of a file and loads their guests.
    ///
    /// # Errors
    /// Those of [`Suite::open`].
    pub fn open_with(path: impl AsRef<Path>, settings: &Settings) -> Result<Self, TestFileError> {
        let path = path.as_ref();
        let failed = |source| TestFileError::Read { path: path.into(), source };
        let mut text = String::new();
        let file = File::open(path).map_err(failed)?;
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > LARGEST {
            return Err(failed(io::Error::other("it is larger than 16 MiB")));
        }
        Self::parse(path, text, settings)
    }

    /// Reads the tests in the text of a file, whose path is `path`, and loads their guests.
    ///
    /// # Errors
    /// Those of [`Suite::open`].
    pub fn parse(
        path: &Path,
        text: impl Into<String>,
        settings: &Settings,
    ) -> Result<Self, TestFileError> {
        let text = text.into();
        let coverage = Arc::new(Mutex::new(Coverage::default()));
        let opener = Opener::new(path, &text, settings);
        let tests = opener.open(&mut coverage.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(Self { path: path.into(), text, tests, coverage })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the files that the tests depend on: this one, guests and fixtures.
    pub fn files(&self) -> Vec<PathBuf> {
        let of_tests = self.tests.iter().flat_map(|test| {
            let sources = test.sources.iter().filter_map(Source::file);
            std::iter::once(test.host.file()).chain(sources)
        });
        let mut files: Vec<_> = std::iter::once(&*self.path).chain(of_tests).collect();
        files.sort_unstable();
        files.dedup();
        files.into_iter().map(Path::to_owned).collect()
    }

    /// Returns the names of what the guests of the tests import, each once.
    pub fn imports(&self) -> Vec<String> {
        let mut names: Vec<_> = self.tests.iter().flat_map(|test| test.host.imports()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the tests in the order of the file.
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Runs one test in a session of its own.
    pub fn run(&self, test: &Test) -> Outcome {
        let began = Instant::now();
        let (failures, mendings) = self.played(test);
        let (name, place) = (test.name.clone(), test.place);
        Outcome { name, place, time: began.elapsed(), failures, mendings }
    }

    /// Runs the test of this name. `None` if there is no such test.
    pub fn run_named(&self, name: &str) -> Option<Outcome> {
        self.tests.iter().find(|test| test.name == name).map(|test| self.run(test))
    }

    /// Runs the tests of the schedule, several at a time, and hands each outcome to `ended`, in the
    /// order of the file. Returns all outcomes.
    ///
    /// # Panics
    /// As the methods of [`wit_host::blocking::Session`] do, in async code.
    pub fn run_all(&self, schedule: &Schedule, mut ended: impl FnMut(&Outcome)) -> Vec<Outcome> {
        let is_wanted =
            |test: &&Test| schedule.filter.as_deref().is_none_or(|part| test.name.contains(part));
        let tests: Vec<_> = self.tests.iter().filter(is_wanted).collect();
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, receiver) = mpsc::channel();
        let work = |sender: mpsc::Sender<(usize, Outcome)>| {
            while !stop.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(test) = tests.get(number) else { break };
                let outcome = self.run(test);
                if schedule.fail_fast && !outcome.has_passed() {
                    stop.store(true, Ordering::Relaxed);
                }
                if sender.send((number, outcome)).is_err() {
                    break;
                }
            }
        };
        let mut outcomes = Vec::new();
        std::thread::scope(|scope| {
            for _ in 0..schedule.jobs.clamp(1, tests.len().max(1)) {
                let sender = sender.clone();
                scope.spawn(|| work(sender));
            }
            drop(sender);
            let mut early = BTreeMap::new();
            for (number, outcome) in receiver {
                early.insert(number, outcome);
                while let Some(outcome) = early.remove(&outcomes.len()) {
                    ended(&outcome);
                    outcomes.push(outcome);
                }
            }
        });
        outcomes
    }

    /// Runs all tests, and panics with what has failed.
    ///
    /// # Panics
    /// If a test fails.
    pub fn assert(&self) {
        let outcomes = self.run_all(&Schedule::default(), |_| {});
        let failed = outcomes.iter().filter(|outcome| !outcome.has_passed());
        let texts: Vec<_> = failed
            .flat_map(|outcome| {
                let name = &outcome.name;
                outcome.failures.iter().map(move |failure| format!("  {name}: {failure}\n"))
            })
            .collect();
        let path = crate::error::path_text(&self.path);
        assert!(texts.is_empty(), "tests of `{path}` failed:\n{}", texts.concat());
    }

    /// Returns what the tests that have run have reached.
    pub fn coverage(&self) -> Coverage {
        self.coverage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the file as it would be if it expected what came.
    pub fn blessed(&self, outcomes: &[Outcome]) -> Blessed {
        blessed(&self.text, outcomes.iter().flat_map(|outcome| &outcome.mendings))
    }

    /// Makes the steps of a test.
    fn played(&self, test: &Test) -> (Vec<Failure>, Vec<Mending>) {
        let cast = answers::cast(&test.sources);
        let functions = Functions::new(&test.grants);
        let play = Play::new(functions, cast.answers(), Arc::clone(&self.coverage));
        let session = test.host.guest.session(play);
        let session = session.grants(Arc::clone(&test.grants)).limits(Arc::clone(&test.limits));
        let session = match session.start_blocking() {
            Ok(session) => session,
            Err(error) => {
                let reason = format!("the guest did not start: {}", error.report());
                return (
                    vec![Failure { place: test.place, call: None, reason, values: None }],
                    vec![],
                );
            }
        };
        let mut run = Run::new(session, &test.steps);
        for step in &test.steps {
            let goes_on = run.step(step);
            self.reach(step);
            if !goes_on {
                break;
            }
        }
        let Run { session, mut failures, mendings, .. } = run;
        // What a handle's end asks of the fixture is a part of the test.
        drop(session);
        if failures.is_empty() {
            failures = cast.left(test.place);
        }
        (failures, mendings)
    }

    fn reach(&self, step: &Step) {
        let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
        coverage.reach(&Item::Export(step.function.clone()));
    }
}
