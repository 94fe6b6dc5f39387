//! The providers of a guest's imports: `--import`, and `[imports]` of the host file. An option
//! takes precedence over a line of the file with the same name. A provider that is a component has
//! limits of its own, and the same imports may serve it, unless it would then serve itself. How a
//! call is served is not known here.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use wit_host::blocking::Session;
use wit_host::{
    Contract, DefaultProvider, Error, Grants, GuestError, GuestProvider, ImportedFunction, Kind,
    LeftOver, Provider as ImportProvider, Runtime, RuntimeBuilder, TrapProvider,
};
use wit_host_config::{Grants as WrittenGrants, HostFile, Place, Provider};
use wit_host_contract::Functions;
use wit_host_providers::{Client, Fixture, FixtureProvider, ProcessProvider};

use super::Usage;
use super::host_file::granted;
use super::isolation::this_program;
use crate::diagnostics::Observer;
use crate::status::{named, notice, shown_path};

/// What serves imports in the contract's place.
#[derive(Args)]
pub(crate) struct Imports {
    /// Serve what the guest imports as NAME: an interface (shop:prices/prices, its version may be
    /// left out), all of a package (shop:prices), one function (shop:prices/prices.price), or what
    /// a core module imports (env, env.price). SPEC is the file of a component that exports it or
    /// of a core module, `exec:PROGRAM ARGS` (a process that is asked by JSON-RPC on its input and
    /// output), a fixture (`.toml`: written or recorded answers, as of `--record`), `trap` (a call
    /// traps), `default` (a call returns zero, an empty text or the like), or `client` (the program
    /// that has started `serve --stdio`). What the host serves itself goes before it, but for
    /// fixtures
    #[arg(long, value_name = "NAME=SPEC", value_parser = OsStringValueParser::new().try_map(|text| import(&text)))]
    import: Vec<Import>,

    /// The client of the command, if it has one.
    #[arg(skip)]
    client: Option<Arc<Client>>,
}

/// A name, and the provider of the imports that it means.
#[derive(Clone, Debug, PartialEq)]
struct Import {
    name: String,
    spec: Spec,
    /// The place in the host file. `None` for an option.
    place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq)]
enum Spec {
    File {
        path: PathBuf,
        /// Whether all sessions share one instance.
        shared: bool,
        /// The grants of the provider. An option gives it none.
        grants: WrittenGrants,
    },
    Process(Process),
    Fixture(PathBuf),
    Trap,
    Default,
    Client,
}

impl Import {
    /// Returns the fixture that answers for a part of WASI, which is no import of a provider.
    fn of_wasi(&self) -> Option<&Path> {
        match &self.spec {
            Spec::Fixture(path) if self.name.starts_with("wasi:") => Some(path),
            _ => None,
        }
    }
}

impl Spec {
    /// Returns the provider for a file that an option names.
    fn file(path: &OsStr) -> Self {
        Self::File { path: path.into(), shared: false, grants: WrittenGrants::default() }
    }
}

/// How a process is started. Imports with equal values share one provider.
#[derive(Clone, Debug, Default, PartialEq)]
struct Process {
    /// The program and its arguments.
    words: Vec<String>,
    environment: Vec<(String, String)>,
    folder: Option<PathBuf>,
    shared: bool,
}

/// Sets on a runtime's builder what is common to every guest of the command, including the
/// providers.
pub(crate) type Setup<'s> =
    &'s dyn Fn(RuntimeBuilder<Functions>) -> Result<RuntimeBuilder<Functions>>;

impl Imports {
    /// Sets the client that `client` means.
    pub(crate) fn set_client(&mut self, client: Arc<Client>) {
        self.client = Some(client);
    }

    /// Returns true if there are no imports.
    pub(crate) fn is_empty(&self, file: Option<&HostFile>) -> bool {
        self.import.is_empty() && file.is_none_or(|file| file.imports.is_empty())
    }

    /// Returns the imports of the options, and those of the host file with a name that no option
    /// has.
    fn with(&self, file: Option<&HostFile>) -> Result<Vec<Import>> {
        let mut all = self.import.clone();
        for one in file.into_iter().flat_map(|file| &file.imports) {
            if !self.import.iter().any(|option| option.name == one.name) {
                all.push(of_file(file, one)?);
            }
        }
        Ok(all)
    }

