//! Opens a file of tests: its texts are read, guests are loaded, and all is held against their types
//! before anything runs. It does not know how a test is run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wit_host::{Abi, Contract, Error, Grants, ImportedFunction, Limits, Returns, Stdio};
use wit_host_config::{At, Limit, Located, Place, Problem, from_toml, reading, unknown};
use wit_host_providers::{Fixture, Order};

use crate::answers::{self, Source};
use crate::case::{Case, filled};
use crate::coverage::{Coverage, Item};
use crate::document::{self, Document, Text};
use crate::error::TestFileError;
use crate::grants::{denied, granted};
use crate::hosts::{Hosts, Key, Loaded};
use crate::scope::means;
use crate::step::Reader;
use crate::suite::{Settings, Test};

/// The number of steps that the cases of one test may make.
const MOST_STEPS: usize = 100_000;

/// Reads a file's text and loads its guests.
pub(crate) struct Opener<'a> {
    path: &'a Path,
    text: &'a str,
    settings: &'a Settings,
    /// The fixtures that were read, by their paths.
    fixtures: RefCell<BTreeMap<PathBuf, Fixture>>,
}

/// A value of a case, with its name.
type CaseValue<'a> = (&'a Located<String>, &'a Located<Text>);

/// What all tests of a file have in common.
struct Common<'a> {
    document: &'a Document,
    limits: Limits,
    grants: wit_host_config::Grants,
}

impl<'a> Opener<'a> {
    pub(crate) fn new(path: &'a Path, text: &'a str, settings: &'a Settings) -> Self {
        Self { path, text, settings, fixtures: RefCell::default() }
    }

    /// Returns the tests of the file, and adds to the coverage what they can reach.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn open(&self, coverage: &mut Coverage) -> Result<Vec<Test>, TestFileError> {
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
        let withheld = grants.deny.iter().chain(&grants.deny_calls);
        let withheld = withheld.map(|names| names.value.clone()).collect();
        let denials = denied(&grants, Grants::default()).map_err(|error| self.no_grant(&error))?;
        (grants.deny, grants.deny_calls) = (Vec::new(), Vec::new());
        let mut hosts = Hosts::new(contract, self.settings, denials, withheld);
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
        let steps = written.steps.len().saturating_mul(written.cases.len());
        if steps > MOST_STEPS {
            let reason = format!(
                "its steps and cases make {steps} steps, and there may be no more than {MOST_STEPS}"
            );
            return Err(self.invalid(written.name.problem(reason)));
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
        (values, case_name): (&[CaseValue<'_>], Option<String>),
    ) -> Result<Test, TestFileError> {
        let of = |(name, value): &CaseValue<'_>| (name.value.clone(), value.value.0.clone());
        let case: Case = values.iter().map(of).collect();
        let range = |(name, value): &CaseValue<'_>| (name.value.clone(), value.range());
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
        let grants = self.granted(common, written)?;
        let grants = sources.iter().try_fold(grants, |grants, one| one.surround(grants))?;
        Ok(Test {
            name,
            place: written.name.place(self.text),
            steps,
            sources,
            limits: Arc::new(limits),
            grants: Arc::new(grants),
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
        let scopes = match self.settings.imports.is_empty() {
            true => Vec::new(),
            false => sources.iter().map(Source::scope).collect(),
        };
        Key { guest: guest.into(), deterministic, seed, limits, answered, scopes }
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
        let grants = self.settings.grants.clone().stdio(Stdio::Captured).wait_for_files(true);
        let grants = match &written.stdin {
            Some(text) => grants.stdin(text.clone()),
            None => grants,
        };
        let grants = granted(&common.grants, grants).and_then(|grants| granted(&own, grants));
        grants.map_err(|error| self.no_grant(&error))
    }

    fn no_grant(&self, (place, reason): &(Place, String)) -> TestFileError {
        TestFileError::invalid(self.path, *place, reason.as_str())
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
