//! `wit-host test`: the tests of guests, as a person wants to see them.

mod find;
mod machine;
mod provider;
mod text;
mod values;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use wit_host::{Cache, Contract, Grants, RuntimeBuilder};
use wit_host_contract::Functions;
use wit_host_testing::{Coverage, Import, Outcome, Schedule, Settings, Suite, TestFileError};

use crate::options::Usage;
use crate::options::host_file::usual_limits;
use crate::options::imports::{Imports, Server};
use crate::options::isolation::Isolate;
use crate::status::{Status, interruptible, notice, report, shown_path};
use crate::watch::Watch;
use machine::Document;
use provider::Asked;
use text::Text;

/// Run the tests of guests
///
/// A file of tests, `*.test.toml`, names a guest, and calls with what they return. What the
/// guest imports is answered by fixtures. Each test is a session of its own, in which clocks
/// stand still and random bytes are the same each time, unless the file says `deterministic =
/// false`. `--import` serves what a test does not answer. Files are checked before anything runs. The report has a line for each test with its
/// time, then each failure with the expected and the actual value, and then what no test has
/// reached: exports that were not called, imports that were not answered, and cases of their
/// results that were not given. The exit status is 1 if a test fails.
///
/// `--format json` has `files` (`file`, `tests` with `name`, `line`, `passed`, `micros` and
/// `failures`), `passed`, `failed`, `coverage` in percent and `missing`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host test
  wit-host test cart.test.toml --filter tea
  wit-host test --bless
  wit-host test --import shop:prices=prices.wasm
  wit-host test --provider prices.wasm prices.fixture.toml
  wit-host test --format junit --require-coverage 80 > tests.xml")]
pub(crate) struct Test {
    /// Files of tests, and folders in which, and below which, there are some [default: .]
    #[arg(value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,

    /// Run the tests alone that have this in their name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Run this many tests at one time; otherwise as many as there are processors
    #[arg(long, value_name = "COUNT")]
    jobs: Option<NonZeroUsize>,

    /// Begin no test after one that has failed
    #[arg(long)]
    fail_fast: bool,

    /// Write what came into the files, where it is not what they expect, and show what that
    /// changes
    #[arg(long, conflicts_with = "watch")]
    bless: bool,

    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Run the tests again whenever one of their files, a guest or a fixture has changed, until
    /// the command is interrupted
    #[arg(long)]
    watch: bool,

    /// The seed of random bytes, in the place of the files'
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Fail where less than this share was reached of all that could be
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    require_coverage: Option<u8>,

    /// Test this guest, in the place of the one that the files name
    #[arg(long, value_name = "FILE")]
    guest: Option<PathBuf>,

    /// Ask what serves an import what the calls of FIXTURE ask, and compare its answers, in the
    /// place of testing guests. SPEC is the file of a component that exports the functions, or
    /// `exec:PROGRAM ARGS`
    #[arg(long, num_args = 2, value_names = ["SPEC", "FIXTURE"], conflicts_with_all = ["paths", "watch", "bless", "guest", "import"])]
    provider: Option<Vec<String>>,

    /// The contract that has the provider's functions, where it does not tell their types
    #[arg(long, value_name = "PATH", requires = "provider")]
    wit: Option<PathBuf>,

    /// The contract's world, where it has more than one
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    /// Compile guests each time, and keep nothing of them
    #[arg(long)]
    no_cache: bool,

    #[command(flatten)]
    isolate: Isolate,

    #[command(flatten)]
    imports: Imports,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For services that build and test
    Junit,
    /// The Test Anything Protocol
    Tap,
}

/// What came of one file.
pub(super) struct Tested {
    pub(super) file: String,
    pub(super) outcomes: Vec<Outcome>,
}

/// The name that a file of tests ends with.
const SUFFIX: &str = ".test.toml";

impl Test {
    pub(crate) fn execute(self) -> Result<Status> {
        interruptible()?;
        if let Some([spec, fixture]) = self.provider.as_deref() {
            return self.ask(spec, Path::new(fixture));
        }
        if self.watch {
            return self.again_and_again();
        }
        let suites = match self.open() {
            Ok(suites) => suites,
            Err(status) => return status,
        };
        match self.bless {
            true => self.bless(&suites),
            false => self.run(&suites),
        }
    }

