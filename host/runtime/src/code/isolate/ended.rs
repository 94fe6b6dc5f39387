//! Judges how a process ended: what it reported itself, what its limits and the system did to
//! it, and what it did to itself. It neither starts processes nor waits for them.

use std::process::ExitStatus;
use std::time::Duration;

use rlimit::Resource;

use super::inside::{FAILED, HOST, MEMORY, REFUSED};
use super::process::{Bounds, whole_seconds};
use wit_host_text::shown_text;

/// The bound that a process has used up.
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
    /// It has done its task, with this output.
    Done(Vec<u8>),
    /// It found its input to be at fault, for this reason.
    Refused(String),
    Spent(Spent),
    /// Its input broke it, in this way.
    Broken(String),
    /// The host kept it from its task, or a person or the system ended it.
    Host(String),
}

/// Judges how a process ended, by the CPU time that it has used, if that is known, and by its
/// output.
pub(super) fn judged(
    status: ExitStatus,
    used: Option<Duration>,
    output: Vec<u8>,
    words: &[u8],
    bounds: &Bounds,
) -> Ended {
    let words = String::from_utf8_lossy(words);
    let words = words.trim();
    match (status.code(), signal(status)) {
        (Some(0), _) => Ended::Done(output),
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
        // The standard library writes this when memory runs out, and aborts.
        (_, Some(SIGABRT)) if words.contains("memory allocation of ") => {
            out_of(Spent::Memory, bounds)
        }
        (_, Some(signal)) if FAULTS.contains(&signal) => {
            Ended::Broken(with_words(&format!("its process ended with {status}"), words))
        }
        (_, Some(SIGKILL)) => Ended::Host(
            "its process was killed by signal 9, as the system does when memory runs out".into(),
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
/// The signals that a process gets for its own faults.
const FAULTS: [i32; 6] = [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSEGV, SIGBUS];

fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Returns that a process has used up its bound. If this process itself has less than the
/// bound, that is the host's lack.
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

/// Returns the CPU time of a process that was not yet waited for.
#[cfg(target_os = "linux")]
pub(super) fn used(number: u32) -> Option<Duration> {
    /// The ticks of `/proc` in a second, which are a part of the kernel's interface.
    const TICKS_A_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The program's name may contain anything, but it is the last field in brackets.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let mut ticks = || times.next()?.parse::<u64>().ok();
    let ticks = ticks()?.checked_add(ticks()?)?;
    Some(Duration::from_millis(ticks.saturating_mul(1_000) / TICKS_A_SECOND))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn used(_: u32) -> Option<Duration> {
    None
}
