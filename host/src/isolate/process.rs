//! This process's side: starts the other one, gives it its input, takes its output up
//! to a limit, and tells how it ended. Whatever happens here, it is not left behind.

use std::io::{self, ErrorKind, Read, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rlimit::Resource;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::ioctl_fionbio;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::inside::{FAILED, HOST, MEMORY, REFUSED};
use super::{Isolation, Role};
use crate::text::shown_text;

/// What a process is started for.
pub(crate) struct Task<'t> {
    pub(crate) role: Role,
    pub(crate) arguments: &'t [String],
    pub(crate) input: &'t [u8],
    pub(crate) bounds: Bounds,
}

/// What a process may spend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// CPU time, in whole seconds.
    pub(crate) cpu: Duration,
    /// Time by the clock on the wall, for a process that waits or was stopped.
    pub(crate) wall: Duration,
    /// Bytes of address space.
    pub(crate) memory: usize,
    /// Bytes that the stack of its first thread may grow to, where it is bounded.
    pub(crate) stack: Option<usize>,
    /// Bytes of output that are taken.
    pub(crate) output: usize,
}

/// What of its bounds a process has spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    Cpu,
    Wall,
    Memory,
    Output,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It did what it was to do, and this came of it.
    Done(Vec<u8>),
    /// It found that what it was given is at fault.
    Refused(String),
    Spent(Spent),
    /// What it was given broke it: how.
    Broken(String),
    /// The host kept it from its work, or a person or the system ended it.
    Host(String),
}

/// More of what a process says about its failure is not read by anybody.
const LONGEST_WORDS: usize = 64 << 10;
/// How often it is looked whether a process is there whose output does not end.
const LOOK: Duration = Duration::from_secs(1);

impl Isolation {
    /// Has a process do a task, and waits for it. It is killed where the caller
    /// unwinds, and ends by itself where this process does.
    ///
    /// # Errors
    /// Where it could not be started or heard.
    pub(crate) fn run(&self, task: &Task<'_>) -> io::Result<Ended> {
        let Bounds { cpu, wall, memory, stack, output } = task.bounds;
        let numbers = [whole_seconds(cpu), memory as u64, stack.unwrap_or_default() as u64];
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(task.role.word())
            .args(numbers.map(|number| number.to_string()))
            .args(task.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let deadline = Instant::now().checked_add(wall);
        let mut process = Process::new(child, deadline)?;
        let taken = process.attend(task.input, output)?;
        let (status, used) = match taken {
            Taken::All => match process.end()? {
                Some(ended) => ended,
                None => return Ok(Ended::Spent(Spent::Wall)),
            },
            Taken::TooMuch => return Ok(Ended::Spent(Spent::Output)),
            Taken::TooLate => return Ok(Ended::Spent(Spent::Wall)),
        };
        Ok(process.ended(status, used, &task.bounds))
    }
}

/// How far the output of a process was taken.
enum Taken {
    All,
    TooMuch,
    TooLate,
}

/// A process that runs, and what it has said so far. It is killed when it is dropped.
struct Process {
    child: Child,
    /// As long as it is open, this process is there, which the other one looks at.
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    deadline: Option<Instant>,
    output: Vec<u8>,
    words: Vec<u8>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin = None;
        // Of one that has ended neither does anything.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn new(mut child: Child, deadline: Option<Instant>) -> io::Result<Self> {
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stderr = child.stderr.take();
        let (output, words) = (Vec::new(), Vec::new());
        let process = Self { child, stdin, stdout, stderr, deadline, output, words };
        if let Some(stdin) = &process.stdin {
            ioctl_fionbio(stdin, true)?;
        }
        if let Some(stdout) = &process.stdout {
            ioctl_fionbio(stdout, true)?;
        }
        if let Some(stderr) = &process.stderr {
            ioctl_fionbio(stderr, true)?;
        }
        Ok(process)
    }

    /// Gives it its input and takes its output, until there is no more.
    fn attend(&mut self, input: &[u8], most: usize) -> io::Result<Taken> {
        let length = (input.len() as u64).to_le_bytes();
        let mut left: [&[u8]; 2] = [&length, input];
        while self.stdout.is_some() || self.stderr.is_some() {
            let writes = left.iter().any(|part| !part.is_empty());
            let Some(readable) = self.wait(writes)? else { return Ok(Taken::TooLate) };
            if !readable && self.has_ended()? {
                // Another one that it has started holds its output.
                break;
            }
            if writes && let Some(stdin) = &mut self.stdin {
                give(stdin, &mut left)?;
            }
            take(&mut self.stdout, &mut self.output, most.saturating_add(1))?;
            take(&mut self.stderr, &mut self.words, LONGEST_WORDS)?;
            if self.output.len() > most {
                return Ok(Taken::TooMuch);
            }
        }
        Ok(Taken::All)
    }