    /// Tells which options serve none of the guest's imports, which is usually a wrong name. A line
    /// of the host file may be for another guest.
    pub(crate) fn tell_unused(&self, imports: impl FnOnce() -> Vec<String>) {
        if self.import.is_empty() {
            return;
        }
        let imports = imports();
        for option in &self.import {
            let name = option.name.escape_debug();
            if imports.iter().any(|import| may_mean(&option.name, import)) {
                continue;
            }
            let names = imports.iter().map(|import| format!("`{}`", import.escape_debug()));
            let all = match imports.is_empty() {
                true => "nothing".to_owned(),
                false => names.collect::<Vec<_>>().join(", "),
            };
            notice(&format!(
                "`--import {name}=…` serves nothing of the guest, which imports {all}"
            ));
        }
    }

    /// Returns the files that the options name.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.import.iter().filter_map(|import| match &import.spec {
            Spec::File { path, .. } | Spec::Fixture(path) => Some(path.as_path()),
            _ => None,
        })
    }

    /// Checks the fixtures against the contract, if there are any.
    ///
    /// # Errors
    /// [`FixtureError`](wit_host_providers::FixtureError), for what is wrong in a fixture.
    pub(crate) fn check_fixtures(
        &self,
        contract: &Contract,
        file: Option<&HostFile>,
    ) -> Result<()> {
        let imports = self.with(file)?;
        let fixtures = imports.iter().filter_map(|import| match &import.spec {
            Spec::Fixture(path) => Some(path),
            _ => None,
        });
        let mut functions = None;
        for path in fixtures {
            let functions = match &functions {
                Some(functions) => functions,
                None => {
                    let mut all = ImportedFunction::of_contract(contract)?;
                    all.extend(ImportedFunction::of_contract(&wit_host_contract::contract()?)?);
                    &*functions.insert(all)
                }
            };
            Fixture::read(path)?.typed(functions)?;
        }
        Ok(())
    }

    /// Has the fixtures of WASI's clocks, random bytes and environment answer for these.
    ///
    /// # Errors
    /// [`FixtureError`](wit_host_providers::FixtureError), for what is wrong in a fixture.
    pub(crate) fn surround(&self, grants: Grants, file: Option<&HostFile>) -> Result<Grants> {
        let imports = self.with(file)?;
        let mut fixtures = imports.iter().filter_map(|import| Some((import, import.of_wasi()?)));
        fixtures.try_fold(grants, |grants, (import, path)| {
            let is_meant = |function: &str| is_part(&import.name, function);
            Ok(grants.surroundings(Fixture::read(path)?.surroundings(&is_meant)?))
        })
    }

    /// Adds the providers of the guest's imports to the builder.
    ///
    /// # Errors
    /// Those of [`Imports::servers`].
    pub(crate) fn offer(
        &self,
        builder: RuntimeBuilder<Functions>,
        setup: Setup<'_>,
        file: Option<&HostFile>,
    ) -> Result<RuntimeBuilder<Functions>> {
        added(builder, self.servers(setup, file)?)
    }

    /// Returns what serves the guest's imports, each with the name of what it serves.
    ///
    /// # Errors
    /// The errors of loading the providers, and [`Usage`] if one does not exist or would serve
    /// itself.
    pub(crate) fn servers(
        &self,
        setup: Setup<'_>,
        file: Option<&HostFile>,
    ) -> Result<Vec<(String, Server)>> {
        let imports = self.with(file)?;
        let mut providers = Providers {
            imports: &imports,
            file,
            setup,
            client: self.client.as_ref(),
            loaded: BTreeMap::new(),
            processes: Vec::new(),
            fixtures: BTreeMap::new(),
            stack: Vec::new(),
            bare: OnceCell::new(),
        };
        providers.servers(|_| true)
    }
}

/// What serves an import, ready to be added to a runtime.
pub(crate) enum Server {
    Provider(Arc<dyn ImportProvider>),
    /// Answers in a file, which go before what the host serves itself.
    Fixture(Arc<FixtureProvider>),
    /// The file of a core module.
    Module(PathBuf),
}

/// Adds what serves imports to a runtime's builder.
fn added(
    builder: RuntimeBuilder<Functions>,
    servers: Vec<(String, Server)>,
) -> Result<RuntimeBuilder<Functions>> {
    let builder = match servers.iter().any(|(_, server)| matches!(server, Server::Fixture(_))) {
        // They may be for functions of the host itself.
        true => wit_host_contract::types(builder)?,
        false => builder,
    };
    Ok(servers.into_iter().fold(builder, |builder, (name, server)| match server {
        Server::Provider(provider) => builder.provide(name, provider),
        Server::Fixture(fixture) => builder.replace(name, fixture),
        Server::Module(path) => builder.provide_module_file(name, path),
    }))
}

