//! The side inside of the process. It sets the limits, makes sure that the process ends with
//! the one that started it, reads the input and writes the output. It reports failures by its
//! exit status, and in words on standard error.

use std::io::{self, Read as _, StdinLock, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::thread;

use rlimit::Resource;
use rustix::process::{Signal, getpid, kill_process};

use super::{Failed, Role};

/// The exit status if the input is at fault.
pub(super) const REFUSED: i32 = 126;
/// The exit status if the host kept the process from its task.
pub(super) const HOST: i32 = 125;
/// The exit status if memory ran out.
pub(super) const MEMORY: i32 = 124;
/// The exit status of a panic, which is Rust's.
pub(super) const FAILED: i32 = 101;

/// The bytes of stack of the thread that only waits.
const WATCHER_STACK: usize = 64 << 10;

/// The bytes of stack that the first thread has for its task, however little memory is left.
const STACK: usize = 512 << 10;

/// Does what the arguments and standard input ask for.
pub(super) fn serve(arguments: &[String]) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
        let words = panic.payload_as_str().unwrap_or("without words");
        say(&format!("{words}{place}"));
    }));
    let status = match catch_unwind(AssertUnwindSafe(|| work(arguments))) {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(Failed::Refused(reason))) => {
            say(&reason);
            REFUSED
        }
        Ok(Err(Failed::Host(reason))) => {
            say(&reason);
            HOST
        }
        Ok(Err(Failed::Memory)) => MEMORY,
        Err(_) => FAILED,
    };
    u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn say(words: &str) {
    // If nothing can be written there, the exit status has to do.
    let _ = writeln!(io::stderr(), "{words}");
}

fn work(arguments: &[String]) -> Result<(), Failed> {
    let [role, seconds, bytes, stack, arguments @ ..] = arguments else {
        return Err(Failed::Host("a process of its own takes a role and its limits".into()));
    };
    let role = Role::ALL.into_iter().find(|known| known.word() == role);
    let role = role.ok_or_else(|| Failed::Host("there is no such role".into()))?;
    let [seconds, bytes, stack] = [number(seconds)?, number(bytes)?, number(stack)?];
    die_with_parent();
    let mut stdin = io::stdin().lock();
    let length = length(&mut stdin)?;
    // Threads and the stack get their memory before it is limited. Under the limit, a thread
    // that cannot get its memory may abort the process.
    role.prepare(length, bytes)
        .and_then(|()| start_watcher())
        .map_err(|error| broken("start a thread", &error))?;
    grow_stack();
    // The hard limit ends a process that ignores the signal of the soft limit.
    bound(Resource::CPU, seconds, seconds.saturating_add(1))?;
    bound(Resource::AS, bytes, bytes)?;
    // A core file would have as many bytes as the compiler had memory.
    bound(Resource::CORE, 0, 0)?;
    if stack > 0 {
        bound(Resource::STACK, stack, stack)?;
    }
    let input = input(&mut stdin, length)?;
    drop(stdin);
    let output = role.work(arguments, &input)?;
    io::stdout().lock().write_all(&output).map_err(|error| broken("write the output", &error))
}

/// Grows the first thread's stack to its full size. If it could not grow later, because no
/// memory is left, the process would end as if its stack had overflowed.
#[inline(never)]
fn grow_stack() {
    let mut room = [0_u8; STACK];
    std::hint::black_box(&mut room);
}

fn number(text: &str) -> Result<u64, Failed> {
    text.parse().map_err(|_| Failed::Host(format!("`{text}` is no limit of a process")))
}

fn broken(action: &str, error: &io::Error) -> Failed {
    Failed::Host(format!("failed to {action}: {error}"))
}

/// Sets a limit, as far as this process itself may have that much.
fn bound(resource: Resource, soft: u64, hard: u64) -> Result<(), Failed> {
    let set = resource.get_hard().and_then(|most| resource.set(soft.min(most), hard.min(most)));
    set.map_err(|error| broken("set a limit of the process", &error))
}

fn length(stdin: &mut StdinLock<'_>) -> Result<u64, Failed> {
    let mut length = [0; 8];
    stdin.read_exact(&mut length).map_err(|error| broken("read the input", &error))?;
    Ok(u64::from_le_bytes(length))
}

fn input(stdin: &mut StdinLock<'_>, length: u64) -> Result<Vec<u8>, Failed> {
    let length = usize::try_from(length).map_err(|_| Failed::Memory)?;
    let mut input = Vec::new();
    // The limit on memory is in force already. Other ways to allocate would abort the process.
    input.try_reserve_exact(length).map_err(|_| Failed::Memory)?;
    input.resize(length, 0);
    stdin.read_exact(&mut input).map_err(|error| broken("read the input", &error))?;
    Ok(input)
}

/// Starts the thread that waits for the end of the parent. It takes over standard input once
/// the input has been read.
fn start_watcher() -> io::Result<()> {
    let (there, here) = sync_channel(0);
    thread::Builder::new().stack_size(WATCHER_STACK).spawn(move || {
        let _ = there.send(());
        watch();
    })?;
    // Waits until the thread runs, and so has all of its memory.
    here.recv().map_err(io::Error::other)
}

/// Asks the system to end this process with the thread that started it, which waits as long as
/// this process has work. If the parent has ended before this call, it has closed the pipe that
/// the input comes from.
#[cfg(target_os = "linux")]
fn die_with_parent() {
    // If the system refuses, the pipe still ends this process.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent() {}

/// Ends this process once its standard input is closed, which happens when the process that
/// waits for it ends. This works on every system, and also if that process is not the parent.
fn watch() {
    let mut stdin = io::stdin().lock();
    let mut rest = [0; 64];
    while stdin.read(&mut rest).is_ok_and(|read| read > 0) {}
    let _ = kill_process(getpid(), Signal::KILL);
}
