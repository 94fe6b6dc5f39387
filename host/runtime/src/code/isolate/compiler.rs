//! Compiles guests in a process of its own: the input of that process, and the use of its
//! output.

use std::io;
use std::time::Duration;

use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use super::{Bounds, Ended, Failed, Isolation, Role, Spent, Task};
use crate::code::compile::{Compiled, here};
use crate::engine::pool;
use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::failure::lacking::is_out_of_memory;
use wit_host_binary::error::GuestError;
use wit_host_binary::kind::{Kind, recognise};
use wit_host_binary::limits::{LimitReached, Limits};
use wit_host_check::engine_error::{reason, root_cause};
use wit_host_check::threads;

impl Bounds {
    /// Returns the bounds of compiling. On a busy machine, a compiler may take several times
    /// its CPU time by the clock. One that takes longer than that is doing nothing.
    fn of_compiling(limits: &Limits) -> Self {
        Self {
            cpu: limits.compile_time,
            wall: limits.compile_time.saturating_mul(4).saturating_add(Duration::from_secs(10)),
            memory: limits.compile_memory,
            stack: None,
            output: limits.compiled_size,
        }
    }
}

impl Isolation {
    /// Compiles an examined guest, and loads the code into `engine`.
    pub(crate) fn compile(
        &self,
        engine: &Engine,
        kind: Kind,
        binary: &[u8],
        limits: &Limits,
    ) -> Result<Compiled> {
        let bounds = Bounds::of_compiling(limits);
        let settings = self.settings.as_ref().map(Settings::to_word).unwrap_or_default();
        let task = Task { role: Role::Compile, arguments: &[settings], input: binary, bounds };
        let ended = self.run(&task).map_err(|error| Error::Host {
            action: "start the compiler",
            reason: format!(
                "{error}; a runtime without `RuntimeBuilder::isolate` compiles in this process"
            ),
        })?;
        let costly = |limit: LimitReached| Err(limit.into());
        let host = |reason| {
            Err(Error::Host { action: "compile the guest in a process of its own", reason })
        };
        match ended {
            Ended::Done(code) => take_back(engine, kind, &code),
            Ended::Refused(reason) => Err(GuestError::Invalid { kind: kind.name(), reason }.into()),
            Ended::Spent(Spent::Cpu) => costly(LimitReached::CompileTime(limits.compile_time)),
            Ended::Spent(Spent::Memory) => {
                costly(LimitReached::CompileMemory(limits.compile_memory))
            }
            Ended::Spent(Spent::Output) => costly(LimitReached::CompiledSize(limits.compiled_size)),
            Ended::Spent(Spent::Wall) => host(format!(
                "it was not done after {:?}, of which it computed less than {:?}",
                bounds.wall, bounds.cpu
            )),
            Ended::Broken(how) => Err(Error::CompilerFailed { kind: kind.name(), how }),
            Ended::Host(reason) => host(reason),
        }
    }
}

#[allow(unsafe_code, reason = "machine code comes from another process")]
fn take_back(engine: &Engine, kind: Kind, code: &[u8]) -> Result<Compiled> {
    // SAFETY: the bytes were written by this library's own compiler, in a program that the
    // embedder chose, through a pipe that no other process has. The engine checks that the
    // version and the settings are its own.
    let compiled = unsafe {
        match kind {
            Kind::Component => Component::deserialize(engine, code).map(Compiled::Component),
            Kind::Module => Module::deserialize(engine, code).map(Compiled::Module),
        }
    };
    compiled.map_err(|error| {
        let unfit = pool::unfit(engine, &error);
        unfit.unwrap_or_else(|| Error::host("take back the compiled code")(error))
    })
}

/// The size in bytes up to which a guest is compiled sooner than threads are started.
const LARGE: u64 = 4 << 10;
/// The memory for each thread that compiles: its stack, and what the system's allocator
/// reserves for it.
const MEMORY_OF_THREAD: u64 = 256 << 20;

/// Starts the threads that compile an input of this size.
pub(super) fn prepare(input: u64, memory: u64) -> io::Result<()> {
    let most = usize::try_from(memory / MEMORY_OF_THREAD).unwrap_or(usize::MAX);
    if input >= LARGE { threads::start(most).map(drop) } else { Ok(()) }
}

/// Compiles a guest in binary form that was examined. Runs in the other process.
pub(super) fn work(arguments: &[String], binary: &[u8]) -> Result<Vec<u8>, Failed> {
    let failed = |error: &wasmtime::Error, failed: fn(String) -> Failed, text: String| {
        if is_out_of_memory(error) { Failed::Memory } else { failed(text) }
    };
    let host = |error: wasmtime::Error| failed(&error, Failed::Host, reason(&error));
    let [settings] = arguments else {
        return Err(Failed::Host("a compiler takes the settings of its engine".into()));
    };
    let settings: Settings = settings.parse().map_err(Failed::Host)?;
    let is_large = binary.len() as u64 >= LARGE;
    let engine = settings.compiler(is_large).map_err(host)?;
    let (kind, binary) =
        recognise(binary, false).map_err(|error| Failed::Refused(error.to_string()))?;
    let compile = || here(&engine, kind, &binary);
    let compiled = match is_large {
        true => threads::within(compile).map_err(|error| Failed::Host(error.to_string()))?,
        false => compile(),
    };
    compiled
        .map_err(|error| failed(&error, Failed::Refused, root_cause(&error)))?
        .serialize()
        .map_err(host)
}