/// Reports the functions that were answered with default values.
pub(crate) fn tell_defaults(functions: &[String]) {
    if !functions.is_empty() {
        let names: Vec<_> = functions.iter().map(|name| format!("`{name}`")).collect();
        notice(&format!("these were answered with default values: {}", names.join(", ")));
    }
}

/// Ends a session, and tells which handles of providers its guest has left.
pub(crate) fn finish(session: &mut Session<Functions>, observer: &Observer<'_>) {
    match session.finish() {
        Ok(left) => left.iter().for_each(|LeftOver { resource, provider, count, .. }| {
            let handles = if *count == 1 { "handle" } else { "handles" };
            observer.tell(|| {
                format!("the guest left {count} {handles} of `{resource}`, dropped by {provider}")
            });
        }),
        // It was to end at once.
        Err(Error::Interrupted { .. }) => {}
        Err(error) => notice(&format!("the handles that the guest left were not dropped: {error}")),
    }
}

struct Providers<'i> {
    imports: &'i [Import],
    file: Option<&'i HostFile>,
    setup: Setup<'i>,
    client: Option<&'i Arc<Client>>,
    loaded: BTreeMap<PathBuf, Arc<GuestProvider<Functions>>>,
    processes: Vec<(Process, Arc<ProcessProvider>)>,
    fixtures: BTreeMap<PathBuf, Arc<FixtureProvider>>,
    /// The components that are being loaded. Each of them is to serve the one before it.
    stack: Vec<PathBuf>,
    /// A runtime that only inspects files.
    bare: OnceCell<Runtime<Functions>>,
}