    /// Waits until there is something to read or, with `writes`, to be written. `None`
    /// where time is up, and false where nothing has happened for a while.
    fn wait(&self, writes: bool) -> io::Result<Option<bool>> {
        let wait = match self.deadline {
            Some(deadline) => deadline.saturating_duration_since(Instant::now()).min(LOOK),
            None => LOOK,
        };
        if wait.is_zero() {
            return Ok(None);
        }
        let mut open = Vec::with_capacity(3);
        open.extend(self.stdout.as_ref().map(|out| PollFd::new(out, PollFlags::IN)));
        open.extend(self.stderr.as_ref().map(|err| PollFd::new(err, PollFlags::IN)));
        if writes {
            open.extend(self.stdin.as_ref().map(|stdin| PollFd::new(stdin, PollFlags::OUT)));
        }
        let wait = wait.try_into().map_err(io::Error::other)?;
        match poll(&mut open, Some(&wait)) {
            Ok(ready) => Ok(Some(ready > 0)),
            Err(rustix::io::Errno::INTR) => Ok(Some(true)),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until it has ended, and says how, and how much CPU time it has used where
    /// that can be known. `None` where time is up.
    fn end(&mut self) -> io::Result<Option<(ExitStatus, Option<Duration>)>> {
        let mut pause = Duration::from_micros(20);
        while !self.has_ended()? {
            if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(None);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
        let used = used(self.child.id());
        self.stdin = None;
        self.child.wait().map(|status| Some((status, used)))
    }

    /// Whether it has ended; it keeps its number until it is waited for.
    fn has_ended(&self) -> io::Result<bool> {
        let number = i32::try_from(self.child.id()).map_err(io::Error::other)?;
        let id = Pid::from_raw(number).map(WaitId::Pid).ok_or(ErrorKind::InvalidInput)?;
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(id, look)?.is_some())
    }

    fn ended(&mut self, status: ExitStatus, used: Option<Duration>, bounds: &Bounds) -> Ended {
        let words = String::from_utf8_lossy(&self.words);
        let words = words.trim();
        match (status.code(), signal(status)) {
            (Some(0), _) => Ended::Done(std::mem::take(&mut self.output)),
            (Some(REFUSED), _) => Ended::Refused(words.into()),
            (Some(MEMORY), _) => out_of(Spent::Memory, bounds),
            (Some(HOST), _) => Ended::Host(words.into()),
            (Some(FAILED), _) => {
                Ended::Broken(format!("it ended with the panic `{}`", shown_text(words)))
            }
            (_, Some(SIGXCPU)) => out_of(Spent::Cpu, bounds),
            (_, Some(SIGKILL)) if used.is_some_and(|used| used >= bounds.cpu) => {
                out_of(Spent::Cpu, bounds)
            }
            // Of one that could not be told, the standard library says so and aborts.
            (_, Some(SIGABRT)) if words.contains("memory allocation of ") => {
                out_of(Spent::Memory, bounds)
            }
            (_, Some(signal)) if FAULTS.contains(&signal) => {
                Ended::Broken(with_words(&format!("its process ended with {status}"), words))
            }
            (_, Some(SIGKILL)) => Ended::Host(
                "its process was killed by signal 9, as the system does when memory runs out"
                    .into(),
            ),
            (_, Some(signal)) => Ended::Host(format!("its process was ended by signal {signal}")),
            _ => Ended::Host(with_words(
                &format!(
                    "its process ended with {status}, and not as one does that calls \
                     `isolated_worker` of this version"
                ),
                words,
            )),
        }
    }
}

const SIGILL: i32 = 4;
const SIGTRAP: i32 = 5;
const SIGABRT: i32 = 6;
const SIGFPE: i32 = 8;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
#[cfg(any(target_os = "linux", target_os = "android"))]
const SIGBUS: i32 = 7;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SIGBUS: i32 = 10;
const SIGXCPU: i32 = 24;
/// The signals that a process gets for what it does itself.
const FAULTS: [i32; 6] = [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSEGV, SIGBUS];

fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// A process has spent what it was given, unless this one has less itself.
fn out_of(spent: Spent, bounds: &Bounds) -> Ended {
    let (resource, given) = match spent {
        Spent::Memory => (Resource::AS, bounds.memory as u64),
        _ => (Resource::CPU, whole_seconds(bounds.cpu)),
    };
    match resource.get_hard() {
        Ok(most) if most < given => Ended::Host(format!(
            "its process reached the limit of {most} that the system sets for this one \
             (RLIMIT_{})",
            if spent == Spent::Memory { "AS" } else { "CPU" }
        )),
        _ => Ended::Spent(spent),
    }
}

fn with_words(how: &str, words: &str) -> String {
    if words.is_empty() { how.into() } else { format!("{how}: {}", shown_text(words)) }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().max(1)
}

/// Writes as much as there is room for.
fn give(stdin: &mut ChildStdin, left: &mut [&[u8]; 2]) -> io::Result<()> {
    for part in left {
        while !part.is_empty() {
            match stdin.write(part) {
                Ok(written) => *part = part.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A process that has ended does not read; how it ended says more.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => *part = &[],
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Reads what there is, keeps as much of it as to have `most` bytes, and forgets the
/// pipe at its end.
fn take<R: Read>(pipe: &mut Option<R>, kept: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let mut buffer = [0; 64 << 10];
    while let Some(reader) = pipe {
        match reader.read(&mut buffer) {
            Ok(0) => *pipe = None,
            Ok(read) => {
                let read = read.min(most.saturating_sub(kept.len()));
                kept.extend(buffer.iter().take(read));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The CPU time that a process has used which was not waited for yet.
#[cfg(target_os = "linux")]
fn used(number: u32) -> Option<Duration> {
    /// What `/proc` counts time in: part of the kernel's interface to programs.
    const TICKS_A_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The name of the program may have anything in it but is the last in brackets.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let mut ticks = || times.next()?.parse::<u64>().ok();
    let ticks = ticks()?.checked_add(ticks()?)?;
    Some(Duration::from_millis(ticks.saturating_mul(1_000) / TICKS_A_SECOND))
}

#[cfg(not(target_os = "linux"))]
fn used(_: u32) -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        cpu: Duration::from_secs(60),
        wall: Duration::from_secs(60),
        memory: 1 << 40,
        stack: None,
        output: 1 << 20,
    };

    fn ended(script: &str, bounds: Bounds) -> Ended {
        let shell = Isolation::new("/bin/sh", ["-c", script]);
        let task = Task { role: Role::Compile, arguments: &[], input: &[7; 1 << 20], bounds };
        shell.run(&task).expect("a shell")
    }

    #[test]
    fn how_a_process_ended_is_told_truly() {
        for (script, expected) in [
            ("exit 0", r#"Done([])"#),
            ("echo no >&2; exit 126", r#"Refused("no")"#),
            ("exit 124", "Spent(Memory)"),
            ("echo 'memory allocation of 5 bytes failed' >&2; kill -ABRT $$", "Spent(Memory)"),
            ("echo no threads >&2; exit 125", r#"Host("no threads")"#),
            (
                "echo index out of bounds >&2; exit 101",
                r#"Broken("it ended with the panic `index out"#,
            ),
            ("kill -XCPU $$", "Spent(Cpu)"),
            ("kill -KILL $$", r#"Host("its process was killed by signal 9, as the system"#),
            ("kill -TERM $$", r#"Host("its process was ended by signal 15")"#),
            ("kill -SEGV $$", r#"Broken("its process ended with signal: 11"#),
            ("echo overflow >&2; kill -ABRT $$", r#"Broken("its process ended with signal: 6"#),
            ("exit 3", r#"Host("its process ended with exit status: 3, and not as"#),
            ("yes >&2 & yes", "Spent(Output)"),
            ("head -c 100000 /dev/zero >&2", "Done([])"),
        ] {
            let ended = format!("{:?}", ended(script, BOUNDS));
            assert!(ended.starts_with(expected), "{script}: {ended}");
        }
    }

    #[test]
    fn a_process_that_waits_is_ended() {
        let bounds = Bounds { wall: Duration::from_millis(50), ..BOUNDS };
        for script in
            ["sleep 600", "kill -STOP $$", "exec >&- 2>&-; sleep 600", "cat >/dev/null; sleep 600"]
        {
            let ended = ended(script, bounds);
            assert!(matches!(ended, Ended::Spent(Spent::Wall)), "{script}: {ended:?}");
        }
    }

    #[test]
    fn cpu_time_that_outlives_its_signal_is_told_as_such() {
        let bounds = Bounds { cpu: Duration::from_secs(1), ..BOUNDS };
        let ended =
            ended("trap '' XCPU; ulimit -S -t 1; ulimit -H -t 2; while :; do :; done", bounds);
        assert!(matches!(ended, Ended::Spent(Spent::Cpu)), "{ended:?}");
    }

    #[test]
    fn what_is_dropped_is_gone() {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "sleep 600"]);
        let child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
        let number = Pid::from_raw(i32::try_from(child.id()).expect("a number")).expect("not 0");
        drop(Process::new(child, None).expect("a process"));
        // Not even as one that nobody has waited for.
        let looked = waitid(WaitId::Pid(number), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        assert_eq!(looked.err(), Some(rustix::io::Errno::CHILD));
    }
}
