//! The options of every command that runs a guest: its limits and its grants, as text that is
//! converted to the library's types. It does not know what a command does with the guest.

pub(crate) mod convention;
pub(crate) mod features;
pub(crate) mod host_file;
pub(crate) mod imports;
pub(crate) mod isolation;
pub(crate) mod loading;
pub(crate) mod modules;

use std::env::VarError;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use wit_host::{
    Access, Cache, Contract, Denial, Grants, Guest, Limits, Result, Runtime, RuntimeBuilder, Stdio,
};
use wit_host_contract::Functions;
use wit_host_providers::{Client, Recording};

use crate::diagnostics::Observer;
use crate::status::shown_path;
use host_file::HostFileOptions;
use isolation::Isolate;
use modules::Modules;

/// What the guest may spend and touch, and what serves it.
#[derive(Args)]
pub(crate) struct Options {
    /// Let the guest fetch documents from this host, on this port or on any
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_host: Vec<String>,

    /// Let the guest read a directory, as the same path or as GUEST; `:rw` lets
    /// it write as well
    #[arg(long, value_name = "HOST[::GUEST][:rw]", value_parser = OsStringValueParser::new().try_map(|text| directory(&text)))]
    dir: Vec<Directory>,

    /// Set an environment variable in the guest; without a value, to the one
    /// that it has here
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Stop a call of the guest after this time, as 500ms, 5s, 2m, or none; its
    /// set-up is a call of its own [default: 30s]
    #[arg(long, value_name = "TIME")]
    timeout: Option<String>,

    /// The most memory that the guest may have, as 64MiB or 1GiB [default: 256MiB]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,

    /// Stop the guest after this much fuel, about one unit an instruction
    #[arg(long, value_name = "UNITS")]
    fuel: Option<String>,

    /// Set a limit by its name; a wrong name lists them all
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    limit: Vec<(String, String)>,

    /// Withhold host functions: a package (wasi:sockets), an interface
    /// (wit-host:contract/fetch), a function (wit-host:contract/fetch.get) or an
    /// import (env.fetch); a guest that imports one is refused
    #[arg(long, value_name = "FUNCTIONS")]
    deny: Vec<String>,

    /// Withhold host functions like --deny, but run the guest, which traps where it calls one.
    /// It may be a function that the host does not have, so that a guest runs which imports it:
    /// wasi:logging, or all of a core module (wbg.*)
    #[arg(long, value_name = "FUNCTIONS")]
    deny_calls: Vec<String>,

    /// Whether the guest has this command's input and output
    #[arg(long, value_name = "WHERE", default_value = "inherit")]
    stdio: Io,

    /// Stop clocks, fix random bytes and count fuel (10 000 million units without
    /// --fuel), so that every run is the same
    #[arg(long)]
    deterministic: bool,

    #[command(flatten)]
    isolate: Isolate,

    /// Compile the guest each time, and keep nothing of it; `wit-host cache --help`
    /// says what is kept otherwise
    #[arg(long)]
    no_cache: bool,

    /// The guest is a file that `wit-host compile` has written. Its code is run as it
    /// is, with all rights of this command: trust it as you trust this command
    #[arg(long)]
    trusted_code: bool,

    #[command(flatten)]
    modules: Modules,

    /// Hold the guest against the contract in this WIT file or folder, instead of this host's;
    /// what it imports of that is for `--import` to serve
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// The contract's world, where it has more than one
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    host_file: HostFileOptions,
}

/// Where the guest's input and output are.
#[derive(Clone, Copy, ValueEnum)]
enum Io {
    /// This command's own; a terminal shows text and its colours, and by its number what
    /// could steer it
    Inherit,
    /// This command's own, and everything as it is, also on a terminal
    Raw,
    /// Nowhere
    Closed,
}

#[derive(Clone, Debug, PartialEq)]
struct Directory {
    host: PathBuf,
    guest: String,
    access: Access,
}

