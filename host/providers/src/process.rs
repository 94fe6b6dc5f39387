//! A provider that is a process: which process serves a call, when it is started, and what the
//! guest gets of an answer. How messages are exchanged is not known here.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tokio::sync::Mutex as AsyncMutex;
use wit_host::{BoxFuture, ImportCall, ImportedFunction, Provider, ProviderFailure, Unserved, Val};

use crate::connection::{Connection, Listener};
use crate::remote::{self, Wanted};

/// The limit on the starts of a process that all sessions share.
const MOST_STARTS: u32 = 4;

/// Serves functions with a process, by JSON-RPC on its standard input and output.
///
/// The process is started by the first call of a session, within the caller's time limit, and is
/// killed when the session ends. Its environment has only the variables that were set here.
///
/// If this program is killed, it cannot kill the process: one that ignores the end of its standard
/// input then stays behind, unless it is [`supervised`](ProcessProvider::supervised).
pub struct ProcessProvider {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    /// The program between this one and the process, with its arguments.
    supervisor: Option<(PathBuf, Vec<OsString>)>,
    listener: Listener,
    wanted: Wanted,
    /// The process that all sessions share, after [`ProcessProvider::shared`].
    shared: Option<AsyncMutex<Shared>>,
}

/// A process that all sessions share.
#[derive(Default)]
struct Shared {
    connection: Option<Arc<Connection>>,
    starts: u32,
}

/// The error for a program that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no program `{}`; give its path, or the name of one in `PATH`", .0.display())]
pub struct NoSuchProgram(pub PathBuf);

impl ProcessProvider {
    /// Creates a provider for a program, by its path or its name in `PATH`, with its arguments.
    ///
    /// # Errors
    /// [`NoSuchProgram`].
    pub fn new<A: Into<OsString>>(
        program: impl AsRef<Path>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self, NoSuchProgram> {
        let program = program.as_ref();
        let found = find(program).ok_or_else(|| NoSuchProgram(program.to_owned()))?;
        Ok(Self {
            program: found,
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
            directory: None,
            supervisor: None,
            listener: Arc::new(|_| ()),
            wanted: Wanted::default(),
            shared: None,
        })
    }

    /// Sets a variable of the process's environment, which is empty by default.
    #[must_use]
    pub fn environment(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Sets the directory in which the process starts, by default that of this program.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Starts the process by another program, which has to call [`supervise`](crate::supervise) with
    /// all that follows these arguments. It kills the process when this program has ended, in
    /// whatever way. It usually is this program itself, [`std::env::current_exe`].
    #[must_use]
    pub fn supervised<A: Into<OsString>>(
        mut self,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        self.supervisor = Some((program.into(), arguments));
        self
    }

    /// Sets the function that gets each line which the process writes to standard error, up to 64
    /// KiB in all.
    #[must_use]
    pub fn on_stderr(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.listener = Arc::new(listener);
        self
    }

    /// Makes all sessions share one process. A process that has ended is started again, three times
    /// at most.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shared = Some(AsyncMutex::default());
        self
    }

    async fn start(&self) -> Result<Connection, Failed> {
        let mut command = match &self.supervisor {
            Some((supervisor, arguments)) => {
                let mut command = Command::new(supervisor);
                command.args(arguments).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.args(&self.arguments).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        let connection = Connection::start(command, Arc::clone(&self.listener))
            .map_err(|error| Failed::of(format!("it cannot be started: {error}")))?;
        let greeted = remote::greet(connection.peer(), &self.wanted.all()).await;
        greeted.map_err(|reason| Failed { reason, last_lines: connection.last_lines() })?;
        Ok(connection)
    }

    async fn serve(&self, mut call: ImportCall<'_>) -> Result<Vec<Val>, Failed> {
        let trace_parent = call.trace_parent().map(|parent| &**parent);
        let asked = (call.function(), call.arguments(), trace_parent);
        if let Some(shared) = &self.shared {
            let connection = self.of_all(&mut *shared.lock().await).await?;
            return ask(&connection, asked).await;
        }
        let state = call.state();
        if state.get::<Connection>().is_none() {
            state.put(self.start().await?);
        }
        match state.get::<Connection>() {
            Some(connection) => ask(connection, asked).await,
            None => Err(Failed::of("it is not where it was put".into())),
        }
    }

    /// Returns the process that all sessions share, and starts it if it does not run.
    async fn of_all(&self, shared: &mut Shared) -> Result<Arc<Connection>, Failed> {
        if let Some(connection) =
            shared.connection.as_ref().filter(|one| one.peer().has_ended().is_none())
        {
            return Ok(Arc::clone(connection));
        }
        if shared.starts == MOST_STARTS {
            let reason = format!("it has ended {MOST_STARTS} times, and is not started once more");
            return Err(Failed::of(reason));
        }
        shared.connection = None;
        let started = self.start().await;
        // Counted here, so that callers who go away meanwhile do not use up the starts of all.
        shared.starts += 1;
        let connection = Arc::new(started?);
        shared.connection = Some(Arc::clone(&connection));
        Ok(connection)
    }
}

/// Sends a call to a process, and returns the function's results.
async fn ask(
    connection: &Connection,
    (function, arguments, trace_parent): (&ImportedFunction, &[Val], Option<&str>),
) -> Result<Vec<Val>, Failed> {
    let called = remote::call(connection.peer(), (function, arguments), trace_parent).await;
    called.map_err(|reason| Failed { reason, last_lines: connection.last_lines() })
}

impl Provider for ProcessProvider {
    fn offer(&self, function: &ImportedFunction) -> Result<(), Unserved> {
        self.wanted.add(function, "a process")
    }

    fn call<'a>(
        &'a self,
        call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        Box::pin(async move { self.serve(call).await.map_err(ProviderFailure::of) })
    }

    fn describe(&self) -> String {
        let program = self.program.file_name().unwrap_or(self.program.as_os_str());
        let words = std::iter::once(program).chain(self.arguments.iter().map(OsString::as_os_str));
        let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
        format!("the process `{}`", words.join(" ").escape_debug())
    }
}

/// Why a process failed in a call, and the last lines of its standard error.
#[derive(Debug)]
struct Failed {
    reason: String,
    last_lines: Vec<String>,
}

impl Failed {
    fn of(reason: String) -> Self {
        Self { reason, last_lines: Vec::new() }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        if !self.last_lines.is_empty() {
            write!(f, "\nits last lines on standard error:")?;
        }
        self.last_lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for Failed {}

/// Returns the path of a program: its own path, or one in a folder of `PATH`.
fn find(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program));
    found.into_iter().find(|file| file.is_file())
}
