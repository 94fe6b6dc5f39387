//! The tests of one file: read, held against their guests, and run one by one or all. It does not
//! know who prints what came of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;

use wit_host::{
    Abi, Cache, Contract, Error, Grants, ImportedFunction, Isolation, Limits, Returns, Stdio,
};
use wit_host_config::{At, Limit, Located, Place, Problem, from_toml, reading, unknown};
use wit_host_contract::Functions;
use wit_host_providers::{Fixture, Order};

use crate::answers::{self, Source};
use crate::bless::{Blessed, blessed};
use crate::case::{Case, filled};
use crate::coverage::{Coverage, Item};
use crate::document::{self, Document, Text};
use crate::error::TestFileError;
use crate::grants::granted;
use crate::hosts::{Hosts, Key, Loaded};
use crate::outcome::{Failure, Outcome};
use crate::stage::{Play, means};
use crate::step::{Reader, Run, Step};

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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cache: Cache::of_user(),
            isolation: None,
            guest: None,
            seed: None,
            limits: Limits::default().memory(256 << 20),
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
    name: String,
    place: Place,
    host: Arc<Loaded>,
    steps: Vec<Step>,
    sources: Vec<Source>,
    limits: Arc<Limits>,
    grants: Arc<Grants>,
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
        let fixtures = RefCell::default();
        let opener = Opener { path, text: &text, settings, fixtures };
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
    fn played(&self, test: &Test) -> (Vec<Failure>, Vec<crate::outcome::Mending>) {
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
        coverage.reach(&Item::Export(step.function().to_owned()));
    }
}

/// Reads a file's text and loads its guests.
struct Opener<'a> {
    path: &'a Path,
    text: &'a str,
    settings: &'a Settings,
    /// The fixtures that were read, by their paths.
    fixtures: RefCell<BTreeMap<PathBuf, Fixture>>,
}

/// What all tests of a file have in common.
struct Common<'a> {
    document: &'a Document,
    limits: Limits,
    grants: wit_host_config::Grants,
}

