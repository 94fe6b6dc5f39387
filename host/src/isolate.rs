//! Compiling in a process of its own, with limits of the operating system on
//! its CPU time and memory: a guest that is made to break a compiler breaks
//! that process, and the host reports it as an error like any other.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Output, Stdio};

use rlimit::Resource;
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use crate::compile::{Compiled, here};
use crate::engine::Settings;
use crate::error::{Error, Result};
use crate::kind::{Kind, recognise};
use crate::limits::{LimitReached, Limits};
use crate::pool;
use crate::text::{reason, root_cause};

/// A program to compile in: one that calls [`compile_worker`] when it is
/// started with the arguments that are given here.
///
/// The host runs the machine code that the program returns, so it has to be one
/// of the embedder's own, of the same version of this library.
#[derive(Clone, Debug)]
pub struct Isolation {
    program: PathBuf,
    arguments: Vec<OsString>,
    settings: Option<Settings>,
}

impl Isolation {
    /// Compiles in `program`, started with `arguments` and then some of its own.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments, settings: None }
    }

    pub(crate) fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    pub(crate) fn compile(
        &self,
        engine: &Engine,
        kind: Kind,
        binary: &[u8],
        limits: &Limits,
    ) -> Result<Compiled> {
        let output = self.run(binary, limits).map_err(Error::host("start the compiler"))?;
        if !output.status.success() {
            return Err(failure(kind, &output, limits));
        }
        #[allow(unsafe_code, reason = "machine code comes from another process")]
        // SAFETY: the bytes are what this library's own compiler wrote, in a
        // program that the embedder named for it, over a pipe that nobody else
        // holds; the engine checks that version and settings are its own.
        let compiled = unsafe {
            match kind {
                Kind::Component => {
                    Component::deserialize(engine, &output.stdout).map(Compiled::Component)
                }
                Kind::Module => Module::deserialize(engine, &output.stdout).map(Compiled::Module),
            }
        };
        compiled.map_err(|error| {
            let unfit = pool::unfit(engine, &error);
            unfit.unwrap_or_else(|| Error::host("take back the compiled code")(error))
        })
    }

    fn run(&self, binary: &[u8], limits: &Limits) -> io::Result<Output> {
        let settings = self.settings.as_ref().map(Settings::to_word).unwrap_or_default();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(settings)
            .arg(limits.compile_time.as_secs().max(1).to_string())
            .arg(limits.compile_memory.to_string())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A compiler that died does not read; how it ended says more.
            let _ = stdin.write_all(binary);
        }
        child.wait_with_output()
    }
}

/// How a process that did not compile ended.
fn failure(kind: Kind, output: &Output, limits: &Limits) -> Error {
    if output.status.code() == Some(REFUSED) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Error::Invalid { kind: kind.name(), reason: said.trim().into() };
    }
    match signal(output.status) {
        Some(SIGXCPU | SIGKILL) => {
            Error::TooCostly { limit: LimitReached::CompileTime(limits.compile_time) }
        }
        // Memory that runs out shows in many ways, as does a bug of the compiler.
        _ => Error::CompilerDied { kind: kind.name(), how: output.status.to_string() },
    }
}

/// The exit status of a worker that was given no valid guest.
const REFUSED: i32 = 126;
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The other end of an [`Isolation`]: compiles what is on standard input under
/// the limits that `arguments` hold (those that follow the embedder's own), and
/// writes the compiled code to standard output.
pub fn compile_worker(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    match work(&arguments.into_iter().collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Refused(reason)) => {
            eprintln!("{reason}");
            ExitCode::from(126)
        }
        Err(Failed::Broken(reason)) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

enum Failed {
    Refused(String),
    Broken(String),
}

fn work(arguments: &[String]) -> Result<(), Failed> {
    let broken = |error: &dyn std::fmt::Display| Failed::Broken(error.to_string());
    let [settings, seconds, bytes] = arguments else {
        return Err(broken(&"a compiler's process takes settings, seconds and bytes"));
    };
    let settings: Settings = settings.parse().map_err(Failed::Broken)?;
    let seconds: u64 = seconds.parse().map_err(|error| broken(&error))?;
    let bytes: u64 = bytes.parse().map_err(|error| broken(&error))?;
    // The second limit is for a process that outlives the first one's signal.
    Resource::CPU.set(seconds, seconds.saturating_add(1)).map_err(|error| broken(&error))?;
    Resource::AS.set(bytes, bytes).map_err(|error| broken(&error))?;

    let mut binary = Vec::new();
    io::stdin().read_to_end(&mut binary).map_err(|error| broken(&error))?;
    let engine = settings.engine(false, None).map_err(|error| broken(&reason(&error)))?;
    let (kind, binary) = recognise(&binary, false).map_err(|e| Failed::Refused(e.to_string()))?;
    let compiled =
        here(&engine, kind, &binary).map_err(|error| Failed::Refused(root_cause(&error)))?;
    let artefact = compiled.serialize().map_err(|error| broken(&reason(&error)))?;
    io::stdout().write_all(&artefact).map_err(|error| broken(&error))
}