    /// Reads all files, and tells what is wrong with each of them.
    fn open(&self) -> Result<Vec<Suite>, Result<Status>> {
        let files = find::files(&self.paths).map_err(Err)?;
        let settings = self.settings().map_err(Err)?;
        let (mut suites, mut wrong) = (Vec::new(), None);
        for file in files {
            match Suite::open_with(&file, &settings) {
                Ok(suite) => suites.push(suite),
                Err(error) => {
                    let status = report(&error.into());
                    wrong.get_or_insert(status);
                }
            }
        }
        if let Some(status) = wrong {
            return Err(Ok(status));
        }
        self.imports.tell_unused(|| suites.iter().flat_map(Suite::imports).collect());
        Ok(suites)
    }

    fn settings(&self) -> Result<Settings> {
        let mut settings = Settings::default();
        settings.cache = Cache::of_user().filter(|_| !self.no_cache);
        settings.isolation = self.isolate.get()?;
        settings.guest.clone_from(&self.guest);
        settings.seed = self.seed;
        settings.limits = usual_limits();
        settings.grants = self.imports.surround(Grants::default(), None)?;
        let servers = self.imports.servers(&|builder| self.setup(builder), None)?;
        let imports = servers.into_iter().map(|(name, server)| match server {
            Server::Provider(provider) => Import::provider(name, provider),
            Server::Fixture(fixture) => Import::replacement(name, fixture),
            Server::Module(file) => Import::module(name, file),
        });
        settings.imports = imports.collect();
        Ok(settings)
    }

    /// Sets what all guests have in common that serve the imports of others.
    fn setup(&self, builder: RuntimeBuilder<Functions>) -> Result<RuntimeBuilder<Functions>> {
        let builder = builder
            .limits(usual_limits())
            .deterministic(true)
            .seed(self.seed.unwrap_or_default())
            .allow_text_format(true);
        let builder = match Cache::of_user().filter(|_| !self.no_cache) {
            Some(cache) => builder.cache(cache),
            None => builder,
        };
        self.isolate.apply(builder)
    }

    fn schedule(&self) -> Schedule {
        let mut schedule = Schedule::default();
        if let Some(jobs) = self.jobs {
            schedule.jobs = jobs.get();
        }
        schedule.fail_fast = self.fail_fast;
        schedule.filter.clone_from(&self.filter);
        schedule
    }

    /// Runs all tests and prints what came of them.
    fn run(&self, suites: &[Suite]) -> Result<Status> {
        let (schedule, mut all, mut coverage) = (self.schedule(), Vec::new(), Coverage::default());
        let mut text = (self.format == Format::Text).then(Text::new);
        for suite in suites {
            let file = shown_path(suite.path());
            let mut printed = Ok(());
            let outcomes = suite.run_all(&schedule, |outcome| {
                if let (Some(text), Ok(())) = (&mut text, &printed) {
                    printed = text.ended(&file, outcome);
                }
            });
            printed?;
            coverage.add(&suite.coverage());
            let has_failed = outcomes.iter().any(|outcome| !outcome.has_passed());
            all.push(Tested { file, outcomes });
            if has_failed && self.fail_fast {
                break;
            }
        }
        if all.iter().all(|one| one.outcomes.is_empty()) {
            let filter = self.filter.as_deref().unwrap_or_default();
            return Err(Usage::new(format!("no test has `{filter}` in its name")).into());
        }
        self.end(&all, &coverage)
    }

    /// Prints the end of what is told, and decides the status.
    fn end(&self, all: &[Tested], coverage: &Coverage) -> Result<Status> {
        match self.format {
            Format::Text => Text::end(all, &self.told(coverage))?,
            Format::Json => Document { all, coverage }.json()?,
            Format::Junit => Document { all, coverage }.junit()?,
            Format::Tap => Document { all, coverage }.tap()?,
        }
        Ok(self.status(all, coverage))
    }