impl Opener<'_> {
    fn open(&self, coverage: &mut Coverage) -> Result<Vec<Test>, TestFileError> {
        let document: Document = from_toml(self.text).map_err(|problem| self.invalid(problem))?;
        if document.test.is_empty() {
            let problem = Problem { start: 0, reason: "there is no `[[test]]`".into() };
            return Err(self.invalid(problem));
        }
        let mut limits = self.settings.limits.clone();
        let set = reading::limits(&document.limits, self.text);
        reading::set_limits(&mut limits, &set.map_err(|problem| self.invalid(problem))?);
        let mut grants = reading::grants(&document.grants, self.folder(), self.text)
            .map_err(|problem| self.invalid(problem))?;
        let contract = self.contract(&document)?;
        let (cache, isolation) = (self.settings.cache.clone(), self.settings.isolation.clone());
        let denied = wit_host_config::Grants {
            deny: std::mem::take(&mut grants.deny),
            deny_calls: std::mem::take(&mut grants.deny_calls),
            ..wit_host_config::Grants::default()
        };
        let denied = granted(&denied, Grants::default()).map_err(|error| self.no_grant(&error))?;
        let mut hosts = Hosts::new(contract, cache, isolation, denied);
        let common = Common { document: &document, limits, grants };
        let (mut tests, mut names) = (Vec::new(), BTreeSet::new());
        for written in &document.test {
            for test in self.cases(&common, written, &mut hosts)? {
                if !names.insert(test.name.clone()) {
                    let reason = format!("there is another test `{}`", test.name);
                    return Err(self.invalid(written.name.problem(reason)));
                }
                declare(coverage, &test.host);
                tests.push(test);
            }
        }
        Ok(tests)
    }

    /// Reads a test once for each of its cases.
    fn cases(
        &self,
        common: &Common<'_>,
        written: &document::Test,
        hosts: &mut Hosts,
    ) -> Result<Vec<Test>, TestFileError> {
        if written.cases.is_empty() {
            return Ok(vec![self.test(common, written, hosts, (&[], None))?]);
        }
        let numbered = written.cases.iter().enumerate();
        numbered
            .map(|(number, case)| {
                let values: Vec<_> = case.iter().collect();
                let named = values.iter().find(|(name, _)| name.value == "name");
                let name = match named {
                    Some((_, name)) => name.value.0.clone(),
                    None => (number + 1).to_string(),
                };
                self.test(common, written, hosts, (&values, Some(name)))
            })
            .collect()
    }

    fn test(
        &self,
        common: &Common<'_>,
        written: &document::Test,
        hosts: &mut Hosts,
        (values, case_name): (&[(&Located<String>, &Located<Text>)], Option<String>),
    ) -> Result<Test, TestFileError> {
        let of = |(name, value): &(&Located<String>, &Located<Text>)| {
            (name.value.clone(), value.value.0.clone())
        };
        let case: Case = values.iter().map(of).collect();
        let range = |(name, value): &(&Located<String>, &Located<Text>)| {
            (name.value.clone(), value.range())
        };
        let ranges: BTreeMap<String, Range<usize>> = values.iter().map(range).collect();
        let name = match case_name {
            Some(of_case) => format!("{}: {of_case}", filled(&written.name.value, &case)),
            None => written.name.value.clone(),
        };
        let at = |problem| self.in_case(problem, &case, &name);
        let sources = self.sources(common, written)?;
        let guest = self.guest(common, written, &case).map_err(at)?;
        let set = reading::limits(&written.limits, self.text).map_err(at)?;
        let key = self.key(common, written, &guest.0, (&sources, &set));
        let host = hosts
            .load(&key)
            .map_err(|error| TestFileError::load(self.path, guest.1, &guest.0, error))?;
        let abi = self.abi(common, written).map_err(at)?;
        let sources = self.typed(sources, &host, hosts)?;
        let mut reader = Reader {
            guest: &host.guest,
            abi,
            text: self.text,
            case: &case,
            ranges: &ranges,
            named: BTreeMap::new(),
            steps: 0,
        };
        let steps = written.steps.iter().map(|step| reader.read(step));
        let steps = steps.collect::<Result<Vec<_>, _>>().map_err(at)?;
        if let Some((first, _)) = values.iter().find(|(name, _)| !is_used(written, &name.value)) {
            let reason = format!("no step has `${}`", first.value);
            return Err(self.invalid(first.problem(reason)));
        }
        let mut limits = host.guest.runtime().limits().clone();
        reading::set_limits(&mut limits, &set);
        Ok(Test {
            name,
            place: written.name.place(self.text),
            steps,
            sources,
            limits: Arc::new(limits),
            grants: Arc::new(self.granted(common, written)?),
            host,
        })
    }

    /// Returns the runtime that the test needs. It is that of other tests, unless the test has
    /// limits above those of the file.
    fn key(
        &self,
        common: &Common<'_>,
        written: &document::Test,
        guest: &Path,
        (sources, set): (&[Source], &[At<Limit>]),
    ) -> Key {
        let document = common.document;
        let mut limits = common.limits.clone();
        let mut own = limits.clone();
        reading::set_limits(&mut own, set);
        if !own.raised_above(&limits).is_empty() {
            limits = own;
        }
        let seed = self.settings.seed.or(written.seed).or(document.seed).unwrap_or_default();
        let deterministic = written.deterministic.or(document.deterministic).unwrap_or(true);
        let answered = answers::shipped(sources);
        Key { guest: guest.into(), deterministic, seed, limits, answered }
    }

    /// Returns the guest's path, and the place that names it.
    fn guest(
        &self,
        common: &Common<'_>,
        written: &document::Test,
        case: &Case,
    ) -> Result<(PathBuf, Place), Problem> {
        let named = written.guest.as_ref();
        if let (None, Some(guest)) = (named, &self.settings.guest) {
            return Ok((guest.clone(), written.name.place(self.text)));
        }
        let Some(guest) = named.or(common.document.guest.as_ref()) else {
            let reason = "the guest is missing; name it at the beginning of the file, as `guest = \
                          \"guest.wasm\"`";
            return Err(written.name.problem(reason));
        };
        let path = reading::path(self.folder(), &filled(&guest.value, case));
        let path = path.map_err(|reason| guest.problem(reason))?;
        Ok((path, guest.place(self.text)))
    }

    /// Returns what answers imports: first its own answers, then what it
    /// names, or else what the file names.
    fn sources(
        &self,
        common: &Common<'_>,
        written: &document::Test,
    ) -> Result<Vec<Source>, TestFileError> {
        let mut sources = Vec::new();
        if !written.call.is_empty() {
            let order = written.order.as_ref().map(|order| {
                Order::of(&order.value).map_err(|reason| self.invalid(order.problem(reason)))
            });
            let order = order.transpose()?.unwrap_or_default();
            let name = self.path.display().to_string();
            let calls = Fixture::of_calls(&name, self.text, order, written.call.clone())?;
            sources.push(Source::in_place(calls));
        } else if let Some(order) = &written.order {
            let reason = "the order is that of `[[test.call]]`, and there is none";
            return Err(self.invalid(order.problem(reason)));
        }
        for import in &written.imports.as_ref().unwrap_or(&common.document.imports).0 {
            sources.push(self.source(import)?);
        }
        Ok(sources)
    }

    /// Holds the answers against the types of what the guest imports. A fixture may have more: what
    /// the contract has, and the guest does not import yet.
    fn typed(
        &self,
        sources: Vec<Source>,
        host: &Loaded,
        hosts: &Hosts,
    ) -> Result<Vec<Source>, TestFileError> {
        let mut functions = host.answerable();
        let has = |functions: &[ImportedFunction], name: &str| {
            functions.iter().any(|function| means(name, function.name()))
        };
        if !sources.iter().flat_map(Source::functions).all(|name| has(&functions, name)) {
            let of_contract = hosts.of_contract().map_err(|error| {
                TestFileError::load(self.path, Place { line: 1, column: 1 }, self.path, error)
            })?;
            for function in of_contract {
                if !functions.iter().any(|one| one.name() == function.name()) {
                    functions.push(function);
                }
            }
        }
        Ok(answers::typed(sources, &functions)?)
    }

    fn source(&self, import: &document::Import) -> Result<Source, TestFileError> {
        let invalid = |reason: String| self.invalid(import.spec.problem(reason));
        let name = import.name.as_ref().map(|name| name.value.clone());
        let spec = &*import.spec.value;
        if !spec.ends_with(".toml") {
            return Source::without_file(name, spec).map_err(invalid);
        }
        let path = reading::path(self.folder(), spec).map_err(invalid)?;
        let mut fixtures = self.fixtures.borrow_mut();
        let fixture = match fixtures.get(&path) {
            Some(fixture) => fixture.clone(),
            None => {
                let read = Fixture::read(&path)?;
                fixtures.insert(path.clone(), read.clone());
                read
            }
        };
        Ok(Source::of_file(name, path, fixture))
    }

    fn abi(&self, common: &Common<'_>, written: &document::Test) -> Result<Option<Abi>, Problem> {
        let Some(name) = written.abi.as_ref().or(common.document.abi.as_ref()) else {
            return Ok(None);
        };
        match &*name.value {
            "cstring" => Ok(Some(Abi::CString(Returns::Inferred))),
            "ptr-len" => Ok(Some(Abi::PtrLen(Returns::Inferred))),
            "bindgen" => Ok(Some(Abi::Bindgen)),
            other => {
                Err(name.problem(unknown("convention", other, &["cstring", "ptr-len", "bindgen"])))
            }
        }
    }

    fn granted(
        &self,
        common: &Common<'_>,
        written: &document::Test,
    ) -> Result<Grants, TestFileError> {
        let own = reading::grants(&written.grants, self.folder(), self.text);
        let own = own.map_err(|problem| self.invalid(problem))?;
        let grants = Grants::default().stdio(Stdio::Captured).wait_for_files(true);
        let grants = match &written.stdin {
            Some(text) => grants.stdin(text.clone()),
            None => grants,
        };
        let grants = granted(&common.grants, grants).and_then(|grants| granted(&own, grants));
        grants.map_err(|error| self.no_grant(&error))
    }

    fn no_grant(&self, (place, error): &(Place, Error)) -> TestFileError {
        TestFileError::invalid(self.path, *place, error.to_string())
    }

    fn contract(&self, document: &Document) -> Result<Option<Contract>, TestFileError> {
        let Some(written) = &document.contract else {
            return match &document.world {
                None => Ok(None),
                Some(world) => {
                    Err(self.invalid(world.problem("the contract is missing that has the world")))
                }
            };
        };
        let path = reading::path(self.folder(), &written.value);
        let path = path.map_err(|reason| self.invalid(written.problem(reason)))?;
        let world = document.world.as_ref().map(|world| world.value.as_str());
        let place = written.place(self.text);
        let read = Contract::read(&path, world).map(Some);
        read.map_err(|error| TestFileError::load(self.path, place, &path, Error::Contract(error)))
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn invalid(&self, Problem { start, reason }: Problem) -> TestFileError {
        TestFileError::invalid(self.path, Place::of(self.text, start), reason)
    }

    /// Returns the error at its place, with the case in which it is one.
    fn in_case(&self, problem: Problem, case: &Case, name: &str) -> TestFileError {
        let Problem { start, reason } = problem;
        let reason = match case.is_empty() {
            true => reason,
            false => format!("{reason} (in `{name}`)"),
        };
        self.invalid(Problem { start, reason })
    }
}

/// Adds what can be reached in a guest.
fn declare(coverage: &mut Coverage, host: &Loaded) {
    for export in host.exports() {
        coverage.declare(Item::Export(export));
    }
    for function in host.imported() {
        coverage.declare_import(function.name(), &function.signature().results);
    }
}

/// Returns whether a value of a case is in any text of the test.
fn is_used(written: &document::Test, name: &str) -> bool {
    let case = Case::from([(name.to_owned(), String::new())]);
    let has = |text: &str| filled(text, &case) != text;
    let of_steps = written.steps.iter().flat_map(|step| {
        let others = [&step.returns, &step.fails, &step.stdout, &step.stderr];
        std::iter::once(&step.call).chain(others.into_iter().flatten())
    });
    let mut texts = of_steps.chain([&written.name]).chain(&written.guest);
    name == "name" || texts.any(|text| has(&text.value))
}
