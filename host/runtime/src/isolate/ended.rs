//! How a process of ours ended, told truly: what it says itself, what its limits and the
//! system did to it, and what it did to itself. It starts and waits for nothing.

use std::process::ExitStatus;
use std::time::Duration;

use rlimit::Resource;

use super::inside::{FAILED, HOST, MEMORY, REFUSED};
use super::process::{Bounds, whole_seconds};
use wit_host_text::shown_text;

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

/// Tells how a process ended, with the CPU time that it has used where that is known, and
/// what it wrote.
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
        // Of one that could not be told, the standard library says so and aborts.
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

/// The CPU time that a process has used which was not waited for yet.
#[cfg(target_os = "linux")]
pub(super) fn used(number: u32) -> Option<Duration> {
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
pub(super) fn used(_: u32) -> Option<Duration> {
    None
}