impl Providers<'_> {
    /// Loads the wanted providers.
    fn servers(&mut self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, Server)>> {
        let imports = self.imports;
        let imports = imports.iter().filter(|import| import.of_wasi().is_none());
        let wanted = imports.filter(|import| is_wanted(&import.name));
        wanted.map(|import| Ok((import.name.clone(), self.server(import)?))).collect()
    }

    fn server(&mut self, import: &Import) -> Result<Server> {
        Ok(match &import.spec {
            Spec::Fixture(path) => Server::Fixture(self.fixture(path)?),
            Spec::Trap => Server::Provider(Arc::new(TrapProvider)),
            Spec::Default => Server::Provider(Arc::new(DefaultProvider)),
            Spec::Client => Server::Provider(self.client(import)?),
            Spec::Process(process) => Server::Provider(self.process(import, process)?),
            Spec::File { path, shared, grants } => self.file(import, (path, *shared, grants))?,
        })
    }

    /// Returns the error of an import that cannot be served as it says. It names the option, or the
    /// line in the host file.
    fn wrong(&self, import: &Import, spec: &str, reason: &str) -> anyhow::Error {
        let name = import.name.escape_debug();
        match (import.place, self.file) {
            (Some(place), Some(file)) => file.invalid(place, format!("`{spec}`: {reason}")).into(),
            _ => {
                Usage::new(format!("invalid value '{name}={spec}' for '--import': {reason}")).into()
            }
        }
    }

    fn file(
        &mut self,
        import: &Import,
        (path, shared, grants): (&Path, bool, &WrittenGrants),
    ) -> Result<Server> {
        if let Some(provider) = self.loaded.get(path) {
            return Ok(Server::Provider(Arc::clone(provider) as _));
        }
        let wrong = |reason: &str| self.wrong(import, &shown_path(path), reason);
        if let Some(place) = self.stack.iter().position(|other| other == path) {
            let circle = self.stack[place..].iter().map(PathBuf::as_path).chain([path]);
            let circle: Vec<_> = circle.map(|file| format!("`{}`", shown_path(file))).collect();
            return Err(wrong(&format!(
                "these would serve one another in a circle: {}; have another file serve one of them",
                circle.join(", which imports from ")
            )));
        }
        let inspected = self.bare()?.inspect_file(path);
        let inspection = match inspected {
            Err(Error::Guest(error @ GuestError::Read { .. })) => {
                let source = error.source().map(|source| format!(": {source}"));
                return Err(wrong(&format!("{error}{}", source.unwrap_or_default())));
            }
            other => other.map_err(|error| named(path, error))?,
        };
        if inspection.kind == Kind::Module {
            if import.name.contains([':', '.']) {
                return Err(wrong(
                    "the file is a core module, which serves all that other core modules import \
                     from one: give `env` or another module's name",
                ));
            }
            return Ok(Server::Module(path.to_owned()));
        }
        let needed: Vec<_> = inspection.imports.iter().map(|one| one.item.name.clone()).collect();
        let is_needed = |name: &str| needed.iter().any(|import| means(name, import));
        self.stack.push(path.to_owned());
        let own = added(wit_host_contract::builder(), self.servers(is_needed)?)?;
        self.stack.pop();
        let grants = match self.file {
            Some(file) => granted(file, grants, Grants::default())?,
            None => Grants::default(),
        };
        let runtime = (self.setup)(own)?.grants(grants.clone()).build()?;
        let provider = GuestProvider::file(&runtime, path, move || Functions::new(&grants));
        let provider = provider.map_err(|error| named(path, error))?;
        let provider = Arc::new(if shared { provider.shared() } else { provider });
        self.loaded.insert(path.to_owned(), Arc::clone(&provider));
        Ok(Server::Provider(provider))
    }

    /// Returns the provider for a fixture. Names with the same fixture share it.
    fn fixture(&mut self, path: &Path) -> Result<Arc<FixtureProvider>> {
        if let Some(known) = self.fixtures.get(path) {
            return Ok(Arc::clone(known));
        }
        let fixture = Arc::new(Fixture::read(path)?.provider());
        self.fixtures.insert(path.to_owned(), Arc::clone(&fixture));
        Ok(fixture)
    }

    /// Returns the client. A host file may be for a command that has one, and for others.
    fn client(&self, import: &Import) -> Result<Arc<Client>> {
        match self.client {
            Some(client) => Ok(Arc::clone(client)),
            None if import.place.is_some() => Ok(Arc::default()),
            None => Err(self.wrong(import, "client", "only `wit-host serve --stdio` has a client")),
        }
    }

    /// Returns the provider for a process. Names with the same process share it.
    fn process(&mut self, import: &Import, process: &Process) -> Result<Arc<ProcessProvider>> {
        if let Some((_, known)) = self.processes.iter().find(|(other, _)| other == process) {
            return Ok(Arc::clone(known));
        }
        let words = process.words.join(" ");
        let (program, arguments) = match process.words.split_first() {
            Some((program, rest)) => (&**program, rest),
            None => ("", &[][..]),
        };
        let started = ProcessProvider::new(program, arguments).map_err(|error| {
            let spec = format!("exec:{}", words.escape_debug());
            self.wrong(import, &spec, &error.to_string())
        })?;
        let variables = process.environment.iter();
        let mut started =
            variables.fold(started, |process, (name, value)| process.environment(name, value));
        if let Some(folder) = &process.folder {
            started = started.directory(folder);
        }
        started = started.supervised(this_program()?, [crate::SUPERVISOR]);
        if process.shared {
            started = started.shared();
        }
        let shown = on_one_line(&words);
        let started =
            started.on_stderr(move |line| notice(&format!("{shown}: {}", on_one_line(line))));
        let started = Arc::new(started);
        self.processes.push((process.clone(), Arc::clone(&started)));
        Ok(started)
    }

    fn bare(&self) -> Result<&Runtime<Functions>> {
        if let Some(bare) = self.bare.get() {
            return Ok(bare);
        }
        let bare = (self.setup)(wit_host_contract::builder())?.build()?;
        Ok(self.bare.get_or_init(|| bare))
    }
}

/// Returns an import of the host file.
fn of_file(file: Option<&HostFile>, import: &wit_host_config::Import) -> Result<Import> {
    let spec = match &import.provider {
        Provider::Guest { file, shared, grants } => {
            Spec::File { path: file.clone(), shared: *shared, grants: grants.clone() }
        }
        Provider::Process { command, environment, folder, shared } => Spec::Process(Process {
            words: command.clone(),
            environment: environment.clone(),
            // The folder of a file that is named without one is the current one.
            folder: Some(folder.clone()).filter(|folder| !folder.as_os_str().is_empty()),
            shared: *shared,
        }),
        Provider::Fixture { file } => Spec::Fixture(file.clone()),
        Provider::Trap => Spec::Trap,
        Provider::Default => Spec::Default,
        Provider::Client => Spec::Client,
        _ => {
            let reason = "this version of the command does not know what serves it; give a guest, \
                          a process, a fixture, `trap`, `default` or `client`";
            let error = file.map(|file| file.invalid(import.place, reason));
            return Err(error.map_or_else(|| Usage::new(reason.to_owned()).into(), Into::into));
        }
    };
    Ok(Import { name: import.name.clone(), spec, place: Some(import.place) })
}

/// Escapes control characters in a text of a guest or a process, so that it stays on one line and
/// cannot control a terminal.
fn on_one_line(text: &str) -> String {
    text.chars().fold(String::new(), |mut line, character| {
        match character.is_control() {
            true => line.extend(character.escape_debug()),
            false => line.push(character),
        }
        line
    })
}