    /// Asks a provider for the calls of a fixture.
    fn ask(&self, spec: &str, fixture: &Path) -> Result<Status> {
        let contract = self.wit.as_deref().map(|wit| Contract::read(wit, self.world.as_deref()));
        let contract = contract.transpose().map_err(wit_host::Error::Contract)?;
        let setup = |builder| self.setup(builder);
        let Asked { provider, functions } = Asked::new(spec, contract.as_ref(), &setup)?;
        let asked = wit_host_testing::ask(fixture, &*provider, &functions);
        let (outcomes, left_out) = asked.map_err(TestFileError::from)?;
        let file = shown_path(fixture);
        if self.format == Format::Text {
            let mut text = Text::new();
            outcomes.iter().try_for_each(|outcome| text.ended(&file, outcome))?;
        }
        left_out.iter().for_each(|reason| notice(&format!("{file}: {reason}")));
        self.end(&[Tested { file, outcomes }], &Coverage::default())
    }

    /// Returns what is told of what was reached. Where only some of the tests have run, that says
    /// nothing.
    fn told(&self, coverage: &Coverage) -> Coverage {
        match self.filter.is_some() || self.fail_fast {
            true => Coverage::default(),
            false => coverage.clone(),
        }
    }

    fn status(&self, all: &[Tested], coverage: &Coverage) -> Status {
        let mut outcomes = all.iter().flat_map(|one| &one.outcomes);
        if !outcomes.all(Outcome::has_passed) {
            return Status::Guest(1);
        }
        let (reached, required) = (coverage.percent(), self.require_coverage.unwrap_or(0));
        if reached < required.into() {
            notice(&format!(
                "{reached} % was reached of what the tests could, and --require-coverage wants \
                 {required} %"
            ));
            return Status::Guest(1);
        }
        Status::Guest(0)
    }

    /// Writes what came into the files, and runs the tests again.
    fn bless(&self, suites: &[Suite]) -> Result<Status> {
        for suite in suites {
            let outcomes = suite.run_all(&self.schedule(), |_| {});
            let blessed = suite.blessed(&outcomes);
            if blessed.changes.is_empty() {
                continue;
            }
            let file = shown_path(suite.path());
            let failed = || format!("failed to write `{file}`");
            fs::write(suite.path(), &blessed.text).with_context(failed)?;
            text::changes(&file, &blessed.changes)?;
        }
        match self.open() {
            Ok(suites) => self.run(&suites),
            Err(status) => status,
        }
    }

    fn again_and_again(&self) -> Result<Status> {
        loop {
            let began = SystemTime::now();
            let mut files = find::files(&self.paths)?;
            files.extend(self.imports.files().map(Path::to_owned));
            let opened = self.open();
            match &opened {
                Ok(suites) => files.extend(suites.iter().flat_map(Suite::files)),
                Err(_) => files.extend(self.guest.clone()),
            }
            files.retain(|file| is_watched(file));
            // They are watched before the tests run, since they may change meanwhile.
            let watch = Watch::of(&files)?;
            let status = match opened {
                Ok(suites) => self.run(&suites),
                Err(told) => told,
            };
            if status.unwrap_or_else(|error| report(&error)) == Status::OutputClosed {
                return Ok(Status::OutputClosed);
            }
            // What has changed while the files were read was not watched yet.
            match files.iter().any(|file| has_changed(file, began)) {
                true => watch.settled()?,
                false => {
                    notice("watching for changes");
                    watch.changed()?;
                }
            }
        }
    }
}

/// Returns whether a file may have changed since a time. The times of files are some milliseconds
/// behind the clock.
fn has_changed(file: &Path, since: SystemTime) -> bool {
    const BEHIND: Duration = Duration::from_millis(10);
    let changed = fs::metadata(file).and_then(|metadata| metadata.modified());
    changed.is_ok_and(|at| at + BEHIND >= since && at <= SystemTime::now())
}

/// Returns whether a file can be watched: its folder is there.
fn is_watched(file: &Path) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.is_none_or(Path::is_dir)
}