impl Options {
    /// Returns a runtime's builder with the shipped contract and what the options set, which
    /// records and leaves coredumps as the observer wants.
    pub(crate) fn builder(
        &self,
        observer: &Observer<'_>,
    ) -> anyhow::Result<RuntimeBuilder<Functions>> {
        self.builder_with(self.modules.externref(), observer.recording(), observer.wants_coredump())
    }

    /// Returns a runtime's builder as [`Options::builder`] does, for guests that are not observed but
    /// for what is recorded.
    pub(crate) fn unobserved_builder(
        &self,
        recording: Option<&Arc<Recording>>,
    ) -> anyhow::Result<RuntimeBuilder<Functions>> {
        self.builder_with(self.modules.externref(), recording, false)
    }

    /// Loads the observer's guest with the runtime of [`Options::builder`], or with another runtime
    /// if the guest needs values of the host.
    ///
    /// # Errors
    /// The errors of loading the guest.
    pub(crate) fn load(
        &self,
        runtime: &Runtime<Functions>,
        observer: &Observer<'_>,
    ) -> anyhow::Result<Guest<Functions>> {
        if let Some(file) = self.host_file.get()? {
            observer.tell(|| format!("by the host file `{}`", shown_path(&file.path)));
        }
        let guest = self.modules.with_host_values(|externref| {
            match externref == self.modules.externref() {
                true => observer.load(runtime, self.trusted_code),
                false => {
                    let other = self.builder_with(
                        externref,
                        observer.recording(),
                        observer.wants_coredump(),
                    );
                    let other = other?.build()?;
                    observer.load(&other, self.trusted_code)
                }
            }
        })?;
        self.modules.tell_unused(|| guest.imports());
        Ok(guest)
    }

    /// Returns the contract that an option names, or else the one that the host file names.
    fn contract(&self) -> anyhow::Result<Option<Contract>> {
        let named = self.wit.as_deref().map(|wit| (wit, self.world.as_deref()));
        let contract = match named {
            Some(named) => Some(named),
            None => self.host_file.contract()?,
        };
        Ok(contract.map(|(wit, world)| Contract::read(wit, world)).transpose()?)
    }

    /// Returns the package of the contract that is not the shipped one, with its version.
    pub(crate) fn package(&self) -> anyhow::Result<Option<String>> {
        Ok(self.contract()?.map(|contract| contract.package().name().to_string()))
    }

    fn builder_with(
        &self,
        externref: bool,
        recording: Option<&Arc<Recording>>,
        coredump: bool,
    ) -> anyhow::Result<RuntimeBuilder<Functions>> {
        let mut builder = match recording {
            Some(recording) => {
                wit_host_contract::builder_over_values()?.record(Arc::clone(recording))
            }
            None => wit_host_contract::builder(),
        };
        if let Some(contract) = self.contract()? {
            self.modules.check_fixtures(&contract, self.host_file.get()?)?;
            builder = builder.contract_of(contract);
        }
        builder = builder.coredump(coredump);
        let cache = Cache::of_user().filter(|_| !self.no_cache);
        let setup = |builder: RuntimeBuilder<Functions>| {
            let builder = builder.limits(self.limits()?).deterministic(self.deterministic);
            let builder = self.isolate.apply(builder.allow_text_format(true))?;
            Ok(match &cache {
                Some(cache) => builder.cache(cache.clone()),
                None => builder,
            })
        };
        Ok(self
            .modules
            .offer_with(builder, externref, &setup, self.host_file.get()?)?
            .grants(self.grants()?))
    }

    /// Returns true if the guest is granted directories.
    pub(crate) fn has_directories(&self) -> anyhow::Result<bool> {
        Ok(!self.dir.is_empty() || self.host_file.has_directories()?)
    }