/// Returns true if a name means a function, or a package or an interface that has it.
fn is_part(name: &str, function: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default();
    let rest = function.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
}

/// Returns true if a name may mean what a component imports as `import`.
fn means(name: &str, import: &str) -> bool {
    let plain = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let (name, import) = (plain(name), plain(import));
    let within = |outer: &str, inner: &str, between: char| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(between))
    };
    name == import || within(&name, &import, '/') || within(&import, &name, '.')
}

/// Returns true if a name may mean the import of a component or a core module. An import of a core
/// module may be a function of any interface, of which it has only the function's own name.
fn may_mean(name: &str, import: &str) -> bool {
    let plain = name.split('@').next().unwrap_or_default();
    let of_module = match import.split_once('.').filter(|(module, _)| !module.contains(':')) {
        Some((module, function)) => match (plain.contains(':'), plain.rsplit_once('.')) {
            (true, Some((_, wanted))) => wanted == function,
            (true, None) => true,
            (false, _) => plain == module || plain == import,
        },
        None => false,
    };
    of_module || means(name, import)
}

fn import(text: &OsStr) -> Result<Import, String> {
    let bytes = text.as_bytes();
    let between = bytes.iter().position(|byte| *byte == b'=').unwrap_or(bytes.len());
    let (name, spec) = (&bytes[..between], bytes.get(between + 1..).unwrap_or_default());
    let name = std::str::from_utf8(name).map_err(|_| "the name has to be UTF-8 text".to_owned())?;
    if name.is_empty() || spec.is_empty() {
        return Err("a name or who serves it is missing; give NAME=SPEC".into());
    }
    let spec = match spec {
        b"trap" => Spec::Trap,
        b"default" => Spec::Default,
        b"client" => Spec::Client,
        process if process.starts_with(b"exec:") => {
            let words = std::str::from_utf8(&process[b"exec:".len()..]);
            let words = words.map_err(|_| "the command has to be UTF-8 text".to_owned())?;
            let words = shlex::split(words).filter(|words| !words.is_empty());
            let words =
                words.ok_or("a program is missing, or a quote its end; give exec:PROGRAM")?;
            Spec::Process(Process { words, ..Process::default() })
        }
        fixture if fixture.ends_with(b".toml") => Spec::Fixture(OsStr::from_bytes(fixture).into()),
        file => Spec::file(OsStr::from_bytes(file)),
    };
    Ok(Import { name: name.into(), spec, place: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_have_a_name_and_a_spec() {
        let parsed = |text: &str| import(OsStr::new(text)).map(|import| (import.name, import.spec));
        assert_eq!(parsed("a:b=trap"), Ok(("a:b".into(), Spec::Trap)));
        assert_eq!(parsed("env.x=default"), Ok(("env.x".into(), Spec::Default)));
        assert_eq!(parsed("a:b=client"), Ok(("a:b".into(), Spec::Client)));
        assert_eq!(parsed("a:b=./client"), Ok(("a:b".into(), Spec::file(OsStr::new("./client")))));
        assert_eq!(parsed("a:b=c.toml"), Ok(("a:b".into(), Spec::Fixture("c.toml".into()))));
        assert_eq!(parsed("a:b=a=b.wasm"), Ok(("a:b".into(), Spec::file(OsStr::new("a=b.wasm")))));
        for text in ["", "a:b", "a:b=", "=a.wasm"] {
            assert!(parsed(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_may_mean_imports_of_core_modules() {
        for (name, import, expected) in [
            ("env", "env.price", true),
            ("env.price", "env.price", true),
            ("env.prices", "env.price", false),
            ("other", "env.price", false),
            ("a:b/c@1.0.0", "env.price", true),
            ("a:b/c.price", "env.price", true),
            ("a:b/c.stock", "env.price", false),
            ("a:b/c", "a:b/d@1.0.0", false),
        ] {
            assert_eq!(may_mean(name, import), expected, "{name} {import}");
        }
    }

    #[test]
    fn names_mean_imports() {
        for (name, import, expected) in [
            ("a:b/c", "a:b/c@1.0.0", true),
            ("a:b/c@1.0.0", "a:b/c@1.2.0", true),
            ("a:b", "a:b/c@1.0.0", true),
            ("a:b/c.f", "a:b/c@1.0.0", true),
            ("a:b/c", "a:b/cc", false),
            ("a:bb", "a:b/c", false),
            ("f", "f", true),
            ("env", "a:b/c", false),
        ] {
            assert_eq!(means(name, import), expected, "{name} {import}");
        }
    }
}
