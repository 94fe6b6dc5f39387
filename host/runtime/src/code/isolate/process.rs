//! The side of this process. It starts the other process, gives it its input, reads its output
//! up to a limit, and reports how it ended. Whatever happens here, the other process is not
//! left behind.

use std::io::{self, ErrorKind, Read, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::ioctl_fionbio;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::ended::{Ended, Spent, judged, used};
use super::{Isolation, Role};

/// The task of a process.
pub(crate) struct Task<'t> {
    pub(crate) role: Role,
    pub(crate) arguments: &'t [String],
    pub(crate) input: &'t [u8],
    pub(crate) bounds: Bounds,
}

/// The bounds of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// CPU time, in whole seconds.
    pub(crate) cpu: Duration,
    /// Time by the clock, which also bounds a process that waits or was stopped.
    pub(crate) wall: Duration,
    /// Bytes of address space.
    pub(crate) memory: usize,
    /// The bytes that the stack of its first thread may grow to, if it is bounded.
    pub(crate) stack: Option<usize>,
    /// The bytes of output that are read.
    pub(crate) output: usize,
}

/// The number of reads of a pipe in one turn.
const READS: usize = 16;
/// The bytes of a process's message about its failure that are read.
const LONGEST_WORDS: usize = 64 << 10;
/// How often to check whether a process whose output does not end still exists.
const LOOK: Duration = Duration::from_secs(1);

impl Isolation {
    /// Runs a task in a process, and waits for it. The process is killed if the caller unwinds,
    /// and ends by itself if this process does.
    ///
    /// # Errors
    /// If the process could not be started or its output could not be read.
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
        let output = std::mem::take(&mut process.output);
        Ok(judged(status, used, output, &process.words, &task.bounds))
    }
}

/// How much of a process's output was read.
enum Taken {
    All,
    TooMuch,
    TooLate,
}

/// A running process, and what it has written so far. It is killed when it is dropped.
struct Process {
    child: Child,
    /// The other process watches this pipe: it is open as long as this process lives.
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
        // For a process that has ended, neither has an effect.
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

    /// Gives the process its input and reads its output, until there is no more.
    fn attend(&mut self, input: &[u8], most: usize) -> io::Result<Taken> {
        // The length comes first, because the pipe stays open after the input: its end would
        // mean that this process has ended.
        let length = (input.len() as u64).to_le_bytes();
        let mut left: [&[u8]; 2] = [&length, input];
        while self.stdout.is_some() || self.stderr.is_some() {
            let writes = left.iter().any(|part| !part.is_empty());
            let Some(readable) = self.wait(writes)? else { return Ok(Taken::TooLate) };
            if !readable && self.has_ended()? {
                // It has ended, but a process that it has started itself keeps the output open.
                break;
            }
            if writes && let Some(stdin) = &mut self.stdin {
                give(stdin, &mut left)?;
            }
            // One byte more than allowed shows that there is too much.
            take(&mut self.stdout, &mut self.output, most.saturating_add(1))?;
            take(&mut self.stderr, &mut self.words, LONGEST_WORDS)?;
            if self.output.len() > most {
                return Ok(Taken::TooMuch);
            }
        }
        Ok(Taken::All)
    }

    /// Waits until there is something to read or, with `writes`, room to write. Returns `None`
    /// if the time is up, and `false` if nothing has happened for a while.
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

    /// Waits until the process has ended. Returns its status, and the CPU time that it has used
    /// if that is known. Returns `None` if the time is up.
    fn end(&mut self) -> io::Result<Option<(ExitStatus, Option<Duration>)>> {
        let mut pause = Duration::from_micros(20);
        // Its outputs are closed, so it ends in a moment, and nothing is left to poll.
        while !self.has_ended()? {
            if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(None);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
        // The CPU time is read before the process is waited for: after that, `/proc` forgets
        // it.
        let used = used(self.child.id());
        self.stdin = None;
        self.child.wait().map(|status| Some((status, used)))
    }

    /// Returns whether the process has ended. Its number stays valid until it is waited for.
    fn has_ended(&self) -> io::Result<bool> {
        let number = i32::try_from(self.child.id()).map_err(io::Error::other)?;
        let id = Pid::from_raw(number).map(WaitId::Pid).ok_or(ErrorKind::InvalidInput)?;
        // `NOWAIT` leaves the process as a zombie, for `used` to read its time.
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(id, look)?.is_some())
    }
}

pub(super) fn whole_seconds(time: Duration) -> u64 {
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
                // A process that has ended does not read any more. How it ended says more than
                // this error.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => *part = &[],
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Reads what is there, keeps up to `most` bytes of it, and closes the pipe at its end.
fn take<R: Read>(pipe: &mut Option<R>, kept: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let mut buffer = [0; 64 << 10];
    // A process that writes without end must not keep this loop from checking the time.
    for _ in 0..READS {
        let Some(reader) = pipe else { break };
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
        // The process must not even exist as a zombie.
        let looked = waitid(WaitId::Pid(number), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        assert_eq!(looked.err(), Some(rustix::io::Errno::CHILD));
    }
}