    /// Returns true if a terminal gets a guest's output unchanged.
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self.stdio, Io::Raw)
    }

    /// Returns true if the guest has neither input nor output.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.stdio, Io::Closed)
    }

    /// Replaces the guest's name in the host file by its file.
    pub(crate) fn resolve(&mut self, guest: &mut OsString) -> anyhow::Result<()> {
        self.host_file.resolve(guest, self.trusted_code)
    }

    /// Replaces a name as [`Options::resolve`] does, for a word that is a path already.
    pub(crate) fn resolve_path(&mut self, guest: &mut PathBuf) -> anyhow::Result<()> {
        self.host_file.resolve_path(guest, self.trusted_code)
    }

    /// Chooses a guest of the host file by its name, whose limits and grants then hold.
    pub(crate) fn choose(&mut self, guest: &str) {
        self.host_file.choose(guest);
    }

    /// Sets the client that serves the imports which are given to `client`.
    pub(crate) fn set_client(&mut self, client: Arc<Client>) {
        self.modules.set_client(client);
    }

    /// Returns the options that choose the host file.
    pub(crate) fn host_file(&self) -> &HostFileOptions {
        &self.host_file
    }

    /// Returns the options for modules and imports.
    pub(crate) fn modules(&self) -> &Modules {
        &self.modules
    }

    /// Returns true if the guest is compiled code that the person trusts.
    pub(crate) fn trusts_code(&self) -> bool {
        self.trusted_code
    }

    /// Returns the guest's limits.
    pub(crate) fn limits(&self) -> anyhow::Result<Limits> {
        let mut limits = self.host_file.limits()?;
        self.set_over(&mut limits)?;
        Ok(limits)
    }

    /// Sets in `limits` those that options set.
    pub(crate) fn set_over(&self, limits: &mut Limits) -> Result<(), Usage> {
        for (name, value) in self.set_limits() {
            limits.set(name, value).map_err(|reason| {
                Usage(match name {
                    "wall-clock" => format!("invalid value '{value}' for '--timeout': {reason}"),
                    "memory" | "fuel" => {
                        format!("invalid value '{value}' for '--{name}': {reason}")
                    }
                    _ => format!("invalid value '{name}={value}' for '--limit': {reason}"),
                })
            })?;
        }
        Ok(())
    }

    /// Returns true if an option grants a directory under this path in the guest.
    pub(crate) fn has_directory(&self, guest: &str) -> bool {
        self.dir.iter().any(|own| own.guest == guest)
    }

    /// Returns true if an option sets this variable.
    pub(crate) fn has_variable(&self, name: &str) -> bool {
        self.env.iter().any(|(own, _)| own == name)
    }

    /// Returns what options grant and deny, as a kind, a name and a value. The value of a host or
    /// a denial is empty.
    pub(crate) fn granted(&self) -> impl Iterator<Item = (&'static str, String, String)> {
        let named = |what, names: &[String]| -> Vec<_> {
            let names = names.iter().map(|name| shown_path(Path::new(name)));
            names.map(|name| (what, name, String::new())).collect()
        };
        let directories = self.dir.iter().map(|Directory { host, guest, access }| {
            let access = match access {
                Access::ReadOnly => "to read",
                Access::ReadWrite => "to read and write",
            };
            let value = format!("{}, {access}", shown_path(host));
            ("directory", shown_path(Path::new(guest)), value)
        });
        let variables = self.env.iter().map(|(name, value)| {
            let [name, value] = [name, value].map(|text| shown_path(Path::new(text)));
            ("variable", name, value)
        });
        named("host", &self.allow_host)
            .into_iter()
            .chain(directories)
            .chain(variables)
            .chain(named("denied", &self.deny))
            .chain(named("denied call", &self.deny_calls))
    }

    /// Returns the limits that options set. A later one takes precedence.
    pub(crate) fn set_limits(&self) -> impl Iterator<Item = (&str, &String)> {
        let own = [("wall-clock", &self.timeout), ("memory", &self.memory), ("fuel", &self.fuel)];
        let own = own.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        own.chain(self.limit.iter().map(|(name, value)| (&**name, value)))
    }

    /// Returns the grants, including the command's own input and output.
    pub(crate) fn grants(&self) -> anyhow::Result<Grants> {
        let mut grants = Grants::default().stdio(match self.stdio {
            Io::Inherit => Stdio::Inherited,
            Io::Raw => Stdio::InheritedRaw,
            Io::Closed => Stdio::Closed,
        });
        for Directory { host, guest, access } in &self.dir {
            grants = grants.directory(host, guest, *access);
        }
        for (name, value) in &self.env {
            grants = grants.environment(name, value);
        }
        for functions in &self.deny {
            grants = grants.deny(functions, Denial::Refuse)?;
        }
        for functions in &self.deny_calls {
            grants = grants.deny(functions, Denial::Trap)?;
        }
        for host in &self.allow_host {
            grants = grants.allow_host(host)?;
        }
        let grants = self.host_file.grant(
            grants,
            |guest| self.has_directory(guest),
            |name| self.has_variable(name),
        )?;
        self.modules.surround(grants, self.host_file.get()?)
    }

    /// Returns the names of parameters and fields that the host file leaves out of recordings.
    pub(crate) fn redacted(&self) -> anyhow::Result<Vec<String>> {
        let file = self.host_file.get()?;
        let names = file.into_iter().flat_map(|file| &file.redact);
        Ok(names.map(|name| name.value.clone()).collect())
    }
}

/// The error for options that do not make sense together, which clap cannot detect.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl Usage {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Returns the file of a guest, which is standard input for `-`.
pub(crate) fn guest_file(path: &Path) -> &Path {
    if path == Path::new("-") { Path::new("/dev/stdin") } else { path }
}

/// Returns a word that has to be text, such as a guest's argument or a function's name.
pub(crate) fn text(word: &OsStr) -> Result<&str, Usage> {
    word.to_str().ok_or_else(|| {
        let word = shown_path(Path::new(word));
        Usage(format!("`{word}` is no UTF-8 text, which it has to be, unless it names a file"))
    })
}

pub(crate) fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.into(), value.into())),
        None => Err("a value is missing; give NAME=VALUE".into()),
    }
}

fn directory(text: &OsStr) -> Result<Directory, String> {
    let (paths, access) = match text.as_bytes().strip_suffix(b":rw") {
        Some(paths) => (paths, Access::ReadWrite),
        None => (text.as_bytes(), Access::ReadOnly),
    };
    let between = paths.windows(2).position(|two| two == b"::");
    let (host, guest) = between.map_or((paths, paths), |at| (&paths[..at], &paths[at + 2..]));
    if host.is_empty() || guest.is_empty() {
        return Err("a path is missing; give HOST, HOST::GUEST or HOST::GUEST:rw".into());
    }
    let guest = std::str::from_utf8(guest)
        .map_err(|_| "the guest's path has to be UTF-8 text; give HOST::GUEST".to_owned())?;
    Ok(Directory { host: OsStr::from_bytes(host).into(), guest: guest.into(), access })
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("the name is missing; give NAME or NAME=VALUE".into()),
        Some((name, value)) => Ok((name.into(), value.into())),
        None => match std::env::var(text) {
            Ok(value) => Ok((text.into(), value)),
            Err(VarError::NotUnicode(_)) => Err(format!("`{text}` is not text here")),
            Err(_) if text.is_empty() => Err("the name is missing; give NAME or NAME=VALUE".into()),
            Err(_) => Err(format!("`{text}` is not set here; give {text}=VALUE")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories() {
        let cases = [
            ("/a", Some(("/a", "/a", Access::ReadOnly))),
            ("/a:rw", Some(("/a", "/a", Access::ReadWrite))),
            ("/a::/b", Some(("/a", "/b", Access::ReadOnly))),
            ("/a::/b:rw", Some(("/a", "/b", Access::ReadWrite))),
            ("", None),
            ("::/b", None),
            (":rw", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(host, guest, access)| Directory {
                host: host.into(),
                guest: guest.into(),
                access,
            });
            assert_eq!(directory(OsStr::new(text)).ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn variables() {
        assert_eq!(variable("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(variable("A="), Ok(("A".into(), String::new())));
        assert!(variable("=b").is_err());
        assert!(variable("WIT_HOST_IS_NEVER_SET").expect_err("not set").contains("=VALUE"));
    }
}
